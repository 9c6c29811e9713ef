"""The words of the model: variables, their states and their roles, read from vocabulary.toml."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hamknee.base import NUMBER, FaultsError, FrozenMapping, Keys, TomlReader, listing

ROLES = ("target", "context", "trait", "finding")
GROUPS = ("history", "examination", "background")

TAKEN = frozenset(
    {"case", "edits", "embed", "embed_options", "example", "expert", "flag", "no_flag"}
    | {"numbers", "unknown", "unknown_flag"}
)
"""What the address of a page says beside the answers; no variable is called so."""

TAKEN_TARGET = frozenset({"evidence"})
"""p_evidence is a column of a scored cohort; no state of the target is called so."""

TAKEN_AS_TARGET = frozenset(
    ("case", "label", "n", "probability", "prior", "first", "second", "people", "supported")
)
"""What other columns are called in tables that have one by the name of the target."""


class VocabularyError(FaultsError):
    """vocabulary.toml holds something that cannot be used.

    Examples
    --------
    >>> from pathlib import Path
    >>> from hamknee.network import VocabularyError, read_vocabulary
    >>> try:
    ...     read_vocabulary(Path("nowhere.toml"))
    ... except VocabularyError as error:
    ...     print(len(error.faults), error.faults[0].source)
    1 nowhere.toml
    """


@dataclass(frozen=True)
class State:
    """One value of a variable.

    Parameters
    ----------
    name : str
        Identifier, as in priors.csv.
    label : str
        What people read.
    description : str
        One line on what is meant.
    plain : str
        What the label means in everyday words; empty where the label is plain enough.
    lower, upper : float or None
        For a numeric variable, the bin ``lower <= x < upper`` in the variable's unit.

    Examples
    --------
    >>> from hamknee.network import State
    >>> State("40_to_59", "40 to 59", "Up to and including 59.", lower=40, upper=60)
    State(name='40_to_59', label='40 to 59', description='Up to and including 59.', lower=40,
    upper=60, plain='')
    """

    name: str
    label: str
    description: str = ""
    lower: float | None = None
    upper: float | None = None
    plain: str = ""

    @property
    def everyday(self) -> str:
        """The name in everyday words: the plain one, or else the label."""
        return self.plain or self.label

    @property
    def both_names(self) -> str:
        """The name in everyday words, and after it the label where that is another one.

        Examples
        --------
        >>> from hamknee.network import State
        >>> clot = "Blood clot in a deep vein"
        >>> State("dvt", "Deep vein thrombosis (clot)", plain=clot).both_names
        'Blood clot in a deep vein (Deep vein thrombosis, clot)'
        >>> State("other", "Something else").both_names
        'Something else'
        """
        if not self.plain or self.plain == self.label:
            return self.label
        return f"{self.plain} ({self.label.replace(' (', ', ').replace(')', '')})"


@dataclass(frozen=True)
class Variable:
    """One variable of the network.

    Parameters
    ----------
    name, label : str
        Identifier, and what people read.
    role : {"target", "context", "trait", "finding"}
        The target is what is asked for; context is where the question is asked; traits belong to
        the person and findings to the complaint.
    states : tuple of State
        At least two, in their fixed order.
    question, help : str
        As a person would be asked, and what is meant.
    caution : str
        What to take care of while finding out; it stands in the open beside the question.
    group : {"history", "examination", "background"} or None
        Where the question stands on a form.
    core : bool
        Whether the question is always in view.
    several : bool
        Whether a form takes several answers (evidence that one of them is true).
    demographic : bool
        Whether it is known of everyone, such as age; not counted among the findings of a case.
    minutes : float
        Cost of asking, in minutes.
    unit : str
        Unit of a numeric variable; empty for others.
    minimum, maximum, intended_minimum : float or None
        Range of a numeric variable, and from where on the numbers are meant to hold.

    Examples
    --------
    >>> from hamknee.network import State, Variable
    >>> young, old = State("young", "Under 40", lower=0, upper=40), State("old", "40 and over")
    >>> age = Variable("age", "trait", "Age", (young, old), unit="years", minimum=0, maximum=120)
    >>> age.state_names, age.state("old").label
    (('young', 'old'), '40 and over')
    >>> age.bin(31), age.position["old"]
    ('young', 1)
    """

    name: str
    role: str
    label: str
    states: tuple[State, ...]
    question: str = ""
    help: str = ""
    caution: str = ""
    group: str | None = None
    core: bool = False
    several: bool = False
    demographic: bool = False
    minutes: float = 1.0
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    intended_minimum: float | None = None

    @cached_property
    def state_names(self) -> tuple[str, ...]:
        """Names of the states, in order."""
        return tuple(state.name for state in self.states)

    @cached_property
    def position(self) -> Mapping[str, int]:
        """Index of each state by name."""
        return FrozenMapping({name: index for index, name in enumerate(self.state_names)})

    @cached_property
    def by_label(self) -> Mapping[str, str]:
        """Name of each state by its label, where that labels one state alone."""
        return _unique((state.label, state.name) for state in self.states)

    @cached_property
    def most_bars(self) -> int:
        """How many signs ``|`` the name or label of a state has at most."""
        return max(word.count("|") for word in (*self.position, *self.by_label))

    def state(self, name: str) -> State:
        """Return the state of that name (KeyError if there is none)."""
        return self.states[self.position[name]]

    def bin(self, value: float) -> str | None:
        """Return the name of the state whose bin holds `value`, or None if none does."""
        for state in self.states:
            lower, upper = state.lower, state.upper
            if lower is not None and upper is not None and lower <= value < upper:
                return state.name
        return None


@dataclass(frozen=True)
class Vocabulary(Mapping[str, Variable]):
    """All variables of a network by name, with exactly one target.

    Parameters
    ----------
    variables : tuple of Variable
        In their fixed order.
    source : str
        Where they were read from.

    Examples
    --------
    >>> from hamknee.network import State, Variable, Vocabulary
    >>> answers = (State("yes", "Yes"), State("no", "No"))
    >>> torn = Variable("torn", "target", "Torn", answers)
    >>> pop = Variable("pop", "finding", "Pop at the start", answers)
    >>> vocabulary = Vocabulary((torn, pop))
    >>> list(vocabulary), vocabulary["pop"].label, vocabulary.target.name
    (['torn', 'pop'], 'Pop at the start', 'torn')
    >>> [variable.name for variable in vocabulary.having("finding")]
    ['pop']
    """

    variables: tuple[Variable, ...]
    source: str = field(default="", compare=False)

    @cached_property
    def _by_name(self) -> dict[str, Variable]:
        return {variable.name: variable for variable in self.variables}

    def __getitem__(self, name: str) -> Variable:
        """Return the variable of that name."""
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over names, in order."""
        return iter(self._by_name)

    def __repr__(self) -> str:
        """Name the target and the size."""
        target = next((v.name for v in self.variables if v.role == "target"), None)
        return f"Vocabulary({target!r}, {len(self)} variables, source={self.source!r})"

    def __len__(self) -> int:
        """Return the number of variables."""
        return len(self.variables)

    @cached_property
    def target(self) -> Variable:
        """The variable that is asked for."""
        return next(variable for variable in self.variables if variable.role == "target")

    @cached_property
    def by_label(self) -> Mapping[str, str]:
        """Name of each variable by its label, where that labels one variable alone."""
        return _unique((variable.label, variable.name) for variable in self.variables)

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Number of each variable, by its name."""
        return FrozenMapping({name: number for number, name in enumerate(self)})

    @cached_property
    def state_index(self) -> Mapping[tuple[str, str], tuple[int, int]]:
        """Indices of variable and state, by their names."""
        return FrozenMapping(
            {
                (variable.name, state): (number, position)
                for number, variable in enumerate(self.variables)
                for state, position in variable.position.items()
            }
        )

    @cached_property
    def plain_weights(self) -> tuple[npt.NDArray[np.float64], ...]:
        """Likelihoods of hard and missing evidence: per variable, unit rows and a row of ones."""
        rows = [np.vstack([np.eye(n), np.ones(n)]) for n in (len(v.states) for v in self.variables)]
        for array in rows:
            array.setflags(write=False)
        return tuple(rows)

    def having(self, *roles: str) -> tuple[Variable, ...]:
        """Return the variables of the given roles, in order."""
        return tuple(variable for variable in self.variables if variable.role in roles)


def _unique(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Return names by label, but not by a label that several have."""
    pairs = list(pairs)
    count = Counter(label for label, _ in pairs)
    return FrozenMapping({label: name for label, name in pairs if count[label] == 1})


def read_vocabulary(path: Path) -> Vocabulary:
    """Read and check vocabulary.toml.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    VocabularyError
        With every fault found: line, key, what was found, what is allowed.

    Examples
    --------
    >>> from hamknee.base import shipped
    >>> from hamknee.network import read_vocabulary
    >>> vocabulary = read_vocabulary(shipped("data/vocabulary.toml"))
    >>> vocabulary.target.name, vocabulary["sex"].state_names
    ('condition', ('female', 'male'))
    """
    return _Reader(path, VocabularyError).vocabulary()


_VARIABLE_KEYS: Keys = {
    "role": str,
    "label": str,
    "question": str,
    "help": str,
    "caution": str,
    "group": str,
    "core": bool,
    "several": bool,
    "demographic": bool,
    "minutes": NUMBER,
    "unit": str,
    "minimum": NUMBER,
    "maximum": NUMBER,
    "intended_minimum": NUMBER,
    "states": dict,
}
_STATE_KEYS: Keys = {
    "label": str,
    "description": str,
    "plain": str,
    "from": NUMBER,
    "below": NUMBER,
}


class _Reader(TomlReader):
    """Turns the tables of a vocabulary file into variables."""

    def vocabulary(self) -> Vocabulary:
        variables = []
        for name, table in self.parsed().items():
            if isinstance(table, dict):
                variables.append(self._variable(name, table))
            else:
                allowed = f"a table [{name}] with role, label and states"
                self.fault((name,), f"found {table!r}", allowed)
        self._check_across(variables)
        self.raise_faults()
        return Vocabulary(tuple(variables), source=str(self.path))

    def _variable(self, name: str, table: dict[str, Any]) -> Variable:
        here, before = (name,), len(self.faults)
        self.check_name(here, name)
        self._check_free(here, name, TAKEN)
        if table.get("role") == "target":
            self._check_free(here, name, TAKEN_AS_TARGET)
        required = ["role", "label", "states"]
        if table.get("role") in ROLES[1:]:
            required += ["question", "group", "minutes"]
        values = self.values(here, table, _VARIABLE_KEYS, required)
        role, group = values.get("role", ""), values.get("group")
        self.check_choice((*here, "role"), role, ROLES)
        if group is not None:
            self.check_choice((*here, "group"), group, GROUPS)
        if values.get("minutes", 1.0) <= 0:
            self.fault((*here, "minutes"), f"found {values['minutes']!r}", "a number above 0")
        states = self._states(here, values.pop("states")) if "states" in values else ()
        for state in states if role == "target" else ():
            self._check_free((*here, "states", state.name), state.name, TAKEN_TARGET)
        variable = Variable(
            name=name,
            role=role,
            label=values.pop("label", name),
            states=states,
            **{key: value for key, value in values.items() if key != "role"},
        )
        if len(self.faults) == before:  # another fault may be why the bins do not fit
            self._check_bins(here, variable)
        return variable

    def _check_free(self, where: tuple[str, ...], name: str, taken: Collection[str]) -> None:
        """Note a name that stands for something else."""
        if name in taken:
            self.fault(where, f"{name!r} is taken", f"any name but {listing(sorted(taken))}")

    def _states(self, here: tuple[str, ...], table: dict[str, Any]) -> tuple[State, ...]:
        here = (*here, "states")
        if len(table) < 2:
            self.fault(here, f"number of states: {len(table)}", "at least two")
        states = []
        for name, values in table.items():
            self.check_name((*here, name), name)
            if not isinstance(values, dict):
                self.fault((*here, name), f"found {values!r}", "a table with a label")
                continue
            known = self.values((*here, name), values, _STATE_KEYS, required=("label",))
            states.append(
                State(
                    name=name,
                    label=known.get("label", name),
                    description=known.get("description", ""),
                    plain=known.get("plain", ""),
                    lower=known.get("from"),
                    upper=known.get("below"),
                )
            )
        self._check_distinct(here, [(state.name, state.label) for state in states])
        return tuple(states)

    def _check_distinct(self, here: tuple[str, ...], labels: list[tuple[str, str]]) -> None:
        first: dict[str, str] = {}
        for name, label in labels:
            if label in first:
                problem = f"label {label!r} is also the label of {first[label]}"
                self.fault((*here, name), problem, "a label of its own")
            first.setdefault(label, name)

    def _check_bins(self, here: tuple[str, ...], variable: Variable) -> None:
        """Check that the bins of a numeric variable meet and cover its range."""
        bins = [(state.lower, state.upper) for state in variable.states]
        if not variable.unit:
            if any(edge is not None for pair in bins for edge in pair):
                self.fault(here, "states have from or below but there is no unit", "a unit")
            return
        if variable.minimum is None or variable.maximum is None:
            self.fault(here, "a variable with a unit has no minimum or maximum", "both")
            return
        low, high, intended = variable.minimum, variable.maximum, variable.intended_minimum
        if low >= high:
            problem = f"found {high:g}, with a minimum of {low:g}"
            self.fault((*here, "maximum"), problem, "a maximum above the minimum")
            return
        if intended is not None and not low <= intended <= high:
            problem = f"found {intended:g}"
            self.fault((*here, "intended_minimum"), problem, f"from {low:g} to {high:g}")
        edge = variable.minimum
        for state in variable.states:
            where = (*here, "states", state.name)
            if state.lower is None or state.upper is None:
                self.fault(where, "from or below is missing", "both, in the variable's unit")
                return
            if state.upper <= state.lower:
                problem = f"found from {state.lower:g} below {state.upper:g}"
                self.fault(where, problem, "below greater than from")
            elif state.lower != edge:
                problem = f"the bin starts at {state.lower:g}, which leaves a gap or an overlap"
                self.fault(where, problem, f"from = {edge:g}, where the bin before ends")
            edge = max(state.lower, state.upper)
        if edge <= variable.maximum:
            problem = f"the bins end at {edge:g}, but the maximum is {variable.maximum:g}"
            self.fault((*here, "maximum"), problem, "bins that reach beyond the maximum")

    def _check_across(self, variables: list[Variable]) -> None:
        """Check what no single variable shows: one target, distinct labels."""
        targets = [variable.name for variable in variables if variable.role == "target"]
        if not targets and all(variable.role in ROLES for variable in variables):
            self.fault((), "no variable has the role target", "exactly one")
        for name in targets[1:]:
            problem = f"{name} is a second target beside {targets[0]}"
            self.fault((name, "role"), problem, "exactly one variable with the role target")
        self._check_distinct((), [(variable.name, variable.label) for variable in variables])
