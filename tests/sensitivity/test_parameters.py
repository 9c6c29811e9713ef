"""Naming one number of the tables."""

from collections.abc import Mapping

import pytest

import hamknee
from hamknee.sensitivity.one_way import sensitivity_function
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
