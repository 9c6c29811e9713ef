"""Cases whose diagnosis is known: reading them, hiding the diagnosis, putting it back."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hamknee.base import TableWarning
from hamknee.network.labelled import (
    CasesError,
    LabelledCases,
    distinct_diagnoses,
    known_findings,
    label,
    named_by_id,
    read_labelled,
)
from hamknee.network.vocabulary import State, Variable, Vocabulary


@pytest.fixture(scope="module")
def published(vocabulary: Vocabulary) -> LabelledCases:
    return read_labelled(vocabulary)


def test_the_published_cases_are_read_whole(published: LabelledCases) -> None:
    assert len(published) == 111
    assert published.diagnosed.all()
    about = ["kind", "coexisting", "detail", "confirmation", "source", "link", "summary"]
    assert list(published.about) == [*about, "urgency", "urgency_why", "red_flags"]
    assert published.cases.names()[0] == "BAK-01"


def test_age_sex_and_setting_are_not_counted_as_findings(published: LabelledCases) -> None:
    counts = known_findings(published.cases)
    assert (counts >= 3).sum() == 84
    assert (counts >= 5).sum() == 51


def test_the_diagnosis_is_hidden_and_can_be_put_back(vocabulary: Vocabulary) -> None:
    cells = {
        "condition": ["rupture", "strain|rupture", "", "rupture"],
        "pop": ["yes", "", "no", "no"],
    }
    read = label(vocabulary, pd.DataFrame(cells))
    assert all("condition" not in read.cases.evidence(row) for row in range(4))
    back = read.with_diagnosis()
    assert dict(back.evidence(0)) == {"condition": "rupture", "pop": "yes"}
    assert dict(back.evidence(1)) == {"condition": ("strain", "rupture")}
    assert dict(back.evidence(2)) == {"pop": "no"}
    assert read.diagnosed.tolist() == [True, True, False, True]
    assert read.truth.sum(axis=1).tolist() == [1, 2, len(vocabulary.target.states), 1]


def test_some_of_the_cases_by_mask_or_number(published: LabelledCases) -> None:
    some = published[np.array([3, 5])]
    assert some.cases.names() == [published.cases.names()[3], published.cases.names()[5]]
    assert len(some.about) == len(some.truth) == 2
    assert len(published[known_findings(published.cases) >= 5]) == 51


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"pop": ["yes"]}, "no column 'condition' among pop"),
        ({"condition": ["rupture"]}, "no column with a finding; allowed: some of setting"),
        ({"condition": ["ruptur"], "pop": ["yes"]}, "did you mean 'rupture'?"),
    ],
)
def test_what_is_no_table_of_cases_is_refused(
    vocabulary: Vocabulary, columns: dict[str, list[str]], message: str
) -> None:
    with pytest.raises(CasesError) as caught:
        label(vocabulary, pd.DataFrame(columns))
    assert message in str(caught.value)


def test_what_is_nearly_called_like_a_variable_is_told_where_the_file_was_asked_for(
    vocabulary: Vocabulary, tmp_path: Path
) -> None:
    path = tmp_path / "cases.csv"
    path.write_text("condition,pop,onsett\nstrain,yes,sudden\n", "utf-8")
    with pytest.warns(TableWarning, match="cases.csv: .*onset") as warned:
        read_labelled(vocabulary, path)
    assert warned[0].filename == __file__


def test_a_diagnosis_of_two_is_parted_where_the_names_themselves_are() -> None:
    states = (State("a|b", "A or B"), State("c", "C"), State("d", "D"))
    target = Variable("ill", "target", "Ill", states)
    names = ["c|d", "a|b|c", "d", "a|b", "c"]
    assert distinct_diagnoses(target, names) == ["a|b", "c", "d", "a|b|c", "c|d"]


def test_a_variable_called_case_id_names_no_rows() -> None:
    states = (State("x", "x"), State("y", "y"))
    network = Vocabulary(
        (Variable("sick", "target", "Sick", states), Variable("case_id", "finding", "Id", states))
    )
    labelled = label(
        network, named_by_id(pd.DataFrame({"CASE_ID": ["x", "y"], "sick": ["y", "x"]}), network)
    )
    assert dict(labelled.cases.evidence(1)) == {"case_id": "y"}
