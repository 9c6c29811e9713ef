"""Naming one number of the tables."""

from collections.abc import Mapping

import numpy as np
import pytest
from scipy.stats import beta

import hamknee
from hamknee.sensitivity.one_way import sensitivity_function
from hamknee.sensitivity.parameters import beta_range
from tests.support.networks import asia


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (("lunge", "yes", {"smoke": "yes"}), r"unknown variable 'lunge' \(did you mean 'lung'\?\)"),
        (("lung", "maybe", {"smoke": "yes"}), r"'maybe' is not a state of lung.*allowed: yes, no"),
        (("lung", "yes", {}), "lung is given nothing here; allowed: smoke"),
        (("lung", "yes", {"asia": "yes"}), "lung is given asia here; allowed: smoke"),
        (("smoke", "yes", {"asia": "yes"}), "smoke is given asia here; allowed: nothing"),
        (("lung", "yes", {"smoke": "often"}), "'often' is not a state of smoke"),
    ],
)
def test_numbers_that_are_not_there_are_refused(
    number: tuple[str, str, Mapping[str, str]], message: str
) -> None:
    with pytest.raises(hamknee.HamkneeError, match=message):
        sensitivity_function(asia(), {}, "yes", number)


def test_a_range_is_the_middle_of_the_beta() -> None:
    p, ess = np.array([0.2, 0.9, 0.0, 1.0]), np.array([10.0, 3.0, 5.0, 5.0])
    low, high = beta_range(p, ess, 0.9)
    assert low[:2] == pytest.approx(beta.ppf(0.05, (ess * p)[:2], (ess * (1 - p))[:2]))
    assert high[:2] == pytest.approx(beta.ppf(0.95, (ess * p)[:2], (ess * (1 - p))[:2]))
    assert list(low[2:]) == list(high[2:]) == [0, 1]
