"""The line of every table and key of a TOML file, whatever stands in its texts and lists."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamknee.base.errors import FaultsError
from hamknee.base.files import shipped
from hamknee.base.toml import TomlReader, _line_numbers

ODD = '''a = 1
[b]
x = """
[c]
y = 1
"""
z = [
  "k = 3",   # [d]
  1, { q = 2 },
]
"a.b".c = 2
'd e' = 'x # no'
[ f . "g.h" ]
w = "q # \\" [i]"
n = \'\'\'
m = 2\'\'\'
last = 3
[[many]]
v=1
[quotes]
none = """"""
two = """ [a] """""  # u = 1
"\\u0061 \\" = b" = { c = [
  "]",
  1 ] }
'"r".s' = 1
three = ["""a"""", "]", """
k = 1"""]
'''


def test_what_stands_in_a_text_or_a_list_is_no_table_and_no_key() -> None:
    assert _line_numbers(ODD) == {
        ("a",): 1, ("b",): 2, ("b", "x"): 3, ("b", "z"): 7, ("b", "a.b"): 11,
        ("b", "a.b", "c"): 11, ("b", "d e"): 12, ("f",): 13, ("f", "g.h"): 13,
        ("f", "g.h", "w"): 14, ("f", "g.h", "n"): 15, ("f", "g.h", "last"): 17,
        ("many",): 18, ("many", "v"): 19,
        ("quotes",): 20, ("quotes", "none"): 21, ("quotes", "two"): 22,
        ("quotes", 'a " = b'): 23, ("quotes", '"r".s'): 26,
        ("quotes", "three"): 27,
    }  # fmt: skip


def paths(table: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield the path of every table and key."""
    for key, value in table.items():
        yield (key,)
        if isinstance(value, dict):
            yield from ((key, *path) for path in paths(value))


def test_the_lines_are_those_of_the_tables_and_keys_that_there_are() -> None:
    text = "\n".join(line for line in ODD.splitlines() if line not in {"[[many]]", "v=1"})
    inside = {("quotes", 'a " = b', "c")}  # an inline table
    assert _line_numbers(text).keys() == set(paths(tomllib.loads(text))) - inside
    text = shipped("data/guidance.toml").read_text("utf-8")
    assert _line_numbers(text).keys() == set(paths(tomllib.loads(text)))


def test_a_long_number_takes_no_longer_than_it_is_long() -> None:
    number = f"x = {'1' * 300_000}.0\n"
    assert _line_numbers(f"{number}y = 1\n") == {("x",): 1, ("y",): 2}


TEXTS = st.text("ab[]={}#\"'\\ \n.", max_size=12)


def written(value: str, kind: str) -> str:
    """Return a text as TOML, in one of its four forms where it can hold it."""
    if kind == "literal" and "'" not in value and "\n" not in value:
        return f"'{value}'"
    if kind == "long literal" and "'" not in value:
        return f"'''\n{value}'''"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"""\n{escaped}"""' if kind == "long" else f'"{escaped}"'.replace("\n", "\\n")


@given(
    st.lists(
        st.tuples(TEXTS, st.sampled_from(["literal", "long literal", "long", "short"])),
        min_size=1,
        max_size=5,
    )
)
def test_keys_are_found_beside_any_texts(texts: list[tuple[str, str]]) -> None:
    lines, expected = ["[table]"], {("table",): 1}
    for number, (value, kind) in enumerate(texts):
        expected["table", f"key{number}"] = len("\n".join(lines).split("\n")) + 1
        lines.append(f"key{number} = {written(value, kind)}")
    text = "\n".join(lines)
    assert list(tomllib.loads(text)["table"].values()) == [value for value, _ in texts]
    assert _line_numbers(text) == expected


def test_a_fault_names_the_line_behind_a_long_text(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('[a]\nt = """\n[b]\nx = 1\n"""\nx = 2\n')
    reader = TomlReader(path, FaultsError)
    reader.values(("a",), reader.parsed()["a"], {"t": str, "x": str}, ())
    with pytest.raises(
        FaultsError, match=r"own.toml, line 6, column a.x: found 2; allowed: a text"
    ):
        reader.raise_faults()
