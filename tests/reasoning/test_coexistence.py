"""What may be there beside the main cause: told by rule, never updated by findings."""

import math
from dataclasses import replace

import pytest

import hamknee
from hamknee.inference.model import Model
from hamknee.network.coexisting import Coexisting
from hamknee.reasoning import coexistence
from hamknee.reasoning.coexistence import also_present, coexisting

CYST = {"location": "popliteal", "swelling": "focal", "onset": "gradual"}


def names(model: Model, known: dict[str, object], main: str) -> list[str]:
    return [line.also for line in also_present(model, known, main).lines]


def worth_telling(row: Coexisting) -> bool:
    """Return what the rule says of somebody of sixty: felt, or seen so much above background."""
    if row.main_part or row.also_part:
        return False
    if row.kind == "symptomatic":
        return row.estimate > 0.10 - 1e-9
    return row.estimate - row.background > 0.10 - 1e-9  # not where nobody counted it


def test_exactly_what_is_frequent_enough_is_told_the_most_frequent_first(model: Model) -> None:
    told = 0
    for main in model.vocabulary.target.state_names:
        lines = also_present(model, {"age": 60}, main).lines
        expected = [row for row in coexisting(model) if row.main == main and worth_telling(row)]
        assert set(lines) == set(expected)
        assert [row.estimate for row in lines] == sorted((r.estimate for r in lines), reverse=True)
        told += len(lines)
    assert told > 20


def test_scans_are_told_in_the_words_of_scans(model: Model) -> None:
    also = also_present(model, CYST | {"age": 60}, "bakers_cyst")
    line = next(line for line in also.lines if line.kind == "imaging")
    counted, nobody = (replace(line, background=share) for share in (0.0, math.nan))
    assert ", and in 0 % without;" in also.sentence(counted)
    assert "without" not in also.sentence(nobody)
    assert also.sentence(line).startswith("Scans show ")
    assert "need not hurt" in also.sentence(line)


def test_known_osteoarthritis_is_not_announced(model: Model) -> None:
    assert "osteoarthritis" in names(model, CYST | {"age": 60}, "bakers_cyst")
    known = CYST | {"age": 60, "osteoarthritis_known": "yes"}
    assert "osteoarthritis" not in names(model, known, "bakers_cyst")


def test_worn_joints_and_tears_are_lines_from_forty_on(model: Model) -> None:
    young, older = (names(model, CYST | {"age": age}, "bakers_cyst") for age in (30, 45))
    assert {"osteoarthritis", "meniscal_tear"} <= set(older)
    assert {"osteoarthritis", "meniscal_tear"}.isdisjoint(young)


def test_a_clot_present_is_the_sum_over_main_causes(model: Model) -> None:
    known = {"onset": "days", "swelling": "leg", "location": "calf"}
    posterior = model.posterior(known)
    also = also_present(model, known)
    rows = {row.main: row for row in coexisting(model) if row.also == "dvt" and row.beside}
    for place, end in enumerate(("estimate", "low", "high")):
        expected = posterior["dvt"] + sum(
            posterior[main] * getattr(row, end) for main, row in rows.items()
        )
        assert also.present("dvt")[place] == pytest.approx(expected, abs=1e-12)
    assert also.present("dvt")[0] > posterior["dvt"]


def test_what_is_there_too_raises_an_alarm_and_never_lowers_one(model: Model) -> None:
    for known in ({}, {"swelling": "leg"}, {"skin_or_fever": "red", "warmth": "yes"}):
        also = also_present(model, known)
        for state in model.vocabulary.target.state_names:
            estimate, low, high = also.present(state)
            assert also.posterior[state] <= low <= estimate <= high


def test_a_clot_is_told_from_its_very_proportion_on(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    also = also_present(model, {"location": "calf", "swelling": "leg"}, "calf_strain")
    share = also.present("dvt")[0]
    for least, told in ((share, True), (share + 1e-9, False)):
        monkeypatch.setattr(coexistence, "CLOT_FROM", least)
        assert bool(replace(also).clot_text) is told


def test_a_clot_is_told_from_one_in_a_hundred_on(model: Model) -> None:
    told = set()
    for known in ({"location": "calf"}, {"location": "popliteal"}, {"location": "anteromedial"}):
        also = also_present(model, known)
        assert bool(also.clot_text) is (also.present("dvt")[0] >= 0.01)
        told.add(bool(also.clot_text))
    assert told == {True, False}


def test_it_is_no_second_vote_for_a_main_cause(model: Model) -> None:
    known = {"onset": "days", "swelling": "leg", "location": "calf"}
    before = model.posterior(known).probabilities.copy()
    also = also_present(model, known)
    also.present("dvt")
    assert (also.posterior.probabilities == before).all()
    assert (model.posterior(known).probabilities == before).all()


def test_a_pair_is_used_in_the_direction_that_was_stated(model: Model) -> None:
    """That a clot lies beside a cyst does not tell how often a cyst lies beside a clot."""
    also = also_present(model, CYST, "bakers_cyst")
    beside = [row.main for row in also.rows if row.also == "bakers_cyst" and row.beside]
    expected = also.posterior["bakers_cyst"] + sum(
        also.posterior[row.main] * row.estimate
        for row in also.rows
        if row.also == "bakers_cyst" and row.beside
    )
    assert "dvt" not in beside
    assert also.present("bakers_cyst")[0] == pytest.approx(expected, abs=1e-12)


def test_parts_and_scans_add_nothing_to_how_likely_it_is_there(model: Model) -> None:
    also = also_present(model, {"setting": "emergency"})
    for state in model.vocabulary.target.state_names:
        whole = tuple(
            row
            for row in also.rows
            if row.kind == "symptomatic" and not row.main_part and not row.also_part
        )
        assert replace(also, rows=whole).present(state) == also.present(state)
    others = [row for row in also.rows if not row.beside]
    assert {row.kind for row in others} == {"symptomatic", "imaging"}
    assert replace(also, rows=tuple(others)).present("dvt")[0] == also.posterior["dvt"]


def test_a_pair_that_nobody_stated_adds_nothing_and_is_not_told(model: Model) -> None:
    stated = {(row.main, row.also) for row in coexisting(model)}
    assert ("snapping_tendon", "bakers_cyst") not in stated
    also = also_present(model, {"age": 60}, "snapping_tendon")
    assert "bakers_cyst" not in [line.also for line in also.lines]
    never = next(
        name
        for name in model.vocabulary.target.state_names
        if not any(row.also == name and row.beside for row in coexisting(model))
    )
    assert also.present(never) == (also.posterior[never],) * 3


def test_findings_do_not_update_what_may_be_there_too(model: Model) -> None:
    one, other = (
        also_present(model, {"age": 60, "pop": answer}, "bakers_cyst") for answer in ("yes", "no")
    )
    assert one.lines == other.lines
    assert list(one.table["estimate"]) == list(other.table["estimate"])


def test_of_several_causes_the_most_probable_one_is_meant(model: Model) -> None:
    assert also_present(model, CYST).main == model.posterior(CYST).top
    with pytest.raises(hamknee.EvidenceError, match="is not a state of condition"):
        also_present(model, CYST, "cyst")
