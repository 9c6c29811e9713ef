"""Which column is which: names, words and columns of others."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hamknee
from hamknee.cohort.columns import CohortError, parse_maps
from hamknee.cohort.scoring import CohortWarning
from hamknee.inference.model import Model
from hamknee.network.mapping import ColumnMapping, MappingError, read_mapping


def test_columns_and_values_are_mapped(model: Model, tmp_path: Path) -> None:
    file = tmp_path / "words.toml"
    file.write_text(
        """
not_known = ["NA", "-9"]
[columns]
Beginn = "onset"
Alter = "age"
onset = ""

[values.onset]
"plötzlich" = "sudden"
2 = "days|gradual"
unbekannt = ""
[values.pop]
true = "yes"
"""
    )
    theirs = pd.DataFrame(
        {
            "Beginn": ["plötzlich", 2.0, "unbekannt", "days"],
            "Alter": np.array([31, 45, 72, -9], dtype="float32"),
            "pop": [True, None, "NA", None],
            "onset": ["their own meaning"] * 4,
        }
    )
    ours = pd.DataFrame(
        {
            "onset": ["sudden", "days|gradual", None, "days"],
            "age": [31, 45, 72, None],
            "pop": ["yes", None, None, None],
        }
    )
    scored = hamknee.score(model, theirs, mapping=file)
    pd.testing.assert_frame_equal(scored, hamknee.score(model, ours))


def test_a_reason_names_the_column_as_they_call_it(model: Model) -> None:
    scored = hamknee.score(model, pd.DataFrame({"Beginn": ["x"]}), mapping={"Beginn": "onset"})
    assert scored["fault"][0] == "column 'Beginn': 'x' is not a state of onset"


def test_a_column_that_is_nearly_a_variable_is_pointed_out(model: Model) -> None:
    frame = pd.DataFrame({"pop": ["yes"], "onsett": ["sudden"]})
    with pytest.warns(CohortWarning, match="'onsett' is ignored .did you mean 'onset'"):
        hamknee.score(model, frame)
    hamknee.score(model, frame, mapping={"onsett": ""})  # known to be another thing: no warning


@pytest.mark.parametrize(
    ("columns", "options", "problems"),
    [
        (["zip"], {}, ["no column with a finding among 'zip'; allowed: some of setting, "]),
        ([], {}, ["no column with a finding among none"]),
        (["condition"], {}, ["no column with a finding among 'condition'"]),
        (["pop", "pop"], {}, ["column 'pop' stands twice"]),
        (["pop", "p"], {"mapping": {"p": "pop"}}, ["pop is in the columns 'pop', 'p'"]),
        (["pop"], {"mapping": {"popp": "onset"}}, ["no column 'popp' (did you mean 'pop'?)"]),
        (
            ["pop", "b"],
            {"mapping": {"b": "onsett"}, "keep": ["ward"]},
            ["there is no column 'ward'", "unknown variable 'onsett' (did you mean 'onset'?)"],
        ),
        (["pop", "top"], {"keep": ["top"]}, ["column 'top' cannot be kept"]),
        (["pop"], {"mapping": ColumnMapping({}, {"poop": {}})}, ["unknown variable 'poop'"]),
    ],
)
def test_columns_that_do_not_fit_are_told(
    columns: list[str], options: dict[str, Any], problems: list[str], model: Model
) -> None:
    frame = pd.DataFrame([["yes"] * len(columns)], columns=columns)
    with pytest.raises(CohortError) as raised:
        hamknee.score(model, frame, **options)
    assert len(raised.value.problems) == len(problems)
    for problem, expected in zip(raised.value.problems, problems, strict=True):
        assert expected in problem
        assert "; allowed: " in problem


def test_every_fault_of_a_mapping_file_is_told_at_once(model: Model, tmp_path: Path) -> None:
    file = tmp_path / "words.toml"
    file.write_text(
        """not_known = [-9]
[columns]
Beginn = "onsett"
Alter = 5
[values.popp]
ja = "yes"
[values.onset]
jetzt = "now"
[valuess]
"""
    )
    with pytest.raises(MappingError) as raised:
        read_mapping(model.vocabulary, file)
    faults = [(fault.line, fault.problem) for fault in raised.value.faults]
    assert faults == [
        (1, "found -9"),
        (3, "unknown Beginn 'onsett' (did you mean 'onset'?)"),
        (4, "found 5"),
        (5, "unknown variable 'popp' (did you mean 'pop'?)"),
        (8, "'now' is not a state of onset"),
        (9, "unknown key 'valuess'"),
    ]


def test_mappings_on_the_command_line_are_read() -> None:
    assert parse_maps(["Beginn=onset", "a=b=age", "zip="]).columns == {
        "Beginn": "onset",
        "a=b": "age",
        "zip": "",
    }
    with pytest.raises(CohortError) as raised:
        parse_maps(["onset", "=pop", "a=pop", "a=onset"])
    assert len(raised.value.problems) == 3
