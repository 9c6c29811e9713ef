"""The line of every table and key of a TOML file, whatever stands in its texts and lists."""

import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamknee.base.errors import FaultsError
from hamknee.base.files import shipped
from hamknee.base.toml import NUMBER, Keys, TomlReader, _line_numbers

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


# What is wrong in a table ------------------------------------------------------------------------

KEYS: Keys = {"label": str, "core": bool, "minutes": NUMBER, "count": int, "states": dict}


def faults(folder: Path, text: str, required: Sequence[str] = ()) -> list[str]:
    """Return what is told of one table, without the name of the file."""
    path = folder / "own.toml"
    path.write_text(text, "utf-8")
    reader = TomlReader(path, FaultsError)
    reader.values((), reader.parsed(), KEYS, required)
    return [str(fault).removeprefix("own.toml") for fault in reader.faults]


def test_the_entries_of_a_table_are_those_that_are_known(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('label = "Pop"\ncore = true\nminutes = 2\ncount = 3\nother = 1\n')
    reader = TomlReader(path, FaultsError)
    values = reader.values((), reader.parsed(), KEYS, ["label"])
    assert values == {"label": "Pop", "core": True, "minutes": 2, "count": 3}
    assert len(reader.faults) == 1


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("label = 5", "found 5; allowed: a text"),
        ('label = " "', "found an empty text; allowed: a text"),
        ("core = 1", "found 1; allowed: true or false"),
        ("minutes = true", "found True; allowed: a number"),
        ("count = 1.5", "found 1.5; allowed: a whole number"),
        ("minutes = inf", "found inf; allowed: a finite number"),
        ("minutes = nan", "found nan; allowed: a finite number"),
        (f"count = {10**400}", f"found {10**400}"[:20]),
    ],
)
def test_an_entry_of_another_kind_is_told(entry: str, told: str, tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, f"\n{entry}\n")
    assert fault.startswith(f", line 2, column {entry.partition(' ')[0]}: {told}")


def test_a_misspelt_key_is_no_missing_one_too(tmp_path: Path) -> None:
    every = "label, core, minutes, count, states"
    hint = "unknown key 'labl' (did you mean 'label'?)"
    assert (
        faults(tmp_path, "labl = 1\n", ["label", "core"])
        == [
            ": core is missing; allowed: core is required",
            f", line 1, column labl: {hint}; allowed: {every}",
        ][::-1]
    )
    assert faults(tmp_path, 'label = "x"\nlabl = 1\n', ["label"]) == [
        f", line 2, column labl: unknown key 'labl'; allowed: {every}"
    ]


@pytest.mark.parametrize("name", ["pop", "p_1", "_a", "1a"])
def test_an_identifier_is_small_letters_digits_and_underscores(name: str, tmp_path: Path) -> None:
    (tmp_path / "own.toml").touch()
    reader = TomlReader(tmp_path / "own.toml", FaultsError)
    reader.check_name((name,), name)
    assert not reader.faults
    for wrong in (name.upper() + "A", f"{name} ", f"{name}-x", "12", ""):
        reader.check_name((name,), wrong)
    assert len(reader.faults) == 5


def test_a_choice_is_one_of_those_allowed_or_left_out(tmp_path: Path) -> None:
    (tmp_path / "own.toml").touch()
    reader = TomlReader(tmp_path / "own.toml", FaultsError)
    for value in ("", "trait", "findng"):
        reader.check_choice(("pop", "role"), value, ["trait", "finding"])
    (fault,) = reader.faults
    assert fault.problem == "unknown role 'findng' (did you mean 'finding'?)"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "a = 1\nb = = 2\n",
            ", line 2, column character 5: not valid TOML: Invalid value in 'b = =",
        ),
        ("a = 1\nb = [1,", ", line 2: not valid TOML: Invalid value in 'b = [1,'"),
        (
            "a = 1\na = 2\n",
            ", line 2, column character 6: not valid TOML: Cannot overwrite a value",
        ),
        (f"a = {'[' * 52}{']' * 52}", ": brackets are nested too deeply; allowed: TOML"),
        (f"a = {'[' * 2000}{']' * 2000}", ": brackets are nested too deeply; allowed: TOML"),
        (f"a = 0x{'f' * 2501}", ": a whole number has thousands of digits; allowed: numbers"),
        (f"a = {'1' * 5000}", ": a whole number has thousands of digits; allowed: numbers"),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(text: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(text)
    with pytest.raises(FaultsError) as raised:
        TomlReader(tmp_path / "own.toml", FaultsError).parsed()
    assert str(raised.value.faults[0]).removeprefix("own.toml").startswith(told)


@pytest.mark.parametrize("value", ["[" * 50 + "]" * 50, f"0x{'f' * 2500}"])
def test_depth_and_digits_have_their_bounds(value: str, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(f"a = {value}")
    assert list(TomlReader(tmp_path / "own.toml", FaultsError).parsed()) == ["a"]


def test_faults_are_raised_together_if_there_are_any(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("[a.b]\nc = 1\n")
    reader = TomlReader(tmp_path / "own.toml", FaultsError)
    reader.raise_faults()
    reader.fault(("a", "b", "c", "d"), "bad", "")
    reader.fault(("x",), "bad", "good")
    with pytest.raises(FaultsError, match=r"own\.toml: 2 faults") as raised:
        reader.raise_faults()
    assert [str(fault) for fault in raised.value.faults] == [
        "own.toml, column x: bad; allowed: good",
        "own.toml, line 2, column a.b.c.d: bad; allowed: nothing, because there is none to name",
    ]
