import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from hamknee.base.errors import HamkneeError
from hamknee.base.words import percent
from hamknee.inference.model import Model
from hamknee.inference.simulation import draw
from hamknee.reasoning.conflicts import conflict
from tests.support.by_hand import Worlds
from tests.support.drawn import random_evidence
from tests.support.networks import Spec, asia, network, random_network


@pytest.mark.parametrize(
    ("evidence", "bits"),
    [
        ({"xray": "yes", "dysp": "yes"}, -0.555567),
        ({"xray": "yes", "dysp": "no"}, 0.650846),
        ({"smoke": "no", "bronc": "yes", "xray": "yes"}, 1.264207),
    ],
)
def test_conflict_in_asia(evidence: dict[str, object], bits: float) -> None:
    assert conflict(asia(), evidence).bits == pytest.approx(bits, abs=1e-6)


def _bits(oracle: Worlds, evidence: dict[str, object]) -> float:
    alone = [oracle.p({name: value}) for name, value in evidence.items()]
    return math.log2(math.prod(alone) / oracle.p(evidence))


@pytest.mark.parametrize("seed", range(20))
def test_every_number_is_that_of_enumeration(seed: int) -> None:
    model = random_network(seed, count=7)
    evidence = random_evidence(model, seed, known=0.8)
    oracle = Worlds(model)
    found = conflict(model, evidence, draws=10)
    assert found.bits == pytest.approx(_bits(oracle, evidence), abs=1e-9)
    for number, (name, value) in enumerate(evidence.items()):
        rest = {other: evidence[other] for other in evidence if other != name}
        without = _bits(oracle, rest) if rest else 0.0
        most = max(value.values()) if isinstance(value, dict) else 1.0
        given = oracle.p(evidence) / oracle.p(rest)
        assert found.without[number] == pytest.approx(without, abs=1e-9)
        assert found.drop[number] == pytest.approx(found.bits - without, abs=1e-9)
        assert found.p_alone[number] == pytest.approx(oracle.p({name: value}) / most, abs=1e-9)
        assert found.p_given_rest[number] == pytest.approx(given / most, abs=1e-9)
    target = model.vocabulary.target.name
    ratio = oracle.table([target], evidence) / oracle.table([target], {})
    assert found.supported == pytest.approx(np.log2(ratio), abs=1e-9)
    assert list(found.table["drop"]) == sorted(found.drop, reverse=True)


def test_a_rare_case_explains_a_conflict_away() -> None:
    """Of the states that Jensen's test accepts, exactly those take the conflict away."""
    evidence = {"smoke": "no", "bronc": "yes", "xray": "yes"}
    model, oracle = asia(), Worlds(asia())
    found = conflict(model, evidence)
    assert found.explained_by == ("yes",)
    with_it = _bits(oracle, evidence | {"lung": "yes"})
    states = found.states.set_index("lung")
    assert states.loc["yes", "conflict_given"] == pytest.approx(with_it, abs=1e-9)
    assert with_it <= 0 < _bits(oracle, evidence | {"lung": "no"})
    assert list(states["explains"]) == [state == "yes" for state in states.index]
    assert found.verdict.startswith("These answers rarely go together. Check first: ")
    assert found.verdict.endswith(" If it is right, Yes would explain it.")


def test_no_conflict_needs_no_explanation() -> None:
    found = conflict(asia(), {"xray": "yes", "dysp": "yes"})
    assert found.bits < 0
    assert found.explained_by == ()
    assert found.culprit is None
    assert found.verdict == "These answers fit together."
    assert found.text.startswith(f"{found.verdict} The conflict is -0.6 bits; of 2,000 simulated")


def test_states_ruled_out_are_not_offered() -> None:
    found = conflict(asia(), {"either": "no", "xray": "yes"})
    assert list(found.states["lung"]) == ["no"]
    assert np.isneginf(found.supported[0])
    assert "inf" not in found.states.to_string()


def test_nothing_known_and_one_thing_known_cannot_conflict() -> None:
    nothing = conflict(asia(), {})
    assert nothing.bits == pytest.approx(0, abs=1e-12)
    assert (nothing.culprit, nothing.typical, len(nothing.table)) == (None, 1, 0)
    assert nothing.text == "Nothing is known yet, so nothing can conflict."
    one = conflict(asia(), {"xray": "yes"})
    assert one.bits == pytest.approx(0, abs=1e-12)
    assert one.without == pytest.approx([0], abs=1e-12)
    assert (one.culprit, one.explained_by) == (None, ())
    assert one.verdict == ""
    assert one.text.startswith("One answer alone cannot conflict. The conflict is ")


def test_only_ratios_of_likelihoods_matter() -> None:
    small = conflict(asia(), {"xray": {"yes": 0.7, "no": 0.1}, "dysp": "no"})
    large = conflict(asia(), {"xray": {"yes": 7, "no": 1}, "dysp": "no"})
    assert small.bits == pytest.approx(large.bits, abs=1e-12)
    assert small.p_alone == pytest.approx(large.p_alone, abs=1e-12)
    assert (large.p_alone <= 1).all()


@pytest.mark.parametrize("xray", ["yes", "no"])
@pytest.mark.parametrize("dysp", ["yes", "no"])
def test_typical_share_is_that_of_enumeration(xray: str, dysp: str) -> None:
    evidence = {"xray": xray, "dysp": dysp, "smoke": "yes"}
    oracle = Worlds(asia())
    table = oracle.table(list(evidence), {})
    share = table[table <= oracle.p(evidence) * (1 + 1e-9)].sum()
    found = conflict(asia(), evidence, draws=4000, seed=2)
    error = math.sqrt(share * (1 - share) / 4000)
    assert abs(found.typical - share) <= 4 * error
    assert conflict(asia(), evidence, draws=4000, seed=2).typical == found.typical


def test_a_case_is_compared_with_others_of_its_context() -> None:
    spec: Spec = {
        "where": ("", [0.99, 0.01]),
        "t": ("where", [[0.5, 0.5], [0.9, 0.1]]),
        "x": ("t", [[0.8, 0.2], [0.1, 0.9]]),
    }
    rare = network(spec, "t", context=("where",))
    # In the rare place, x = yes is the rule; against everyone it would be an oddity.
    assert conflict(rare, {"where": "no", "x": "yes"}).typical == 1.0
    share = conflict(rare, {"where": "no", "x": "no"}, draws=4000).typical
    assert share == pytest.approx(0.9 * 0.2 + 0.1 * 0.9, abs=0.03)


def test_the_share_is_told_in_percent_or_as_none() -> None:
    found = conflict(asia(), {"xray": "yes", "dysp": "no"}, draws=400)
    assert f"{percent(found.typical)} have findings as improbable" in found.text
    assert "none have findings as improbable" in replace(found, typical=0.0).text


def test_uncertain_findings_are_left_out_of_the_comparison() -> None:
    sure = conflict(asia(), {"xray": "yes"}).typical
    assert conflict(asia(), {"xray": "yes", "dysp": {"yes": 2, "no": 1}}).typical == sure


def test_a_local_conflict_is_told_though_the_whole_agrees(model: Model) -> None:
    agreeing = {
        "setting": "sports_clinic",
        "age": 31,
        "onset": "sudden",
        "pop": "yes",
        "activity": "explosive",
        "location": {"posteromedial", "posterolateral"},
        "sex": "male",
    }
    found = conflict(model, agreeing | {"osteoarthritis_known": "yes"})
    assert found.bits < 0
    assert found.culprit == "osteoarthritis_known"
    assert found.stands_out
    assert found.verdict.startswith(
        "One of these answers does not go with the others. Check first: Known osteoarthritis "
        "(Yes). With the other answers it is seen in 2 % of cases, "
    )
    assert not conflict(model, agreeing).stands_out
    assert "Check first" not in conflict(model, agreeing).text


def _planted(model: Model, known: int, rng: np.random.Generator) -> Iterator[tuple[dict, str]]:
    """Yield cases with one wrong answer that conflicts, and the name of the wrong variable.

    A case is drawn from the model. Its setting and `known` other variables, chosen at random, are
    known. One of these, chosen at random, is replaced by another of its states, chosen at random.
    Kept are cases in which that raises the conflict by 2 bits or more, so that the answers are
    four times less probable together than they were. That is one in twelve with 8 known, one in
    seven with 15: most wrong answers, such as the other sex, are as good as any.
    """
    askable = [v.name for v in model.vocabulary.having("trait", "finding")]
    while True:
        states = draw(model, 1, rng)[0]
        truth = {
            variable.name: variable.state_names[state]
            for variable, state in zip(model.vocabulary.variables, states, strict=True)
        }
        chosen = [str(name) for name in rng.choice(askable, size=known, replace=False)]
        case = {name: truth[name] for name in ("setting", *chosen)}
        wrong = str(rng.choice(chosen))
        others = [s for s in model.vocabulary[wrong].state_names if s != truth[wrong]]
        planted = case | {wrong: str(rng.choice(others))}
        if model.p_evidence(planted) == 0:
            continue
        before, after = (conflict(model, c, draws=1).bits for c in (case, planted))
        if after - before >= 2:
            yield planted, wrong


@pytest.mark.parametrize("known", [8, 15])
def test_a_planted_wrong_answer_is_named_first(model: Model, known: int) -> None:
    """In at least 80 % of simulations; of 6,000 errors planted it was 87 % and 86 %.

    With a rise of 3 bits it was 93 % and 91 %, with 1 bit 82 % and 75 %. Of all cases in which
    the conflict went from below 0 to above it, 69 % and 65 %; weighing every single error that
    could have been made, which is the best that any rule can do, would have found 83 % and 77 %.
    """
    cases = _planted(model, known, np.random.default_rng(4))
    named = 0
    for _ in range(200):
        planted, wrong = next(cases)
        named += conflict(model, planted, draws=1).culprit == wrong
    assert named / 200 >= 0.8


def test_no_draws_are_refused() -> None:
    with pytest.raises(HamkneeError, match="allowed: 1 or more"):
        conflict(asia(), {}, draws=0)
    assert conflict(asia(), {}, draws=1).draws == 1


@pytest.mark.parametrize(("times", "told"), [(7.9, False), (8.1, True)])
def test_an_answer_that_the_others_make_8_times_as_rare_is_told(times: float, told: bool) -> None:
    agreeing = conflict(asia(), {"xray": "yes", "dysp": "yes"})
    assert not agreeing.stands_out
    drop = np.array([math.log2(times), 0.0])
    assert replace(agreeing, without=agreeing.bits - drop).stands_out == told


def test_a_state_that_was_ruled_out_before_explains_nothing() -> None:
    spec: Spec = {"t": ("", [0, 0.5, 0.5]), "x": ("t", [[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]])}
    assert list(conflict(network(spec, "t"), {"x": "yes"}).supported[:1]) == [-math.inf]
