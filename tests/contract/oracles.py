"""Independent answers: by pgmpy and by pyAgrum."""

import math
import warnings
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from pgmpy.factors.discrete import TabularCPD
from pgmpy.models import DiscreteBayesianNetwork

from hamknee.inference.model import Model
from hamknee.network.evidence import Value, check_evidence, likelihood

with warnings.catch_warnings():
    warnings.simplefilter("ignore", FutureWarning)  # pgmpy warns of its own renamed modules
    warnings.simplefilter("ignore", DeprecationWarning)  # pyAgrum crashes if this is an error
    import pyagrum as gum
    from pgmpy.inference import VariableElimination

Array = npt.NDArray[np.float64]
One = Mapping[str, object]


class Pgmpy:
    """pgmpy's variable elimination.

    Parameters
    ----------
    network : DiscreteBayesianNetwork
        What is asked.
    """

    def __init__(self, network: DiscreteBayesianNetwork) -> None:
        self.network = network

    def marginal(self, name: str, evidence: One) -> Array:
        """Return P(name | evidence); sets and likelihoods become virtual evidence."""
        # A new one each time: after virtual evidence pgmpy's keeps the nodes it added.
        engine = VariableElimination(self.network)
        hard = {n: v for n, v in evidence.items() if isinstance(v, str)}
        virtual = [self._virtual(n, v) for n, v in evidence.items() if not isinstance(v, str)]
        factor = engine.query(
            [name], evidence=hard, virtual_evidence=virtual or None, show_progress=False
        )
        return np.array([factor.get_value(**{name: state}) for state in self.states(name)])

    def states(self, name: str) -> list[str]:
        return list(self.network.get_cpds(name).state_names[name])

    def _virtual(self, name: str, value: Value) -> TabularCPD:
        weights = value if isinstance(value, Mapping) else dict.fromkeys(value, 1.0)
        column = np.array([weights.get(state, 0.0) for state in self.states(name)])
        names = {name: self.states(name)}
        values = (column / column.sum())[:, None]
        return TabularCPD(name, len(column), values, state_names=names)

    def p_evidence(self, evidence: Mapping[str, str]) -> float:
        """Return P(evidence) by the chain rule, one finding after another."""
        log_p, before = 0.0, {}
        for name, state in evidence.items():
            log_p += math.log(self.marginal(name, before)[self.states(name).index(state)])
            before[name] = state
        return math.exp(log_p)

    def explanation(self, evidence: Mapping[str, str]) -> dict[str, str]:
        """Return the most probable states of what is not known (few, or it does not fit)."""
        unknown = [name for name in self.network.nodes if name not in evidence]
        engine = VariableElimination(self.network)
        return dict(engine.map_query(unknown, evidence=dict(evidence), show_progress=False))


class Agrum:
    """pyAgrum's lazy propagation.

    Parameters
    ----------
    model : Model
        Written out as a network of pyAgrum's.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        network = gum.BayesNet()
        for name, variable in model.vocabulary.items():
            network.add(gum.LabelizedVariable(name, name, list(variable.state_names)))
        for name, cpt in model.cpts.items():
            for parent in cpt.parents:
                network.addArc(parent, name)
            for column in np.ndindex(*cpt.probabilities.shape[:-1]):
                given = dict(zip(cpt.parents, map(int, column), strict=True))
                network.cpt(name)[given or slice(None)] = cpt.probabilities[column].tolist()
        self.network = network
        self.engine = gum.LazyPropagation(network)

    def ask(self, name: str, evidence: One) -> tuple[Array, float]:
        """Return P(name | evidence) and P(evidence)."""
        checked = check_evidence(self.model.vocabulary, evidence)
        weights = {n: likelihood(self.model.vocabulary[n], value) for n, value in checked.items()}
        # Scaled to a largest of 1, because pyAgrum counts a single weight above 0 twice.
        scales = {name: float(row.max()) for name, row in weights.items()}
        self.engine.setEvidence({n: (row / scales[n]).tolist() for n, row in weights.items()})
        self.engine.makeInference()
        p_evidence = self.engine.evidenceProbability() * math.prod(scales.values())
        return np.array(self.engine.posterior(name).tolist()), p_evidence
