"""What is handed to ArviZ, held to what ArviZ, SciPy and the exact engine say of it."""

import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from hamknee.base.errors import HamkneeError
from hamknee.inference.model import Model
from hamknee.sensitivity.inference_data import to_arviz
from hamknee.sensitivity.intervals import credible_interval

CASE = {"setting": "sports_clinic", "onset": "sudden", "pop": "yes"}
DRAWS = 2000


@pytest.fixture(scope="module")
def data(model: Model) -> Any:
    return to_arviz(model, CASE, draws=DRAWS, seed=1)


def test_arviz_summarises_what_the_interval_says(model: Model, data: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as ArviZ warns of its next version
        import arviz

        summary = arviz.summary(data, var_names=["p_condition"], kind="stats", round_to="none")
    interval = credible_interval(model, CASE, draws=DRAWS, seed=1)
    states = model.vocabulary.target.state_names
    rows = summary.loc[[f"p_condition[{state}]" for state in states]]
    np.testing.assert_allclose(rows["mean"], interval.posterior.probabilities, atol=0.02)
    np.testing.assert_allclose(rows["sd"], interval.samples.std(axis=0, ddof=1), rtol=2e-3)
    ends = data["posterior"]["p_condition"].quantile([0.05, 0.95], dim=("chain", "draw"))
    np.testing.assert_allclose(ends, [interval.low, interval.high])


def test_before_the_case_only_the_context_is_known(model: Model, data: Any) -> None:
    start = model.posterior({"setting": "sports_clinic"}).probabilities
    means = data["prior"]["p_condition"].mean(("chain", "draw"))
    np.testing.assert_allclose(means, start, atol=0.01)


def test_tables_have_the_moments_of_their_dirichlets(model: Model, data: Any) -> None:
    cpt = model.cpts["pop"]
    assert cpt.ess is not None
    drawn = data["prior"]["table_pop"].sel(condition="rupture", onset="sudden")
    place = tuple(
        model.vocabulary[p].position[s] for p, s in (("condition", "rupture"), ("onset", "sudden"))
    )
    dirichlet = stats.dirichlet(cpt.probabilities[place] * cpt.ess[place])
    np.testing.assert_allclose(drawn.mean(("chain", "draw")), dirichlet.mean(), atol=0.01)
    np.testing.assert_allclose(drawn.var(("chain", "draw")), dirichlet.var(), rtol=0.15)


def test_it_says_where_it_is_from(model: Model, data: Any) -> None:
    for group in ("posterior", "prior"):
        assert data[group].attrs["sha256"] == model.sha256
        assert "onset=sudden" in data[group].attrs["evidence"]


def test_the_next_version_of_arviz_takes_all_groups_as_one(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As its documentation has it; tried by hand with arviz-base 0.8 beside it."""
    taken: dict[str, Any] = {}

    class Group:
        def __init__(self) -> None:
            self.attrs: dict[str, Any] = {}

    def from_dict(data: dict[str, Any], *, coords: Any, dims: Any) -> dict[str, Group]:
        taken.update(data)
        assert set(dims) > {"p_condition", "table_pop"}
        assert coords["pop"] == ["yes", "no"]
        return {group: Group() for group in data}

    library: Callable[..., Any] = type("Library", (), {"from_dict": staticmethod(from_dict)})
    monkeypatch.setitem(sys.modules, "arviz", library)
    assert set(to_arviz(model, {}, draws=3)) == {"posterior", "prior"}
    assert taken["posterior"]["p_condition"].shape == (1, 3, 21)


def test_it_is_asked_for_where_it_is_not_installed(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "arviz", None)
    with pytest.raises(HamkneeError, match=r"ArviZ is not installed; .*hamknee\[arviz\]"):
        to_arviz(model, {})
