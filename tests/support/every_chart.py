"""Every chart of the package, drawn of one case."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import hamknee
from hamknee import charts
from hamknee.estimation import densities, from_range, pool
from hamknee.evaluation import calibration, decision_curve
from hamknee.inference.model import Model
from hamknee.network.priors import Priors

CASE = {"setting": "sports_clinic", "onset": "sudden", "pop": "yes"}
OTHER = {"setting": "sports_clinic", "onset": "gradual", "warmth": "no"}


def every_chart(model: Model, priors: Priors) -> dict[str, Any]:
    """Return what every function draws that draws a chart."""
    drawn = {
        name: getattr(charts, name)(*what, **more) for name, what, more in _drawn(model, priors)
    }
    assert set(drawn) == {n for n in charts.__all__ if _takes_dark(getattr(charts, n))}
    return drawn


def _takes_dark(function: Callable[..., Any]) -> bool:
    return "dark" in inspect.signature(function).parameters


def _drawn(model: Model, priors: Priors) -> Iterator[tuple[str, tuple[Any, ...], dict[str, Any]]]:
    now, then = (hamknee.credible_interval(model, case, draws=50).table for case in (CASE, OTHER))
    both = charts.difference_rows(now, then)
    yield "ranking", (now,), {}
    yield "difference", (both,), {"title": "Ring: before. Dot: after."}
    yield "numbers_compared", (both,), {}
    yield "icon_array", (hamknee.natural_frequencies(model.posterior(CASE)).table,), {}
    yield "waterfall", (charts.waterfall_rows(hamknee.explain(model, CASE, "strain")),), {}
    against = hamknee.explain(model, CASE, "strain", against="dvt")
    yield "contrast", (charts.contrast_rows(against),), {}
    yield "question_chart", (hamknee.next_questions(model, CASE), "strain"), {}
    yield "budget_chart", (hamknee.question_budget(model, CASE, 2),), {}
    said = {"surgeon": from_range(0.5, 0.85), "radiologist": from_range(0.3, 0.5)}
    yield "ridges", (densities(said, "yes"),), {"emphasised": ["surgeon"]}
    yield "agreement", (pool(said).table,), {}
    tornado = hamknee.tornado(model, CASE, "rupture")
    yield "tornado_chart", (charts.tornado_rows(tornado), 0.2), {}
    number, other = ("pop", "yes", {"condition": "strain", "onset": "sudden"}), (
        "condition", "rupture", {"setting": "sports_clinic"})  # fmt: skip
    curve = hamknee.sensitivity_function(model, CASE, "rupture", number)
    yield "sensitivity_curve", (curve, 0.05, 0.4), {}
    two = hamknee.two_way(model, CASE, "rupture", number, other)
    yield "two_way_chart", (two, (0.05, 0.4), (0.001, 0.05)), {}
    value = hamknee.finding_value(model, {}, "rupture", "pop", "yes", draws=50)
    yield "fagan", (charts.fagan_rows(value),), {}
    asked = {"findings": ["pop", "bruising"], "conditions": ["rupture"]}
    ratios = hamknee.likelihood_ratios(model, {}, **asked, draws=50)  # type: ignore[arg-type]
    yield "nomogram", (charts.nomogram_rows(ratios, "rupture"),), {}
    yield "network_chart", (priors.vocabulary, priors.parents, {}), {"chosen": "pop"}
    yield "network_of_case", (model.vocabulary, priors.parents, model.marginals(CASE)), {}
    yield from _of_cases(model)


def _of_cases(model: Model) -> Iterator[tuple[str, tuple[Any, ...], dict[str, Any]]]:
    evaluation = hamknee.evaluate(model)
    yield "score_intervals", (evaluation.table, "top3"), {}
    yield "confusion", (evaluation.confusion,), {}
    rng = np.random.default_rng(1)
    p = rng.random(200)
    true = rng.random(200) < p
    yield "reliability", (calibration(p, true).reliability,), {}
    yield "net_benefit", (decision_curve(p, true).table,), {}
    check = hamknee.predictive_check(model, replicates=20)
    yield "predictive_chart", (check.table.head(5),), {}
    matrix = hamknee.residual_dependence(model, replicates=20).matrix
    yield "dependence_chart", (matrix,), {}
