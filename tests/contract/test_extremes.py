"""Networks that are hard on arithmetic, held to exact fractions; no warning, and no NaN."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hamknee
from hamknee.base.errors import HamkneeError
from hamknee.charts.weights import waterfall_rows
from hamknee.inference.impossible import ImpossibleEvidenceError
from hamknee.inference.model import Model
from hamknee.network.priors import CPT
from hamknee.sensitivity.one_way import function_at
from hamknee.sensitivity.parameters import entries
from tests.support.exact import Exact, log
from tests.support.extremes import extreme_case, extreme_network
from tests.support.networks import Spec, network


def exact(model: Model) -> Exact:
    return Exact(model.vocabulary, model.cpts)


def hub(count: int, p: float) -> Model:
    """Return a target, a hidden hub below it, and findings that speak for and against the hub."""
    tables = [[[p, 1 - p], [1 - p, p]][:: 1 if i % 2 else -1] for i in range(count)]
    tables[0] = [[0.9, 0.1], [0.45, 0.55]]
    findings = {f"f{i}": ("h", table) for i, table in enumerate(tables)}
    hidden = {"t": ("", [0.3, 0.7]), "h": ("t", [[0.8, 0.2], [0.1, 0.9]])}
    return network({**hidden, **findings}, "t", ess=20)


@pytest.mark.parametrize(("count", "p"), [(41, 1e-5), (129, 1e-5), (301, 1e-3)])
def test_hundreds_of_findings_under_a_hub_do_not_run_out_of_numbers(count: int, p: float) -> None:
    model = hub(count, p)
    evidence = {f"f{i}": "yes" for i in range(count)}
    right = exact(model)
    joint = right.joint("t", evidence)
    posterior = [float(one / sum(joint)) for one in joint]
    assert posterior == pytest.approx([0.4122137404580153, 0.5877862595419847], abs=1e-12)
    for answer in (model.posterior(evidence), model.posterior([evidence])):
        assert np.ravel(answer.probabilities) == pytest.approx(posterior, abs=1e-11)
        assert answer.log_p_evidence == pytest.approx(log(sum(joint)), rel=1e-12)
    assert model.marginals(evidence)["h"] == pytest.approx(
        right.posterior("h", evidence), abs=1e-11
    )
    states = model.most_probable_explanation(evidence).states
    assert log(right.p_of(states, evidence)) == pytest.approx(log(right.best(evidence)))
    function = hamknee.sensitivity_function(model, evidence, "yes", ("f0", "yes", {"h": "yes"}))
    assert function.value(0.9) == pytest.approx(posterior[0], abs=1e-11)


SEEDS = range(40)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_engine_agrees_with_exact_fractions(seed: int) -> None:
    hold_engine_to_fractions(seed)


def hold_engine_to_fractions(seed: int) -> None:
    model = extreme_network(seed)
    evidence, right = extreme_case(model, seed), exact(model)
    expected = right.posterior(model.vocabulary.target.name, evidence)
    if expected is None:
        with pytest.raises(ImpossibleEvidenceError) as told:
            model.posterior(evidence)
        named = {name: evidence[name] for name in told.value.contradiction}
        assert right.posterior(model.vocabulary.target.name, named) is None
        assert math.isinf(model.log_p_evidence(evidence))
        return
    log_p = right.log_p(evidence)
    posterior, many = model.posterior(evidence), model.posterior([evidence, {}])
    for p in (posterior.probabilities, many.probabilities[0]):
        np.testing.assert_allclose(p, expected, rtol=1e-9, atol=1e-13)
    for told_log in (
        posterior.log_p_evidence,
        many.log_p_evidence[0],
        model.log_p_evidence(evidence),
    ):
        assert told_log == pytest.approx(log_p, rel=1e-9, abs=1e-9)
    marginals = model.marginals(evidence)
    for name in list(model.vocabulary)[:8]:
        np.testing.assert_allclose(
            marginals[name], right.posterior(name, evidence), rtol=1e-8, atol=1e-13
        )
    explanation = model.most_probable_explanation(evidence)
    best = log(right.best(evidence))
    assert log(right.p_of(explanation.states, evidence)) == pytest.approx(best, abs=1e-6)
    assert explanation.probability == pytest.approx(math.exp(best - log_p), abs=1e-9)
    scores = model.scores(model.encode([evidence]))
    assert np.isfinite([scores.log_p_alone, scores.conflict]).all()


def verbs(
    model: Model, case: Any, evidence: Mapping[str, object]
) -> Mapping[str, Callable[[], Any]]:
    """Return every verb on one case of one model, ready to be called."""
    first, *_, last = model.vocabulary.target.state_names
    known = dict(list(evidence.items())[:-1])
    return {
        "explain": lambda: hamknee.explain(model, case, first),
        "contrast": lambda: hamknee.explain(model, case, first, against=last),
        "conflict": lambda: hamknee.conflict(model, case),
        "next": lambda: hamknee.next_questions(model, case),
        "stop": lambda: hamknee.stop_rule(model, case),
        "same": lambda: hamknee.same_decision_probability(model, case),
        "budget": lambda: hamknee.question_budget(model, case, 1),
        "people": lambda: hamknee.natural_frequencies(case),
        "tornado": lambda: hamknee.tornado(model, case, first),
        "change": lambda: hamknee.what_would_change(model, case, first, 0.3),
        "ratios": lambda: hamknee.likelihood_ratios(model, {}, draws=20),
        "interval": lambda: hamknee.credible_interval(model, case, draws=50),
        "compare": lambda: hamknee.compare(model.case(known), case),
    }


@pytest.mark.parametrize("seed", [*range(0, 30), 345, 1198, 5336])
def test_no_verb_warns_or_tells_what_is_no_number(seed: int) -> None:
    hold_verbs_to_numbers(seed)


def hold_verbs_to_numbers(seed: int) -> None:
    model = extreme_network(seed)
    evidence = extreme_case(model, seed)
    if model.log_p_evidence(evidence) == -math.inf:
        return
    case = model.case(evidence)
    large = sum(cpt.probabilities.size for cpt in model.cpts.values()) > 150
    for name, verb in verbs(model, case, evidence).items():
        if name == "change" and large:
            continue  # which would take seconds
        if (table := table_of(verb)) is None:
            continue
        if name == "ratios":
            continue  # of which some are infinite, and some are none
        numbers = table[[column for column in table if pd.api.types.is_float_dtype(table[column])]]
        assert np.isfinite(numbers.to_numpy()).all(), (name, table)


@pytest.mark.parametrize("seed", [3, 8, 15, 32, 45, 51])
def test_no_cohort_makes_a_verb_warn(seed: int) -> None:
    model = extreme_network(seed)
    cohort = hamknee.simulate(model, 40, known=0.7, seed=seed)
    assert np.isfinite(hamknee.evaluate(model, cohort).table["value"].dropna()).all()
    assert "nan" not in hamknee.validate(model, cohort).markdown
    assert "nan" not in hamknee.predictive_check(model, cohort, replicates=20).text
    assert "nan" not in hamknee.residual_dependence(model, cohort, replicates=20).text


def table_of(verb: Callable[[], Any]) -> pd.DataFrame | None:
    """Return the table of an answer, None where such a case deserves to be refused."""
    deserved = ("ruled out", "k is 1", "two states", "nothing is left")
    try:
        return verb().table
    except HamkneeError as error:
        if not any(words in str(error) for words in deserved):
            raise
        return None


@pytest.mark.parametrize("seed", [0, 1, 3, 16, 39, 124])
@pytest.mark.parametrize("t", [0.0, 0.5, 1.0])
def test_sensitivity_at_the_ends_of_a_column_is_that_of_the_changed_tables(
    seed: int, t: float
) -> None:
    model = extreme_network(seed)
    evidence, target = extreme_case(model, seed), model.vocabulary.target
    case = model.case(evidence)
    among = entries(model)
    for entry in range(0, len(among), 1 + len(among) // 6):
        place = among.place(entry)
        cpt = model.cpts[place.variable]
        table = cpt.probabilities.copy()
        rest = np.delete(table[place.column], place.state)
        share = rest / rest.sum() if rest.sum() else np.full(len(rest), 1 / len(rest))
        table[place.column] = np.insert((1 - t) * share, place.state, t)
        changed = {**model.cpts, cpt.variable: CPT(cpt.variable, cpt.parents, table)}
        expected = Exact(model.vocabulary, changed).posterior(target.name, evidence)
        function = function_at(case, 0, place)
        if expected is None:
            with pytest.raises(HamkneeError, match="the evidence is impossible"):
                function.value(t)
        else:
            assert function.value(t) == pytest.approx(expected[0], rel=1e-8, abs=1e-10)


def test_numbers_of_which_nothing_is_left_are_not_moved_together() -> None:
    # of four states two are 0: what the other two leave is rounding, and no third
    column = [0.0, 0.0, 0.0944889753939038, 0.9055110246060961]
    rows = [
        *([0.41560423663406915, 0.5843957633659309], [0.8622144451215439, 0.1377855548784561]),
        *([0.43484648584183183, 0.5651535141581683], [0.979603722969453, 0.020396277030547066]),
    ]
    model = network({"v": ("", column), "t": ("v", rows)}, "t")
    change = hamknee.what_would_change(model, {}, "yes", 0.001)
    assert change.one is None
    assert change.two is not None
    assert change.two.reached == pytest.approx(0.001, abs=1e-9)
    certain = network({"v": ("", column), "t": ("v", [[1, 0], [1, 0], [1, 0], [1, 0]])}, "t")
    assert not hamknee.what_would_change(certain, {}, "yes", 0.5).reachable


def test_likelihoods_of_any_size_are_as_good_as_any_others() -> None:
    model = hub(6, 0.01)
    plain = {"f1": {"yes": 1.0, "no": 0.5}, "f2": {"yes": 0.2, "no": 1.0}}
    for size in (1e300, 1e-300):
        large = {name: {s: w * size for s, w in weights.items()} for name, weights in plain.items()}
        one, other = model.posterior(plain), model.posterior(large)
        assert other.probabilities == pytest.approx(one.probabilities, rel=1e-12)
        assert other.log_p_evidence == pytest.approx(one.log_p_evidence + 2 * math.log(size))
        assert other.p_evidence in (0.0, math.inf)
        assert model.p_evidence(large) == other.p_evidence
        first = hamknee.tornado(model, plain, "yes").posterior_low
        assert hamknee.tornado(model, large, "yes").posterior_low == pytest.approx(first, abs=1e-9)
    low = hamknee.credible_interval(model, {"f1": {"yes": 1}, "f2": plain["f2"]}, draws=50).low
    least = {"f1": {"yes": 5e-324}, "f2": plain["f2"]}
    assert hamknee.credible_interval(model, least, draws=50).low == pytest.approx(low)


def test_a_condition_next_to_nothing_has_the_likelihood_ratios_of_any_other() -> None:
    known = {"t": ("", [1, 3e-320]), "f": ("t", [[0.9, 0.1], [0.3, 0.7]])}
    model = network(known, "t", ess=20)
    ratios = hamknee.likelihood_ratios(model, {}, conditions=["no"], draws=20).table
    assert ratios["sensitivity"].tolist() == pytest.approx([0.3, 0.7], abs=1e-12)
    value = hamknee.finding_value(model, {}, "no", "f", "no", draws=20)
    assert value.measures["sensitivity"].value == pytest.approx(0.7, abs=1e-12)


def test_a_finding_of_more_than_a_thousand_bits_is_told_in_words() -> None:
    # 2 ** 1029 is more than a float holds
    model = network({"t": ("", [0.5, 0.5]), "f": ("t", [[0.5, 0.5], [1e-310, 1]])}, "t", ess=20)
    seen = "F (Yes) is seen more than 100 times as often with Yes as with "
    reasons = hamknee.explain(model, {"f": "yes"}, "yes")
    assert reasons.text.endswith(f"{seen}the other causes.")
    assert reasons.steps()["probability"].tolist() == [0.5, 1.0]
    assert "more than 100 times, for" in waterfall_rows(reasons)["words"].tolist()
    against = hamknee.explain(model, {"f": "yes"}, "yes", against="no")
    assert against.text.endswith(f"more than 100 times more probable with all findings.\n{seen}No.")
    ratios = hamknee.likelihood_ratios(model, {}, draws=20).table
    assert ratios["value"].tolist() == pytest.approx([math.inf, 0.5, 2e-310, 2])
    value = hamknee.finding_value(model, {}, "yes", "f", "yes", draws=20)
    assert "more than 100 times as often with Yes" in value.text
    assert hamknee.what_would_change(model, {"f": "no"}, "yes", 0.5).reachable


def test_a_level_is_reached_by_a_number_so_near_to_1_that_floats_step_over_it() -> None:
    tables = {"t": ("", [1e-3, 0.999]), "f": ("t", [[1e-12, 1 - 1e-12], [1, 0]])}
    change = hamknee.what_would_change(network(tables, "t", ess=20), {"f": "yes"}, "yes", 0.2).one
    assert change is not None
    assert change.reached == pytest.approx(0.2, abs=1e-5)
    assert change.after[0] > 1 - 1e-11


def test_likelihoods_of_1e300_of_several_variables_of_a_group_do_not_overflow() -> None:
    # where the only table of a clique is left out, likelihoods are multiplied with each other
    rows = [[0.9, 0.1], [0, 1]]
    tables = {"b": ("", [0.9, 0.1]), "t": ("b", [[0.9, 0.1], [0.8, 0.2]])}
    below = {"c": ("t b", [rows, rows]), "a": ("c", [[0.2, 0.8], [0, 1]])}
    model = network(tables | below, "t", ess=20)
    plain = {"a": {"yes": 1, "no": 0.1}, "b": "yes", "c": {"yes": 1, "no": 0.1}}
    large = {name: {"yes": 1e300, "no": 1e299} for name in ("a", "c")} | {"b": "yes"}
    expected = hamknee.tornado(model, plain, "yes").posterior_low
    assert hamknee.tornado(model, large, "yes").posterior_low == pytest.approx(expected)


@pytest.mark.parametrize(("count", "p", "hidden"), [(60, 1e-5, 0.3), (200, 1e-3, 0.01)])
def test_a_number_that_cannot_matter_moves_nothing_however_rare_the_case_is(
    count: int, p: float, hidden: float
) -> None:
    # what is left of the difference of two large numbers is rounding, which many findings raise
    tables = {f"f{i}": ("h", [[p, 1 - p], [0.7 * p, 1 - 0.7 * p]]) for i in range(count)}
    spec: Spec = {
        "t": ("", [0.3, 0.3, 0.4], "x y z"),
        "h": ("t", [[0.8, 0.2], [0.1, 0.9], [hidden, 1 - hidden]]),
        "apart": ("", [0.985, 0.002, 0.013], "a b c"),
        **tables,
    }
    model = network(spec, "t", ess=1.5)
    evidence = {"apart": "b", **dict.fromkeys(tables, "yes")}
    tornado = hamknee.tornado(model, evidence, "x").table
    posterior = model.posterior(evidence)["x"]
    of_apart = tornado[tornado["variable"] == "apart"]
    assert of_apart["posterior_low"].tolist() == pytest.approx([posterior] * 3, abs=1e-9)
    assert of_apart["posterior_high"].tolist() == pytest.approx([posterior] * 3, abs=1e-9)
