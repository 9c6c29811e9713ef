"""What may be there beside the main cause: told by rule, never updated by findings."""

import pytest

import hamknee
from hamknee.inference.model import Model
from hamknee.reasoning.coexistence import also_present, coexisting

CYST = {"location": "popliteal", "swelling": "focal", "onset": "gradual"}


def names(model: Model, known: dict[str, object], main: str) -> list[str]:
    return [line.also for line in also_present(model, known, main).lines]


def test_what_is_felt_is_told_from_one_in_ten_on(model: Model) -> None:
    for main in model.vocabulary.target.state_names:
        lines = also_present(model, {"age": 60}, main).lines
        assert all(line.whole for line in lines)
        for line in lines:
            above = 0.0 if line.kind == "symptomatic" else line.background
            assert line.estimate >= above + 0.10 - 1e-9


def test_scans_are_told_in_the_words_of_scans(model: Model) -> None:
    also = also_present(model, CYST | {"age": 60}, "bakers_cyst")
    line = next(line for line in also.lines if line.kind == "imaging")
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
