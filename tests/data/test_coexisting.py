"""What may be there beside the main cause: each row names what exists, and how it is known."""

import csv

from hamknee.base.files import shipped
from hamknee.network.vocabulary import Vocabulary


def table(name: str) -> list[dict[str, str]]:
    with shipped(f"data/{name}").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROWS = table("coexisting.csv")
SOURCE = {row["fact"]: row["source"] for row in table("evidence/facts.csv")}


def test_the_conditions_are_those_of_the_vocabulary(vocabulary: Vocabulary) -> None:
    states = set(vocabulary.target.state_names)
    assert {row[side] for row in ROWS for side in ("main", "also")} <= states


def test_every_pair_and_part_stands_once() -> None:
    keys = [tuple(row[k] for k in ("main", "main_part", "also", "also_part")) for row in ROWS]
    assert len(set(keys)) == len(keys) == 93
    assert len({(main, also) for main, _, also, _ in keys}) == 73


def test_every_number_is_a_proportion_within_its_range() -> None:
    for row in ROWS:
        low, estimate, high = (float(row[k]) for k in ("low", "estimate", "high"))
        assert 0 < low < estimate < high < 1, row
        assert not row["background"] or 0 < float(row["background"]) < 1, row


def test_every_row_says_what_it_counts_and_how_it_is_known() -> None:
    assert {row["kind"] for row in ROWS} == {"symptomatic", "imaging"}
    assert {row["basis"] for row in ROWS} == {"published", "indirect", "judgement"}
    for row in ROWS:
        assert row["basis"] == "judgement" or row["facts"], row


def test_the_sources_are_those_of_the_facts() -> None:
    for row in ROWS:
        facts = [*row["facts"].split(), *row["background_facts"].split()]
        assert row["sources"].split() == list(dict.fromkeys(SOURCE[f] for f in facts)), row


def test_a_clot_beside_any_other_cause_has_one_row_for_the_sum(vocabulary: Vocabulary) -> None:
    whole = [
        row["main"]
        for row in ROWS
        if row["also"] == "dvt" and not row["main_part"] and not row["also_part"]
        if row["kind"] == "symptomatic"
    ]
    assert sorted([*whole, "dvt"]) == sorted(vocabulary.target.state_names)
