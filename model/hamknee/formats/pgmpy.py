"""The model as a pgmpy network and back, with its counts in pgmpy's order.

Only this file and `pgmpy_structure.py` import pgmpy, which takes seconds.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hamknee.base import Array, HamkneeError, Kind, suggestion, takes
from hamknee.formats.nodes import in_order, with_ess
from hamknee.inference import A_MODEL, Model, simulate_cases
from hamknee.network import (
    CPT,
    SUM_TOLERANCE,
    State,
    Variable,
    Vocabulary,
    read_vocabulary,
)

if TYPE_CHECKING:
    from pgmpy.models import DiscreteBayesianNetwork


@takes(model=A_MODEL)
def to_pgmpy(model: Model) -> DiscreteBayesianNetwork:
    """Return the model as a pgmpy network with the same names and numbers.

    Parameters
    ----------
    model : Model
        Any compiled model.

    Returns
    -------
    DiscreteBayesianNetwork
        Checked by pgmpy. Roles, labels and equivalent sample sizes have no place in it.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.formats import to_pgmpy
    >>> model = hamknee.load()
    >>> network = to_pgmpy(model)
    >>> network.check_model(), sorted(network.nodes) == sorted(model.vocabulary)
    (True, True)
    >>> network.get_cpds("condition").variables
    ['condition', 'setting']
    """
    from pgmpy.factors.discrete import TabularCPD
    from pgmpy.models import DiscreteBayesianNetwork

    network = DiscreteBayesianNetwork()
    network.add_nodes_from(model.vocabulary)
    for name, cpt in model.cpts.items():
        network.add_edges_from((parent, name) for parent in cpt.parents)
        members = (*cpt.parents, name)
        sizes = [len(model.vocabulary[member].states) for member in members]
        network.add_cpds(
            TabularCPD(
                name,
                sizes[-1],
                cpt.probabilities.reshape(-1, sizes[-1]).T,
                evidence=list(cpt.parents) or None,
                evidence_card=sizes[:-1] or None,
                state_names={m: list(model.vocabulary[m].state_names) for m in members},
            )
        )
    network.check_model()
    return network


@takes(network=Kind("a DiscreteBayesianNetwork of pgmpy", (), ("pgmpy.DiscreteBayesianNetwork",)))
def from_pgmpy(
    network: DiscreteBayesianNetwork,
    *,
    target: str | None = None,
    vocabulary: Vocabulary | str | Path | None = None,
    ess: float | Mapping[str, float | Array] | None = None,
) -> Model:
    """Compile a pgmpy network.

    Parameters
    ----------
    network : DiscreteBayesianNetwork
        With a table for every node; names and states become texts.
    target : str, optional
        The node that is asked for. All others become findings, labelled by their names. With a
        vocabulary, which names its target, it is not needed.
    vocabulary : Vocabulary, str or Path, optional
        Words for the same nodes and states, or a vocabulary.toml that has them: labels, roles,
        order, questions, and which states are ages in years.
    ess : float or mapping of str to float or ndarray, optional
        For how many cases each column counts: one number, or by node a number or an array of the
        shape of its parents' states, parents in the vocabulary's order, as `CPT` has them.

    Returns
    -------
    Model
        Without equivalent sample sizes where none are given. Each column is divided by its sum,
        because columns that are off by rounding, as in many published files, have no single right
        answer: what pgmpy gives for them depends on which nodes it prunes.

    Raises
    ------
    HamkneeError
        If there is no such node, a table is missing, two names or states read the same as text, the
        vocabulary has other variables or states, or an equivalent sample size is not allowed.

    Examples
    --------
    >>> from pgmpy.factors.discrete import TabularCPD
    >>> from pgmpy.models import DiscreteBayesianNetwork
    >>> from hamknee.formats import from_pgmpy
    >>> network = DiscreteBayesianNetwork([("smoke", "lung")])
    >>> names = {"smoke": ["yes", "no"], "lung": ["ill", "well"]}
    >>> network.add_cpds(
    ...     TabularCPD("smoke", 2, [[0.3], [0.7]], state_names={"smoke": ["yes", "no"]}),
    ...     TabularCPD("lung", 2, [[0.1, 0.01], [0.9, 0.99]], ["smoke"], [2], state_names=names),
    ... )
    >>> round(from_pgmpy(network, target="lung").posterior({"smoke": "yes"})["ill"], 6)
    0.1

    There and back, nothing is lost if words and counts go along:

    >>> import hamknee
    >>> model = hamknee.load()
    >>> counts = {name: cpt.ess for name, cpt in model.cpts.items()}
    >>> network = hamknee.formats.to_pgmpy(model)
    >>> again = from_pgmpy(network, vocabulary=model.vocabulary, ess=counts)
    >>> again.posterior({"age": 70}).text == model.posterior({"age": 70}).text
    True
    """
    words = _words(network, target, vocabulary)
    cpts = {name: _cpt(network, node, words) for name, node in _by_name(network, words).items()}
    return Model(words, cpts if ess is None else with_ess(words, cpts, ess), source="pgmpy")


def _words(
    network: DiscreteBayesianNetwork, target: str | None, vocabulary: Vocabulary | str | Path | None
) -> Vocabulary:
    """Return the vocabulary of a network: the one that is given, or its names as labels."""
    nodes = [str(node) for node in network.nodes]
    if target is None and vocabulary is None:
        allowed = f"target=, one of {', '.join(nodes)}, or vocabulary="
        raise HamkneeError(f"nothing says which node is asked for; allowed: {allowed}")
    if target is not None and target not in nodes:
        hint = suggestion(target, nodes)
        raise HamkneeError(f"the network has no node {target!r}{hint}; allowed: {', '.join(nodes)}")
    _check_distinct("the nodes", nodes)
    states = {str(node): _states(network, node) for node in network.nodes}
    if vocabulary is not None:
        if not isinstance(vocabulary, Vocabulary):
            vocabulary = read_vocabulary(Path(vocabulary))
        _check_same(vocabulary, states, target)
        return vocabulary
    variables = []
    for name, own in states.items():
        named = tuple(State(state, state) for state in own)
        role = "target" if name == target else "finding"
        variables.append(Variable(name, role, name, named))
    return Vocabulary(tuple(variables), source="pgmpy")


def _states(network: DiscreteBayesianNetwork, node: object) -> list[str]:
    cpd = network.get_cpds(node)
    if cpd is None:
        raise HamkneeError(f"{node} has no table; allowed: a TabularCPD for each node")
    states = [str(state) for state in cpd.state_names[node]]
    _check_distinct(f"the states of {node}", states)
    return states


def _check_same(words: Vocabulary, states: Mapping[str, list[str]], target: str | None) -> None:
    """Raise with everything in which a vocabulary and a network differ."""
    problems = [
        f"the network has a node {name!r}, the vocabulary has not; allowed: {', '.join(words)}"
        for name in states
        if name not in words
    ]
    for variable in words.variables:
        own = states.get(variable.name)
        if own is None:
            problems.append(f"the network has no node {variable.name!r}; allowed: all variables")
        elif set(own) != set(variable.state_names):
            allowed = ", ".join(variable.state_names)
            problem = f"{variable.name} has the states {', '.join(own)} in the network"
            problems.append(f"{problem}; allowed: {allowed}")
    if target is not None and target != words.target.name:
        problems.append(f"found the target {target!r}; allowed: {words.target.name}")
    if problems:
        raise HamkneeError("\n".join(problems))


def _by_name(network: DiscreteBayesianNetwork, words: Vocabulary) -> dict[str, object]:
    """Return the nodes by their names as text, in the vocabulary's order."""
    nodes = {str(node): node for node in network.nodes}
    return {name: nodes[name] for name in words}


@takes(model=A_MODEL)
def pgmpy_pseudo_counts(model: Model) -> dict[str, Array]:
    """Return the counts behind the tables as pgmpy's ``DiscreteBayesianEstimator`` takes them.

    pgmpy reads the columns with the parents in the order of the *alphabet*, not of the network or
    of the table, and says nothing where they come in another.

    Parameters
    ----------
    model : Model
        With an equivalent sample size for each column that is not logical.

    Returns
    -------
    dict of str to ndarray, shape (states, columns)
        For ``pseudo_counts``, with ``prior_type="dirichlet"``. Give pgmpy the order of the states,
        too, by ``state_names``.

    Raises
    ------
    HamkneeError
        If an equivalent sample size is missing.

    Examples
    --------
    >>> import hamknee
    >>> from pgmpy.parameter_estimator import DiscreteBayesianEstimator
    >>> model = hamknee.load()
    >>> counts = hamknee.formats.pgmpy_pseudo_counts(model)
    >>> counts["sex"].shape == (2, len(model.vocabulary["condition"].states))
    True
    >>> names = {name: list(model.vocabulary[name].state_names) for name in model.vocabulary}
    >>> estimator = DiscreteBayesianEstimator(names, prior_type="dirichlet", pseudo_counts=counts)

    ``estimator.fit(network, frame)`` then adds complete cases as `hamknee.update` does.
    """
    return {name: _pseudo_counts(cpt) for name, cpt in model.cpts.items()}


def _pseudo_counts(cpt: CPT) -> Array:
    if cpt.ess is None and not cpt.logical.all():
        problem = f"{cpt.variable} has no equivalent sample size"
        raise HamkneeError(f"{problem}; allowed: a model with counts (from_pgmpy(…, ess=))")
    axes = [cpt.parents.index(parent) for parent in sorted(cpt.parents)]
    counts = cpt.dirichlet.transpose(*axes, len(axes))
    return np.ascontiguousarray(counts.reshape(-1, counts.shape[-1]).T)


def _cpt(network: DiscreteBayesianNetwork, node: object, vocabulary: Vocabulary) -> CPT:
    """Return a node's table with its axes and states in the vocabulary's order, by name."""
    cpd = network.get_cpds(node)
    axes = {str(name): [str(state) for state in cpd.state_names[name]] for name in cpd.variables}
    parents = tuple(name for name in vocabulary if name in axes and name != str(node))
    values = np.asarray(cpd.values, dtype=float)
    values = in_order(values, axes, (*parents, str(node)), vocabulary)
    sums = values.sum(axis=-1, keepdims=True)
    if not np.abs(sums - 1).max() <= SUM_TOLERANCE:
        raise HamkneeError(f"a column of {node} does not add up to 1; allowed: within 0.000001")
    return CPT(str(node), parents, values / sums)


def _check_distinct(what: str, names: list[str]) -> None:
    if len(set(names)) < len(names):
        raise HamkneeError(f"{what} are not distinct as text: {names}; allowed: distinct names")


def difference_from_pgmpy(model: Model, cases: int, seed: int) -> float:
    """Return the largest difference from pgmpy's posteriors over random cases.

    Parameters
    ----------
    model : Model
        Whose posteriors of the target are compared.
    cases : int
        How many cases, drawn from the model; in each a random part of the findings is known.
    seed : int
        For the draws.

    Returns
    -------
    float
        Largest absolute difference of a probability from pgmpy's ``VariableElimination``.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.formats import difference_from_pgmpy
    >>> difference_from_pgmpy(hamknee.load(), cases=2, seed=1) < 1e-12
    True
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # pgmpy 1.1 warns of itself on import
        from pgmpy.inference import VariableElimination

    oracle = VariableElimination(to_pgmpy(model))
    target = model.vocabulary.target
    largest = 0.0
    drawn = simulate_cases(model, cases, known=0.3, seed=seed)
    for row in range(cases):
        evidence = drawn.evidence(row)
        answer = oracle.query([target.name], evidence=dict(evidence), show_progress=False)
        ours = model.posterior(evidence).probabilities
        theirs = [answer.get_value(**{target.name: state}) for state in target.state_names]
        largest = max(largest, float(np.abs(ours - np.array(theirs)).max()))
    return largest
