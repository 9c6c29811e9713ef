"""Break the code on purpose, one place at a time, and see whether a test notices: `make mutate`.

A mutant is a module with one comparison, number, sign or logical step changed. In a copy of the
checkout the tests that can see it are run, the nearest first and each until the first that fails:
those at the module's own path, its examples, those of its room, those that use the package from
outside. A mutant that none kills is printed with its place: a test is missing, or nothing that
matters was changed. Not changed is what only says how a picture or a table looks, in points and
shades, and how much is worked on at a time: no answer depends on it.

    python tests/mutants/run.py --count 60 --seed 1
    python tests/mutants/run.py --file reasoning/stopping.py --count 20
    python tests/mutants/run.py --file inference/engine.py --line 120 --line 121
"""

from __future__ import annotations

import argparse
import ast
import compileall
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "model" / "hamknee"
OUTSIDE = [f"tests/{room}" for room in ("safety", "data", "contract")]
PYTEST = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
SECONDS = 180
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
LOOKS = re.compile(
    r"padding|opacity|cornerRadius|stroke(Width|Dash)|(label|title)?[fF]ontSize|size|height|width"
    r"|min_width|d[xy]|[xy]Offset|thickness|tickCount|nice|filled|label(Flush|Limit)"
    r"|no_wrap|pad_edge|show_lines|soft_wrap|beside|lift"
)
"""What Altair, Rich and the marks of our charts call that which is only seen: a matter of taste."""
DRAWS = re.compile(
    r"mark_\w+|configure_\w+|properties|Axis|Scale|Table|add_column|Console|label|number"
)
"""The functions that take it."""
ON_SCREEN = re.compile(
    r"ROW|ROW_OF_NAMES|BELOW|NAMES_BELOW|SQUARE|HEIGHTS?|LINES?|LANE|RIDGE|CURVE|LIFT|THICK|DASHES"
    r"|LETTER|OTHERS|APART|ACROSS|WORDS|MARKS|WIDTH|FRAME|HEADING|CELL|SIZE|DENSITY"
)
"""What constants are called that are points on the screen or lines on paper."""
AT_A_TIME = re.compile(
    r"(PART|BATCH|CHUNK|BLOCK|KEPT|CELLS|PAIRS)(_ROWS|_BYTES|_CELLS|_AT_ONCE)?|WORKERS"
    r"|\w+_WORTH_\w+|MOST_WORKERS|TABLE_CELLS"
)
"""What constants are called that say how much is worked on at a time."""


@dataclass(frozen=True)
class Mutant:
    """One module with one thing changed."""

    path: Path
    line: int
    was: str
    """What stands in that line; the file may be changed while mutants are run."""
    change: str
    source: str
    alike: bool
    """Whether it compiles to what it was made of, so that no test could tell."""

    @property
    def text(self) -> str:
        """Return the place, the change and the line it stands in."""
        return f"{self.path.relative_to(PACKAGE)}:{self.line}: {self.change}    in: {self.was}"


def places(path: Path) -> list[int]:
    """Return the line of everything that can be changed in a module, in order."""
    return [node.lineno for node, _ in _changes(ast.parse(path.read_text("utf-8")))]


def mutant(path: Path, number: int) -> Mutant:
    """Return a module with one of its places changed."""
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    original = ast.unparse(tree)
    node, change = list(_changes(tree))[number]
    before = ast.unparse(node)
    change()
    source = ast.unparse(ast.fix_missing_locations(tree))
    alike = compile(source, "", "exec") == compile(original, "", "exec")
    was = text.splitlines()[node.lineno - 1].strip()
    return Mutant(path, node.lineno, was, f"{before}  →  {ast.unparse(node)}", source, alike)


def _changes(tree: ast.Module) -> Iterator[tuple[ast.expr | ast.AugAssign, Callable[[], None]]]:
    """Yield what can be changed, in order, and what changes it."""
    for node in _alive(tree):
        if isinstance(node, ast.Compare):
            for i in range(len(node.ops)):
                yield node, lambda node=node, i=i: _compare_otherwise(node, i)
        elif isinstance(node, ast.expr | ast.AugAssign) and _may_change(node):
            yield node, lambda node=node: _change(node)


def _may_change(node: ast.expr | ast.AugAssign) -> bool:
    if isinstance(node, ast.BinOp | ast.AugAssign):
        return type(node.op) in OPERATIONS
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not | ast.USub | ast.Invert)
    if isinstance(node, ast.Constant):
        return type(node.value) in (bool, int, float)
    return isinstance(node, ast.BoolOp | ast.IfExp)


def _alive(node: ast.AST) -> Iterator[ast.AST]:
    """Yield nodes that matter when they run.

    No annotations, no messages that are raised, no type checking, nothing of mere looks; nor the
    `strict` of a `zip`, which is seen only where there is another fault, nor the sign of an `axis`:
    in a table the last is the one after the first; nor what stands behind a minus where an array is
    reshaped, as any number would do; nor where a long text or list is cut in a sentence.
    """
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list") or isinstance(node, ast.Raise):
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Call) and name == "keywords" and ast.unparse(node.func) == "zip":
            continue
        if isinstance(node, ast.Assign | ast.AnnAssign) and _is_taste(node):
            continue
        if isinstance(node, ast.Call) and name == "args" and _reshapes(node):
            value = [size for size in value if not isinstance(size, ast.UnaryOp)]
        if isinstance(node, ast.FormattedValue) and _cuts(node.value):
            value = node.value.value
        if isinstance(node, ast.Call) and _called(node) == "listing":
            value = value[:1] if name == "args" else [] if name == "keywords" else value
        if isinstance(node, ast.arguments) and name == "defaults":
            value = _defaults(node)
        if isinstance(node, ast.Call) and name == "keywords" and _draws(node):
            value = [keyword for keyword in value if not LOOKS.fullmatch(keyword.arg or "")]
        if isinstance(node, ast.keyword) and node.arg == "axis" and isinstance(value, ast.UnaryOp):
            value = value.operand
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, ast.Import | ast.ImportFrom):
                yield child
                yield from _alive(child)


def _is_taste(node: ast.Assign | ast.AnnAssign) -> bool:
    """Return whether all that is assigned is a size on the screen or of a block of work."""
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    names = [ast.unparse(one) for one in getattr(target, "elts", [target])]
    return all(ON_SCREEN.fullmatch(name) or AT_A_TIME.fullmatch(name) for name in names)


def _draws(node: ast.Call) -> bool:
    return bool(DRAWS.fullmatch(_called(node)))


def _cuts(node: ast.expr) -> TypeGuard[ast.Subscript]:
    """Return whether a part of a sentence is the beginning of something."""
    if not (isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice)):
        return False
    return node.slice.lower is None and isinstance(node.slice.upper, ast.Constant)


def _reshapes(node: ast.Call) -> bool:
    return _called(node) == "reshape"


def _called(node: ast.Call) -> str:
    return ast.unparse(node.func).rpartition(".")[2]


def _defaults(node: ast.arguments) -> list[ast.expr]:
    """Return the defaults that an answer may depend on."""
    named = [*node.posonlyargs, *node.args][-len(node.defaults) :]
    pairs = zip(named, node.defaults, strict=False)
    return [default for named, default in pairs if not AT_A_TIME.fullmatch(named.arg.upper())]


def _compare_otherwise(node: ast.Compare, i: int) -> None:
    node.ops[i] = COMPARISONS[type(node.ops[i])]()


def _change(node: ast.expr | ast.AugAssign) -> None:
    if isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif isinstance(node, ast.BinOp | ast.AugAssign):
        node.op = OPERATIONS[type(node.op)]()
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node.op = ast.UAdd()
    elif isinstance(node, ast.UnaryOp):
        node.operand = ast.UnaryOp(node.op, node.operand)
    elif isinstance(node, ast.IfExp):
        node.body, node.orelse = node.orelse, node.body
    elif isinstance(node, ast.Constant):
        value = node.value
        node.value = not value if isinstance(value, bool) else value + 1  # type: ignore[operator]


class Checkout:
    """A copy of the checkout, where one module at a time is changed and its tests are run."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._sound: set[str] = set()

    def killer(self, mutant: Mutant) -> str | None:
        """Return the first tests that fail with a mutant, or None if it lives.

        Raises
        ------
        RuntimeError
            If those tests fail without it, too: then they say nothing.
        """
        target = self.place / "model" / "hamknee" / mutant.path.relative_to(PACKAGE)
        original, times = target.read_text("utf-8"), target.stat()
        target.write_text(mutant.source, "utf-8")
        try:
            killer = next((tests for tests in self._tests(mutant) if not self._pass(tests)), None)
        finally:
            target.write_text(original, "utf-8")
            os.utime(target, ns=(times.st_atime_ns, times.st_mtime_ns))
        if killer and killer not in self._sound and not self._pass(killer):
            raise RuntimeError(f"{killer} fails although nothing was changed")
        if killer:
            self._sound.add(killer)
        return killer

    def _tests(self, mutant: Mutant) -> list[str]:
        """Return what can see a mutant, the nearest first; what is not there is left out."""
        inside = mutant.path.relative_to(PACKAGE)
        room = f"tests/{inside.parent}"
        near = [f"{room}/test_{inside.name}", f"model/hamknee/{inside}", room]
        far = [tests for tests in OUTSIDE if tests != room]
        return [tests for tests in near + far if (self.place / tests).exists()]

    def _pass(self, tests: str) -> bool:
        """Return whether no test fails; a module may have no examples."""
        environment = os.environ | {
            "PYTHONPATH": str(self.place / "model"),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # no test needs one, and each takes its time
        }
        try:
            done = subprocess.run(
                [*PYTEST, tests],
                cwd=self.place,
                env=environment,
                capture_output=True,
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired:
            return False
        return done.returncode in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)


def main() -> int:
    """Make mutants, run their tests, and say which lived."""
    asked = _asked()
    paths = [PACKAGE / asked.file] if asked.file else sorted(PACKAGE.glob("*/*.py"))
    every = [
        (path, number)
        for path in paths
        if path.name != "__init__.py"
        for number, line in enumerate(places(path))
        if not asked.line or line in asked.line
    ]
    drawn = random.Random(asked.seed).sample(every, min(asked.count, len(every)))
    made = [mutant(path, number) for path, number in drawn]
    changed = [mutant for mutant in made if not mutant.alike]
    lived = unknown = 0
    with tempfile.TemporaryDirectory(prefix="hamknee-mutants-") as folder:
        checkout = Checkout(Path(folder) / "checkout")
        leave = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", ".hypothesis")
        shutil.copytree(ROOT, checkout.place, ignore=leave)
        compileall.compile_dir(checkout.place / "model", quiet=1)
        for one in changed:
            try:
                killer = checkout.killer(one)
            except RuntimeError as error:
                unknown += 1
                _say(f"unknown, for {error}: {one.text}")
                continue
            lived += killer is None
            if killer is None or asked.verbose:
                fate = f"killed by {killer}" if killer else "lived"
                _say(f"{fate}: {one.text}")
    _say(
        f"{len(made)} mutants were made; {len(made) - len(changed)} changed nothing, "
        f"{len(changed) - lived - unknown} were killed, {lived} lived, {unknown} are unknown."
    )
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=60, help="mutants, drawn at random")
    parser.add_argument("--seed", type=int, default=1, help="of the drawing")
    parser.add_argument("--file", help="only this module, such as reasoning/stopping.py")
    parser.add_argument("--line", type=int, action="append", help="only this line of it; repeat it")
    parser.add_argument("--verbose", action="store_true", help="say what killed each of the others")
    asked = parser.parse_args()
    if asked.file and not (PACKAGE / asked.file).is_file():
        parser.error(f"there is no {asked.file} in the package")
    if asked.line and not asked.file:
        parser.error("--line needs --file")
    return asked


if __name__ == "__main__":
    sys.exit(main())
