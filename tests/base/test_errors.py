"""Errors that name everything wrong at once, and travel between processes."""

import pickle

import pytest

from hamknee.base.errors import MOST, Fault, FaultsError, HamkneeError, ProblemsError


def test_a_fault_says_where_what_and_what_is_allowed() -> None:
    fault = Fault("a.csv", 3, "pop", "found 2", "0 to 1")
    assert str(fault) == "a.csv, line 3, column pop: found 2; allowed: 0 to 1"
    assert str(Fault("a.csv", None, None, "it is empty", "a header")).startswith("a.csv: it is")


def test_a_long_problem_is_cut() -> None:
    assert "x" * MOST + " …; allowed: less" in str(Fault("a.csv", 1, None, "x" * 999, "less"))
    assert str(Fault("a", None, None, "x" * MOST, "less")) == f"a: {'x' * MOST}; allowed: less"


def test_faults_stand_in_the_order_of_their_lines() -> None:
    faults = [Fault("a.csv", line, None, "bad", "good") for line in (9, 1, None)]
    error = FaultsError(faults)
    assert [fault.line for fault in error.faults] == [None, 1, 9]
    assert str(error).splitlines()[0] == "a.csv: 3 faults"


@pytest.mark.parametrize(
    "error",
    [
        HamkneeError("one sentence"),
        ProblemsError(["one", "two"]),
        FaultsError([Fault("a.csv", 1, None, "bad", "good")]),
    ],
)
def test_an_error_travels_as_it_is(error: HamkneeError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)
