"""The published cases are known again, whatever file they stand in, and nobody else is."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import hamknee
from hamknee.base.files import shipped
from hamknee.estimation.learning import LearningError, update
from hamknee.inference.simulation import draw, simulate_cases
from hamknee.network.labelled import label, read_labelled
from hamknee.network.priors import Priors
from hamknee.network.published import published_among
from tests.support.cohorts import priors_of
from tests.support.networks import asia


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return pd.read_csv(shipped("data/cases.csv"), dtype=str, keep_default_na=False)


def refused(priors: Priors, cohort: object) -> bool:
    with pytest.raises(LearningError, match="there to check the numbers") as raised:
        update(priors, cohort)  # type: ignore[arg-type]
    return "allowed: a cohort of your own" in str(raised.value)


def test_the_library_refuses_them_in_every_form(priors: Priors, table: pd.DataFrame) -> None:
    labelled = read_labelled(priors.vocabulary)
    assert refused(priors, labelled)
    assert refused(priors, labelled.with_diagnosis())
    assert refused(priors, table)
    assert refused(priors, table.set_index("case_id"))
    assert refused(priors, label(priors.vocabulary, table))


def test_a_part_another_order_or_fewer_columns_hide_nothing(
    priors: Priors, table: pd.DataFrame
) -> None:
    assert refused(priors, table.sample(frac=0.4, random_state=1))
    assert refused(priors, table.tail(1))
    assert refused(priors, table[["case_id", "condition", "onset", "pop", "age"]])
    assert refused(priors, table.assign(setting="emergency"))


def test_without_their_keys_their_answers_tell(priors: Priors, table: pd.DataFrame) -> None:
    assert refused(priors, table.drop(columns="case_id"))
    assert refused(priors, table.assign(case_id=[f"mine-{n}" for n in range(len(table))]))


def test_answers_alone_tell_where_a_tenth_of_a_cohort_is_known_again(model: hamknee.Model) -> None:
    published = read_labelled(model.vocabulary).with_diagnosis()
    alike = published_among(published[:40], keys=range(40))[:3]
    known = published[np.array(alike, dtype=int)].to_frame()
    for others, named in ((27, 3), (28, 0)):
        own = simulate_cases(model, others, known=0.7, seed=1).to_frame()
        cohort = model.encode(pd.concat([own, known], ignore_index=True))
        assert len(published_among(cohort, keys=range(len(cohort)))) == named


def test_without_the_diagnosis_their_answers_tell_too(
    model: hamknee.Model, table: pd.DataFrame
) -> None:
    hidden = label(model.vocabulary, table).cases
    assert len(published_among(hidden, keys=range(len(hidden)))) > 30


def test_another_patient_under_the_same_key_is_not_known_again(model: hamknee.Model) -> None:
    published = read_labelled(model.vocabulary).with_diagnosis()
    evidence = published.evidence(0)
    others = {
        name: next(state for state in model.vocabulary[name].state_names if state != value)
        for name, value in evidence.items()
        if isinstance(value, str)
    }
    assert len(others) > 3
    key = [published.names()[0]]
    assert published_among(model.encode([evidence]), key) == key
    assert published_among(model.encode([others]), key) == []


@pytest.mark.parametrize(("changed", "known"), [(1, True), (2, False)])
def test_under_the_same_key_three_of_four_answers_have_to_agree(
    model: hamknee.Model, changed: int, known: bool
) -> None:
    published = read_labelled(model.vocabulary).with_diagnosis()
    told = [(name, value) for name, value in published.evidence(0).items() if type(value) is str]
    case = dict(told[:4])
    for name in list(case)[:changed]:
        case[name] = next(s for s in model.vocabulary[name].state_names if s != case[name])
    key = [published.names()[0]]
    assert published_among(model.encode([case]), key) == (key if known else [])


def test_a_few_among_a_cohort_are_named(model: hamknee.Model, table: pd.DataFrame) -> None:
    own = pd.DataFrame({"case_id": ["A", "B"], "condition": ["strain", "other"], "pop": "yes"})
    mixed = pd.concat([own, table.iloc[[3]]])
    with pytest.raises(LearningError, match=r"these are published cases \(CALF-01\)"):
        update(priors_of(model), mixed)


def test_the_name_of_the_file_does_not_matter(
    priors: Priors, table: pd.DataFrame, tmp_path: Path
) -> None:
    again = tmp_path / "clinic.parquet"
    table.to_parquet(again)
    assert refused(priors, read_labelled(priors.vocabulary, again))


def test_nobody_else_is_taken_for_one(model: hamknee.Model) -> None:
    rng = np.random.default_rng(3)
    codes = draw(model, 3000, rng)
    sizes = np.array(model.engine.sizes)
    for share in (0.0, 0.4, 0.7):
        blanked = np.where(rng.random(codes.shape) < share, sizes, codes)
        assert published_among(model.cases(blanked)) == []
    # another patient whose own key is that of a published one
    other = {"condition": "dvt", "age": 30, "onset": "sudden", "swelling": "none", "pop": "yes"}
    assert published_among(model.encode([other]), keys=["BAK-01"]) == []


def test_where_the_words_are_others_the_keys_tell() -> None:
    cases = asia().encode([{"dysp": "yes"}] * 4)
    keys = ["BAK-01", "BAK-04", "BAK-06", "x"]
    assert published_among(cases, keys) == keys[:3]
    assert published_among(cases) == []
