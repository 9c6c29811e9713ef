"""The same network and the same questions in pyAgrum and pgmpy."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from hamknee import Model
from hamknee.formats import to_pgmpy
from hamknee.network import CPT

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
        _fill(network.cpt(name), cpt)
    return network


def _fill(table: Any, cpt: CPT) -> None:
    """Set a table of a pyAgrum network."""
    axes = (*cpt.parents, cpt.variable)
    order = [axes.index(axis) for axis in reversed(table.names)]  # an array has them reversed
    table[:] = np.ascontiguousarray(cpt.probabilities.transpose(order))


def posterior_peers(model: Model) -> list[Peer]:
    """Return the other libraries' ways to the posterior of the target, compiled and ready."""
    elimination = pyagrum.VariableElimination(to_pyagrum(model))
    return [
        lazy_propagation(model),
        _agrum(model, "VariableElimination", elimination),
        _pgmpy(model, [model.vocabulary.target.name]),
    ]


def lazy_propagation(model: Model) -> Peer:
    """Return pyAgrum's way to the posterior of the target with its default engine."""
    return _agrum(model, "LazyPropagation", pyagrum.LazyPropagation(to_pyagrum(model)))


def _agrum(model: Model, name: str, engine: Any) -> Peer:
    target = model.vocabulary.target.name
    engine.setTargets({target})

    def ask(case: Case) -> Any:
        engine.setEvidence(case)
        engine.makeInference()
        return engine.posterior(target)

    return Peer(f"pyAgrum {name}", ask, lambda answer: answer.toarray())


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


class Library(Protocol):
    """What a loop needs of a library. The network is compiled beforehand; its tables may change."""

    def posterior(self, case: Case) -> npt.NDArray[np.float64]:
        """Return P(target | case), shape (target states,)."""

    def joints(self, case: Case, names: Sequence[str]) -> list[npt.NDArray[np.float64]]:
        """Return P(variable, target | case) for each variable, shape (states, target states)."""

    def p_evidence(self, case: Case) -> float:
        """Return P(case)."""

    def change(self, cpt: CPT) -> None:
        """Set the table of one variable."""


class PyAgrum:
    """pyAgrum's ShaferShenoyInference: its quickest at joints, and as quick as any at the rest."""

    def __init__(self, model: Model) -> None:
        self.target = model.vocabulary.target.name
        self.network = to_pyagrum(model)
        self.engine = pyagrum.ShaferShenoyInference(self.network)
        self.engine.setTargets({self.target})

    def posterior(self, case: Case) -> npt.NDArray[np.float64]:
        """Return P(target | case), shape (target states,)."""
        self._infer(case)
        return np.asarray(self.engine.posterior(self.target).toarray())

    def joints(self, case: Case, names: Sequence[str]) -> list[npt.NDArray[np.float64]]:
        """Return P(variable, target | case) for each variable, all from one pass."""
        engine = pyagrum.ShaferShenoyInference(self.network)
        pairs = [{self.target, name} for name in names]
        for pair in pairs:
            engine.addJointTarget(pair)
        engine.setEvidence(case)
        engine.makeInference()
        found = [engine.jointPosterior(pair) for pair in pairs]
        return [  # an array has the names reversed
            table.toarray().T if table.names[0] == name else table.toarray()
            for table, name in zip(found, names, strict=True)
        ]

    def p_evidence(self, case: Case) -> float:
        """Return P(case)."""
        self._infer(case)
        return float(self.engine.evidenceProbability())

    def change(self, cpt: CPT) -> None:
        """Set the table of one variable."""
        _fill(self.network.cpt(cpt.variable), cpt)

    def _infer(self, case: Case) -> None:
        self.engine.setEvidence(case)
        self.engine.makeInference()


class Pgmpy:
    """pgmpy's VariableElimination."""

    def __init__(self, model: Model) -> None:
        self.target = model.vocabulary.target.name
        self.network = to_pgmpy(model)
        self.engine = VariableElimination(self.network)

    def posterior(self, case: Case) -> npt.NDArray[np.float64]:
        """Return P(target | case), shape (target states,)."""
        return np.asarray(self._query([self.target], case).values)

    def joints(self, case: Case, names: Sequence[str]) -> list[npt.NDArray[np.float64]]:
        """Return P(variable, target | case) for each variable, by a query each."""
        return [np.asarray(self._query([name, self.target], case).values) for name in names]

    def p_evidence(self, case: Case) -> float:
        """Return P(case), one cell of a joint table: one query where the chain rule needs many."""
        return float(self._query(list(case), {}).get_value(**case))

    def change(self, cpt: CPT) -> None:
        """Set the table of one variable, in place, which is quicker than a new TabularCPD."""
        table = self.network.get_cpds(cpt.variable)
        table.values[...] = np.moveaxis(cpt.probabilities, -1, 0)

    def _query(self, names: list[str], case: Case) -> Any:
        return self.engine.query(names, evidence=case, show_progress=False)


LIBRARIES: dict[str, Callable[[Model], Library]] = {"pyAgrum": PyAgrum, "pgmpy": Pgmpy}
