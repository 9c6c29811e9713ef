"""One column stated anew: what it becomes, what it is split into, and what moves with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from hamknee.base import HamkneeError, counted, listing
from hamknee.estimation import (
    Derivation,
    Distribution,
    Dossier,
    Elicited,
    StatedEstimate,
    from_distribution,
    read_statement,
)
from hamknee.network import Priors, Row, Variable, find_state, find_variable, moved

if TYPE_CHECKING:
    from hamknee.projects.folder import Project

Place = tuple[str, str]
"""A variable and what it is given, ``parent=state`` or nothing."""

_COUNT = re.compile(r"\s*[\d.]+\s*(of|/|out of)\s*[\d.]+\s*")
_LEAST = 1e-6
"""What is left to a state that others make room for; a proportion of exactly 0 says never."""


@dataclass(frozen=True)
class Said:
    """What stands beside a number that is stated.

    Parameters
    ----------
    basis : str
        What kind of number it is.
    source : str or None
        A key of references.bib.
    note : str
        What was said, and why.
    """

    basis: str
    source: str | None
    note: str


def state(
    project: Project,
    finding: str,
    given: str,
    statement: str | Distribution,
    mass: float,
    basis: str | None,
    source: str | None,
    note: str,
) -> Project:
    """Return the project with one number stated anew; see `Project.state`."""
    variable, name = _spoken(project, finding)
    place = (variable.name, _given(project, variable, given))
    states = (name, "the rest")
    if isinstance(statement, str):
        ratio = "LR" in statement.upper()
        without = elsewhere(project, variable, name, place[1]) if ratio else None
        elicited = read_statement(statement, states=states, mass=mass, without=without)
    else:
        elicited = from_distribution(statement, states=states)
    said = Said(basis or usual_basis(statement, source), source, _joined(elicited.note, note))
    estimates = column_of(project, place, name, elicited, said)
    return with_columns(project, {place: estimates}, [(place, name, said)])


def usual_basis(statement: object, source: str | None) -> str:
    """Return what kind of number a statement is, where nobody says: a count is one's own."""
    if source is not None:
        return "published"
    counted = isinstance(statement, str) and _COUNT.fullmatch(statement)
    return "cohort" if counted else "judgement"


def elsewhere(project: Project, variable: Variable, state: str, given: str) -> float:
    """Return P(state | any other condition), which a likelihood ratio multiplies."""
    target = project.vocabulary.target
    parent, _, condition = given.partition("=")
    if parent != target.name:
        raise HamkneeError(f"a likelihood ratio is about a finding; allowed: not {variable.name}")
    all_of, one = project.model.marginals({}), project.model.marginals({target.name: condition})
    at, share = variable.position[state], all_of[target.name][target.position[condition]]
    return float((all_of[variable.name][at] - share * one[variable.name][at]) / (1 - share))


def column_of(
    project: Project, place: Place, state: str, elicited: Elicited, said: Said
) -> tuple[StatedEstimate, ...]:
    """Return the estimates of a column with one proportion as it was stated.

    The others make room in proportion to what they were; every range is that of the column's
    Dirichlet, whose count is the one that was stated.
    """
    column = evidence_of(project, place).columns[place]
    number = [estimate.state for estimate in column].index(state)
    old = np.array([estimate.estimate for estimate in column])
    new = np.clip(moved(old, number, elicited.probabilities[0]), _LEAST, None)
    facts = (fact_name(project),) if said.source else ()
    return ranged(
        [replace(e, basis=said.basis, facts=facts, why=said.note) for e in column],
        [float(p) for p in new],
        elicited.ess,
    )


def ranged(
    column: Sequence[StatedEstimate], shares: Sequence[float], ess: float
) -> tuple[StatedEstimate, ...]:
    """Return estimates with these shares and the 90 % ranges that a count implies."""
    from scipy import stats

    p = np.array([round(share, 6) for share in shares])
    p[p.argmax()] = round(1 - (p.sum() - p.max()), 6)
    low, high = (stats.beta.ppf(q, p * ess, (1 - p) * ess) for q in (0.05, 0.95))
    rows = zip(column, p, np.minimum(low, p * 0.999), np.maximum(high, p * 1.001), strict=True)
    return tuple(
        replace(e, estimate=float(share), low=float(f"{a:.4g}"), high=float(f"{min(b, 1):.4g}"))
        for e, share, a, b in rows
    )


def evidence_of(project: Project, place: Place) -> Dossier:
    """Return the evidence of a project, or what a column without further parents says of it."""
    if project.dossier is not None:
        if place not in project.dossier.columns:
            allowed = listing(
                sorted(g or "nothing" for v, g in project.dossier.columns if v == place[0])
            )
            raise HamkneeError(f"P({place[0]} | {place[1]}) is not stated; allowed: {allowed}")
        return project.dossier
    variable, given = place
    parents = project.priors.parents[variable]
    if len(parents) > 1:
        raise HamkneeError(
            f"{variable} hangs on {listing(parents)}, and this project has no evidence that says"
            " how; allowed: `estimation.state_average` of its numbers"
        )
    above = dict([given.split("=")]) if given else {}
    rows = project.priors.column(variable, above)
    plain = [StatedEstimate(variable, r.state, given, 0, 0, 0, r.basis, (), r.note) for r in rows]
    return Dossier(ranged(plain, [row.probability for row in rows], rows[0].ess))


def with_columns(
    project: Project,
    columns: Mapping[Place, Sequence[StatedEstimate]],
    about: Iterable[tuple[Place, str, Said]],
) -> Project:
    """Return the project with columns stated anew and everything that follows from them."""
    places, about = list(columns), list(about)
    before = evidence_of(project, places[0])
    sourced = [(place, said.source) for place, _, said in about if said.source]
    facts = [_fact(project, place, str(source), columns[place]) for place, source in sourced]
    stated = {(e.variable, e.given, e.state): e for column in columns.values() for e in column}
    estimates = tuple(stated.get((e.variable, e.given, e.state), e) for e in before.estimates)
    after = replace(before, estimates=estimates, facts=(*before.facts, *facts))
    old, new = Derivation(before, project.vocabulary), Derivation(after, project.vocabulary)
    moving = [place for one in places for place in following(after, one)]
    rows = {row.name: row for row in new.rows(dict.fromkeys(moving))}
    derived = {row.name: row for row in old.rows(dict.fromkeys(moving))}
    edited = [r.name for r in project.priors.rows if r.name in rows and _apart(r, derived[r.name])]
    priors = Priors(project.vocabulary, tuple(rows.get(r.name, r) for r in project.priors.rows))
    sentences = [_sentence(old, new, place, state) for place, state, _ in about]
    if edited and project.dossier is not None:
        sentences.append(
            f"{counted(len(edited), 'numbers')} edited by hand "
            f"{'follows' if len(edited) == 1 else 'follow'} from the evidence again."
        )
    files = {"priors.csv": priors.to_csv()}
    if project.dossier is not None:
        files |= {f"evidence/{name}": text for name, text in after.files().items()}
    return project.with_files(files, *sentences)


def following(dossier: Dossier, place: Place) -> Iterator[Place]:
    """Yield a column, and the columns that are split over its variable in the same condition."""
    variable, given = place
    yield place
    for child, parents in dossier.parents.items():
        if variable in parents and (child, given) in dossier.columns:
            yield from following(dossier, (child, given))


def fact_name(project: Project) -> str:
    """Return the name of a figure of one's own: the next that is free."""
    taken = set(project.dossier.sources) if project.dossier else set()
    return next(name for n in range(1, len(taken) + 2) if (name := f"OWN{n:03}") not in taken)


def _fact(
    project: Project, place: Place, source: str, column: Sequence[StatedEstimate]
) -> dict[str, str]:
    first = column[0]
    return {
        "fact": fact_name(project),
        "source": source,
        "condition": place[1].partition("=")[2],
        "variable": place[0],
        "state": first.state,
        "numerator": "",
        "denominator": "",
        "value": f"{first.estimate:.6g}",
        "low": f"{first.low:.4g}",
        "high": f"{first.high:.4g}",
    }


def _sentence(old: Derivation, new: Derivation, place: Place, state: str) -> str:
    """Return what a number is now, what it was, and what it is split into."""
    (was,) = (e for e in old.dossier.columns[place] if e.state == state)
    (now,) = (e for e in new.dossier.columns[place] if e.state == state)
    worth = f"worth {new.whole_ess(*place):.0f} patients"
    given = f" | {place[1]}" if place[1] else ""
    number = f"P({place[0]}={state}{given})"
    sentence = f"{number} is now {now.estimate:.3g} ({now.why}, {worth}; it was {was.estimate:.3g})"
    parts, _ = new.split(*place)
    if parents := new.dossier.parents.get(place[0], ()):
        each = ", ".join(f"{' and '.join(c)} {column[state]:.3g}" for c, column in parts.items())
        sentence += f", over {' and '.join(parents)} {each}"
    return f"{sentence}."


def _spoken(project: Project, finding: str) -> tuple[Variable, str]:
    name, _, state = finding.partition("=")
    variable = find_variable(project.vocabulary, name)
    if state:
        find_state(variable, state)
        return variable, state
    if len(variable.states) != 2:
        one = f"{name}={variable.state_names[0]}"
        raise HamkneeError(
            f"{name} has {len(variable.states)} states; allowed: one of them, such as {one!r}"
        )
    return variable, variable.state_names[0]


def _given(project: Project, variable: Variable, given: str) -> str:
    """Return what a column is given as the evidence names it: ``parent=state``, or nothing."""
    target = project.vocabulary.target
    parents = project.priors.parents[variable.name]
    parent = target if target.name in parents else None
    if parent is None and parents:
        parent = project.vocabulary[parents[0]]
    if parent is None:
        if given:
            raise HamkneeError(
                f"{variable.name} hangs on nothing; allowed: an empty text, not {given!r}"
            )
        return ""
    name = given.removeprefix(f"{parent.name}=")
    find_state(parent, name)
    return f"{parent.name}={name}"


def _joined(said: str, note: str) -> str:
    return f"{said}; {note}" if note else said


def _apart(row: Row, derived: Row) -> bool:
    """Whether a number is not the one that the evidence gave."""
    return not np.isclose(row.probability, derived.probability, rtol=0, atol=1e-9)
