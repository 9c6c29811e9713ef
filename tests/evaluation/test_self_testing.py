"""The self-test passes a right engine and fails wrong ones."""

from dataclasses import replace

import numpy as np
import pytest

import hamknee
from hamknee.evaluation.calibrating import Estimate
from hamknee.evaluation.metrics import MEASURES
from hamknee.evaluation.self_testing import MASS, self_test, simulate_labelled
from hamknee.inference.model import Model
from hamknee.network.priors import CPT
from tests.support.by_hand import Worlds
from tests.support.networks import random_network


def test_the_engine_is_calibrated_on_patients_of_its_own_model(model: Model) -> None:
    for known in (0.2, 0.8, {"onset": 1, "location": 1, "age": 0.5}):
        tested = self_test(model, n=1500, known=known)
        assert tested.passed, tested.text
        assert tested.text.startswith("Passed: 1,500 patients drawn from the model.")


def test_a_wrong_engine_fails_the_self_test(model: Model) -> None:
    """One that takes the rare for common: other priors than those that made the patients."""
    prior = model.cpts["condition"]
    turned = CPT("condition", prior.parents, prior.probabilities[..., ::-1].copy())
    wrong = Model(model.vocabulary, model.cpts | {"condition": turned})
    tested = self_test(model, n=1500, answered_by=wrong)
    assert not tested.passed
    assert tested.text.startswith("Failed")


def test_an_engine_that_counts_everything_twice_fails_the_self_test(model: Model) -> None:
    sharper = {
        name: CPT(name, cpt.parents, _squared(cpt.probabilities))
        for name, cpt in model.cpts.items()
        if name != "setting"
    }
    tested = self_test(model, n=1500, answered_by=Model(model.vocabulary, model.cpts | sharper))
    assert not tested.passed
    assert tested.calibration.slope.high < 1


def _squared(table: np.ndarray) -> np.ndarray:
    return table**2 / (table**2).sum(axis=-1, keepdims=True)


def test_simulated_patients_have_what_was_asked_for(model: Model) -> None:
    drawn = simulate_labelled(model, 400, known={"onset": 1, "pop": 0.5}, seed=1)
    known = drawn.cases.codes != np.array(model.engine.sizes)
    share = dict(zip(model.vocabulary, known.mean(axis=0), strict=True))
    assert share.pop("onset") == 1
    assert share.pop("pop") == pytest.approx(0.5, abs=0.08)
    assert set(share.values()) == {0}
    counted = drawn.truth.mean(axis=0)
    assert counted == pytest.approx(model.posterior({}).probabilities, abs=0.06)


def test_the_seed_decides_who_is_drawn(model: Model) -> None:
    first, again, other = (simulate_labelled(model, 50, known=0.5, seed=s) for s in (1, 1, 2))
    np.testing.assert_array_equal(first.cases.codes, again.cases.codes)
    np.testing.assert_array_equal(first.truth, again.truth)
    assert (first.cases.codes != other.cases.codes).any()


def test_if_all_but_the_diagnosis_is_known_answers_are_those_of_complete_cases() -> None:
    """They have a closed form: P(target, case), of all states of the target."""
    model = random_network(4)
    worlds = Worlds(model)
    target = model.engine.target
    tested = self_test(model, n=40, known=1.0, seed=3)
    patients = simulate_labelled(model, 40, known=1.0, seed=3)
    for row, posterior in enumerate(tested.evaluation.probabilities["model"]):
        codes: list[int | slice] = [int(code) for code in patients.cases.codes[row]]
        codes[target] = slice(None)
        joint = worlds.joint[tuple(codes)]
        assert posterior == pytest.approx(joint / joint.sum())


def test_the_table_has_the_scores_and_then_the_calibration(model: Model) -> None:
    tested = self_test(model, n=200)
    calibrated = list(tested.calibration.table["measure"])
    assert list(tested.table["measure"]) == [*MEASURES, *calibrated]
    assert tested.evaluation.mass == MASS == tested.calibration.mass


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n": 0}, "found 0 patients; allowed: 1 or more"),
        ({"known": 1.5}, "found 1.5 as the probability of knowing"),
        ({"known": {"onset": -0.1}}, "found -0.1 as the probability of knowing onset"),
        ({"known": {"onsett": 1.0}}, "did you mean 'onset'?"),
    ],
)
def test_a_self_test_that_cannot_be_is_refused(
    model: Model, settings: dict[str, object], message: str
) -> None:
    with pytest.raises(hamknee.HamkneeError) as caught:
        self_test(model, **settings)  # type: ignore[arg-type]
    assert message in str(caught.value)


def test_a_slope_whose_interval_just_holds_1_passes(model: Model) -> None:
    tested = self_test(model, n=1)
    assert tested.evaluation.n == 1
    for low, high, passed in (
        (1, 1.2, True),
        (0.8, 1, True),
        (1.01, 1.2, False),
        (0.8, 0.9, False),
    ):
        slope = Estimate((low + high) / 2, low, high)
        calibrated = replace(tested.calibration, slope=slope)
        assert replace(tested, calibration=calibrated).passed is passed
