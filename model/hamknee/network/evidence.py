"""What is known of one case, checked against the vocabulary.

The value of a variable is one of

* a state by its name or label (``"sudden"``), or a number for a variable with a unit (``31`` years
  of age); without a unit, a number or truth value is the state of that name;
* a set of states (``{"posteromedial", "posterolateral"}``): one of them is true;
* a mapping of states to likelihoods (``{"yes": 0.7, "no": 0.3}``): P(what was observed | state),
  of which only the ratios matter to a posterior; states left out get 0;
* None: not known, the same as leaving the variable out.

As text, on the command line and in an address, these are ``sudden``, ``31``,
``posteromedial|posterolateral`` and ``yes:0.7|no:0.3``.
"""

import math
import numbers
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from hamknee.base import FrozenMapping, ProblemsError, as_seen, listing, suggestion, thing
from hamknee.network.naming import (
    as_float,
    is_state,
    not_known_hint,
    parts_of,
    state_of,
    typed_number,
    variable_of,
)
from hamknee.network.vocabulary import Variable, Vocabulary

LEAST_RATIO = 1e-300
"""The least that a likelihood may be beside the largest of the same variable, but for 0."""

Value: TypeAlias = str | tuple[str, ...] | Mapping[str, float]
"""Checked evidence on one variable: one state, one of several, or a likelihood of each."""


class EvidenceError(ProblemsError):
    """Evidence that names unknown things or cannot be what it says.

    Parameters
    ----------
    problems : list of str
        Every problem found, a sentence each.

    Examples
    --------
    >>> from hamknee.network import EvidenceError, check_evidence, read_shipped_or_own
    >>> vocabulary = read_shipped_or_own().vocabulary
    >>> try:
    ...     check_evidence(vocabulary, {"pup": "yes", "age": 200})
    ... except EvidenceError as error:
    ...     for problem in error.problems:
    ...         print(problem)
    unknown variable 'pup' (did you mean 'pop'?); allowed: condition, ...
    age cannot be 200 years; allowed: 0 to 120 years, or one of under_40, 40_to_59, 60_and_over
    """


@dataclass(frozen=True)
class Evidence(Mapping[str, Value]):
    """Checked evidence on one case; variables that are not known are left out.

    Parameters
    ----------
    vocabulary : Vocabulary
        What it was checked against.
    known : mapping of str to Value
        By variable name, in the order entered.
    notices : tuple of str
        What a reader should know about the values, such as an age the numbers are not meant for.
    below : frozenset of str
        Variables whose number is below what the numbers are meant for.

    Examples
    --------
    >>> from hamknee.network import check_evidence, read_shipped_or_own
    >>> vocabulary = read_shipped_or_own().vocabulary
    >>> evidence = check_evidence(vocabulary, {"age": 15, "onset": {"sudden", "days"}, "pop": None})
    >>> list(evidence), evidence["onset"]
    (['age', 'onset'], ('sudden', 'days'))
    >>> evidence.only("trait").as_json()
    {'age': 'under_40'}
    >>> evidence.notices
    ('Age 15: the numbers are meant for 18 years and over',)
    """

    vocabulary: Vocabulary
    known: Mapping[str, Value]
    notices: tuple[str, ...] = ()
    below: frozenset[str] = frozenset()

    def __getitem__(self, name: str) -> Value:
        """Return the value of a variable."""
        return self.known[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the known variables."""
        return iter(self.known)

    def __len__(self) -> int:
        """Return the number of known variables."""
        return len(self.known)

    def only(self, *roles: str) -> "Evidence":
        """Return the part on variables of the given roles."""
        kept = {k: v for k, v in self.known.items() if self.vocabulary[k].role in roles}
        return Evidence(self.vocabulary, FrozenMapping(kept))

    def adding(self, name: str, state: str) -> "Evidence":
        """Return the case with one more definite answer."""
        return replace(self, known=FrozenMapping({**self.known, name: state}))

    def without(self, name: str) -> "Evidence":
        """Return the rest, without what is known of one variable."""
        kept = {other: value for other, value in self.known.items() if other != name}
        return replace(self, known=FrozenMapping(kept), below=self.below - {name})

    def as_json(self) -> dict[str, str | list[str] | dict[str, float]]:
        """Return plain dicts, lists and texts."""
        plain: dict[str, str | list[str] | dict[str, float]] = {}
        for name, value in self.known.items():
            if isinstance(value, str):
                plain[name] = value
            else:
                plain[name] = list(value) if isinstance(value, tuple) else dict(value)
        return plain


def check_evidence(vocabulary: Vocabulary, entries: Mapping[str, object]) -> Evidence:
    """Check evidence given as Python values.

    Parameters
    ----------
    vocabulary : Vocabulary
        The variables and states there are.
    entries : mapping of str to object
        Variable name to value: a state by its name or label, a number where the variable has a
        unit, a set of states of which one is true, or a mapping of states to likelihoods, of which
        only the ratios matter. None is not known, the same as leaving the variable out.

    Raises
    ------
    EvidenceError
        With every problem found.

    Examples
    --------
    >>> from hamknee.network import check_evidence, read_shipped_or_own
    >>> vocabulary = read_shipped_or_own().vocabulary
    >>> dict(check_evidence(vocabulary, {"age": 31, "sex": "male", "pop": None}))
    {'age': 'under_40', 'sex': 'male'}
    >>> check_evidence(vocabulary, {"sexx": "male"})
    Traceback (most recent call last):
    ...
    hamknee.network.evidence.EvidenceError: unknown variable 'sexx' (did you mean 'sex'?);
    allowed: condition, ...
    """
    if isinstance(entries, Evidence) and entries.vocabulary is vocabulary:
        return entries
    if not isinstance(entries, Mapping):
        raise EvidenceError([f"evidence is a mapping of variable to value, not {thing(entries)}"])
    values: dict[str, Value] = {}
    problems: list[str] = []
    notices: list[str] = []
    below: set[str] = set()
    for name, entry in entries.items():
        try:
            variable = find_variable(vocabulary, name)
            if (value := check_value(variable, entry)) is not None:
                if variable.name in values:
                    raise EvidenceError([f"{variable.name} is given twice; allowed: once"])
                values[variable.name] = value
                if warnings := _notices(variable, entry):
                    notices += warnings
                    below.add(variable.name)
        except EvidenceError as error:
            problems += error.problems
    if problems:
        raise EvidenceError(problems)
    return Evidence(vocabulary, FrozenMapping(values), tuple(notices), frozenset(below))


def find_variable(vocabulary: Vocabulary, name: object) -> Variable:
    """Return the variable of that name or label, or raise EvidenceError with the nearest one.

    Examples
    --------
    >>> from hamknee.network import find_variable, read_shipped_or_own
    >>> vocabulary = read_shipped_or_own().vocabulary
    >>> find_variable(vocabulary, "onset").state_names
    ('sudden', 'days', 'gradual')
    >>> find_variable(vocabulary, "onsett")
    Traceback (most recent call last):
    ...
    hamknee.network.evidence.EvidenceError: unknown variable 'onsett' (did you mean 'onset'?);
    allowed: condition, ...
    """
    if (variable := variable_of(vocabulary, name)) is not None:
        return variable
    hint = suggestion(name, vocabulary)
    raise EvidenceError([f"unknown variable {name!r}{hint}; allowed: {listing(vocabulary)}"])


def find_state(variable: Variable, name: object) -> int:
    """Return the number of a state by name or label, or raise EvidenceError with the nearest one.

    Examples
    --------
    >>> from hamknee.network import State, Variable, find_state
    >>> pop = Variable("pop", "finding", "Pop", (State("yes", "Yes"), State("no", "No")))
    >>> find_state(pop, "no")
    1
    >>> find_state(pop, "noo")
    Traceback (most recent call last):
    ...
    hamknee.network.evidence.EvidenceError: 'noo' is not a state of pop (did you mean 'no'?);
    allowed: yes, no
    """
    return variable.position[_state(variable, name)]


def check_value(variable: Variable, entry: object) -> Value | None:
    """Return one checked value, or None if it says nothing about the variable.

    Parameters
    ----------
    variable : Variable
        What the value is of.
    entry : object
        A state by its name or label, a number, a set of states, a mapping of states to
        likelihoods, or None. Where there is no unit, a number or truth value is the state of that
        name.

    Raises
    ------
    EvidenceError
        If the value is of the wrong type or out of range, or names an unknown state.

    Examples
    --------
    >>> from hamknee.network import State, Variable, check_value
    >>> states = [State(name, name) for name in ("sudden", "days", "gradual")]
    >>> onset = Variable("onset", "finding", "Onset", tuple(states))
    >>> check_value(onset, {"days", "sudden"})  # one of them, in the order of the states
    ('sudden', 'days')
    >>> dict(check_value(onset, {"sudden": 0.7, "days": 0.3}))
    {'sudden': 0.7, 'days': 0.3}
    >>> check_value(onset, 3)
    Traceback (most recent call last):
    ...
    hamknee.network.evidence.EvidenceError: onset cannot be the number 3; allowed: sudden, days,
    gradual, a set of these, or a mapping of these to likelihoods
    """
    if entry is None:
        return None
    if isinstance(entry, str):
        return _state(variable, entry)
    if isinstance(entry, bool | np.bool_ | numbers.Real | Decimal):
        return _valued(variable, entry)
    if isinstance(entry, Mapping):
        return _likelihood(variable, entry)
    if isinstance(entry, AbstractSet | list | tuple):
        return _one_of(variable, [_state(variable, state) for state in entry])
    raise _refusal(variable, entry)


def parse_value(variable: Variable, text: str) -> object:
    """Turn text such as ``31``, ``a|b`` or ``yes:0.7|no:0.3`` into a value to be checked.

    What is the name or label of a state is that state, whatever signs are in it; else signs that
    take no room do not count. Decimals follow a point or a comma.

    Parameters
    ----------
    variable : Variable
        What the text is about.
    text : str
        As typed, or as found in an address.

    Returns
    -------
    object
        Something for `check_value`, which refuses what cannot be; None for an empty text.

    Raises
    ------
    EvidenceError
        If a state is given two likelihoods, or a number or bin is expected and not found.

    Examples
    --------
    >>> from hamknee.network import State, Variable, parse_value
    >>> pop = Variable("pop", "finding", "Pop", (State("yes", "Yes"), State("no", "No")))
    >>> parse_value(pop, "yes"), parse_value(pop, "yes:0.7|no:0.3"), parse_value(pop, "")
    ('yes', {'yes': 0.7, 'no': 0.3}, None)
    """
    if text in variable.position:
        return text
    text = as_seen(text)
    if not text:
        return None
    if is_state(variable, text):
        return text
    parts = parts_of(variable, text)
    if parts is None:
        problem = f"{text!r} can be taken apart into states of {variable.name} in several ways"
        raise EvidenceError([f"{problem}; allowed: one state, or likelihoods of each"])
    if any(":" in part and not is_state(variable, part) for part in parts):
        return _weights(variable, text, parts)
    if len(parts) > 1:
        return set(parts)
    return _number(variable, text) if variable.unit else text


def value_text(value: Value) -> str:
    """Return a checked value as the text `parse_value` reads back as exactly the same.

    Examples
    --------
    >>> from hamknee.network import value_text
    >>> value_text("yes"), value_text(("sudden", "days")), value_text({"yes": 0.7, "no": 1.0})
    ('yes', 'sudden|days', 'yes:0.7|no:1')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return "|".join(value)
    return "|".join(f"{s}:{repr(weight).removesuffix('.0')}" for s, weight in value.items())


def value_words(variable: Variable, value: Value) -> str:
    """Return a checked value in the labels people read.

    Examples
    --------
    >>> from hamknee.network import State, Variable, value_words
    >>> pop = Variable("pop", "finding", "Pop", (State("yes", "Yes"), State("no", "Not heard")))
    >>> value_words(pop, "no"), value_words(pop, {"yes": 0.7, "no": 0.3})
    ('Not heard', 'Yes 0.7, Not heard 0.3')
    """
    if isinstance(value, str):
        return variable.state(value).label
    if isinstance(value, tuple):
        return " or ".join(variable.state(name).label for name in value)
    return ", ".join(f"{variable.state(name).label} {w:g}" for name, w in value.items())


def possible_states(value: Value) -> set[str]:
    """Return the states that a checked value leaves possible.

    Examples
    --------
    >>> from hamknee.network import possible_states
    >>> sorted(possible_states(("calf", "popliteal"))), possible_states({"yes": 0.7, "no": 0.0})
    (['calf', 'popliteal'], {'yes'})
    """
    if isinstance(value, str):
        return {value}
    if isinstance(value, Mapping):
        return {state for state, weight in value.items() if weight > 0}
    return set(value)


def likelihood(variable: Variable, value: Value) -> npt.NDArray[np.float64]:
    """Return P(evidence | state) for every state of the variable, shape (states,)."""
    weights = np.zeros(len(variable.states))
    if isinstance(value, str):
        weights[variable.position[value]] = 1.0
    elif isinstance(value, tuple):
        weights[[variable.position[name] for name in value]] = 1.0
    else:
        for name, weight in value.items():
            weights[variable.position[name]] = weight
    return weights


def _state(variable: Variable, entry: object) -> str:
    if (state := state_of(variable, entry)) is not None:
        return state
    hint = _hint(variable, entry) if isinstance(entry, str) else ""
    problem = f"{entry!r} is not a state of {variable.name}{hint}"
    raise EvidenceError([f"{problem}; allowed: {_allowed(variable)}"])


def _hint(variable: Variable, text: str) -> str:
    return not_known_hint(text) or suggestion(text, variable.state_names)


def _valued(variable: Variable, entry: object) -> str:
    """Return the bin of a number, or without a unit the state that a number or truth names."""
    if not variable.unit:
        if (state := state_of(variable, entry)) is None:
            raise _refusal(variable, entry)
        return state
    if not isinstance(entry, numbers.Real | Decimal) or isinstance(entry, bool):
        raise _refusal(variable, entry)
    number = as_float(entry)
    low = -math.inf if variable.minimum is None else variable.minimum
    high = math.inf if variable.maximum is None else variable.maximum
    name = variable.bin(number) if low <= number <= high else None
    if name is None:
        problem = f"{variable.name} cannot be {number:g} {variable.unit}"
        raise EvidenceError([f"{problem}; allowed: {_allowed(variable)}"])
    return name


def _one_of(variable: Variable, names: list[str]) -> Value | None:
    if not names:
        problem = f"{variable.name} has an empty set of states"
        raise EvidenceError([f"{problem}; allowed: {_allowed(variable)}, or None if not known"])
    ordered = tuple(name for name in variable.state_names if name in names)
    if len(ordered) == len(variable.states):
        return None
    return ordered if len(ordered) > 1 else ordered[0]


def _likelihood(variable: Variable, entry: Mapping[object, object]) -> Mapping[str, float]:
    weights: dict[str, float] = {}
    for state, weight in entry.items():
        name = _state(variable, state)
        if name in weights:
            problem = f"{variable.name} has the state {name!r} twice"
            raise EvidenceError([f"{problem}; allowed: each state once"])
        number = as_float(weight) if isinstance(weight, numbers.Real | Decimal) else math.nan
        if isinstance(weight, bool) or not 0 <= number < math.inf:
            problem = f"the likelihood of {variable.name}={name} is {weight!r}"
            raise EvidenceError([f"{problem}; allowed: a finite number, 0 or more"])
        weights[name] = number
    if not any(weights.values()):
        problem = f"every likelihood of {variable.name} is 0"
        raise EvidenceError([f"{problem}; allowed: at least one above 0"])
    # Only ratios count: what is next to nothing beside the largest would be taken for a 0.
    if min(filter(None, weights.values())) / max(weights.values()) < LEAST_RATIO:
        problem = f"the likelihoods of {variable.name} lie too far apart"
        raise EvidenceError([f"{problem}; allowed: a factor of {1 / LEAST_RATIO:.0e}, or 0"])
    return FrozenMapping({n: weights[n] for n in variable.state_names if n in weights})


def _weights(variable: Variable, text: str, parts: list[str]) -> dict[str, float | str]:
    """Return the likelihood of each state; the text itself where it is no number."""
    weights: dict[str, float | str] = {}
    for part in parts:
        state, colon, weight = part.rpartition(":")
        state, weight = (state.strip(), weight.strip()) if colon else (part, "")
        if state in weights:
            problem = f"{variable.name} has a state twice in {text!r}"
            raise EvidenceError([f"{problem}; allowed: each state once"])
        number = typed_number(weight)
        weights[state] = weight if number is None else number
    return weights


def _number(variable: Variable, text: str) -> float:
    number = typed_number(text)
    if number is None:
        hint = _hint(variable, text)
        problem = f"{variable.name}: {text!r} is neither a number nor a state{hint}"
        raise EvidenceError([f"{problem}; allowed: {_allowed(variable)}"])
    return number


def _notices(variable: Variable, entry: object) -> list[str]:
    """Return what should be said of a value that is possible but not what the numbers are for."""
    if (
        variable.intended_minimum is None
        or isinstance(entry, bool)
        or not isinstance(entry, numbers.Real | Decimal)
        or float(entry) >= variable.intended_minimum
    ):
        return []
    start = f"{variable.intended_minimum:g} {variable.unit}"
    return [f"{variable.label} {float(entry):g}: the numbers are meant for {start} and over"]


def _allowed(variable: Variable) -> str:
    names = listing(variable.state_names)
    if not variable.unit:
        return names
    if variable.minimum is None or variable.maximum is None:
        return f"a number of {variable.unit} in a bin, or one of {names}"
    return f"{variable.minimum:g} to {variable.maximum:g} {variable.unit}, or one of {names}"


def _refusal(variable: Variable, entry: object) -> EvidenceError:
    if isinstance(entry, numbers.Real | Decimal) and not isinstance(entry, bool):
        # In the same words whatever the type: a blank in a column makes floats of its integers.
        what = f"the number {as_float(entry):g}"
    else:
        what = f"{entry!r} ({type(entry).__name__})"
    allowed = f"{_allowed(variable)}, a set of these, or a mapping of these to likelihoods"
    return EvidenceError([f"{variable.name} cannot be {what}; allowed: {allowed}"])
