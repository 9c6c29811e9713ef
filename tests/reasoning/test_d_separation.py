import itertools
import warnings

import numpy as np
import pytest

from hamknee.inference.model import Model
from hamknee.reasoning.d_separation import relevant, without_irrelevant
from tests.support.drawn import random_evidence
from tests.support.networks import asia, random_network

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # its compiled part warns of itself
    import pyagrum


def _pyagrum(model: Model, soft: list[str]) -> pyagrum.BayesNet:
    """Return the arrows, with a known child for each variable of uncertain evidence."""
    network = pyagrum.BayesNet()
    for name in model.vocabulary:
        network.add(name, 2)
    for name, cpt in model.cpts.items():
        for parent in cpt.parents:
            network.addArc(parent, name)
    for name in soft:
        network.add(f"{name}_heard", 2)
        network.addArc(name, f"{name}_heard")
    return network


@pytest.mark.parametrize("seed", range(60))
def test_d_separation_is_that_of_pyagrum(seed: int) -> None:
    model = random_network(seed, count=8)
    evidence = random_evidence(model, seed)
    found = relevant(model, model.encode([evidence]).codes)[0]
    soft = [name for name, value in evidence.items() if not isinstance(value, str)]
    network = _pyagrum(model, soft)
    known = {name for name in evidence if name not in soft} | {f"{name}_heard" for name in soft}
    target = model.vocabulary.target.name
    for number, name in enumerate(model.vocabulary):
        if name == target:
            assert found[number]
        else:
            asked = f"{name}_heard" if name in soft else name
            given = known - {asked}
            assert found[number] == (not network.isIndependent(target, asked, given)), name


def test_many_sets_of_evidence_at_once_are_each_its_own() -> None:
    model = asia()
    names = [name for name in model.vocabulary if name != "lung"]
    subsets = [dict.fromkeys(s, "yes") for n in range(4) for s in itertools.combinations(names, n)]
    together = relevant(model, model.encode(subsets).codes)
    for row, subset in enumerate(subsets):
        assert (together[row] == relevant(model, model.encode([subset]).codes)[0]).all()


@pytest.mark.parametrize("seed", range(30))
def test_irrelevant_evidence_can_go_all_at_once(seed: int) -> None:
    model = random_network(seed, count=8)
    cases = model.encode([random_evidence(model, seed, known=0.7)])
    fewer = type(cases)(cases.vocabulary, without_irrelevant(model, cases.codes), cases.weights)
    ours, theirs = model.posterior(cases).probabilities, model.posterior(fewer).probabilities
    assert np.abs(ours - theirs).max() < 1e-12
