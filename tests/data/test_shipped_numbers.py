"""The shipped numbers say what the evidence says, with its uncertainty and its sources."""

import csv
import itertools
import re
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from hamknee.base.files import shipped
from hamknee.base.types import Array
from hamknee.estimation.fitting import dirichlet_ess, split_ess
from hamknee.formats.pgmpy import to_pgmpy
from hamknee.guidance.guidance_file import read_guidance
from hamknee.inference.model import Model
from hamknee.network.coexisting import Coexisting, read_coexisting
from hamknee.network.priors import CPT, Priors
from hamknee.network.rows import Row

Column = tuple[str, str]
"""A variable and the one parent state that an estimate was made for, such as condition=dvt."""


def table(name: str) -> list[dict[str, str]]:
    with shipped(f"data/evidence/{name}").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ESTIMATES = table("estimates.csv")
SOURCE = {row["fact"]: row["source"] for row in table("facts.csv")}
ASSOCIATIONS = table("associations.csv")
FURTHER_PARENTS = {
    row["variable"]: tuple(
        dict.fromkeys(o["parent"] for o in ASSOCIATIONS if o["variable"] == row["variable"])
    )
    for row in ASSOCIATIONS
}
"""What a finding moves with beside the condition, by what associations.csv states."""


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


def test_findings_depend_on_the_condition_and_on_what_is_stated(priors: Priors) -> None:
    for variable in priors.vocabulary.having("trait", "finding"):
        expected = {"condition", *FURTHER_PARENTS.get(variable.name, ())}
        assert set(priors.parents[variable.name]) == expected, variable.name
    assert priors.parents["condition"] == ("setting",)
    assert priors.parents["setting"] == ()


def odds_ratios(priors: Priors, row: dict[str, str], condition: str) -> Array:
    """Return the odds ratio of a stated pair in the table, for each state of the other parents."""
    vocabulary = priors.vocabulary
    cpt = priors.cpts()[row["variable"]]
    alike = [
        o for o in ASSOCIATIONS if (o["variable"], o["given"]) == (row["variable"], row["given"])
    ]
    moved = {other["state"] for other in alike}
    states = vocabulary[row["variable"]].state_names
    rest = [states.index(state) for state in states if state not in moved]
    column = cpt.probabilities[vocabulary.target.position[condition]]
    odds = column[..., states.index(row["state"])] / column[..., rest].sum(axis=-1)
    by_parent = np.moveaxis(odds, cpt.parents.index(row["parent"]) - 1, 0)
    (first,) = {
        other["parent_state"]
        for other in alike
        if other["parent"] == row["parent"] and float(other["odds_ratio"]) == 1
    }
    place = vocabulary[row["parent"]].position
    return np.asarray(by_parent[place[row["parent_state"]]] / by_parent[place[first]])


@pytest.mark.parametrize("row", ASSOCIATIONS, ids=lambda row: "-".join(list(row.values())[:5]))
def test_the_odds_ratios_of_a_split_are_those_stated(priors: Priors, row: dict[str, str]) -> None:
    only = row["given"].removeprefix("condition=")
    for condition in [only] if only else priors.vocabulary.target.state_names:
        ratios = odds_ratios(priors, row, condition)
        np.testing.assert_allclose(ratios, float(row["odds_ratio"]), rtol=0.05)


def test_where_nothing_is_stated_the_second_parent_changes_nothing(priors: Priors) -> None:
    stated = {row["given"] for row in ASSOCIATIONS if row["variable"] == "activity"}
    cpt = priors.cpts()["activity"]
    for condition, place in priors.vocabulary.target.position.items():
        same = np.ptp(cpt.probabilities[place], axis=0).max() < 1e-12
        assert same == (f"condition={condition}" not in stated), condition


# How sure they are ------------------------------------------------------------------------------


def rounded_down(count: float) -> float:
    return int(count * 10) / 10


def elicited(column: Column) -> float:
    """Return the count that the stated ranges of a column imply."""
    rows = COLUMNS[column]
    means, lows, highs = ([float(row[k]) for row in rows] for k in ("estimate", "low", "high"))
    return rounded_down(dirichlet_ess(means, lows, highs))


def elicited_split(model: Model, name: str, given: str) -> float:
    """Return the count of each of the columns that a column is split into."""
    cpt, target = model.cpts[name], model.vocabulary.target
    place = target.position[given.removeprefix("condition=")]
    parts = cpt.probabilities[place].reshape(-1, cpt.probabilities.shape[-1])
    shares = np.array([1.0])
    known: list[dict[str, object]] = [case(given)]
    for parent in FURTHER_PARENTS[name]:  # P(parent | condition, the parents before it)
        names = model.vocabulary[parent].state_names
        rows = np.array([model.marginals(each)[parent] for each in known])
        shares = (shares[:, None] * rows).ravel()
        known = [{**each, parent: state} for each in known for state in names]
    means = {row["state"]: float(row["estimate"]) for row in COLUMNS[name, given]}
    ordered = [means[state] for state in model.vocabulary[name].state_names]
    return rounded_down(split_ess(ordered, elicited((name, given)), list(shares), parts))


def test_every_equivalent_sample_size_is_the_one_the_ranges_imply(
    priors: Priors, model: Model
) -> None:
    shipped_counts: dict[Column, set[float]] = defaultdict(set)
    for row in priors.rows:
        first = "".join(f"{parent}={state}" for parent, state in row.given[:1])
        shipped_counts[row.variable, first].add(row.ess)
    assert set(shipped_counts) == set(COLUMNS)
    for name, given in COLUMNS:
        (count,) = shipped_counts[name, given]
        if name in FURTHER_PARENTS:  # here from the rounded columns
            assert count == pytest.approx(elicited_split(model, name, given), rel=0.03, abs=0.11)
        else:
            assert count == elicited((name, given)), (name, given)


def test_the_counts_are_not_a_constant(priors: Priors) -> None:
    assert len({row.ess for row in priors.rows}) > 50


# Where they come from ---------------------------------------------------------------------------


def estimate_of(row: Row) -> dict[str, str]:
    given = "".join(f"{parent}={state}" for parent, state in row.given[:1])
    (found,) = (entry for entry in COLUMNS[row.variable, given] if entry["state"] == row.state)
    return found


def split_here(table: CPT, condition: int) -> bool:
    """Return whether the columns under a condition were split, so that other parents matter."""
    column = table.probabilities[condition]
    flat = column.reshape(-1, column.shape[-1])
    return bool(np.ptp(flat, axis=0).max() > 1e-12)


def test_every_number_keeps_its_sources_and_its_basis(priors: Priors) -> None:
    tables, target = priors.cpts(), priors.vocabulary.target
    split = {
        (name, (target.name, state)): split_here(tables[name], place)
        for name in FURTHER_PARENTS
        for place, state in enumerate(target.state_names)
    }
    for row in priors.rows:
        entry = estimate_of(row)
        sources = dict.fromkeys(SOURCE[fact] for fact in entry["facts"].split())
        assert row.sources == tuple(sources), row
        moved = row.variable in FURTHER_PARENTS and split[row.variable, row.given[0]]
        assert row.basis == ("judgement" if moved else entry["basis"]), row


def test_every_note_gives_the_range_the_facts_and_the_reason(priors: Priors) -> None:
    for row in priors.rows:
        entry = estimate_of(row)
        low, high = float(entry["low"]), float(entry["high"])
        facts = f"; facts {entry['facts']}" if entry["facts"] else ""
        why = f"; {entry['why']}" if entry["why"] else ""
        parents = " and ".join(FURTHER_PARENTS.get(row.variable, ()))
        average = f"over all of {parents} {float(entry['estimate']):g} ({entry['basis']}), "
        assert row.note == f"{average if parents else ''}range {low:g} to {high:g}{facts}{why}"


def read_shipped_coexisting(priors: Priors, references: frozenset[str]) -> tuple[Coexisting, ...]:
    return read_coexisting(shipped("data/coexisting.csv"), priors.vocabulary, references)


def test_the_references_are_those_cited_and_no_other(
    priors: Priors, references: frozenset[str]
) -> None:
    cited = {key for row in priors.rows for key in row.sources}
    guidance = read_guidance(shipped("data/guidance.toml"), priors.vocabulary, references)
    beside = {key for row in read_shipped_coexisting(priors, references) for key in row.sources}
    assert cited | guidance.sources() | beside == references


def test_every_fact_that_is_cited_exists_and_names_a_reference(references: frozenset[str]) -> None:
    with shipped("data/coexisting.csv").open(encoding="utf-8", newline="") as file:
        beside = [f"{row['facts']} {row['background_facts']}" for row in csv.DictReader(file)]
    cited = {fact for row in ESTIMATES for fact in row["facts"].split()}
    assert cited | {fact for facts in beside for fact in facts.split()} == set(SOURCE)
    assert set(SOURCE.values()) <= references


def test_the_sources_of_what_may_be_there_too_are_those_of_its_facts() -> None:
    with shipped("data/coexisting.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            facts = [*row["facts"].split(), *row["background_facts"].split()]
            assert row["sources"].split() == list(dict.fromkeys(SOURCE[f] for f in facts)), row


def test_a_number_of_our_own_reckoning_is_named_in_the_documents() -> None:
    reckoned = {row["variable"] for row in ESTIMATES if row["why"]}
    assert reckoned == {"immobility_or_clot_risk"}
    described = shipped("data/README.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in described for name in reckoned)


def test_every_reference_can_be_found_or_says_that_it_is_our_own_count() -> None:
    text = shipped("data/references.bib").read_text(encoding="utf-8")
    for entry in re.split(r"\n(?=@)", text.strip()):
        assert "title = {" in entry, entry
        place = r"\b(doi|pmid|url|journal|howpublished|publisher) = |this project's own count"
        assert re.search(place, entry), entry


# A clot -----------------------------------------------------------------------------------------

LEG_SIGNS = {"swelling": "leg", "warmth": "yes", "tenderness": "yes", "location": "calf"}
AS_IN_A_CLOT = {
    "onset": ["days"],
    "activity": ["none"],
    "skin_or_fever": ["neither", "red"],
    "pain_timing": ["rest", "during"],
    "pain_quality": ["dull"],
    "weight_bearing": ["normal", "impaired"],
}
NOTHING_ELSE = {
    "pop": "no",
    "weakness": "no",
    "bruising": "no",
    "morning_stiffness": "no",
    "mechanical": "no",
    "palpable_defect": "no",
    "nerve_symptoms": "neither",
    "stops_with_rest": "no",
}


@pytest.mark.parametrize("setting", ["primary_care", "sports_clinic", "emergency"])
@pytest.mark.parametrize("others", [{}, NOTHING_ELSE], ids=["leg signs", "and nothing else"])
def test_a_clot_is_never_above_95_of_100_on_signs_alone(
    setting: str, others: dict[str, str], model: Model
) -> None:
    choices = [[None, *states] for states in AS_IN_A_CLOT.values()]
    cases = [
        {"setting": setting, **LEG_SIGNS, **others}
        | {name: state for name, state in zip(AS_IN_A_CLOT, chosen, strict=True) if state}
        for chosen in itertools.product(*choices)
    ]
    position = model.vocabulary.target.position["dvt"]
    assert model.posterior(cases).probabilities[:, position].max() < 0.95


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
