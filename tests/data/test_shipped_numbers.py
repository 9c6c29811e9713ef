"""The shipped numbers say what the evidence says, with its uncertainty and its sources."""

import csv
import re
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from hamknee.base.files import shipped
from hamknee.estimation.fitting import dirichlet_ess, split_by_parent, split_ess
from hamknee.formats.pgmpy import to_pgmpy
from hamknee.guidance.guidance_file import read_guidance
from hamknee.inference.model import Model
from hamknee.network.priors import Priors
from hamknee.network.rows import Row

SECOND_PARENTS = {
    "pop": "onset",
    "weight_bearing": "onset",
    "bruising": "onset",
    "warmth": "swelling",
    "osteoarthritis_known": "age",
}

Column = tuple[str, str]
"""A variable and the one parent state that an estimate was made for, such as condition=dvt."""


def table(name: str) -> list[dict[str, str]]:
    with shipped(f"data/evidence/{name}").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ESTIMATES = table("estimates.csv")
SOURCE = {row["fact"]: row["source"] for row in table("facts.csv")}
ASSOCIATIONS = table("associations.csv")


def estimated_columns() -> dict[Column, list[dict[str, str]]]:
    columns: dict[Column, list[dict[str, str]]] = defaultdict(list)
    for row in ESTIMATES:
        columns[row["variable"], row["given"]].append(row)
    return columns


COLUMNS = estimated_columns()


def case(given: str) -> dict[str, object]:
    return dict([given.split("=")]) if given else {}


# The network says what was estimated ------------------------------------------------------------


def test_every_estimate_is_what_the_engine_answers(model: Model) -> None:
    answers = model.marginals([case(given) for _, given in COLUMNS])
    off = {}
    for number, (name, given) in enumerate(COLUMNS):
        for row in COLUMNS[name, given]:
            position = model.vocabulary[name].position[row["state"]]
            difference = abs(answers[name][number, position] - float(row["estimate"]))
            if difference > (0.001 if name == "condition" else 0.005):
                off[name, row["state"], given] = difference
    assert not off


def test_a_sample_of_the_estimates_is_what_pgmpy_answers(model: Model) -> None:
    from pgmpy.inference import VariableElimination

    engine = VariableElimination(to_pgmpy(model))
    for name, given in list(COLUMNS)[::9]:
        answer = engine.query([name], evidence=case(given), show_progress=False)
        for row in COLUMNS[name, given]:
            found = answer.get_value(**{name: row["state"]})
            tolerance = 0.001 if name == "condition" else 0.005
            assert found == pytest.approx(float(row["estimate"]), abs=tolerance), (name, given)


def test_an_unknown_setting_is_the_stated_mixture_of_settings(model: Model) -> None:
    mixture = {row["state"]: float(row["estimate"]) for row in COLUMNS["setting", ""]}
    assert sum(mixture.values()) == pytest.approx(1)
    for row in model.vocabulary.target.state_names:
        rates = {
            setting: float(entry["estimate"])
            for setting in mixture
            for entry in COLUMNS["condition", f"setting={setting}"]
            if entry["state"] == row
        }
        expected = sum(mixture[setting] * rate for setting, rate in rates.items())
        assert model.posterior({})[row] == pytest.approx(expected, abs=0.001)


def test_every_condition_and_variable_was_estimated(model: Model) -> None:
    conditions = model.vocabulary.target.state_names
    for variable in model.vocabulary.having("trait", "finding"):
        for condition in conditions:
            states = [row["state"] for row in COLUMNS[variable.name, f"condition={condition}"]]
            assert sorted(states) == sorted(variable.state_names)


# The edges --------------------------------------------------------------------------------------


def test_everything_depends_on_the_condition_and_five_findings_on_one_more(
    priors: Priors,
) -> None:
    for variable in priors.vocabulary.having("trait", "finding"):
        second = SECOND_PARENTS.get(variable.name)
        expected = {"condition", second} if second else {"condition"}
        assert set(priors.parents[variable.name]) == expected, variable.name
    assert priors.parents["condition"] == ("setting",)
    assert priors.parents["setting"] == ()


def test_the_odds_ratios_of_a_split_are_those_stated(priors: Priors) -> None:
    cpts = priors.cpts()
    for row in ASSOCIATIONS:
        assert SECOND_PARENTS[row["variable"]] == row["parent"]
        cpt, vocabulary = cpts[row["variable"]], priors.vocabulary
        finding = vocabulary[row["variable"]].position[row["state"]]
        axis = cpt.parents.index(row["parent"])
        by_parent = np.moveaxis(cpt.probabilities[..., finding], axis, 0)
        odds = by_parent / (1 - by_parent)
        (first,) = (
            other["parent_state"]
            for other in ASSOCIATIONS
            if other["variable"] == row["variable"] and float(other["odds_ratio"]) == 1
        )
        reference = odds[vocabulary[row["parent"]].position[first]]
        ratios = odds[vocabulary[row["parent"]].position[row["parent_state"]]] / reference
        np.testing.assert_allclose(ratios, float(row["odds_ratio"]), rtol=0.02)


# How sure they are ------------------------------------------------------------------------------


def rounded_down(count: float) -> float:
    return int(count * 10) / 10


def elicited(column: Column) -> float:
    """Return the count that the stated ranges of a column imply."""
    rows = COLUMNS[column]
    means, lows, highs = ([float(row[k]) for row in rows] for k in ("estimate", "low", "high"))
    return rounded_down(dirichlet_ess(means, lows, highs))


def elicited_split(name: str, given: str) -> float:
    """Return the count of each of the columns that a column is split into."""
    ratios = [row for row in ASSOCIATIONS if row["variable"] == name]
    parent, finding = ratios[0]["parent"], ratios[0]["state"]
    shares = {row["state"]: float(row["estimate"]) for row in COLUMNS[parent, given]}
    weights = [shares[row["parent_state"]] for row in ratios]
    (mean,) = (float(r["estimate"]) for r in COLUMNS[name, given] if r["state"] == finding)
    parts = split_by_parent(mean, weights, [float(row["odds_ratio"]) for row in ratios])
    return rounded_down(split_ess(mean, elicited((name, given)), weights, list(parts)))


def test_every_equivalent_sample_size_is_the_one_the_ranges_imply(priors: Priors) -> None:
    shipped_counts: dict[Column, set[float]] = defaultdict(set)
    for row in priors.rows:
        first = "".join(f"{parent}={state}" for parent, state in row.given[:1])
        shipped_counts[row.variable, first].add(row.ess)
    assert set(shipped_counts) == set(COLUMNS)
    for name, given in COLUMNS:
        expected = (
            elicited_split(name, given) if name in SECOND_PARENTS else elicited((name, given))
        )
        assert shipped_counts[name, given] == {expected}, (name, given)


def test_the_counts_are_not_a_constant(priors: Priors) -> None:
    assert len({row.ess for row in priors.rows}) > 50


# Where they come from ---------------------------------------------------------------------------


def estimate_of(row: Row) -> dict[str, str]:
    given = "".join(f"{parent}={state}" for parent, state in row.given[:1])
    (found,) = (entry for entry in COLUMNS[row.variable, given] if entry["state"] == row.state)
    return found


def test_every_number_keeps_its_sources_and_its_basis(priors: Priors) -> None:
    for row in priors.rows:
        entry = estimate_of(row)
        sources = dict.fromkeys(SOURCE[fact] for fact in entry["facts"].split())
        assert row.sources == tuple(sources), row
        expected = "judgement" if row.variable in SECOND_PARENTS else entry["basis"]
        assert row.basis == expected, row


def test_every_note_gives_the_range_and_the_facts(priors: Priors) -> None:
    for row in priors.rows:
        entry = estimate_of(row)
        low, high = float(entry["low"]), float(entry["high"])
        facts = f"; facts {entry['facts']}" if entry["facts"] else ""
        average = f"over all of {SECOND_PARENTS.get(row.variable)} {float(entry['estimate']):g}"
        start = f"{average} ({entry['basis']}), " if row.variable in SECOND_PARENTS else ""
        assert row.note == f"{start}range {low:g} to {high:g}{facts}"


def test_the_references_are_those_cited_and_no_other(
    priors: Priors, references: frozenset[str]
) -> None:
    cited = {key for row in priors.rows for key in row.sources}
    guidance = read_guidance(shipped("data/guidance.toml"), priors.vocabulary, references)
    assert len(cited) == 144
    assert cited | guidance.sources() == references


def test_every_fact_that_is_cited_exists_and_names_a_reference(references: frozenset[str]) -> None:
    cited = {fact for row in ESTIMATES for fact in row["facts"].split()}
    assert cited == set(SOURCE)
    assert set(SOURCE.values()) <= references


def test_every_reference_can_be_found_or_says_that_it_is_our_own_count() -> None:
    text = shipped("data/references.bib").read_text(encoding="utf-8")
    for entry in re.split(r"\n(?=@)", text.strip()):
        assert "title = {" in entry, entry
        place = r"\b(doi|pmid|url|journal|howpublished|publisher) = |this project's own count"
        assert re.search(place, entry), entry


# The files --------------------------------------------------------------------------------------


FILES = sorted(path for path in shipped("data").rglob("*") if path.is_file())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_data_files_are_plain_utf_8_with_line_feeds(path: Path) -> None:
    data = path.read_bytes()
    text = data.decode("utf-8")
    assert not data.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in data
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert not [line for line in text.split("\n") if line != line.rstrip()]
