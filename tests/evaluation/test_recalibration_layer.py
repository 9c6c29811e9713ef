"""The layer: a stated case mix by compiling a model with it, and its file."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hamknee.base.errors import HamkneeError
from hamknee.evaluation.recalibration_layer import (
    RecalibrationLayer,
    read_recalibration,
    recalibrated,
    with_case_mix,
)
from hamknee.inference.model import Model
from hamknee.inference.simulation import simulate_cases
from tests.support.cohorts import recoded
from tests.support.networks import network


@pytest.fixture
def layer(model: Model) -> RecalibrationLayer:
    stated = with_case_mix(model, {"dvt": 0.4})
    return replace(stated, slope=0.7, cohort="clinic", cases=300, cohort_sha256="abc")


def test_a_case_mix_is_that_of_a_model_with_such_starting_probabilities() -> None:
    sign = [[[0.5, 0.5], [0.1, 0.9], [0.0, 1.0]], [[0.3, 0.7], [0.4, 0.6], [0.25, 0.75]]]
    model = network(
        {
            "place": ("", [0.7, 0.3], "home clinic"),
            "cause": ("place", [[0.6, 0.3, 0.1], [0.2, 0.3, 0.5]]),
            "sign": ("place cause", sign),
            "echo": ("cause", [[0.4, 0.6], [0.0, 1.0], [0.1, 0.9]]),
        },
        "cause",
        context=("place",),
    )
    mix = {"a": 0.2, "b": 0.7, "c": 0.1}
    cpt = model.cpts["cause"]
    table = np.tile(list(mix.values()), (2, 1))
    other = Model(model.vocabulary, model.cpts | {"cause": replace(cpt, probabilities=table)})
    stated = with_case_mix(model, mix)
    # Where the place is not known it has two mixes in the model, and one in the other.
    cases = recoded(simulate_cases(model, 60, known=0.5, seed=1), "place", 0)
    expected = other.posterior(cases).probabilities
    assert stated.probabilities(model, cases) == pytest.approx(expected)
    one = stated.posterior(model, {"place": "home", "echo": "yes"})
    assert one.probabilities == pytest.approx(
        other.posterior({"place": "home", "echo": "yes"}).probabilities
    )
    assert one.prior == pytest.approx(list(mix.values()))


def test_what_is_not_named_shares_the_rest_as_in_the_model(model: Model) -> None:
    shares = np.array(with_case_mix(model, {"dvt": 0.4}).case_mix)
    place = model.vocabulary.target.position["dvt"]
    start = model.posterior({}).probabilities
    assert shares[place] == pytest.approx(0.4)
    assert np.delete(shares, place) == pytest.approx(
        0.6 * np.delete(start, place) / np.delete(start, place).sum()
    )


def test_a_slope_of_one_changes_nothing_and_temperature_keeps_the_order(model: Model) -> None:
    cases = simulate_cases(model, 100, known=0.4, seed=2)
    plain = RecalibrationLayer(model.vocabulary.target, model.sha256, "slope", 1.0)
    p = model.posterior(cases).probabilities
    assert plain.probabilities(model, cases) == pytest.approx(p)
    cool = replace(plain, kind="temperature", slope=0.5).probabilities(model, cases)
    assert (cool.argsort(axis=1) == p.argsort(axis=1)).all()
    assert cool == pytest.approx(np.sqrt(p) / np.sqrt(p).sum(axis=1, keepdims=True))


def test_by_the_slope_findings_count_for_less_and_nothing_known_stays(model: Model) -> None:
    half = RecalibrationLayer(model.vocabulary.target, model.sha256, "slope", 0.5)
    assert half.posterior(model, {}).probabilities == pytest.approx(
        model.posterior({}).probabilities
    )
    case = {"setting": "emergency", "pop": "yes"}
    start, p = model.posterior(case).prior, model.posterior(case).probabilities
    expected = start * np.sqrt(p / start)
    assert half.posterior(model, case).probabilities == pytest.approx(expected / expected.sum())


def test_what_cannot_be_stays_so_and_no_answer_stays_none() -> None:
    p = np.array([[0.0, 0.3, 0.7], [np.nan] * 3, [0.0, 0.0, 1.0]])
    prior = np.array([[0.0, 0.5, 0.5]] * 3)
    for kind in ("slope", "temperature"):
        after = recalibrated(p, prior, 0.5, kind, (0.2, 0.4, 0.4))
        assert after[0, 0] == 0
        assert np.isnan(after[1]).all()
        assert after[2].tolist() == [0, 0, 1]


def test_a_file_holds_the_layer(layer: RecalibrationLayer, model: Model, tmp_path: Path) -> None:
    layer.save(tmp_path / "clinic.json")
    again = read_recalibration(model, tmp_path / "clinic.json")
    assert again.case_mix == pytest.approx(layer.case_mix)
    assert replace(again, case_mix=layer.case_mix) == layer
    assert again.text == (
        "Case mix as stated, 40 % Deep vein thrombosis (clot) the most. Findings count 0.70 times "
        "as much, fitted to 300 cases of clinic."
    )


def test_other_numbers_are_refused(layer: RecalibrationLayer, model: Model, tmp_path: Path) -> None:
    layer.save(tmp_path / "clinic.json")
    other = Model(model.vocabulary, model.cpts, sha256="f" * 64)
    for use in (
        lambda: read_recalibration(other, tmp_path / "clinic.json"),
        lambda: layer.posterior(other, {}),
        lambda: layer.probabilities(other, simulate_cases(other, 2, known=0.5, seed=1)),
    ):
        with pytest.raises(HamkneeError, match=r"made for the numbers .*; allowed: the same"):
            use()


@pytest.mark.parametrize(
    "change",
    [
        None,
        {"format": "something"},
        {"slope": -1},
        {"slope": "steep"},
        {"kind": "both"},
        {"cohort": 3},
        {"case_mix": [1]},
    ],
)
def test_what_is_no_layer_is_refused(
    layer: RecalibrationLayer, model: Model, tmp_path: Path, change: dict[str, object] | None
) -> None:
    path = tmp_path / "clinic.json"
    layer.save(path)
    content = "[1" if change is None else json.dumps(json.loads(path.read_text("utf-8")) | change)
    path.write_text(content, encoding="utf-8")
    with pytest.raises(HamkneeError, match="is no recalibration; allowed: a file that starts"):
        read_recalibration(model, path)


def test_a_file_that_is_not_there_is_named(model: Model, tmp_path: Path) -> None:
    with pytest.raises(HamkneeError, match="there is no file"):
        read_recalibration(model, tmp_path / "none.json")


@pytest.mark.parametrize(
    ("mix", "message"),
    [
        ({"x": 0.5}, "unknown t 'x'"),
        ({"a": 1.5}, "found a share of 1.5 for a; allowed: 0 to 1"),
        ({"a": 0.7, "b": 0.7}, "add up to 1.4; allowed: 1, or less"),
        ({"a": 0.1, "b": 0.1}, "add up to 0.2; allowed: 1, or less"),
    ],
)
def test_a_case_mix_that_cannot_be_is_refused(mix: dict[str, float], message: str) -> None:
    model = network({"t": ("", [0.5, 0.5], "a b"), "f": ("t", [[0.5, 0.5]] * 2)}, "t")
    with pytest.raises(HamkneeError, match=message):
        with_case_mix(model, mix)


def test_shares_that_were_rounded_are_a_whole() -> None:
    """Half a percent is what rounding may cost, either way; the rest of nothing is nothing."""
    model = network({"t": ("", [0.5, 0.3, 0.2]), "f": ("t", [[0.5, 0.5]] * 3)}, "t")
    for a in (0.204, 0.196):
        mix = with_case_mix(model, {"a": a, "b": 0.5, "c": 0.3}).case_mix
        assert mix == pytest.approx([a / (a + 0.8), 0.5 / (a + 0.8), 0.3 / (a + 0.8)])
    for a in (0.206, 0.194):
        with pytest.raises(HamkneeError, match=f"add up to {a + 0.8:.3g}; allowed: 1, or less"):
            with_case_mix(model, {"a": a, "b": 0.5, "c": 0.3})
    assert with_case_mix(model, {"a": 0.704, "b": 0.3}).case_mix == pytest.approx(
        [0.704 / 1.004, 0.3 / 1.004, 0]
    )
    assert with_case_mix(model, {"a": 1.0}).case_mix == (1, 0, 0)
    with pytest.raises(HamkneeError, match=r"found a share of -0\.1 for a; allowed: 0 to 1"):
        with_case_mix(model, {"a": -0.1})
