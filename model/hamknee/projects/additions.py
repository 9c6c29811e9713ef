"""Conditions and findings stated in a file: reads its tables, and adds one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hamknee.base import NUMBER, FaultsError, Keys, TomlReader

if TYPE_CHECKING:
    from hamknee.projects.folder import Project

_CONDITION: Keys = {"label": str, "description": str, "base_rate": (str, dict), "source": str}
_FINDING: Keys = {
    "label": str,
    "question": str,
    "help": str,
    "group": str,
    "minutes": NUMBER,
    "states": dict,
    "others": str,
    "source": str,
}


class AdditionsError(FaultsError):
    """A file of additions holds something that cannot be used.

    Examples
    --------
    >>> import tempfile
    >>> import hamknee
    >>> with tempfile.TemporaryDirectory() as place:
    ...     path = Path(place, "plica.toml")
    ...     _ = path.write_text("[condition.plica]", "utf-8")
    ...     hamknee.open_project().add(path)
    Traceback (most recent call last):
    ...
    hamknee.projects.additions.AdditionsError: plica.toml: 2 faults
      plica.toml, line 1, column condition.plica: label is missing; allowed: ...
    """


class _Reader(TomlReader):
    """Reads ``[condition.NAME]`` and ``[finding.NAME]``: words, and below them the statements."""

    def tables(self) -> dict[str, dict[str, tuple[dict[str, Any], dict[str, str]]]]:
        """Return the words and the statements of each, or raise with every fault."""
        kinds = self.values((), self.parsed(), {"condition": dict, "finding": dict}, ())
        known = {"condition": _CONDITION, "finding": _FINDING}
        needed = {"condition": ("label", "base_rate"), "finding": ("label", "question")}
        read = {
            kind: {n: self._one((kind, n), t, known[kind], needed[kind]) for n, t in names.items()}
            for kind, names in kinds.items()
        }
        if not any(read.values()):
            self.fault((), "nothing is added", "a table [condition.NAME] or [finding.NAME]")
        self.raise_faults()
        return read

    def _one(
        self, here: tuple[str, ...], table: Any, keys: Keys, needed: tuple[str, ...]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        self.check_name(here, here[-1])
        if not isinstance(table, dict):
            self.fault(here, f"found {table!r}", "a table")
            return {}, {}
        statements = {key: text for key, text in table.items() if key not in keys}
        words = {key: value for key, value in table.items() if key in keys}
        for key, text in statements.items():
            if not isinstance(text, str):
                self.fault((*here, key), f"found {text!r}", 'a statement such as "24 of 60"')
        return self.values(here, words, keys, needed), statements


def add_file(project: Project, path: Path) -> Project:
    """Return the project with everything that a file adds; see `Project.add`."""
    read = _Reader(path, AdditionsError).tables()
    for name, (words, statements) in read.get("condition", {}).items():
        rates = words.pop("base_rate")
        label = words.pop("label")
        project = project.add_condition(name, label, _rates(rates), statements, **words)
    for name, (words, statements) in read.get("finding", {}).items():
        states = words.pop("states", None)
        label, question = words.pop("label"), words.pop("question")
        project = project.add_finding(name, label, question, statements, states=states, **words)
    return project


def _rates(rates: str | Mapping[str, Any]) -> str | dict[str, str]:
    return rates if isinstance(rates, str) else {name: str(text) for name, text in rates.items()}
