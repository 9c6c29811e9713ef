"""A network as it is read: numbers that cannot be, columns that do not add up, what is left out."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from hamknee.formats.draft import Draft, NetworkFileError
from hamknee.formats.interchange import read_network
from tests.support.network_files import BIF


def test_a_column_within_the_tolerance_is_rescaled_only_when_that_was_asked_for(
    tmp_path: Path,
) -> None:
    path = tmp_path / "net.bif"
    path.write_text(BIF.replace("0.2, 0.8", "0.2, 0.799"))
    with pytest.raises(NetworkFileError, match=r"P\(t\) adds up to 0\.999;"):
        read_network(path, target="t")
    model = read_network(path, target="t", tolerance=0.01)
    assert model.cpts["t"].probabilities == pytest.approx([0.2 / 0.999, 0.799 / 0.999])
    assert np.array_equal(model.cpts["sign"].probabilities, [[0.1, 0.9], [0.3, 0.7]])


def test_a_column_of_zeros_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "net.bif"
    path.write_text(BIF.replace("0.2, 0.8", "0.0, 0.0"))
    with pytest.raises(NetworkFileError, match=r"P\(t\) adds up to 0;"):
        read_network(path, target="t", tolerance=0.01)


def draft_of(
    values: Sequence[float], parents: Sequence[str] = ("t",), ess: Sequence[float] | None = None
) -> Draft:
    """Return t and z without parents, one variable of a single state, and x with some of these."""
    draft = Draft("net.bif")
    for line, (name, states) in enumerate({"t": "yn", "z": "abc", "one": "s", "x": "uv"}.items()):
        draft.variable(name, states, line)
    draft.table("t", (), [0.2, 0.8], 11)
    draft.table("z", (), [0.2, 0.3, 0.5], 12)
    draft.table("one", (), [1.0], 13)
    draft.table("x", parents, values, 14, ess)
    return draft


def test_what_rounding_took_beyond_0_or_1_is_0_or_1() -> None:
    draft = draft_of([1.0000005, -0.0000005, 1, 0])
    (*_, x) = draft.nodes()
    assert x.table.tolist() == [[1, 0], [1, 0]]
    assert x.rescaled == ((0,),)


@pytest.mark.parametrize("wrong", [1.5, 1.00001, -0.1, -0.00001])
def test_a_number_that_is_no_probability_is_refused(wrong: float) -> None:
    with pytest.raises(NetworkFileError, match=f"line 14: the table of 'x' holds {wrong:g};"):
        draft_of([0.5, 0.5, wrong, 1 - wrong]).nodes()


def test_a_column_is_named_with_how_many_more_are_off() -> None:
    with pytest.raises(NetworkFileError, match=r"P\(x \| t=y\) adds up to 0.9; allowed: 1, within"):
        draft_of([0.5, 0.4, 0.5, 0.5]).nodes()
    with pytest.raises(NetworkFileError, match=r"up to 0\.9, and 1 more of its columns is off;"):
        draft_of([0.5, 0.4, 0.5, 0.6]).nodes()
    with pytest.raises(NetworkFileError, match=r"up to 0\.9, and 2 more of its columns are off;"):
        draft_of([0.5, 0.4, 0.5, 0.6, 0, 0], parents=("z",)).nodes()


def test_a_variable_of_one_state_is_no_part_of_the_network_nor_of_its_tables() -> None:
    values = np.random.default_rng(1).dirichlet([1, 1], size=(2, 3))
    draft = draft_of(values.ravel().tolist(), ("t", "one", "z"), ess=[1, 2, 3, 4, 5, 6])
    nodes = {node.name: node for node in draft.nodes()}
    assert list(nodes) == ["t", "z", "x"]
    assert nodes["x"].parents == ("t", "z")
    assert nodes["x"].table == pytest.approx(values)
    assert nodes["x"].ess is not None
    assert nodes["x"].ess.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert draft.notices == ["'one' is a variable with one state only and was left out."]


def test_what_is_left_out_is_told_by_its_kind() -> None:
    draft = draft_of([0.5, 0.5, 0.5, 0.5])
    draft.leave_out("cost", "a utility", 21)
    draft.leave_out("pain", "a utility", 22)
    draft.nodes()
    assert draft.notices[0] == "'cost', 'pain' were left out: each is a utility."


def test_columns_that_were_divided_by_their_sum_are_told() -> None:
    one, two = draft_of([0.5, 0.49, 0.5, 0.5]), draft_of([0.5, 0.49, 0.5, 0.51])
    for draft in (one, two):
        draft.nodes(tolerance=0.02)
    did = "did not add up to 1"
    assert one.notices[0] == f"1 column {did} and was divided by the sum: P(x | t=y)."
    assert two.notices[0] == f"2 columns {did} and were divided by the sum: P(x | t=y), P(x | t=n)."


@pytest.mark.parametrize("ess", [[1.0], [1.0, -1.0], [1.0, np.inf], [1.0, 2.0, 3.0]])
def test_experience_is_a_number_from_0_on_for_each_column(ess: list[float]) -> None:
    with pytest.raises(NetworkFileError, match=r"the experience of 'x' is .*; allowed: 2 numbers"):
        draft_of([0.5, 0.5, 0.5, 0.5], ess=ess).nodes()


def test_experience_of_nothing_says_nothing() -> None:
    draft = draft_of([0.5, 0.5, 0.5, 0.5], ess=[3.0, 0.0])
    assert draft.nodes()[-1].ess is None
    assert draft.notices[0].startswith("the experience of 'x' is 0 in some columns")


def test_arrows_that_form_a_cycle_are_refused_with_the_line_of_one() -> None:
    draft = Draft("net.bif")
    for line, name in enumerate("ab", start=1):
        draft.variable(name, "yn", line)
    draft.table("a", "b", [0.5] * 4, 3)
    draft.table("b", "a", [0.5] * 4, 4)
    with pytest.raises(NetworkFileError, match=r"line [34]: the arrows form a cycle: . → . → .;"):
        draft.nodes()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("0.2, 0.799", "; a tolerance of 0.001 is for numbers that were rounded"),
        ("0.2, 0.799996", "; a tolerance of 0.000004 is for numbers that were rounded"),
        ("0.2, 0.7966", "; a tolerance of 0.004 is for numbers that were rounded"),
        ("0.2, 0.7", "; a tolerance of 0.1 is for numbers that were rounded"),
        ("0.2, 0.69", ""),
    ],
)
def test_the_tolerance_that_is_named_is_one_that_does(tmp_path: Path, row: str, said: str) -> None:
    path = tmp_path / "net.bif"
    path.write_text(BIF.replace("0.2, 0.8", row))
    with pytest.raises(NetworkFileError) as refused:
        read_network(path, target="t")
    assert str(refused.value).endswith(f"1, within 0.000001{said}")
    if said:
        tolerance = float(said.split()[4])
        probabilities = read_network(path, target="t", tolerance=tolerance).cpts["t"].probabilities
        assert probabilities.sum() == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize(
    ("values", "columns"), [([1, 1, 0.5, 0.5], "a column"), ([1, 1, 1, 1], "2 columns")]
)
def test_columns_left_open_are_counted(values: list[float], columns: str) -> None:
    draft = draft_of(values)
    draft.ones_are_even = True
    assert draft.nodes()[-1].table == pytest.approx(np.full((2, 2), 0.5))
    (notice,) = (notice for notice in draft.notices if "nothing but ones" in notice)
    assert notice.startswith(f"'x' has {columns} of nothing but ones")


def test_a_table_too_large_is_told_by_the_variable_whose_it_is() -> None:
    draft = Draft("net.bif")
    for line, name in enumerate("abc", 1):
        draft.variable(name, [f"s{number}" for number in range(400)], line)
    with pytest.raises(NetworkFileError, match="line 4: the table of 'c' would have 64000000 num"):
        draft.shape(("a", "b", "c"), 4)


def test_the_largest_tolerance_that_is_allowed_may_be_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "net.bif"
    path.write_text(BIF.replace("0.2, 0.8", "0.2, 0.7"))
    model = read_network(path, target="t", tolerance=0.1)
    assert model.cpts["t"].probabilities == pytest.approx([2 / 9, 7 / 9])
