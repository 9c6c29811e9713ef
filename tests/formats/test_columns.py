"""Rows of a table: each for one state of every parent, and none missing."""

import pytest

from hamknee.formats.columns import check_column, joined
from hamknee.formats.draft import Draft, NetworkFileError
from hamknee.formats.tokens import Word


def draft() -> Draft:
    known = Draft("a.bif")
    known.variable("a", ("x", "y"), 1)
    known.variable("b", ("u", "v"), 2)
    return known


def test_rows_are_joined_with_the_last_parent_fastest() -> None:
    rows = {("x", "u"): [1.0], ("x", "v"): [2.0], ("y", "u"): [3.0], ("y", "v"): [4.0]}
    assert joined(Word("c", 3), ["a", "b"], rows, None, draft()) == [1, 2, 3, 4]
    del rows["x", "v"]
    assert joined(Word("c", 3), ["a", "b"], rows, [9.0], draft()) == [1, 9, 3, 4]
    with pytest.raises(NetworkFileError, match=r"line 3: 'c' has no row for \(x, v\)"):
        joined(Word("c", 3), ["a", "b"], rows, None, draft())


@pytest.mark.parametrize(
    ("column", "message"),
    [(("x",), "of which there are 2"), (("x", "w"), "'b' has no state 'w'; allowed: u, v")],
)
def test_a_row_names_a_state_of_each_parent(column: tuple[str, ...], message: str) -> None:
    check_column(("x", "u"), ["a", "b"], 4, draft())
    with pytest.raises(NetworkFileError, match=message):
        check_column(column, ["a", "b"], 4, draft())
