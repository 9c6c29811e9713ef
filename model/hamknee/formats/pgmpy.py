"""The model as a pgmpy network and back. The only file that imports pgmpy, which takes seconds."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from hamknee.base import HamkneeError, Kind, suggestion, takes
from hamknee.formats.nodes import in_order
from hamknee.inference import A_MODEL, Model, simulate
from hamknee.network import CPT, SUM_TOLERANCE, State, Variable, Vocabulary

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
def from_pgmpy(network: DiscreteBayesianNetwork, *, target: str) -> Model:
    """Compile a pgmpy network.

    Parameters
    ----------
    network : DiscreteBayesianNetwork
        With a table for every node; names and states become texts.
    target : str
        The node that is asked for. All others become findings, labelled by their names.

    Returns
    -------
    Model
        Without equivalent sample sizes. Each column is divided by its sum, because columns that
        are off by rounding, as in many published files, have no single right answer: what
        pgmpy gives for them depends on which nodes it prunes.

    Raises
    ------
    HamkneeError
        If there is no such node, a table is missing, or two names or states read the same as text.

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
    """
    nodes = [str(node) for node in network.nodes]
    if target not in nodes:
        hint = suggestion(target, nodes)
        raise HamkneeError(f"the network has no node {target!r}{hint}; allowed: {', '.join(nodes)}")
    variables = []
    for node in network.nodes:
        cpd = network.get_cpds(node)
        if cpd is None:
            raise HamkneeError(f"{node} has no table; allowed: a TabularCPD for each node")
        states = [str(state) for state in cpd.state_names[node]]
        _check_distinct(f"the states of {node}", states)
        role = "target" if str(node) == target else "finding"
        named = tuple(State(state, state) for state in states)
        variables.append(Variable(str(node), role, str(node), named))
    _check_distinct("the nodes", nodes)
    vocabulary = Vocabulary(tuple(variables), source="pgmpy")
    return Model(vocabulary, {str(n): _cpt(network, n, vocabulary) for n in network.nodes})


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
        Largest absolute difference of a probability from pgmpy's `VariableElimination`.

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
    drawn = simulate(model, cases, known=0.3, seed=seed)
    for row in range(cases):
        evidence = drawn.evidence(row)
        answer = oracle.query([target.name], evidence=dict(evidence), show_progress=False)
        ours = model.posterior(evidence).probabilities
        theirs = [answer.get_value(**{target.name: state}) for state in target.state_names]
        largest = max(largest, float(np.abs(ours - np.array(theirs)).max()))
    return largest
