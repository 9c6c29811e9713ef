"""Break the code on purpose, one place at a time, and see whether a test notices: `make mutate`.

A mutant is a module with one comparison, number, sign or logical step changed. The tests at the
module's own path, and then those of its room, are run against it in a copy of the package; a mutant
that none kills is printed with its place: a test is missing, or nothing that matters was changed.

    python tests/mutants/run.py --count 60 --seed 1
    python tests/mutants/run.py --file reasoning/stopping.py --count 20
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "model" / "hamknee"
SECONDS = 300
"""After which a mutant counts as killed: it loops, or is far slower than what it was made of."""

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
OPERATIONS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}


@dataclass(frozen=True)
class Mutant:
    """One module with one thing changed."""

    path: Path
    line: int
    change: str
    source: str


def mutants(path: Path) -> list[Mutant]:
    """Return every mutant of a module; docstrings, types and messages of errors are left alone."""
    tree = ast.parse(path.read_text("utf-8"))
    made = []
    for number, _ in enumerate(_places(tree)):
        changed = copy.deepcopy(tree)
        node = list(_places(changed))[number]
        line, before = node.lineno, ast.unparse(node)
        _change(node)
        after = ast.unparse(node)
        if before != after:
            source = ast.unparse(ast.fix_missing_locations(changed))
            made.append(Mutant(path, line, f"{before}  →  {after}", source))
    return made


def _places(tree: ast.Module) -> Iterator[ast.expr]:
    """Yield what can be changed, in order."""
    yield from (node for node in _alive(tree) if isinstance(node, ast.expr) and _changes(node))


def _changes(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return type(node.op) in OPERATIONS
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not | ast.USub | ast.Invert)
    if isinstance(node, ast.Constant):
        return type(node.value) in (bool, int, float)
    return isinstance(node, ast.Compare | ast.BoolOp | ast.IfExp)


def _alive(node: ast.AST) -> Iterator[ast.AST]:
    """Yield nodes that run: no annotations, no messages that are raised, no type checking."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list") or isinstance(node, ast.Raise):
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, ast.Import | ast.ImportFrom):
                yield child
                yield from _alive(child)


def _change(node: ast.expr) -> None:
    if isinstance(node, ast.Compare):
        node.ops[0] = COMPARISONS[type(node.ops[0])]()
    elif isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif isinstance(node, ast.BinOp):
        node.op = OPERATIONS[type(node.op)]()
    elif isinstance(node, ast.UnaryOp):
        node.op = ast.UAdd() if isinstance(node.op, ast.USub) else node.op
        if isinstance(node.op, ast.Not | ast.Invert):
            node.operand = ast.UnaryOp(copy.deepcopy(node.op), node.operand)
    elif isinstance(node, ast.IfExp):
        node.body, node.orelse = node.orelse, node.body
    elif isinstance(node, ast.Constant):
        value = node.value
        node.value = not value if isinstance(value, bool) else value + 1  # type: ignore[operator]


def survives(mutant: Mutant, place: Path) -> bool:
    """Return whether a mutant passes the tests at the module's path, and then those of its room."""
    inside = mutant.path.relative_to(PACKAGE)
    target = place / "model" / "hamknee" / inside
    original = target.read_text("utf-8")
    room = place / "tests" / inside.parent
    target.write_text(mutant.source, "utf-8")
    try:
        return all(_passes(tests, place) for tests in (room / f"test_{inside.name}", room))
    finally:
        target.write_text(original, "utf-8")


def _passes(tests: Path, place: Path) -> bool:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", str(tests)]
    try:
        done = subprocess.run(
            command,
            cwd=place,
            env=os.environ | {"PYTHONPATH": str(place / "model")},
            capture_output=True,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def main() -> int:
    """Make mutants, run their tests, and say which lived."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=60, help="mutants, drawn at random")
    parser.add_argument("--seed", type=int, default=1, help="of the drawing")
    parser.add_argument("--file", help="only this module, such as reasoning/stopping.py")
    asked = parser.parse_args()
    paths = [PACKAGE / asked.file] if asked.file else sorted(PACKAGE.glob("*/*.py"))
    if missing := [path for path in paths if not path.is_file()]:
        parser.error(f"there is no {missing[0].relative_to(PACKAGE)} in the package")
    rng = random.Random(asked.seed)
    every = [mutant for path in paths if path.name != "__init__.py" for mutant in mutants(path)]
    drawn = rng.sample(every, min(asked.count, len(every)))
    lived = 0
    with tempfile.TemporaryDirectory(prefix="hamknee-mutants-") as folder:
        place = Path(folder) / "checkout"
        leave = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", ".hypothesis")
        shutil.copytree(ROOT, place, ignore=leave)
        for mutant in drawn:
            if survives(mutant, place):
                lived += 1
                where = f"{mutant.path.relative_to(ROOT)}:{mutant.line}"
                sys.stdout.write(f"lived: {where}: {mutant.change}\n")
                sys.stdout.flush()
    sys.stdout.write(f"{len(drawn) - lived} of {len(drawn)} mutants were killed.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
