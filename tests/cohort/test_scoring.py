"""Scoring a frame: one row in, one row out, whatever is in it."""

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hamknee
from hamknee.cohort.columns import (
    CohortError,
)
from hamknee.inference.model import Model
from hamknee.inference.simulation import simulate_cases
from hamknee.network.cases import Cases
from hamknee.network.vocabulary import Vocabulary
from tests.support.network_files import with_states
from tests.support.networks import named

ROWS: list[Mapping[str, Any]] = [
    {},
    {"onset": "sudden", "pop": "yes", "age": 31},
    {"location": "posteromedial|posterolateral", "onset": "days"},
    {"warmth": "yes:0.7|no:0.3", "age": "40_to_59", "setting": "sports_clinic"},
]


def frame_of(rows: list[Mapping[str, Any]], **options: Any) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list({name: 0 for row in rows for name in row}), **options)


def assert_as_one_by_one(model: Model, scored: pd.DataFrame, rows: list[Mapping[str, Any]]) -> None:
    states = model.vocabulary.target.state_names
    for (_, answers), row in zip(scored.iterrows(), rows, strict=True):
        cells = pd.DataFrame([row]) if row else pd.DataFrame(index=[0])
        case = model.encode(cells).evidence(0)
        posterior = model.posterior(case)
        expected = [posterior[name] for name in states]
        np.testing.assert_allclose([answers[f"p_{name}"] for name in states], expected, atol=1e-12)
        assert answers["top"] == posterior.top
        assert answers["p_evidence"] == pytest.approx(model.p_evidence(case), rel=1e-12)
        assert answers["conflict"] == pytest.approx(hamknee.conflict(model, case).bits, abs=1e-9)
        assert pd.isna(answers["fault"])


def test_every_row_is_answered_as_if_it_were_alone(model: Model) -> None:
    assert_as_one_by_one(model, hamknee.score(model, frame_of(ROWS)), ROWS)


@pytest.mark.parametrize("name", ["asia", "deterministic", "target in the middle", "long chain"])
def test_so_is_every_row_of_another_network(name: str) -> None:
    model = named(name)
    cases = simulate_cases(model, 8, known=0.5, seed=1)
    rows = [cases.evidence(row).as_json() for row in range(8)]
    assert_as_one_by_one(model, hamknee.score(model, frame_of(rows)), rows)


def test_where_nothing_is_known_nothing_conflicts(model: Model) -> None:
    scored = hamknee.score(model, pd.DataFrame({"pop": [None], "onset": [""]}))
    assert scored["conflict"].tolist() == [0]
    assert scored["p_evidence"].tolist() == [pytest.approx(1)]


@pytest.mark.parametrize(
    "index",
    [["b", "a"], ["a", "a"], pd.MultiIndex.from_tuples([("a", 2), ("a", 1)]), pd.RangeIndex(5, 7)],
    ids=["texts", "twice the same", "several levels", "numbers"],
)
def test_the_index_is_kept(index: Any, model: Model) -> None:
    frame = pd.DataFrame({"id": [8, 9], "pop": ["yes", "maybe"]}, index=index)
    scored = hamknee.score(model, frame)
    assert scored.index.equals(frame.index)
    assert scored["id"].tolist() == [8, 9]


def test_the_columns_are_the_kept_ones_the_probabilities_and_what_goes_with_them(
    model: Model,
) -> None:
    frame = pd.DataFrame({"case_id": [1], "pop": ["yes"], "ward": ["x"], "zip": [5]})
    scored = hamknee.score(model, frame, keep=["ward", "pop"])
    probabilities = [f"p_{name}" for name in model.vocabulary.target.state_names]
    others = ["top", "p_evidence", "conflict", "fault"]
    assert list(scored.columns) == ["case_id", "pop", "ward", *probabilities, *others]
    assert scored.attrs["hamknee"]["columns"] == {
        "read": {"pop": "pop"},
        "kept": ["case_id", "pop", "ward"],
        "ignored": ["zip"],
        "diagnosis_not_used": None,
    }
    assert scored.attrs["hamknee"]["numbers"] == model.sha256


def test_the_columns_are_of_the_same_types_whatever_the_rows(model: Model) -> None:
    frame = pd.DataFrame({"pop": ["yes", "maybe"]})
    both, none = hamknee.score(model, frame), hamknee.score(model, frame[:0])
    assert (both.dtypes == none.dtypes).all()
    assert len(none) == 0


def test_the_diagnosis_is_no_evidence(model: Model) -> None:
    frame = pd.DataFrame({"pop": ["yes", "yes"], "condition": ["dvt", "nonsense"]})
    scored = hamknee.score(model, frame)
    assert scored["p_dvt"][0] == scored["p_dvt"][1]
    assert scored["fault"].isna().all()
    assert scored.attrs["hamknee"]["columns"]["diagnosis_not_used"] == "condition"


COLUMNS = {
    "object": pd.Series(["31", 45.5, None, "60_and_over", 200], dtype=object),
    "str": pd.Series(["31", "45.5", None, "60_and_over", "200"], dtype="str"),
    "category": pd.Series(["31", "45.5", None, "60_and_over", "200"], dtype="category"),
    "Arrow": pd.Series(
        ["31", "45.5", None, "60_and_over", "200"], dtype=pd.ArrowDtype(pa.string())
    ),
    "floats": pd.Series([31, 45.5, np.nan, 72, 200]),
    "nullable": pd.Series([31, 45, None, 72, 200], dtype="Int64"),
    "Arrow numbers": pd.Series([31, 45.5, None, 72, 200], dtype=pd.ArrowDtype(pa.float32())),
}


@pytest.mark.parametrize("kind", COLUMNS)
def test_columns_of_every_type_are_read(kind: str, model: Model) -> None:
    scored = hamknee.score(model, pd.DataFrame({"age": COLUMNS[kind]}))
    expected = model.posterior([{"age": 31}, {"age": 45}, {}, {"age": 72}]).probabilities
    np.testing.assert_allclose(scored.filter(like="p_").iloc[:4, :21], expected)
    assert scored["fault"].tolist()[4] == "age cannot be 200 years"


@pytest.mark.parametrize("years", [0, 39.999, 40, 59.5, 60, 119.9, 120, -0.1, 120.1, math.inf])
def test_numbers_fall_into_the_bins_that_single_cases_fall_into(years: float, model: Model) -> None:
    scored = hamknee.score(model, pd.DataFrame({"age": [years]}))
    if 0 <= years <= 120:
        assert scored["p_dvt"][0] == pytest.approx(model.posterior({"age": years})["dvt"])
    else:
        assert scored["fault"][0] == f"age cannot be {years:g} years"


# Rows that cannot be scored ---------------------------------------------------------------------

BAD = pd.DataFrame(
    {
        "id": ["a", "b", "c", "d"],
        "onset": ["sudden", "sudn", "days", "sudn"],
        "age": [31, 400, 50, 400],
    }
)


def test_a_row_that_cannot_be_read_stays_with_a_reason_and_without_numbers(model: Model) -> None:
    scored = hamknee.score(model, BAD)
    reason = "'sudn' is not a state of onset (did you mean 'sudden'?); age cannot be 400 years"
    assert scored["fault"].isna().tolist() == [True, False, True, False]
    assert scored["fault"][1] == scored["fault"][3] == reason
    numbers = scored.drop(columns=["id", "fault"])
    assert numbers.iloc[[1, 3]].isna().all(axis=None)
    assert numbers.iloc[[0, 2]].notna().all(axis=None)
    report = scored.attrs["hamknee"]
    assert (report["rows"], report["scored"], report["faults"]) == (4, 2, {reason: 2})
    assert report["examples"][0]["row"] == 2
    assert report["examples"][0]["name"] == "b"
    assert "allowed: sudden, days, gradual" in report["examples"][0]["reason"]


def test_categories_give_the_very_numbers_of_texts_and_may_be_written_to(model: Model) -> None:
    names = [name for name in model.vocabulary if name != model.vocabulary.target.name]
    cases = simulate_cases(model, 500, known=0.5, seed=5)
    texts = pd.DataFrame([dict(cases.evidence(row)) for row in range(500)], columns=names)
    texts.loc[[3, 77], "onset"] = "perhaps"
    scored = hamknee.score(model, texts)
    pd.testing.assert_frame_equal(
        hamknee.score(model, texts.astype("category")), scored, check_exact=True
    )
    assert scored["fault"].notna().sum() == scored["p_strain"].isna().sum() == 2
    scored.loc[0, "p_strain"] = 0.5
    assert hamknee.score(model, texts.head(3)).loc[0, "p_strain"] != 0.5


def test_strict_raises_at_the_first_of_them_with_everything_that_is_wrong(model: Model) -> None:
    with pytest.raises(CohortError) as raised:
        hamknee.score(model, BAD.set_index("id"), strict=True)
    onset, age = raised.value.problems
    assert onset.startswith("row 'b': 'sudn' is not a state of onset")
    assert onset.endswith("allowed: sudden, days, gradual")
    assert age.startswith("row 'b': age cannot be 400 years; allowed: 0 to 120 years")


def test_an_impossible_row_stays_with_the_findings_that_contradict_each_other() -> None:
    # Whoever has neither tuberculosis nor cancer has not either of the two.
    model = named("asia")
    rows = [
        {"tub": "no", "lung": None, "either": "yes", "smoke": "yes"},
        {"tub": "yes", "lung": None, "either": "no", "smoke": "yes"},
        {"tub": "yes", "lung": "yes", "either": "no", "smoke": None},
        {"tub": None, "lung": None, "either": "no", "smoke": "yes"},
        {"tub": "yes", "lung": None, "either": "no", "smoke": "perhaps"},
    ]
    scored = hamknee.score(model, pd.DataFrame(rows))
    reason = "these findings cannot be true together in this model: tub=yes, either=no"
    unread = "'perhaps' is not a state of smoke"
    assert scored["fault"].fillna("").tolist() == ["", reason, reason, "", unread]
    assert scored["p_evidence"].isna().tolist() == [False, True, True, False, True]
    with pytest.raises(CohortError, match="row 1: these findings cannot be true together"):
        hamknee.score(model, pd.DataFrame(rows), strict=True)


def test_no_part_of_a_named_contradiction_is_one() -> None:
    model = named("deterministic")
    names = [name for name in model.vocabulary if name != model.vocabulary.target.name]
    rng = np.random.default_rng(2)
    states = {name: [*model.vocabulary[name].state_names, None] for name in names}
    frame = pd.DataFrame({name: rng.choice(np.array(s), 200) for name, s in states.items()})
    scored = hamknee.score(model, frame)
    reasons = scored["fault"].dropna().unique()
    assert len(reasons)
    for reason in reasons:
        findings = dict(part.split("=") for part in reason.rpartition(": ")[2].split(", "))
        if "cannot be true in" in reason:
            findings = dict([reason.split(" ")[0].split("=")])
        assert model.p_evidence(findings) == 0
        for left_out in findings:
            rest = {name: value for name, value in findings.items() if name != left_out}
            assert model.p_evidence(rest) > 0


def test_a_very_long_value_makes_no_very_long_reason(model: Model) -> None:
    scored = hamknee.score(model, pd.DataFrame({"onset": ["x" * 100_000]}))
    assert len(scored["fault"][0]) < 500


# Laws -------------------------------------------------------------------------------------------

CELLS = st.one_of(
    st.none(),
    st.sampled_from(["sudden", "days|gradual", "yes", "no", "31", "", "yes:1|no:0", "sudden:1"]),
    st.text(max_size=6),
    st.floats(),
    st.integers(-5, 200),
    st.booleans(),
)


FRAMES = st.lists(
    st.fixed_dictionaries({"onset": CELLS, "pop": CELLS, "age": CELLS}), min_size=1, max_size=6
)


@settings(max_examples=40)
@given(rows=FRAMES, cut=st.integers(0, 6))
def test_whatever_the_cells_no_row_is_lost_and_none_depends_on_another(
    rows: list[dict[str, object]], cut: int, model: Model
) -> None:
    frame = pd.DataFrame(rows, dtype=object)
    scored = hamknee.score(model, frame)
    sums = scored.filter(regex="^p_(?!evidence)").sum(axis=1, skipna=False)
    assert (sums.isna() == scored["fault"].notna()).all()
    np.testing.assert_allclose(sums.dropna(), 1)
    parts = [hamknee.score(model, part) for part in (frame[:cut], frame[cut:])]
    pd.testing.assert_frame_equal(pd.concat(parts), scored, check_exact=False, rtol=1e-12)


def test_a_state_called_like_a_column_of_ours_has_its_own(tmp_path: Path) -> None:
    model = with_states("evidence", "evidence_2", name="what", label="")
    turned = Model(
        Vocabulary(
            tuple(
                replace(v, role="target" if v.name == "what" else "finding")
                for v in model.vocabulary.variables
            )
        ),
        model.cpts,
    )
    frame = pd.DataFrame({"t": ["q", "r"]})
    scored = hamknee.score(turned, frame)
    assert scored.columns[:4].tolist() == ["p_evidence_3", "p_evidence_2", "top", "p_evidence"]
    assert scored["p_evidence_3"].tolist() == pytest.approx([0.1, 0.3])
    assert scored["p_evidence"].tolist() == pytest.approx([0.2, 0.8])
    frame.to_csv(tmp_path / "in.csv", index=False)
    hamknee.score_file(turned, tmp_path / "in.csv", tmp_path / "out.parquet")
    of_file = pd.read_parquet(tmp_path / "out.parquet")
    assert of_file["p_evidence_3"].tolist() == pytest.approx([0.1, 0.3])
    assert set(of_file["top"]) == {"evidence_2"}


def spied(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Return a list in which is entered how many rows are scored at once, and by how many."""
    seen, scores = [], Model.scores

    def look(model: Model, cases: Cases, workers: int) -> Any:
        seen.append((len(cases), workers))
        return scores(model, cases, workers)

    monkeypatch.setattr(Model, "scores", look)
    return seen


def test_likelihoods_that_differ_by_row_are_scored_in_parts_with_the_same_answers(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = pd.DataFrame(
        {
            "case_id": range(30),
            "pop": [f"yes:0.{number + 1}|no:0.5" for number in range(30)],
            "age": [None if number % 7 == 0 else number + 20.5 for number in range(30)],
            "onset": ["sudden", "days", None, "suddn", "gradual"] * 6,
        }
    )
    at_once = spied(monkeypatch)
    whole = hamknee.score(model, frame, broken={5: "cut short", 29: "cut short"})
    assert at_once == [(30, 1)]
    monkeypatch.setattr("hamknee.cohort.scoring.MOST_VALUES", 10)
    monkeypatch.setattr("hamknee.cohort.scoring.PART_ROWS", 4)
    at_once.clear()
    parts = hamknee.score(model, frame, broken={5: "cut short", 29: "cut short"})
    pd.testing.assert_frame_equal(parts, whole, check_exact=False, rtol=1e-12)
    assert at_once == [(4, 1)] * 7 + [(2, 1)]
    assert parts.attrs == whole.attrs
    assert parts["fault"].notna().sum() == 8
    assert parts["p_strain"].isna().tolist() == parts["fault"].notna().tolist()


def test_many_rows_are_shared_among_threads_and_answered_the_same(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    patients = hamknee.simulate(model, 3_000, known=0.6, seed=8).drop(columns="condition")
    at_once = spied(monkeypatch)
    alone = hamknee.score(model, patients)
    monkeypatch.setattr("hamknee.cohort.scoring.ROWS_WORTH_THREADS", 1)
    monkeypatch.setattr("hamknee.cohort.scoring.workers_here", lambda: 3)
    pd.testing.assert_frame_equal(hamknee.score(model, patients), alone)
    assert at_once == [(3_000, 1), (3_000, 3)]
