"""A network by nothing but names, as files hold it, and the model that it stands for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from hamknee.base import Array, HamkneeError, KeptArrays, compares_arrays, listing
from hamknee.inference import Model
from hamknee.network import CPT, State, Variable, Vocabulary, ess_problems

PLAIN = "printable text on one line without spaces around it"
"""What every name has to be, in whatever format."""

TOLD_APART = "at least two, all different"
"""What the states of every variable have to be."""


@dataclass(frozen=True)
@compares_arrays
class Node(KeptArrays):
    """One variable of a network and its table.

    Parameters
    ----------
    name : str
        What arrows and tables call it.
    states : tuple of str
        At least two.
    parents : tuple of str
        In the order of the axes of `table`.
    table : ndarray, shape (parents' states..., states)
        P(node | parents).
    label : str
        What people read; empty where the file has none.
    ess : ndarray, shape (parents' states...), or None
        Equivalent sample size of each column, where the file tells it.
    rescaled : tuple of tuple of int
        The columns that were divided by their sum, by the numbers of the parents' states.
    """

    name: str
    states: tuple[str, ...]
    parents: tuple[str, ...]
    table: npt.NDArray[np.float64]
    label: str = ""
    ess: npt.NDArray[np.float64] | None = None
    rescaled: tuple[tuple[int, ...], ...] = ()

    @property
    def rows(self) -> npt.NDArray[np.float64]:
        """The table with one row for each combination of the parents' states, the last fastest."""
        return self.table.reshape(-1, len(self.states))


def not_plain(text: str) -> str:
    """Return what keeps a text from being a name, as the end of a sentence; empty if nothing."""
    if not text:
        return "is empty"
    if text != text.strip():
        return "has spaces around it"
    if not text.isprintable():
        return "holds characters that cannot be seen"
    return ""


def not_told_apart(name: str, states: Sequence[str]) -> str:
    """Return what is wrong with the states of a variable together; empty if nothing."""
    if len(states) < 2 or len(set(states)) < len(states):
        return f"{name!r} has the states {listing(map(repr, states)) or 'none'}"
    return ""


def nodes_of(model: Model) -> list[Node]:
    """Return a model as nodes, in the order of its vocabulary."""
    nodes = []
    for name, cpt in model.cpts.items():
        variable = model.vocabulary[name]
        label = "" if variable.label == name else variable.label
        states = variable.state_names
        nodes.append(Node(name, states, cpt.parents, cpt.probabilities, label, cpt.ess))
    return nodes


def vocabulary_of(nodes: Sequence[Node], target: str, source: str) -> Vocabulary:
    """Return words for a network that has none but its names and labels."""
    variables = (
        Variable(
            node.name,
            "target" if node.name == target else "finding",
            node.label or node.name,
            tuple(State(state, state) for state in node.states),
        )
        for node in nodes
    )
    return Vocabulary(tuple(variables), source=source)


def model_of(
    nodes: Sequence[Node], vocabulary: Vocabulary, source: str, notices: Sequence[str] = ()
) -> Model:
    """Compile nodes, with parents and states in the order of a vocabulary that has all of them."""
    by_name = {node.name: node for node in nodes}
    cpts = {name: _cpt(by_name[name], by_name, vocabulary) for name in vocabulary}
    return Model(vocabulary, cpts, source=source, notices=notices)


def _cpt(node: Node, by_name: Mapping[str, Node], vocabulary: Vocabulary) -> CPT:
    axes = {name: by_name[name].states for name in (*node.parents, node.name)}
    parents = tuple(name for name in vocabulary if name in node.parents)
    table = in_order(node.table, axes, (*parents, node.name), vocabulary)
    ess = None if node.ess is None else in_order(node.ess, axes, parents, vocabulary)
    return CPT(node.name, parents, table, ess)


def in_order(
    table: npt.NDArray[np.float64],
    axes: Mapping[str, Sequence[str]],
    order: Sequence[str],
    vocabulary: Vocabulary,
) -> npt.NDArray[np.float64]:
    """Return a table with its axes in a given order, and their states in the vocabulary's.

    Parameters
    ----------
    table : ndarray, one axis for each of `order`
        The numbers.
    axes : dict of str to sequence of str
        The states along each axis by its name, as the table has them.
    order : sequence of str
        Names of the axes, as they are wanted.
    vocabulary : Vocabulary
        Has all of them.
    """
    names = list(axes)
    table = table.transpose([names.index(name) for name in order])
    for axis, name in enumerate(order):
        places = [axes[name].index(state) for state in vocabulary[name].state_names]
        table = table.take(places, axis=axis)
    return table


def with_ess(
    words: Vocabulary, cpts: Mapping[str, CPT], ess: float | Mapping[str, float | Array]
) -> dict[str, CPT]:
    """Return tables with their equivalent sample sizes.

    Parameters
    ----------
    words : Vocabulary
        Has all the variables.
    cpts : mapping of str to CPT
        By variable.
    ess : float or mapping of str to float or ndarray
        For how many cases each column counts: one number, or by variable a number or an array of
        the shape of its parents' states, parents in the vocabulary's order.

    Raises
    ------
    HamkneeError
        If there is no such variable, or an equivalent sample size is not allowed.
    """
    if not isinstance(ess, Mapping):
        ess = dict.fromkeys(cpts, ess)
    for name in ess:
        if name not in words:
            raise HamkneeError(f"ess names {name!r}; allowed: {', '.join(words)}")
    return {
        name: replace(cpt, ess=_counts(cpt, ess[name])) if ess.get(name) is not None else cpt
        for name, cpt in cpts.items()
    }


def _counts(cpt: CPT, ess: float | Array) -> Array:
    counts, shape = np.asarray(ess, dtype=float), cpt.probabilities.shape[:-1]
    if counts.shape not in ((), shape):
        problem = f"ess of {cpt.variable} has the shape {counts.shape}"
        raise HamkneeError(f"{problem}; allowed: one number, or {shape}")
    for count in np.unique(counts).tolist():
        if problems := ess_problems(count):
            wrong, allowed = problems[0]
            raise HamkneeError(f"{cpt.variable}: {wrong}; allowed: {allowed}")
    return np.array(np.broadcast_to(counts, shape))
