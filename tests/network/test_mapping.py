"""Tables in the words of others, wherever a cohort is read."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import hamknee
from hamknee.evaluation.predictive_checks import predictive_check
from hamknee.formats.pgmpy_structure import implied_independences, search_structure
from hamknee.inference.model import Model
from hamknee.network.labelled import CasesError, as_labelled, label
from hamknee.network.mapping import ColumnMapping, mapped_headings

WORDS = """
not_known = ["k. A."]
[columns]
Diagnose = "condition"
Knall = "pop"
age = ""
[values.condition]
Zerrung = "strain"
Abriss = "rupture"
[values.pop]
ja = "yes"
nein = "no"
1 = "yes"
"""

OURS = {"strain": "Zerrung", "rupture": "Abriss", "yes": "ja", "no": "nein"}


@pytest.fixture(scope="module")
def ours(model: Model) -> pd.DataFrame:
    """Return cases in our words, of two diagnoses, so that they can be told in others'."""
    cases = hamknee.simulate(model, 4000, known=0.9, seed=3)
    two = cases[cases["condition"].isin(["strain", "rupture"])].reset_index(drop=True)
    return two[["condition", "pop", "warmth", "onset"]]


@pytest.fixture(scope="module")
def theirs(ours: pd.DataFrame) -> pd.DataFrame:
    """Return the same cases as a German hospital might write them."""
    said = {name: ours[name].map(OURS.get) for name in ("condition", "pop")}
    pop = said["pop"].where(said["pop"].notna(), "k. A.")
    columns = {"Diagnose": said["condition"], "Knall": pop, "age": "their own meaning"}
    return pd.DataFrame({**columns, "warmth": ours["warmth"], "onset": ours["onset"]})


@pytest.fixture
def words(tmp_path: Path) -> Path:
    path = tmp_path / "words.toml"
    path.write_text(WORDS, "utf-8")
    return path


def differences(model: Model, cases: Any, **how: Any) -> str:
    return hamknee.difference(model.priors, model.priors, cases, **how).text


def projects(_: Model, cases: Any, **how: Any) -> str:
    project = hamknee.open_project()
    return project.diff(project, cases, **how).text


VERBS: dict[str, Callable[..., Any]] = {
    "evaluate": lambda m, c, **how: hamknee.evaluate(m, c, **how).table.to_csv(),
    "validate": lambda m, c, **how: hamknee.validate(m, c, **how).text,
    "predictive_check": lambda m, c, **how: predictive_check(m, c, replicates=5, **how).text,
    "residual_dependence": lambda m, c, **how: hamknee.residual_dependence(m, c, **how).text,
    "triage_check": lambda m, c, **how: hamknee.triage_check(m, c, **how).text,
    "recalibrate": lambda m, c, **how: hamknee.recalibrate(m, c, **how).text,
    "update": lambda m, c, **how: hamknee.update(m.priors, c, **how).priors.to_csv(),
    "implied_independences": lambda m, c, **how: implied_independences(m, c, **how).text,
    "search_structure": lambda m, c, **how: search_structure(m, c, **how).text,
    "difference": differences,
    "Project.diff": projects,
    "score": lambda m, c, **how: hamknee.score(m, c, **how).to_csv(),
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_mapping_is_taken_wherever_a_cohort_is_read(
    model: Model, ours: pd.DataFrame, theirs: pd.DataFrame, words: Path, verb: str
) -> None:
    ours, theirs = ours.head(40), theirs.head(40)
    assert VERBS[verb](model, theirs, mapping=words) == VERBS[verb](model, ours)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("kind", [pl.from_pandas, pa.Table.from_pandas], ids=["polars", "arrow"])
def test_frames_of_polars_and_arrow_are_taken_wherever_one_of_pandas_is(
    model: Model, ours: pd.DataFrame, verb: str, kind: Callable[[pd.DataFrame], Any]
) -> None:
    assert VERBS[verb](model, kind(ours.head(40))) == VERBS[verb](model, ours.head(40))


def test_a_file_is_read_with_a_mapping(
    model: Model, ours: pd.DataFrame, theirs: pd.DataFrame, words: Path
) -> None:
    path = words.with_name("cohort.csv")
    theirs.to_csv(path, index=False)
    plain = as_labelled(model.vocabulary, ours)
    mapped = as_labelled(model.vocabulary, path, words)
    assert (mapped.truth == plain.truth).all()
    assert mapped.with_diagnosis().to_frame().equals(plain.with_diagnosis().to_frame())
    learned = hamknee.update(model.priors, path, mapping=words).priors
    assert learned.to_csv() == hamknee.update(model.priors, ours).priors.to_csv()


def test_a_column_that_is_left_alone_is_not_read(model: Model, theirs: pd.DataFrame) -> None:
    words = {"Diagnose": "condition", "Knall": "", "age": ""}
    frame = theirs.assign(Diagnose="strain")
    labelled = label(model.vocabulary, frame, words)
    assert {name for row in range(5) for name in labelled.cases.evidence(row)} <= {
        *("warmth", "onset")
    }


@pytest.mark.parametrize(
    ("mapping", "problem"),
    [
        ({"Dignose": "condition"}, "there is no column 'Dignose' .did you mean 'Diagnose'"),
        ({"Diagnose": "conditoin"}, "unknown variable 'conditoin' .did you mean 'condition'"),
        ({"Knall": "warmth"}, "warmth is in the columns"),
        (ColumnMapping(values={"popp": {}}), "unknown variable 'popp'"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(
    model: Model, theirs: pd.DataFrame, mapping: Any, problem: str
) -> None:
    with pytest.raises(CasesError, match=problem):
        label(model.vocabulary, theirs, mapping)


def test_what_is_read_already_takes_no_mapping(model: Model, ours: pd.DataFrame) -> None:
    labelled = label(model.vocabulary, ours)
    with pytest.raises(CasesError, match="read already"):
        hamknee.evaluate(model, labelled, mapping={})
    with pytest.raises(hamknee.HamkneeError, match="read already"):
        hamknee.update(model.priors, labelled, mapping={})


def test_every_problem_of_a_mapping_is_told_at_once(model: Model) -> None:
    mapping = ColumnMapping({"a": "onset", "b": "nothing"})
    assert len(mapped_headings(model.vocabulary, ["b"], mapping).problems) == 2
