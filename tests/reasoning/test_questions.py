import itertools
import warnings
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamknee.base.words import percent
from hamknee.inference.model import Model
from hamknee.inference.simulation import simulate_cases
from hamknee.network.evidence import EvidenceError
from hamknee.reasoning.questions import Questions, information, next_questions
from tests.support.by_hand import Worlds, entropy
from tests.support.drawn import random_evidence
from tests.support.networks import asia, exclusive_or, network, random_network

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # its compiled part warns of itself
    import pyagrum

CASE = {"setting": "sports_clinic", "age": 31, "onset": "sudden", "pop": "yes", "swelling": "none"}


def _gains(found: Questions) -> dict[str, float]:
    return dict(zip(found.table["variable"], found.table["gain"], strict=True))


def test_information_in_asia() -> None:
    nothing = next_questions(asia(), {})
    assert nothing.remaining == pytest.approx(0.307268, abs=1e-6)
    gains = _gains(nothing)
    golden = {"xray": 0.184807, "smoke": 0.032374, "dysp": 0.025382, "bronc": 0.002540}
    for name, bits in golden.items():
        assert gains[name] == pytest.approx(bits, abs=1e-6)
    assert gains["asia"] == 0.0
    dyspnoea = next_questions(asia(), {"dysp": "yes"})
    assert dyspnoea.remaining == pytest.approx(0.477682, abs=1e-6)
    golden = {"xray": 0.301746, "smoke": 0.034277, "bronc": 0.019890, "tub": 0.000373}
    for name, bits in golden.items():
        assert _gains(dyspnoea)[name] == pytest.approx(bits, abs=1e-6)


@pytest.mark.parametrize("seed", range(25))
def test_every_number_is_that_of_enumeration(seed: int) -> None:
    model = random_network(seed, count=7)
    evidence = random_evidence(model, seed, known=0.4)
    oracle, target = Worlds(model), model.vocabulary.target.name
    now = oracle.table([target], evidence)
    for state in (None, model.vocabulary.target.state_names[0]):
        found = next_questions(model, evidence, state=state, pairs=True)
        told = _told(oracle, target, evidence, state)
        assert found.remaining == pytest.approx(told([]), abs=1e-9)
        soft = {name for name, value in evidence.items() if not isinstance(value, str)}
        expected = set(model.vocabulary) - {target} - (set(evidence) - soft)
        assert set(found.table["variable"]) == expected
        for name, gain in _gains(found).items():
            assert gain == pytest.approx(told([]) - told([name]), abs=1e-9)
        for row in found.pairs.itertuples():
            gain = told([]) - told([row.variable, row.second])
            assert row.gain == pytest.approx(gain, abs=1e-9)
        for number, p_answers, posteriors in zip(
            found.asked, found.p_answers, found.posteriors, strict=True
        ):
            table = oracle.table([list(model.vocabulary)[number], target], evidence)
            assert p_answers == pytest.approx(table.sum(axis=1), abs=1e-9)
            assert posteriors * p_answers[:, None] == pytest.approx(table, abs=1e-9)
            assert p_answers @ posteriors == pytest.approx(now, abs=1e-12)


def _told(
    oracle: Worlds, target: str, evidence: dict[str, object], state: str | None
) -> Callable[[list[str]], float]:
    """Return a function of names: bits left unknown on average once they are answered."""

    def left(names: list[str]) -> float:
        table = oracle.table([*names, target], evidence)
        if state is not None:
            table = np.stack([table[..., 0], table[..., 1:].sum(axis=-1)], axis=-1)
        return entropy(table) - entropy(table.sum(axis=-1))

    return left


@pytest.mark.parametrize("evidence", [{}, {"dysp": "yes"}, {"smoke": "yes", "xray": "no"}])
def test_information_is_that_of_pyagrum(evidence: dict[str, str]) -> None:
    model = asia()
    net = pyagrum.fastBN("asia->tub->either<-lung<-smoke->bronc->dysp<-either->xray", "{yes|no}")
    for name, cpt in model.cpts.items():
        for column in np.ndindex(cpt.probabilities.shape[:-1]):
            given = dict(zip(cpt.parents, (int(i) for i in column), strict=True))
            net.cpt(name)[given] = cpt.probabilities[column]
    engine = pyagrum.LazyPropagation(net)
    engine.setEvidence(evidence)
    for name, gain in _gains(next_questions(model, evidence)).items():
        theirs = pyagrum.InformationTheory(engine, ["lung"], [name]).mutualInformationXY()
        assert gain == pytest.approx(theirs, abs=1e-9)


def test_answers_average_back_to_the_current_posterior(model: Model) -> None:
    drawn = simulate_cases(model, 30, known=0.3, seed=5)
    for row in range(len(drawn)):
        evidence = drawn.evidence(row)
        found, posterior = next_questions(model, evidence), model.posterior(evidence)
        for p_answers, posteriors in zip(found.p_answers, found.posteriors, strict=True):
            assert np.abs(p_answers @ posteriors - posterior.probabilities).max() < 1e-12
            assert p_answers.sum() == pytest.approx(1, abs=1e-12)


@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.3, 0.6]))
def test_information_is_never_negative_and_never_more_than_is_unknown(
    seed: int, known: float
) -> None:
    model = random_network(seed)
    evidence = random_evidence(model, seed, known)
    for state in (None, model.vocabulary.target.state_names[0]):
        found = next_questions(model, evidence, state=state, pairs=True)
        for gain in (found.gain, found.pair_gain):
            assert (gain >= 0).all()
            assert (gain <= found.remaining + 1e-12).all()
        single = _gains(found)
        for row in found.pairs.itertuples():
            assert row.gain >= max(single[row.variable], single[row.second]) - 1e-12


def test_pairs_are_looked_at_where_single_questions_are_useless() -> None:
    found = next_questions(exclusive_or(), {})
    assert found.gain.max() == pytest.approx(0, abs=1e-12)
    assert found.remaining == pytest.approx(1, abs=1e-12)
    assert found.best == ("heads", "tails")
    assert list(found.pairs.iloc[0][["variable", "second"]]) == ["heads", "tails"]
    assert found.pair_gain == pytest.approx([1, 0, 0], abs=1e-12)
    assert found.most_told == pytest.approx(0.5, abs=1e-12)
    assert found.text.startswith("Ask both: Heads? Tails? No single question tells much")
    alone = next_questions(exclusive_or(), {}, pairs=False)
    assert len(alone.pairs) == 0
    assert alone.best == (alone.table["variable"][0],)
    halfway = next_questions(exclusive_or(), {"heads": "yes"})
    assert halfway.asked_pairs is None
    assert halfway.best == ("tails",)


def test_pairs_are_not_looked_at_where_a_single_question_tells_something(model: Model) -> None:
    assert next_questions(model, CASE).asked_pairs is None
    asked = next_questions(model, CASE, pairs=True)
    assert len(asked.pairs) == len(list(itertools.combinations(asked.asked, 2)))
    assert not asked.pair_is_better


def test_ranking_by_bits_and_by_bits_a_minute(model: Model) -> None:
    by_minute = next_questions(model, CASE).table
    assert by_minute["gain_per_minute"].is_monotonic_decreasing
    assert not by_minute["gain"].is_monotonic_decreasing
    minutes = [model.vocabulary[name].minutes for name in by_minute["variable"]]
    assert list(by_minute["gain"] / minutes) == list(by_minute["gain_per_minute"])
    by_bits = next_questions(model, CASE, per_minute=False).table
    assert by_bits["gain"].is_monotonic_decreasing
    assert set(by_bits["variable"]) == set(by_minute["variable"])


def test_uncertain_evidence_is_still_open_and_counts(model: Model) -> None:
    found = next_questions(model, CASE | {"location": {"posteromedial", "posterolateral"}})
    answers = found.answers[found.answers["variable"] == "location"]
    assert set(answers["state"]) == {"posteromedial", "posterolateral"}
    assert answers.groupby("state")["p_answer"].first().sum() == pytest.approx(1, abs=1e-12)
    definite = model.posterior(CASE | {"location": "posteromedial"})
    told = answers[answers["state"] == "posteromedial"].set_index("condition")["probability"]
    for state in model.vocabulary.target.state_names:
        assert told[state] == pytest.approx(definite[state], abs=1e-12)


def test_why_names_the_state_and_its_movement(model: Model) -> None:
    found = next_questions(model, CASE, state="strain")
    question = model.vocabulary[found.best[0]]
    assert found.text.startswith(f"Ask next: {question.question} It tells ")
    rows = found.answers[found.answers["variable"] == question.name]
    rows = rows[rows["condition"] == "strain"].set_index("state")
    high, low = rows["probability"].idxmax(), rows["probability"].idxmin()
    raised = f"would raise Distal hamstring strain to {percent(rows.loc[high, 'probability'])}"
    lowered = f"would lower it to {percent(rows.loc[low, 'probability'])}"
    assert raised in found.text
    assert lowered in found.text


def test_nothing_left_to_ask() -> None:
    known = dict.fromkeys(asia().vocabulary, "yes")
    del known["lung"]
    found = next_questions(asia(), known)
    assert found.best == ()
    assert found.most_told == 0
    assert found.text == "Nothing is left to ask."
    assert len(found.table) == len(found.answers) == len(found.pairs) == 0


def test_what_cannot_be_answered_is_not_asked(model: Model) -> None:
    best = next_questions(model, CASE, pairs=True).best
    found = next_questions(model, CASE, pairs=True, skip=best)
    assert best[0] not in set(found.table["variable"])
    assert best[0] not in set(found.pairs[["variable", "second"]].to_numpy().ravel())
    with pytest.raises(EvidenceError, match="unknown variable 'popp'"):
        next_questions(model, CASE, skip=["popp"])


def test_nothing_left_to_know() -> None:
    found = next_questions(asia(), {"lung": "yes"}, pairs=True)
    assert found.remaining == 0
    assert (found.gain == 0).all()
    assert (found.table["share"] == 0).all()
    assert found.text.endswith("It tells 0.00 bits (0 % of what is still unknown).")


def test_answers_that_change_nothing_are_told_so() -> None:
    spec = {"t": ("", [0.5, 0.5]), "x": ("t", [[0.5, 0.5], [0.501, 0.499]])}
    found = next_questions(network(spec, "t"), {})
    assert '"Yes" (50 %) would leave No at 50 %, "No" (50 %) would leave it at 50 %' in found.text


def test_unknown_states_are_refused() -> None:
    with pytest.raises(EvidenceError, match="allowed: yes, no"):
        next_questions(asia(), {}, state="perhaps")


def test_no_sets_of_answers_have_no_information() -> None:
    none = information(np.zeros((0, 3)), np.zeros(0, dtype=int))
    assert none.shape == (0,)
