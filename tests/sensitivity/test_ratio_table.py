"""The table of likelihood ratios: against enumeration, and against the verb for one finding."""

import csv
import io

import numpy as np
import pytest

import hamknee
from hamknee.base.errors import HamkneeError
from hamknee.inference.model import Model
from hamknee.sensitivity.one_finding import finding_value
from hamknee.sensitivity.ratio_table import likelihood_ratios
from tests.support.by_hand import Worlds
from tests.support.networks import Spec, asia, network, with_zeros


def test_each_ratio_is_that_of_the_listed_worlds() -> None:
    model = asia()
    joint = Worlds(model).joint
    index = model.vocabulary.index
    for ratio in likelihood_ratios(model, {}, draws=500).ratios:
        axes = index[ratio.variable], index["lung"]
        rest = tuple(axis for axis in range(joint.ndim) if axis not in axes)
        table = joint.sum(axis=rest)
        table = table if axes[0] < axes[1] else table.T
        state = model.vocabulary[ratio.variable].position[ratio.state]
        ill = model.vocabulary["lung"].position[ratio.condition]
        sure = table[state, ill] / table[:, ill].sum()
        wrong = table[state, 1 - ill] / table[:, 1 - ill].sum()
        assert ratio.sensitivity == pytest.approx(sure)
        assert ratio.specificity == pytest.approx(1 - wrong)
        if wrong > 0:
            assert ratio.value == pytest.approx(sure / wrong)


def test_the_intervals_are_those_of_one_finding_alone(model: Model) -> None:
    known = {"setting": "emergency"}
    asked = {"findings": ["pop"], "conditions": ["rupture"], "draws": 500, "seed": 3}
    yes = likelihood_ratios(model, known, **asked).ratios[0]  # type: ignore[arg-type]
    alone = finding_value(model, known, "rupture", "pop", "yes", draws=500, seed=3)
    expected = alone.measures["lr_plus"]
    np.testing.assert_allclose((yes.value, yes.low, yes.high), expected, rtol=1e-9)


@pytest.mark.parametrize("known", [{"front", "side"}, {"front": 0.2, "back": 1.0}])
def test_what_is_half_known_of_a_finding_is_left_out_of_its_own_ratios(known: object) -> None:
    model, case = with_zeros(), {"site": known, "test": "yes"}
    ratios = likelihood_ratios(model, case, draws=20, seed=1).ratios
    of_site = [ratio for ratio in ratios if ratio.variable == "site" and not np.isnan(ratio.value)]
    assert {ratio.state for ratio in of_site} == {"front", "back", "side", "all"}
    for ratio in of_site:
        alone = finding_value(
            model,
            {"test": "yes"},
            ratio.condition,
            "site",
            ratio.state,
            draws=20,
            seed=1,
        )
        expected = alone.measures["lr_plus"]
        np.testing.assert_allclose((ratio.value, ratio.low, ratio.high), expected, rtol=1e-9)


def test_the_table_goes_to_a_paper(model: Model) -> None:
    asked = {"findings": ["pop", "onset"], "conditions": ["strain"], "draws": 500}
    ratios = likelihood_ratios(model, {}, **asked)  # type: ignore[arg-type]
    rows = list(csv.DictReader(io.StringIO(ratios.to_csv())))
    assert [float(row["value"]) for row in rows] == [ratio.value for ratio in ratios.ratios]
    assert len(ratios.to_markdown().splitlines()) == len(rows) + 2
    latex = ratios.to_latex().splitlines()
    assert sum(line.endswith(r"\\") for line in latex) == len(rows) + 1
    assert r"LR (90 \% interval)" in ratios.to_latex()
    assert "likelihood ratios. The surest: " in ratios.text


@pytest.mark.parametrize(
    ("known", "more"),
    [
        ({}, {"mass": 1.0}),
        ({"pop": "yes"}, {"findings": ["pop"]}),
        ({"condition": "strain"}, {"conditions": ["strain"]}),
    ],
)
def test_what_has_no_ratio_is_refused(
    model: Model, known: dict[str, object], more: dict[str, object]
) -> None:
    with pytest.raises(HamkneeError, match="allowed: "):
        hamknee.likelihood_ratios(model, known, **more)  # type: ignore[arg-type]


def test_a_condition_that_is_ruled_out_counts_for_nothing() -> None:
    spec: Spec = {
        "t": ("", [0.5, 0.3, 0.2], "x y z"),
        "e": ("t", [[0.0, 1.0], [0.3, 0.7], [0.5, 0.5]], "u v"),
        "f": ("t", [[0.2, 0.8], [0.3, 0.7], [0.5, 0.5]], "u v"),
    }
    table = likelihood_ratios(network(spec, "t", ess=10), {"e": "u"}, draws=20).table
    values = table.set_index(["condition", "state"]).value.to_dict()
    assert set(table.condition) == {"y", "z"}
    assert values["y", "u"] == pytest.approx(0.3 / 0.5)
    assert values["z", "v"] == pytest.approx(0.5 / 0.7)
