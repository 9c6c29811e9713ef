"""The same network and the same questions in pyAgrum and pgmpy."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hamknee import Model
from hamknee.network import to_pgmpy

with warnings.catch_warnings():
    warnings.simplefilter("ignore", FutureWarning)  # pgmpy 1.1 warns of itself on import
    warnings.simplefilter("ignore", DeprecationWarning)  # and so do pyAgrum's bindings
    import pyagrum
    from pgmpy.inference import VariableElimination

if TYPE_CHECKING:
    import numpy.typing as npt

Case = dict[str, str]


@dataclass(frozen=True)
class Peer:
    """One way of answering a question.

    Parameters
    ----------
    name : str
        Library and algorithm.
    ask : callable
        From a case to the library's own answer: this is what is timed.
    read : callable
        From that answer to the probabilities as an array: this is not.
    """

    name: str
    ask: Callable[[Case], Any]
    read: Callable[[Any], npt.NDArray[np.float64]]


def to_pyagrum(model: Model) -> pyagrum.BayesNet:
    """Return the model as a pyAgrum network with the same names and numbers."""
    network = pyagrum.BayesNet("hamknee")
    for variable in model.vocabulary.variables:
        states = list(variable.state_names)
        network.add(pyagrum.LabelizedVariable(variable.name, variable.label, states))
    for name, cpt in model.cpts.items():
        for parent in cpt.parents:
            network.addArc(parent, name)
        table, axes = network.cpt(name), (*cpt.parents, name)
        order = [axes.index(axis) for axis in reversed(table.names)]  # an array has them reversed
        table[:] = np.ascontiguousarray(cpt.probabilities.transpose(order))
    return network


def posterior_peers(model: Model) -> list[Peer]:
    """Return the other libraries' ways to the posterior of the target, compiled and ready."""
    target = model.vocabulary.target.name
    network = to_pyagrum(model)

    def agrum(name: str, engine: Any) -> Peer:
        engine.setTargets({target})

        def ask(case: Case) -> Any:
            engine.setEvidence(case)
            engine.makeInference()
            return engine.posterior(target)

        return Peer(f"pyAgrum {name}", ask, lambda answer: answer.toarray())

    return [
        agrum("LazyPropagation", pyagrum.LazyPropagation(network)),
        agrum("VariableElimination", pyagrum.VariableElimination(network)),
        _pgmpy(model, [target]),
    ]


def marginal_peers(model: Model) -> list[Peer]:
    """Return the other libraries' ways to every marginal of a case.

    pgmpy has no single pass for all marginals: it is asked once for each variable not observed.
    """
    engine = pyagrum.LazyPropagation(to_pyagrum(model))

    def ask(case: Case) -> list[Any]:
        engine.setEvidence(case)
        engine.makeInference()
        return [engine.posterior(name) for name in model.vocabulary if name not in case]

    def read(answers: list[Any]) -> npt.NDArray[np.float64]:
        return np.concatenate([answer.toarray() for answer in answers])

    names = list(model.vocabulary)
    return [Peer("pyAgrum LazyPropagation", ask, read), _pgmpy(model, names)]


def _pgmpy(model: Model, names: list[str]) -> Peer:
    """Return pgmpy's variable elimination, asked for each of some variables in turn."""
    engine = VariableElimination(to_pgmpy(model))

    def ask(case: Case) -> list[Any]:
        return [
            engine.query([name], evidence=case, show_progress=False)
            for name in names
            if name not in case
        ]

    def read(answers: list[Any]) -> npt.NDArray[np.float64]:
        return np.concatenate(
            [
                [answer.get_value(**{name: state}) for state in model.vocabulary[name].state_names]
                for answer in answers
                for name in answer.variables
            ]
        )

    return Peer("pgmpy VariableElimination", ask, read)
