"""Every limit on docs/limits.md is that of the code, and every limit of the code is on the page."""

import ast
import operator
import re
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import hamknee
from hamknee.base.files import shipped
from tests.support.reading import grade

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "limits.md").read_text("utf-8")
SOURCES = {"hamknee": Path(hamknee.__file__).parent, "dashboard": Path(shipped("dashboard"))}

BOUNDING = {"MOST", "LONGEST", "LARGEST", "DEEPEST", "MEGABYTES", "FEWEST", "LEAST", "SMALLEST"}
"""The words of which what bounds something has one in its name."""

NO_LIMITS = {
    # Arithmetic: where floats end, and what is kept from a 0.
    "hamknee.estimation.group_evidence.LEAST",
    "hamknee.inference.simulation.SMALLEST",
    "hamknee.sensitivity.derivatives.LARGEST",
    "hamknee.sensitivity.distance.LARGEST",
    "hamknee.sensitivity.drawing.SMALLEST",
    "hamknee.sensitivity.studies.SMALLEST",
    # How the work is shared out: the answers are the same.
    "hamknee.base.threads.MOST_WORKERS",
    "hamknee.cohort.scoring.MOST_VALUES",
    "hamknee.estimation.group_evidence.MOST_MEMBERS",
    # Pictures: where a scale ends.
    "hamknee.charts.case.MOST_LETTERS",
    "hamknee.charts.evaluation.LEAST_BENEFIT",
    "hamknee.charts.weights.MOST_BITS",
    "hamknee.charts.weights.MOST_TIMES",
}
"""What has such a name and bounds nothing that people give or get."""

UNITS = {"": 1, "kB": 2**10, "MB": 2**20}
ROW = re.compile(
    r"^\|(?P<cells>.+)\| `(?P<constant>(?:hamknee|dashboard)\.[\w.]+)` \|$", re.MULTILINE
)
ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Pow: operator.pow,
    ast.Mult: operator.mul,
    ast.Add: operator.add,
}


def number(node: ast.expr) -> float | None:
    """Return the number that an expression of numbers is; None if it is anything else."""
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            value = number(inner)
            return None if value is None else -value
        case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
            one, other = number(left), number(right)
            return None if one is None or other is None else ARITHMETIC[type(op)](one, other)
    return None


def assigned(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names of a module and what stands behind them."""
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                yield from zip((ast.unparse(name) for name in names), values, strict=True)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value


@cache
def modules() -> dict[str, ast.Module]:
    """Return every module of the package and of the dashboard, by its name with dots."""
    return {
        ".".join([root, *path.relative_to(folder).with_suffix("").parts]): ast.parse(
            path.read_text("utf-8")
        )
        for root, folder in SOURCES.items()
        for path in folder.rglob("*.py")
    }


@cache
def constants() -> dict[str, float]:
    """Return every number that a module gives a name in capitals, by its name with dots."""
    return {
        f"{module}.{name}": value
        for module, tree in modules().items()
        for name, expression in assigned(tree)
        if name.isupper() and (value := number(expression)) is not None
    }


@cache
def texts() -> str:
    """Return all that can be said: the texts in the code, and those of the files of words."""
    said = [
        node.value
        for tree in modules().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    for path in (shipped("data/guidance.toml"), SOURCES["dashboard"] / "parts" / "texts.toml"):
        said += strings(tomllib.loads(Path(path).read_text("utf-8")))
    return "\n".join(said)


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings(inner)


def rows() -> dict[str, list[str]]:
    """Return the cells of every row that names a constant."""
    return {
        row["constant"]: [cell.strip() for cell in row["cells"].split(" | ")]
        for row in ROW.finditer(PAGE)
    }


def promised(cell: str) -> float:
    """Return the number that a cell begins with, in what it is counted in."""
    found = re.fullmatch(r"([\d,.]+(?:e-\d+)?)(?: (kB|MB))?(?: [a-z]+)?", cell)
    assert found, cell
    return float(found[1].replace(",", "")) * UNITS[found[2] or ""]


@pytest.mark.parametrize("constant", rows())
def test_a_limit_on_the_page_is_that_of_the_code(constant: str) -> None:
    value = constants()[constant] * (2**20 if constant.endswith(".MEGABYTES") else 1)
    assert promised(rows()[constant][1]) == value


def test_every_limit_of_the_code_is_on_the_page() -> None:
    limits = {
        constant
        for constant in constants()
        if set(constant.rpartition(".")[2].split("_")) & BOUNDING
    }
    assert sorted(limits - NO_LIMITS - set(rows())) == []
    assert sorted(NO_LIMITS - limits) == []
    assert sorted(NO_LIMITS & set(rows())) == []


def test_every_row_of_the_page_is_held_to_a_constant() -> None:
    lines = re.findall(r"^\|.*\|$", PAGE, re.MULTILINE)
    heads = [line for line in lines if line.startswith(("| what |", "|---"))]
    assert len(lines) - len(heads) == len(rows()) == len(ROW.findall(PAGE))


@pytest.mark.parametrize("said", sorted(set(re.findall("“([^”]+)”", PAGE))))
def test_what_the_page_quotes_can_be_said(said: str) -> None:
    assert [part for part in said.split("…") if part.strip() not in texts()] == []


def test_the_page_is_read_by_anybody() -> None:
    prose = re.sub(r"^(#.*|\|.*)$|[`\[]|\]\([^)]*\)", "", PAGE, flags=re.MULTILINE)
    assert grade(prose) <= 5


@pytest.mark.parametrize(
    ("text", "value"),
    [("2**24", 2**24), ("-0.5", -0.5), ("10 * 2", 20), ("'a'", None), ("x", None)],
)
def test_a_number_is_told_from_anything_else(text: str, value: float | None) -> None:
    assert number(ast.parse(text, mode="eval").body) == value
