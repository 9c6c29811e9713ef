"""Cohorts of the model: what is held, what is drawn, and from which tables."""

import numpy as np
import pandas as pd
import pytest

from hamknee.evaluation.replicates import replicate, worlds
from hamknee.inference.model import Model
from hamknee.inference.simulation import draw, drawn_tables
from hamknee.network.labelled import label
from tests.support.networks import asia, network, with_zeros


def test_a_world_is_diagnosis_and_context_and_what_stands_above(model: Model) -> None:
    frame = pd.DataFrame(
        {
            "condition": ["strain", "strain", "strain|rupture", ""],
            "setting": ["emergency", "emergency", "", "emergency"],
            "pop": ["yes", "no", "yes", "no"],
        }
    )
    start, which = worlds(model, label(model.vocabulary, frame))
    assert which[0] == which[1]
    assert len(start) == 3
    known = [dict(start.evidence(row)) for row in which]
    assert known[0] == {"condition": "strain", "setting": "emergency"}
    assert known[2] == {"condition": ("strain", "rupture")}
    assert known[3] == {"setting": "emergency"}


def test_what_stands_above_the_target_is_held_or_drawn_given_it() -> None:
    model = asia("lung", ess=1e9)  # lung has the parent smoke
    index = model.vocabulary.index
    frame = pd.DataFrame({"lung": ["yes"] * 3000, "smoke": ["no"] + [""] * 2999, "dysp": "yes"})
    labelled = label(model.vocabulary, frame)
    (codes,) = replicate(model, labelled, 1, np.random.default_rng(1))
    assert (codes[:, index["lung"]] == 0).all()
    assert codes[0, index["smoke"]] == 1
    given = model.marginals({"lung": "yes"})  # dysp was asked, and tells the replicate nothing
    for name in ("smoke", "bronc", "dysp", "xray"):
        share = (codes[1:, index[name]] == 0).mean()
        assert share == pytest.approx(given[name][0], abs=0.04)


def test_tables_are_drawn_as_their_sample_sizes_say() -> None:
    model = network({"t": ("", [0.3, 0.7]), "f": ("t", [[0.9, 0.1], [1.0, 0.0]])}, "t", ess=9.0)
    rng = np.random.default_rng(1)
    drawn = [drawn_tables(model, rng) for _ in range(4000)]
    first = np.array([tables["f"].probabilities[0, 0] for tables in drawn])
    assert first.mean() == pytest.approx(0.9, abs=0.01)
    assert first.var() == pytest.approx(0.9 * 0.1 / 10, rel=0.1)
    assert {tables["f"].probabilities[1, 0] for tables in drawn} == {1.0}


def test_tables_without_sample_sizes_stay() -> None:
    model = with_zeros(ess=None)
    tables = drawn_tables(model, np.random.default_rng(1))
    assert all(tables[name] is cpt for name, cpt in model.cpts.items())


def test_states_can_be_held_case_by_case() -> None:
    model = asia()
    held = {"asia": np.array([0, 1, 0]), "smoke": 1}
    codes = draw(model, 3, np.random.default_rng(1), held)
    index = model.vocabulary.index
    assert codes[:, index["asia"]].tolist() == [0, 1, 0]
    assert codes[:, index["smoke"]].tolist() == [1, 1, 1]
