import itertools
import json
import math
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamknee.base.errors import HamkneeError
from hamknee.inference.model import Model
from hamknee.inference.simulation import simulate_cases
from hamknee.network.evidence import EvidenceError
from hamknee.reasoning import weight_of_evidence
from hamknee.reasoning.weight_of_evidence import DECIBANS_PER_BIT, Reasons, explain
from tests.support.by_hand import Worlds
from tests.support.drawn import random_evidence
from tests.support.networks import asia, network, random_network

CASE = {
    "setting": "sports_clinic",
    "age": 31,
    "onset": "sudden",
    "pop": "yes",
    "swelling": "none",
    "location": {"posteromedial", "posterolateral"},
    "activity": "explosive",
    "warmth": {"yes": 0.3, "no": 0.7},
}


def _decibans(weights: np.ndarray) -> list[float]:
    return [float(weight) * DECIBANS_PER_BIT for weight in weights]


def test_decibans_of_asia() -> None:
    reasons = explain(asia(), {"dysp": "yes", "xray": "yes"}, "yes")
    assert _decibans(reasons.in_order) == pytest.approx([2.939809, 11.560071], abs=1e-6)
    assert _decibans(reasons.leave_one_out) == pytest.approx([2.345326, 11.560071], abs=1e-6)
    means = [(2.939809 + 2.345326) / 2, (12.154555 + 11.560071) / 2]
    assert _decibans(reasons.shapley) == pytest.approx(means, abs=1e-6)
    assert (reasons.end - reasons.start) * DECIBANS_PER_BIT == pytest.approx(14.499880, abs=1e-6)
    alone = explain(asia(), {"xray": "yes"}, "yes")
    assert _decibans(alone.in_order) == pytest.approx([12.154555], abs=1e-6)


def _log_odds(oracle: Worlds, evidence: dict[str, object], state: int, other: int | None) -> float:
    p = oracle.table([oracle.vocabulary.target.name], evidence)
    rivals = p.sum() - p[state] if other is None else p[other]
    return math.log2(p[state] / rivals)


@pytest.mark.parametrize("seed", range(12))
def test_weights_are_those_of_enumeration(seed: int) -> None:
    model = random_network(seed)
    evidence = random_evidence(model, seed, known=0.8)
    target = model.vocabulary.target
    oracle = Worlds(model)
    for other in (None, 1):
        against = None if other is None else target.state_names[other]
        reasons = explain(model, evidence, target.state_names[0], against=against)
        names = list(evidence)

        def odds(known: list[str], other: int | None = other) -> float:
            return _log_odds(oracle, {name: evidence[name] for name in known}, 0, other)

        orders = list(itertools.permutations(names))
        walks = {order: [odds(list(order[:n])) for n in range(len(order) + 1)] for order in orders}
        for number, name in enumerate(names):
            rest = [rival for rival in names if rival != name]
            entered = odds(names[: number + 1]) - odds(names[:number])
            steps = [w[o.index(name) + 1] - w[o.index(name)] for o, w in walks.items()]
            assert reasons.in_order[number] == pytest.approx(entered, abs=1e-9)
            assert reasons.leave_one_out[number] == pytest.approx(
                odds(names) - odds(rest), abs=1e-9
            )
            assert reasons.shapley[number] == pytest.approx(np.mean(steps), abs=1e-9)


def test_columns_add_up_to_the_change_in_log_odds(model: Model) -> None:
    drawn = simulate_cases(model, 20, known=0.4, seed=3)
    for row in range(len(drawn)):
        evidence = drawn.evidence(row)
        for state in ("rupture", "dvt"):
            reasons = explain(model, evidence, state, permutations=50)
            posterior = model.posterior(evidence)
            after, before = posterior[state], posterior.prior[posterior.target.position[state]]
            change = math.log2(after / (1 - after)) - math.log2(before / (1 - before))
            assert reasons.end - reasons.start == pytest.approx(change, abs=1e-9)
            assert reasons.in_order.sum() == pytest.approx(reasons.end - reasons.start, abs=1e-10)
            assert reasons.shapley.sum() == pytest.approx(reasons.end - reasons.start, abs=1e-10)


@given(order=st.permutations(list(CASE)))
def test_the_order_of_entry_changes_only_the_column_in_order(
    model: Model, order: list[str]
) -> None:
    first = explain(model, CASE, "rupture").table.set_index("variable")
    again = explain(model, {name: CASE[name] for name in order}, "rupture").table
    assert list(again["variable"]) == [name for name in order if name != "setting"]
    again = again.set_index("variable").loc[first.index]
    for column in ("shapley", "leave_one_out"):
        assert np.abs(first[column] - again[column]).max() < 1e-10
    assert first["in_order"].sum() == pytest.approx(again["in_order"].sum(), abs=1e-10)


def test_d_separated_findings_weigh_exactly_nothing() -> None:
    reasons = explain(asia(), {"asia": "yes", "smoke": "yes", "bronc": "no"}, "yes")
    assert reasons.findings == (0, 2, 4)
    assert reasons.in_order[0] == reasons.leave_one_out[0] == reasons.shapley[0] == 0.0
    # What smoking has told already, bronchitis cannot tell again; before, it could.
    assert reasons.in_order[2] == reasons.leave_one_out[2] == 0.0
    assert reasons.shapley[2] < 0


def test_a_meeting_of_arrows_gives_weight_back() -> None:
    reasons = explain(asia(), {"asia": "yes", "dysp": "yes"}, "yes")
    assert reasons.in_order[0] == 0.0
    assert reasons.leave_one_out[0] < 0


def test_context_is_where_the_account_starts(model: Model) -> None:
    reasons = explain(model, CASE, "rupture")
    assert "setting" not in set(reasons.table["variable"])
    start = model.posterior({"setting": "sports_clinic"})["rupture"]
    assert reasons.start == pytest.approx(math.log2(start / (1 - start)), abs=1e-9)
    only = explain(model, {"setting": "sports_clinic"}, "rupture")
    assert only.start == only.end
    assert len(only.table) == 0
    assert "nothing to weigh" in only.text


def _said(reasons: Reasons) -> str:
    """Return what is printed, without a number that is none."""
    json.dumps(reasons.table.to_dict("records"), allow_nan=False)
    told = f"{reasons.table.to_string()}\n{reasons.text}"
    assert not re.search(r"\b(inf|nan)\b", told, re.IGNORECASE)
    return told


def test_certainty_is_said_in_words() -> None:
    ruled_in = explain(asia("either"), {"dysp": "no", "lung": "yes", "xray": "yes"}, "yes")
    told = _said(ruled_in)
    assert "Lung (Yes) rules in Yes." in told
    assert list(ruled_in.table["in_order"][1:]) == ["rules in", 0.0]
    assert list(ruled_in.table["shapley"].map(type)) == [float, str, float]
    ruled_out = explain(asia(), {"xray": "yes", "either": "no"}, "yes")
    assert "Either (No) rules out Yes." in _said(ruled_out)
    assert list(ruled_out.in_order) == [ruled_out.in_order[0], -math.inf]
    assert math.isfinite(ruled_out.shapley[0])


def test_certainty_is_said_in_words_when_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weight_of_evidence, "MOST_EXACT", 1)
    reasons = explain(asia("either"), {"dysp": "no", "lung": "yes", "xray": "yes"}, "yes")
    assert reasons.standard_error is not None
    assert "Lung (Yes) rules in Yes." in _said(reasons)
    assert reasons.standard_error[1] == 0
    assert reasons.standard_error[0] > 0


def test_certainty_from_the_start_leaves_nothing_to_weigh() -> None:
    spec = {"where": ("", [0.5, 0.5]), "t": ("where", [[1, 0], [0.2, 0.8]])}
    certain = network(spec | {"x": ("t", [[0.9, 0.1], [0.4, 0.6]])}, "t", context=("where",))
    reasons = explain(certain, {"where": "yes", "x": "yes"}, "yes")
    assert reasons.start == math.inf
    assert list(reasons.in_order) == list(reasons.shapley) == [0.0]
    _said(reasons)


def test_contrast_of_two_conditions(model: Model) -> None:
    reasons = explain(model, CASE, "strain", against="tendinopathy")
    posterior = model.posterior(CASE)
    ratio = math.log2(posterior["strain"] / posterior["tendinopathy"])
    assert reasons.end == pytest.approx(ratio, abs=1e-10)
    reverse = explain(model, CASE, "tendinopathy", against="strain")
    assert np.abs(reasons.shapley + reverse.shapley).max() < 1e-10
    strain, sore = "Partly torn hamstring near the knee", "Irritated hamstring tendon near the knee"
    ends = f"times as often with {strain} as with {sore}."
    assert ends in reasons.text


def test_turned_round_a_contrast_says_less_for_more(model: Model) -> None:
    case = {"onset": "sudden", "pop": "yes"}
    one = explain(model, case, "rupture", against="dvt").text
    other = explain(model, case, "dvt", against="rupture").text
    pattern = r"([\w.]+ times|more than 100 times) (more|less) probable"
    turned = {"more": "less", "less": "more"}
    odds = re.findall(pattern, one)
    posterior = model.posterior(case)
    assert odds[-1][1] == ("more" if posterior["rupture"] > posterior["dvt"] else "less")
    assert re.findall(pattern, other) == [(times, turned[side]) for times, side in odds]


@pytest.mark.parametrize(("ratio", "told"), [(1.04, False), (1.06, True)])
def test_odds_that_change_by_less_than_5_percent_are_not_told(
    model: Model, ratio: float, told: bool
) -> None:
    for against, even in ((None, "counts neither for nor against"), ("dvt", "speaks for neither")):
        reasons = explain(model, {"pop": "yes"}, "strain", against=against)
        for sign in (1, -1):
            text = replace(reasons, shapley=sign * np.log2([ratio])).text
            assert (even in text) != told
    assert ("equally probable" in replace(reasons, start=math.log2(ratio)).text) != told


def test_a_contrast_that_evidence_settles() -> None:
    spec = {"t": ("", [0.2, 0.3, 0.5]), "x": ("t", [[0, 1], [0.5, 0.5], [0.4, 0.6]])}
    three = network(spec, "t")
    assert "X (Yes) rules out A." in explain(three, {"x": "yes"}, "a", against="b").text
    assert "X (Yes) rules out A." in explain(three, {"x": "yes"}, "b", against="a").text
    with pytest.raises(HamkneeError, match="a and b are both ruled out"):
        explain(three, {"t": "c"}, "a", against="b")


def test_sampling_agrees_with_all_subsets(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = explain(model, CASE, "rupture")
    monkeypatch.setattr(weight_of_evidence, "MOST_EXACT", 2)
    sampled = explain(model, CASE, "rupture", permutations=3000, seed=1)
    assert sampled.standard_error is not None
    errors = np.abs(sampled.shapley - exact.shapley)
    assert (errors < 4.5 * sampled.standard_error + 1e-12).all()
    assert (errors > 0).any()
    assert np.allclose(sampled.in_order, exact.in_order, atol=1e-12)
    assert np.allclose(sampled.leave_one_out, exact.leave_one_out, atol=1e-12)
    again = explain(model, CASE, "rupture", permutations=3000, seed=1)
    assert (again.shapley == sampled.shapley).all()
    assert "standard_error" in sampled.table.columns


def test_two_orders_are_the_fewest(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weight_of_evidence, "MOST_EXACT", 2)
    for few in (-1, 0, 1):
        with pytest.raises(HamkneeError, match=f"permutations is {few}; allowed: 2 or more"):
            explain(model, CASE, "rupture", permutations=few)
    two = explain(model, CASE, "rupture", permutations=2)
    assert two.shapley.sum() == pytest.approx(two.end - two.start, abs=1e-10)


def test_the_standard_error_is_that_of_samples_drawn_again(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weight_of_evidence, "MOST_EXACT", 2)
    samples = [explain(model, CASE, "rupture", permutations=16, seed=seed) for seed in range(300)]
    means = np.array([sample.shapley for sample in samples])
    variance = np.mean([np.square(sample.standard_error) for sample in samples], axis=0)
    np.testing.assert_allclose(variance, means.var(axis=0, ddof=1), rtol=0.35, atol=1e-15)


def test_fifteen_findings_are_sampled_and_fourteen_are_not(model: Model) -> None:
    names = [v.name for v in model.vocabulary.having("finding", "trait")]
    states = {name: model.vocabulary[name].state_names[-1] for name in names}
    fifteen = dict(list(states.items())[:15])
    reasons = explain(model, fifteen, "strain", permutations=200)
    assert reasons.standard_error is not None
    assert reasons.shapley.sum() == pytest.approx(reasons.end - reasons.start, abs=1e-10)
    fourteen = dict(list(states.items())[:14])
    assert explain(model, fourteen, "strain").standard_error is None


def test_one_sentence_a_finding(model: Model) -> None:
    reasons = explain(model, CASE, "rupture")
    first, *sentences = reasons.text.splitlines()
    name = "Hamstring tendon torn right through (Complete tendon rupture)"
    assert first.startswith(f"{name}: starting probability under 1 %, ")
    assert len(sentences) == len(CASE) - 1
    pop = next(sentence for sentence in sentences if sentence.startswith("Pop"))
    ratio = 2 ** reasons.table.set_index("variable").loc["pop", "shapley"]
    often = f"is seen {ratio:.1f} times as often"
    sides = "with Hamstring tendon torn right through as with the other causes"
    assert pop == f"Pop at the start (Yes) {often} {sides}."


def test_what_speaks_against_is_seen_more_often_with_the_others(model: Model) -> None:
    reasons = explain(model, {"onset": "gradual"}, "rupture")
    assert reasons.shapley[0] < 0
    assert (
        "as often with the other causes as with Hamstring tendon torn right through."
        in reasons.text
    )


def test_no_ratio_is_told_finer_than_it_can_be_known(model: Model) -> None:
    case = {"location": "calf", "immobility_or_clot_risk": "yes", "onset": "days"}
    reasons = explain(model, case, "dvt", against="patellofemoral_pain")
    assert 2 ** float(reasons.shapley.max()) > 100
    assert "is seen more than 100 times as often" in reasons.text


def test_unknown_states_are_refused(model: Model) -> None:
    with pytest.raises(EvidenceError, match="did you mean 'rupture'"):
        explain(model, CASE, "ruptur")
    with pytest.raises(EvidenceError, match="allowed: tendinopathy"):
        explain(model, CASE, 3)  # type: ignore[arg-type]
    with pytest.raises(HamkneeError, match="a contrast needs two states"):
        explain(model, CASE, "rupture", against="rupture")
    with pytest.raises(HamkneeError, match="allowed: 2 or more"):
        explain(model, CASE, "rupture", permutations=1)


def test_the_way_answer_by_answer_leads_from_the_start_to_the_end(model: Model) -> None:
    reasons = explain(model, CASE, "rupture")
    steps = reasons.steps(of=10_000)
    assert steps["label"].iloc[0] == "Start"
    assert len(steps) == len(reasons.findings) + 1
    posterior = model.posterior(CASE)
    assert steps["probability"].iloc[0] == pytest.approx(posterior.prior[2])
    assert steps["probability"].iloc[-1] == pytest.approx(posterior["rupture"])
    ratios = steps["odds"].iloc[1:].to_numpy() / steps["odds"].iloc[:-1].to_numpy()
    assert ratios == pytest.approx(steps["likelihood_ratio"].iloc[1:].to_numpy())
    assert steps["people"].iloc[-1] == round(10_000 * posterior["rupture"])
    with pytest.raises(HamkneeError, match="one state against all others"):
        explain(model, CASE, "rupture", against="strain").steps()


def test_a_certainty_has_endless_odds(model: Model) -> None:
    steps = explain(model, {"onset": "sudden", "condition": "rupture"}, "rupture").steps()
    assert steps["probability"].iloc[-1] == 1
