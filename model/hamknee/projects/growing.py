"""A condition or a finding more: words, base rates and evidence, and no code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hamknee.base import HamkneeError, listing, percent
from hamknee.estimation import Derivation, Dossier, StatedEstimate, read_statement
from hamknee.network import Priors
from hamknee.projects.checking import FLAT
from hamknee.projects.stating import Said, ranged, usual_basis

if TYPE_CHECKING:
    import tomlkit

    from hamknee.projects.folder import Project

WORTH = 2.0
"""Patients that a flat column is worth: one of each state, where there are two."""


@dataclass(frozen=True)
class NewFinding:
    """The words of a finding that is added.

    Parameters
    ----------
    name, label, question, help, group, minutes
        As in the vocabulary.
    states : mapping of str to str
        Two names and their labels.
    """

    name: str
    label: str
    question: str
    help: str
    group: str
    minutes: float
    states: Mapping[str, str]

    def table(self) -> dict[str, Any]:
        """Return its table of the vocabulary."""
        words = {"role": "finding", "label": self.label, "question": self.question}
        if self.help:
            words["help"] = self.help
        words["group"] = self.group
        states = {name: {"label": label} for name, label in self.states.items()}
        return {**words, "minutes": self.minutes, "states": states}


def add_condition(
    project: Project,
    name: str,
    label: str,
    description: str,
    base_rates: Mapping[str, str],
    statements: Mapping[str, str],
    basis: str | None,
    source: str | None,
) -> Project:
    """Return the project with one more condition; see `Project.add_condition`."""
    dossier, target = _evidence(project), project.vocabulary.target
    words: dict[str, str] = {"label": label}
    if description:
        words["description"] = description
    text = _with_state(project, target.name, name, words)
    stated = _by_variable(project, statements)
    estimates: list[StatedEstimate] = []
    for variable, group in _grouped(dossier):
        if variable == target.name:
            estimates += _with_room(group, name, base_rates, basis, source)
            continue
        estimates += group
        if not any(e.given.startswith(f"{target.name}=") for e in group):
            continue  # it does not hang on the condition
        states = project.vocabulary[variable].state_names
        given = f"{target.name}={name}"
        estimates += _column(variable, given, states, stated.pop(variable, {}), basis, source)
    grown = replace(dossier, estimates=tuple(estimates))
    flat = sum(e.why == FLAT for e in estimates if e.given.endswith(f"={name}"))
    said = f"{label} is added, and the other conditions make room; {flat} of its numbers are flat."
    return _rebuilt(project, text, grown, {name}, said)


def add_finding(
    project: Project,
    new: NewFinding,
    statements: Mapping[str, str],
    others: str | None,
    basis: str | None,
    source: str | None,
) -> Project:
    """Return the project with one more finding; see `Project.add_finding`."""
    dossier, target = _evidence(project), project.vocabulary.target
    for condition in statements:
        if condition not in target.state_names:
            raise HamkneeError(
                f"there is no condition {condition!r}; allowed: {listing(target.state_names)}"
            )
    if new.name in project.vocabulary:
        raise HamkneeError(f"there is a {new.name!r} already; allowed: another name")
    if len(new.states) != 2:
        raise HamkneeError(f"found {len(new.states)} states; allowed: two, the first is stated")
    states = tuple(new.states)
    added: list[StatedEstimate] = []
    for condition in target.state_names:
        text = statements.get(condition, others)
        spoken = {} if text is None else {states[0]: text}
        given = f"{target.name}={condition}"
        added += _column(new.name, given, states, spoken, basis, source)
    grown = replace(dossier, estimates=(*dossier.estimates, *added))
    flat = len({e.given for e in added if e.why == FLAT})
    said = f"{new.label} is added; it is flat in {flat} of {len(target.states)} conditions."
    return _rebuilt(project, _with_variable(project, new), grown, set(), said)


def _rebuilt(
    project: Project, vocabulary: str, dossier: Dossier, new: set[str], said: str
) -> Project:
    """Return the project with rows for what is new; what was edited by hand stays."""
    from hamknee.projects.folder import read_words

    words = read_words(vocabulary)
    derived = Priors(words, tuple(Derivation(dossier, words).rows()))
    kept = {row.name: row for row in project.priors.rows}
    target = words.target.name
    room = {row.name for row in derived.rows if row.variable == target} if new else set()
    rows = (row if row.name in room else kept.get(row.name, row) for row in derived.rows)
    priors = Priors(words, tuple(rows))
    files = {"vocabulary.toml": vocabulary, "priors.csv": priors.to_csv()}
    files |= {f"evidence/{name}": text for name, text in dossier.files().items()}
    return project.with_files(files, said)


def _evidence(project: Project) -> Dossier:
    if project.dossier is None:
        raise HamkneeError(
            "this project has no evidence, from which its numbers could be derived anew; allowed: a"
            " project with a folder of evidence, such as `hamknee new FOLDER` makes"
        )
    return project.dossier


def _grouped(dossier: Dossier) -> Iterator[tuple[str, list[StatedEstimate]]]:
    for variable in dict.fromkeys(e.variable for e in dossier.estimates):
        yield variable, [e for e in dossier.estimates if e.variable == variable]


def _by_variable(project: Project, statements: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return statements by variable and state, each checked to be there."""
    from hamknee.network import find_state, find_variable

    stated: dict[str, dict[str, str]] = {}
    for finding, text in statements.items():
        name, _, state = finding.partition("=")
        variable = find_variable(project.vocabulary, name)
        if not state and len(variable.states) > 2:
            one = f"{name}={variable.state_names[0]}"
            raise HamkneeError(f"{name} has several states; allowed: one of them, such as {one!r}")
        state = state or variable.state_names[0]
        find_state(variable, state)
        stated.setdefault(name, {})[state] = text
    return stated


def _column(
    variable: str,
    given: str,
    states: Sequence[str],
    stated: Mapping[str, str],
    basis: str | None,
    source: str | None,
) -> tuple[StatedEstimate, ...]:
    """Return a column: each stated proportion as it was said, and what is left in equal parts."""
    if not stated:
        flat = [
            StatedEstimate(variable, state, given, 0, 0, 0, "judgement", (), FLAT)
            for state in states
        ]
        return ranged(flat, [1 / len(states)] * len(states), WORTH)
    columns = {s: read_statement(text, states=(s, "the rest")) for s, text in stated.items()}
    shares = {s: column.probabilities[0] for s, column in columns.items()}
    left = 1 - sum(shares.values())
    rest = [state for state in states if state not in shares]
    if (left <= 0) if rest else (abs(left) > 1e-6):
        total = percent(sum(shares.values()))
        allowed = "less, for the others" if rest else percent(1)
        raise HamkneeError(f"{variable} | {given} adds up to {total}; allowed: {allowed}")
    shares |= {state: left / len(rest) for state in rest}
    said = Said(basis or usual_basis(next(iter(stated.values())), source), source, "")
    notes = {s: column.note for s, column in columns.items()}
    column = [
        StatedEstimate(variable, s, given, 0, 0, 0, said.basis, (), notes.get(s, "what is left"))
        for s in states
    ]
    return ranged(column, [shares[s] for s in states], min(c.ess for c in columns.values()))


def _with_room(
    group: Sequence[StatedEstimate],
    name: str,
    base_rates: Mapping[str, str],
    basis: str | None,
    source: str | None,
) -> Iterator[StatedEstimate]:
    """Yield base rates with those of a new condition; the others keep their proportions."""
    for given in dict.fromkeys(e.given for e in group):
        column = [e for e in group if e.given == given]
        setting = given.partition("=")[2]
        if setting not in base_rates:
            raise HamkneeError(
                f"there is no base rate for {setting!r}; allowed: one for each setting"
            )
        new = read_statement(base_rates[setting], states=(name, "the others"))
        share = new.probabilities[0]
        said = Said(basis or usual_basis(base_rates[setting], source), source, new.note)
        scaled = [round(e.estimate * (1 - share), 6) for e in column]
        scaled[scaled.index(max(scaled))] += round(1 - round(share, 6) - sum(scaled), 6)
        yield from (
            replace(
                e,
                estimate=p,
                low=min(e.low * (1 - share), p * 0.999),
                high=max(e.high * (1 - share), p * 1.001),
            )
            for e, p in zip(column, scaled, strict=True)
        )
        first = StatedEstimate(column[0].variable, name, given, 0, 0, 0, said.basis, (), said.note)
        yield ranged([first, first], [share, 1 - share], new.ess)[0]


def _with_state(project: Project, variable: str, name: str, words: Mapping[str, str]) -> str:
    """Return the text of the vocabulary with one state more; comments stay."""
    document = _document(project)
    states = document[variable]["states"]
    if name in states:
        raise HamkneeError(f"there is a {name!r} already; allowed: another name")
    states[name] = _inline(words)
    return _dumped(document)


def _with_variable(project: Project, new: NewFinding) -> str:
    document = _document(project)
    table = new.table()
    states = table.pop("states")
    document[new.name] = {**table, "states": {s: _inline(words) for s, words in states.items()}}
    return _dumped(document)


def _document(project: Project) -> tomlkit.TOMLDocument:
    import tomlkit

    return tomlkit.parse(project.vocabulary_text)


def _dumped(document: tomlkit.TOMLDocument) -> str:
    import tomlkit

    return str(tomlkit.dumps(document))


def _inline(words: Mapping[str, str]) -> Any:
    import tomlkit

    table = tomlkit.inline_table()
    table.update(dict(words))
    return table
