"""Every public verb, given a thing of a wrong kind: one sentence that says what to pass."""

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import hamknee
from hamknee import charts, cohort, estimation, evaluation, formats, guidance
from hamknee.base.kinds import KindError
from hamknee.network.priors_file import read_shipped_or_own

MODEL, PRIORS = hamknee.load(), read_shipped_or_own()
CASE = MODEL.case({"pop": "yes"})
NUMBER = ("sex", "male", {"condition": "strain"})

polars = type("DataFrame", (), {"__module__": "polars.dataframe.frame"})
"""Named as the tables of polars are, which is all that is looked at."""

WRONG = {
    "nothing": None,
    "a mapping": {},
    "a number": 5,
    "a list": [1, 2],
    "a model": MODEL,
    "priors": PRIORS,
    "a case": CASE,
    "a posterior": CASE.posterior,
    "a table": pd.DataFrame({"pop": ["yes"]}),
    "a table of polars": polars(),
    "a class": hamknee.Model,
}
"""What people pass by mistake."""

ON_ONE_CASE = {
    "advice": (),
    "also_present": (),
    "conflict": (),
    "credible_interval": (),
    "explain": ("rupture",),
    "finding_value": ("rupture", "bruising"),
    "level_questions": (),
    "likelihood_ratios": (),
    "next_questions": (),
    "question_budget": (2,),
    "same_decision_probability": (),
    "sensitivity_function": ("rupture", NUMBER),
    "stop_rule": (),
    "summary": (),
    "tornado": ("rupture",),
    "triage": (),
    "two_way": ("rupture", NUMBER, NUMBER),
    "what_would_change": ("rupture", 0.5),
}

Call = Callable[[object], object]


def on_one_case() -> Iterator[tuple[str, Call, tuple[str, ...]]]:
    right = ("a mapping", "a case")
    for name, more in ON_ONE_CASE.items():
        verb = getattr(hamknee, name)
        yield f"{name}, model", lambda x, f=verb, more=more: f(x, {}, *more), ("a model",)
        yield f"{name}, evidence", lambda x, f=verb, more=more: f(MODEL, x, *more), right


MANY = ("a mapping", "a case", "a table", "a list")
"""What will do for many cases; of a list each wrong entry is told."""

CASES = ("nothing", "a table")
"""What will do for cases with their diagnosis; of a table the columns are then looked at."""

OTHERS: list[tuple[str, Call, tuple[str, ...]]] = [
    ("load", hamknee.load, ("nothing", "priors")),
    ("Model, vocabulary", lambda x: hamknee.Model(x, MODEL.cpts), ()),
    ("Model, cpts", lambda x: hamknee.Model(MODEL.vocabulary, x), ("a mapping",)),
    ("Model.posterior", MODEL.posterior, MANY),
    ("Model.case", MODEL.case, ("a mapping", "a case")),
    ("Model.marginals", MODEL.marginals, MANY),
    ("Model.p_evidence", MODEL.p_evidence, MANY),
    ("Model.cases", MODEL.cases, ()),
    ("Model.scores", MODEL.scores, ()),
    ("Model.log_joint", MODEL.log_joint, ()),
    ("compare, first", lambda x: hamknee.compare(x, CASE), ("a case",)),
    ("compare, second", lambda x: hamknee.compare(CASE, x), ("a case",)),
    ("difference, old", lambda x: hamknee.difference(x, PRIORS), ("priors",)),
    ("difference, new", lambda x: hamknee.difference(PRIORS, x), ("priors",)),
    ("evaluate, model", hamknee.evaluate, ("a model",)),
    ("evaluate, cases", lambda x: hamknee.evaluate(MODEL, x), CASES),
    ("export, model", lambda x: hamknee.export(x, "x.bif"), ("a model",)),
    ("export, path", lambda x: hamknee.export(MODEL, x), ()),
    ("follow_up", lambda x: hamknee.follow_up(x, {}, days=3, course="worse"), ("a model",)),
    ("natural_frequencies", hamknee.natural_frequencies, ("a case", "a posterior")),
    ("new_project", hamknee.new_project, ()),
    ("next_studies", hamknee.next_studies, ("a model",)),
    ("open_project", hamknee.open_project, ("nothing",)),
    ("predictive_check, model", hamknee.predictive_check, ("a model",)),
    ("predictive_check, cases", lambda x: hamknee.predictive_check(MODEL, x), CASES),
    ("read_network", hamknee.read_network, ()),
    ("recalibrate, model", lambda x: hamknee.recalibrate(x, WRONG["a table"]), ("a model",)),
    ("recalibrate, cases", lambda x: hamknee.recalibrate(MODEL, x), CASES),
    ("residual_dependence, model", hamknee.residual_dependence, ("a model",)),
    ("residual_dependence, cases", lambda x: hamknee.residual_dependence(MODEL, x), CASES),
    ("score, model", lambda x: hamknee.score(x, WRONG["a table"]), ("a model",)),
    ("score, frame", lambda x: hamknee.score(MODEL, x), ("a table",)),
    ("simulate", lambda x: hamknee.simulate(x, 5), ("a model",)),
    ("score_file, model", lambda x: hamknee.score_file(x, "a.csv", "b.csv"), ("a model",)),
    ("score_file, cohort", lambda x: hamknee.score_file(MODEL, x, "b.csv"), ()),
    ("score_file, out", lambda x: hamknee.score_file(MODEL, "a.csv", x), ()),
    ("triage_check, model", hamknee.triage_check, ("a model",)),
    ("triage_check, cases", lambda x: hamknee.triage_check(MODEL, x), CASES),
    ("update, priors", lambda x: hamknee.update(x, WRONG["a table"]), ("priors",)),
    ("update, cohort", lambda x: hamknee.update(PRIORS, x), ("a table",)),
    ("validate, model", hamknee.validate, ("a model",)),
    ("validate, cohort", lambda x: hamknee.validate(MODEL, x), CASES),
    ("score_dask", lambda x: cohort.score_dask(x, None), ("a model",)),
    ("pool", estimation.pool, ("a mapping",)),
    ("predictive_values", lambda x: estimation.predictive_values(x, {}), ()),
    ("feedback", estimation.feedback, ()),
    ("self_test", evaluation.self_test, ("a model",)),
    ("calibration", lambda x: evaluation.calibration(x, np.ones(2)), ()),
    ("scores", lambda x: evaluation.scores(x, np.ones((1, 2))), ()),
    ("from_pgmpy", lambda x: formats.from_pgmpy(x, target="lung"), ()),
    ("to_pgmpy", formats.to_pgmpy, ("a model",)),
    ("advice_for", guidance.advice_for, ()),
    ("guidance_for", guidance.guidance_for, ("a model",)),
]
"""A verb, its call with one argument, and what of the above is right or told by other errors."""

CHARTS = {
    name: tuple(
        0.5
        for parameter in list(inspect.signature(getattr(charts, name)).parameters.values())[1:]
        if parameter.default is parameter.empty
    )
    for name in sorted(set(charts.__all__) - {"draw_offline", "network_chart", "network_text"})
    if inspect.isfunction(getattr(charts, name))
}


def drawn() -> Iterator[tuple[str, Call, tuple[str, ...]]]:
    for name, more in CHARTS.items():
        if name not in ("network_of_case", "difference_rows"):
            chart = getattr(charts, name)
            yield f"charts.{name}", lambda x, f=chart, more=more: f(x, *more), ("a table",)
    frame = WRONG["a table"]
    yield "difference_rows, first", lambda x: charts.difference_rows(x, frame), ("a table",)
    yield "difference_rows, second", lambda x: charts.difference_rows(frame, x), ("a table",)
    network = MODEL.vocabulary, {}
    yield "network_of_case", lambda x: charts.network_of_case(*network, x), ()


ALL = [*on_one_case(), *OTHERS, *drawn()]


@pytest.mark.parametrize(("verb", "call", "right"), ALL, ids=[call[0] for call in ALL])
def test_a_wrong_kind_of_argument_is_told_in_one_sentence(
    verb: str, call: Call, right: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in WRONG.keys() - set(right):
        with pytest.raises(hamknee.HamkneeError) as error:
            call(WRONG[name])
        text = str(error.value)
        if isinstance(error.value, KindError):
            assert text.startswith("found "), (verb, name)
            assert "; allowed: " in text
        assert len(text) < 400
        assert "\n" not in text
    assert list(tmp_path.iterdir()) == []


def test_every_verb_is_asked() -> None:
    asked = {call[0].partition(",")[0] for call in ALL}
    verbs = {name for name in hamknee.__all__ if inspect.isfunction(getattr(hamknee, name))}
    assert verbs <= asked


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: hamknee.difference(MODEL, MODEL),
            "found a Model as old of difference; allowed: priors, as"
            " hamknee.network.read_shipped_or_own() returns them, or the .priors of a project",
        ),
        (
            lambda: hamknee.evaluate(PRIORS),
            "found a Priors as model of evaluate; allowed: a model, as hamknee.load() returns it,"
            " or the .model of a project",
        ),
        (
            lambda: hamknee.load({}),
            "found {} as priors of load; allowed: the path of a priors.csv, or priors, such as"
            " the .priors of a project",
        ),
        (
            lambda: hamknee.score(MODEL, polars()),
            "found a DataFrame of polars as frame of score; allowed: a DataFrame of pandas or"
            " polars, or a Table of Arrow",
        ),
    ],
)
def test_the_sentence_says_what_to_pass(call: Callable[[], object], message: str) -> None:
    with pytest.raises(TypeError) as error:
        call()
    assert str(error.value) == message
