"""Networks that are hard on arithmetic: changes of numbers and what compares them, exactly."""

import math
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest

import hamknee
from hamknee.base.errors import HamkneeError
from hamknee.inference.model import Model
from hamknee.network.coexisting import COLUMNS
from hamknee.network.priors import CPT, Priors
from hamknee.sensitivity.parameters import Place, entries
from tests.support.cohorts import priors_of
from tests.support.exact import Exact
from tests.support.extremes import extreme_case, extreme_network


@pytest.mark.parametrize("seed", [*range(1, 9), *range(13, 24)])
def test_what_changes_or_compares_numbers_is_right(seed: int) -> None:
    hold_changes_to_fractions(seed)


def hold_changes_to_fractions(seed: int) -> None:
    """Learn, compare, move two numbers, ask of one finding and of what is there as well."""
    model = extreme_network(seed)
    evidence, right = extreme_case(model, seed), Exact(model.vocabulary, model.cpts)
    learned = learns_what_was_counted(model, seed)
    says_where_two_sets_differ(model, learned)
    scores_each_row(model, right, seed)
    if model.log_p_evidence(evidence) > -math.inf:
        moves_two_numbers(model, evidence, seed)
        values_one_finding(model, right, evidence)
        adds_up_what_is_there_as_well(model, right, evidence, seed)


def learns_what_was_counted(model: Model, seed: int) -> Priors:
    """Hold the numbers after complete cases to counts, and those after others to being numbers."""
    before, cohort = priors_of(model), hamknee.simulate(model, 12, seed=seed)
    update = hamknee.update(before, cohort)
    numbers = before.cpts()
    for name, cpt in update.priors.cpts().items():
        old = numbers[name]
        assert old.ess is not None
        assert cpt.ess is not None
        for column in np.ndindex(old.ess.shape):
            seen = cohort
            for parent, state in zip(cpt.parents, column, strict=True):
                seen = seen[seen[parent] == model.vocabulary[parent].state_names[state]]
            if set(old.probabilities[column]) <= {0.0, 1.0}:  # logical: no case changes it
                assert (cpt.probabilities[column] == old.probabilities[column]).all()
                continue
            ess = Fraction(float(old.ess[column]))
            assert cpt.ess[column] == pytest.approx(float(ess + len(seen)))
            for place, state in enumerate(model.vocabulary[name].state_names):
                prior = ess * Fraction(float(old.probabilities[column][place]))
                count = int((seen[name] == state).sum())
                expected = float((prior + count) / (ess + len(seen)))
                assert cpt.probabilities[column][place] == pytest.approx(expected, rel=1e-9)
    patchy = hamknee.update(before, hamknee.simulate(model, 12, known=0.6, seed=seed))
    is_of_numbers(patchy.table, patchy.text)
    for name, cpt in patchy.priors.cpts().items():
        assert (cpt.probabilities[numbers[name].probabilities == 0] == 0).all()
        np.testing.assert_allclose(cpt.probabilities.sum(axis=-1), 1, rtol=0, atol=2e-6)
    return update.priors


def says_where_two_sets_differ(model: Model, learned: Priors) -> None:
    before = priors_of(model)
    difference = hamknee.difference(before, learned)
    assert "nan" not in difference.text
    changed = difference.table[["old", "new"]].to_numpy()
    assert np.isfinite(changed).all()
    old = {row.name: row.probability for row in before.rows}
    new = {row.name: row.probability for row in learned.rows}
    assert len(changed) >= sum(old[name] != new[name] for name in old)
    same = hamknee.difference(before, before)
    assert same.table.empty


def scores_each_row(model: Model, right: Exact, seed: int) -> None:
    frame = hamknee.simulate(model, 3, known=0.7, seed=seed)
    target = model.vocabulary.target
    scored = hamknee.score(model, frame.drop(columns=target.name))
    for row, cells in zip(scored.to_dict("records"), frame.to_dict("records"), strict=True):
        known = {n: v for n, v in cells.items() if n != target.name and not pd.isna(v)}
        expected = right.posterior(target.name, known)
        assert expected is not None
        answer = [row[f"p_{state}"] for state in target.state_names]
        np.testing.assert_allclose(answer, expected, rtol=1e-9, atol=1e-13)


def moves_two_numbers(model: Model, evidence: Mapping[str, object], seed: int) -> None:
    """Hold the answer to that of the changed tables, at the ends of both columns too."""
    among = entries(model)
    rng = np.random.default_rng(seed)
    one, two = (among.place(int(number)) for number in rng.choice(len(among), 2, replace=False))
    state = model.vocabulary.target.state_names[0]
    try:
        both = hamknee.two_way(model, evidence, state, parameter(model, one), parameter(model, two))
    except HamkneeError as error:
        deserved(error, "one number", "two states")
        return
    for t1, t2 in ((0.0, 0.5), (1.0, 0.25), (0.3, 0.0), (0.5, 0.5)):
        cpts = changed(model, {one: t1, two: t2})
        if cpts is None:
            continue
        expected = Exact(model.vocabulary, cpts).posterior(model.vocabulary.target.name, evidence)
        if expected is not None:
            assert both.value(t1, t2) == pytest.approx(expected[0], rel=1e-8, abs=1e-10)


def parameter(model: Model, place: Place) -> tuple[str, str, dict[str, str]]:
    """Return a number as people name it."""
    names = model.vocabulary
    parents = zip(model.cpts[place.variable].parents, place.column, strict=True)
    given = {parent: names[parent].state_names[state] for parent, state in parents}
    return place.variable, names[place.variable].state_names[place.state], given


def changed(model: Model, to: Mapping[Place, float]) -> dict[str, CPT] | None:
    """Return tables with two numbers set, the rest of each column in proportion."""
    cpts = dict(model.cpts)
    by_column: dict[tuple[str, tuple[int, ...]], dict[int, float]] = {}
    for place, t in to.items():
        by_column.setdefault((place.variable, place.column), {})[place.state] = t
    for (name, column), values in by_column.items():
        if sum(values.values()) > 1:
            return None
        table = cpts[name].probabilities.copy()
        rest = [i for i in range(table.shape[-1]) if i not in values]
        whole = table[column][rest].sum()
        if not rest:
            return None
        left = 1 - sum(values.values())
        shares = table[column][rest] / whole if whole > 0 else np.full(len(rest), 1 / len(rest))
        table[column][rest] = left * shares
        for state, t in values.items():
            table[column][state] = t
        cpts[name] = CPT(name, cpts[name].parents, table)
    return cpts


def values_one_finding(model: Model, right: Exact, evidence: Mapping[str, object]) -> None:
    target = model.vocabulary.target
    finding = next(
        (name for name in model.vocabulary if name not in {target.name, *evidence}), None
    )
    if finding is None:
        return
    value, state = model.vocabulary[finding].state_names[0], target.state_names[0]
    try:
        found = hamknee.finding_value(model, evidence, state, finding, value, draws=20)
    except HamkneeError as error:
        deserved(error, "certain or ruled out", "never occurs")
        return
    whole = right.joint(target.name, evidence)
    seen = right.joint(target.name, {**evidence, finding: value})
    sure = float(seen[0] / whole[0])
    wrong = float(sum(seen[1:]) / sum(whole[1:]))
    measures = found.measures
    assert measures["sensitivity"].value == pytest.approx(sure, rel=1e-8, abs=1e-12)
    assert measures["specificity"].value == pytest.approx(1 - wrong, rel=1e-8, abs=1e-12)
    assert "nan" not in found.text


def adds_up_what_is_there_as_well(
    model: Model, right: Exact, evidence: Mapping[str, object], seed: int
) -> None:
    target = model.vocabulary.target
    first, last = target.state_names[0], target.state_names[-1]
    rng = np.random.default_rng(seed)
    low, share, high = sorted(10.0 ** -rng.choice((0.01, 0.5, 3, 20), 3))
    line = dict.fromkeys(COLUMNS, "") | {
        **{"main": first, "also": last, "basis": "judgement", "kind": "symptomatic"},
        **{"estimate": repr(float(share)), "low": repr(float(low)), "high": repr(float(high))},
    }
    with TemporaryDirectory() as folder:
        path = Path(folder, "coexisting.csv")
        path.write_text(f"{','.join(COLUMNS)}\n{','.join(line.values())}\n")
        placed = Model(model.vocabulary, model.cpts, source=str(path.with_name("priors.csv")))
        path.with_name("priors.csv").touch()
        also = hamknee.also_present(placed, evidence, first)
        expected = right.posterior(target.name, evidence)
        assert expected is not None
        sums = [expected[-1] + expected[0] * float(end) for end in (share, low, high)]
        assert also.present(last) == pytest.approx(sums, rel=1e-9, abs=1e-13)
        is_of_numbers(also.table.drop(columns="background"), also.text)
        assert len(also.lines) == (share >= 0.1)


def deserved(error: HamkneeError, *reasons: str) -> None:
    """Let a refusal pass that such a network deserves."""
    if not any(reason in str(error) for reason in reasons):
        raise error


def is_of_numbers(table: pd.DataFrame, text: str) -> None:
    numbers = table[[column for column in table if pd.api.types.is_float_dtype(table[column])]]
    assert np.isfinite(numbers.to_numpy()).all(), table
    assert "nan" not in text
