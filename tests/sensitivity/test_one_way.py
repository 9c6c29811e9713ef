"""Functions of one number, and the tornado."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import TypeAlias

import numpy as np
import pytest
from scipy import stats

import hamknee
from hamknee.inference.model import Model
from hamknee.inference.results import Posterior
from hamknee.sensitivity.one_way import Tornado, sensitivity_function, tornado
from hamknee.sensitivity.parameters import Place
from hamknee.sensitivity.smallest_change import what_would_change
from hamknee.sensitivity.two_numbers import two_way
from tests.support.by_hand import all_numbers, p_joint, parameter, with_number
from tests.support.networks import CASES, Spec, asia, compiled, network, with_zeros

SHIPPED = {
    "setting": "sports_clinic",
    "onset": "sudden",
    "pop": "yes",
    "location": {"posteromedial", "posterolateral"},
    "swelling": {"focal": 0.8, "none": 0.1, "effusion": 0.1},
    "weakness": "yes",
    "bruising": "yes",
    "warmth": "no",
}


# Golden values ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("evidence", "number", "coefficients", "slope"),
    [
        (
            {"dysp": "yes"},
            ("lung", "yes", {"smoke": "yes"}),
            (0.41, 0.0038, 0.14844, 0.4211266),
            0.905443,
        ),
        (
            {"dysp": "yes"},
            ("smoke", "yes", {}),
            (0.0744, 0.0076, 0.2336748, 0.3191332),
            0.115576,
        ),
        (
            {"xray": "yes", "dysp": "yes"},
            ("xray", "yes", {"either": "no"}),
            (0, 0.043904, 0.38342052, 0.05149908),
            -3.370606,
        ),
    ],
)
def test_asia_has_its_golden_functions(
    evidence: dict[str, object],
    number: tuple[str, str, Mapping[str, str]],
    coefficients: tuple[float, ...],
    slope: float,
) -> None:
    found = sensitivity_function(asia(), evidence, "yes", number)
    assert found.coefficients == pytest.approx(coefficients, abs=1e-8)
    assert found.slope == pytest.approx(slope, abs=1e-6)
    assert found.sensitivity == abs(found.slope)


def test_asia_has_its_golden_crossings() -> None:
    lung = sensitivity_function(asia(), {"dysp": "yes"}, "yes", ("lung", "yes", {"smoke": "yes"}))
    assert lung.crossing(0.5) == pytest.approx(0.615770, abs=1e-6)
    assert lung.crossing(0.1) == pytest.approx(0.096956, abs=1e-6)
    assert lung.admissible == pytest.approx((0, 0.615770), abs=1e-6)
    xray = {"xray": "yes", "dysp": "yes"}
    false_alarm = sensitivity_function(asia(), xray, "yes", ("xray", "yes", {"either": "no"}))
    assert false_alarm.crossing(0.5) == pytest.approx(0.094697, abs=1e-6)
    smoke = sensitivity_function(asia(), {"dysp": "yes"}, "yes", ("smoke", "yes", {}))
    assert smoke.value([0, 1]) == pytest.approx([0.023815, 0.148334], abs=1e-6)
    assert smoke.crossing(0.5) is None


# One number, against brute force ----------------------------------------------------------------


@pytest.mark.parametrize(("build", "evidence", "state"), CASES)
def test_every_function_of_one_number_agrees_with_adding_up_worlds(
    build: Callable[[], Model], evidence: dict[str, object], state: str
) -> None:
    model = build()
    place = model.vocabulary.target.position[state]
    for number in all_numbers(model):
        found = sensitivity_function(model, evidence, state, parameter(model, *number))
        old = model.cpts[number[0]].probabilities[(*number[1], number[2])]
        assert found.probability == old
        assert found.shared_equally == (old == 1)
        alpha, beta, gamma, delta = found.coefficients
        for t in (0.0, 0.31, float(old), 1.0):
            joint = p_joint(with_number(model, *number, t), evidence)
            assert alpha * t + beta == pytest.approx(joint[place], abs=1e-12)
            assert gamma * t + delta == pytest.approx(joint.sum(), abs=1e-12)
            if joint.sum() > 0:
                assert found.value(t) == pytest.approx(joint[place] / joint.sum(), abs=1e-10)
            else:
                with pytest.raises(hamknee.HamkneeError, match="the evidence is impossible"):
                    found.value(t)


# The tornado ------------------------------------------------------------------------------------


Rebuilt: TypeAlias = Callable[[Place, float], Posterior]
"""The posterior of a case by a model made anew, with another value at one place."""


def rebuilding(model: Model, evidence: Mapping[str, object]) -> Rebuilt:
    """Return what makes each model once."""

    @cache
    def rebuilt(place: Place, value: float) -> Posterior:
        where = (place.variable, place.column, place.state)
        return compiled(with_number(model, *where, value)).posterior(evidence)

    return rebuilt


@pytest.fixture(scope="module")
def rebuilt(model: Model) -> Rebuilt:
    return rebuilding(model, SHIPPED)


def bars_agree(found: Tornado, state: str, rebuilt: Rebuilt, which: Iterable[int]) -> None:
    number = found.posterior.target.position[state]
    top = found.posterior.order[0]
    rows = dict(zip(found.order, found.table.itertuples(), strict=True))
    for entry in which:
        row, place = rows[entry], found.entries.place(entry)
        p = row.probability
        if 0 < p < 1:
            beta = stats.beta(row.ess * p, row.ess * (1 - p))
            assert (row.low, row.high) == pytest.approx(beta.ppf([0.05, 0.95]), rel=1e-9, abs=1e-12)
        else:
            assert row.low == row.high == p
        ends = [rebuilt(place, t).probabilities for t in (row.low, row.high)]
        got = sorted(float(end[number]) for end in ends)
        assert (row.posterior_low, row.posterior_high) == pytest.approx(got, abs=1e-10)
        assert row.width == pytest.approx(got[1] - got[0], abs=1e-10)
        for t, end in zip((row.low, row.high), ends, strict=True):
            clear = min(abs(t - row.admissible_low), abs(t - row.admissible_high)) > 1e-9
            if clear and p not in (0, 1):
                inside = row.admissible_low <= t <= row.admissible_high
                assert inside == (end.max() <= end[top] + 1e-9)


@pytest.mark.parametrize(("build", "evidence", "state"), CASES)
def test_every_bar_agrees_with_rebuilt_models(
    build: Callable[[], Model], evidence: dict[str, object], state: str
) -> None:
    model = build()
    found = tornado(model, evidence, state)
    bars_agree(found, state, rebuilding(model, evidence), found.order)


def test_bars_of_the_shipped_model_agree_with_rebuilt_models(
    model: Model, rebuilt: Rebuilt
) -> None:
    found = tornado(model, SHIPPED, "strain")
    wide = [entry for entry in found.order if found.width[entry] > 1e-9]
    assert len(wide) > 300
    # Beside the widest, some of every table will do: each is a model built anew.
    empty = sorted(set(found.order) - set(wide))[::40]
    bars_agree(found, "strain", rebuilt, [*wide[:50], *wide[50::6], *empty])


def test_the_table_has_every_number_once_and_the_widest_first(model: Model) -> None:
    found = tornado(model, SHIPPED, "rupture")
    table = found.table
    assert list(table.columns) == [
        *("variable", "state", "given", "probability", "ess", "low", "high"),
        *("posterior_low", "posterior_high", "width", "admissible_low", "admissible_high"),
    ]
    assert table.width.is_monotonic_decreasing
    numbers = sum(
        cpt.probabilities.size // (2 if cpt.probabilities.shape[-1] == 2 else 1)
        for cpt in model.cpts.values()
    )
    assert len(table) == numbers
    assert not table.duplicated(["variable", "state", "given"]).any()
    binary = table[table.variable == "pop"]
    assert len(binary) == 63
    assert set(binary.state) == {"yes"}
    assert set(table[table.width > 1e-12].variable) == {"condition", *SHIPPED} - {"setting"}
    assert found.text.startswith("The probability of Complete tendon rupture, ")
    assert "depends most on “Condition: Complete tendon rupture, given Setting: " in found.text
    assert f"{len(found.deciding)} of 1914 numbers can alone" in found.text


def test_numbers_that_can_decide_do(model: Model, rebuilt: Rebuilt) -> None:
    found = tornado(model, SHIPPED, "strain")
    top = found.posterior.order[0]
    assert 0 < len(found.deciding) < len(found.entries)
    for entry in range(len(found.entries)):
        if found.width[entry] < 1e-9:
            assert entry not in found.deciding
            continue
        place = found.entries.place(entry)
        ends = (float(found.low[entry]), float(found.high[entry]))
        firsts = [rebuilt(place, t).order[0] for t in ends]
        assert (entry in found.deciding) == (firsts != [top, top])


def test_a_number_moves_to_its_admissible_ends_and_no_further() -> None:
    model, evidence = with_zeros(), {"test": "yes", "echo": "no"}
    top = model.posterior(evidence).top
    limited = 0
    for number in all_numbers(model):
        if model.cpts[number[0]].probabilities[(*number[1], number[2])] in (0, 1):
            continue
        found = sensitivity_function(model, evidence, top, parameter(model, *number))
        low, high = found.admissible
        assert low <= found.probability <= high
        for end, step in ((low, -1e-6), (high, 1e-6)):
            if 0 < end < 1:
                limited += 1
                before, after = (
                    compiled(with_number(model, *number, end + s)) for s in (-step, step)
                )
                assert before.posterior(evidence).top == top
                assert after.posterior(evidence).top != top
    assert limited > 5


def test_a_tie_leaves_no_room() -> None:
    model = network(
        {"a": ("", [0.5, 0.5], "x y"), "b": ("a", [[0.2, 0.8], [0.2, 0.8]], "u v")}, "a"
    )
    found = sensitivity_function(model, {"b": "u"}, "x", ("a", "x", {}))
    assert found.admissible == pytest.approx((0.5, 1))


def test_a_number_that_cannot_matter_has_no_width() -> None:
    found = tornado(asia(), {"xray": "yes"}, "yes")
    table = found.table.set_index(["variable", "given"])
    assert table.width["dysp", "bronc=yes;either=no"] < 1e-14
    assert table.width["bronc", "smoke=yes"] < 1e-14
    assert table.width["xray", "either=no"] > 0.1
    row = table.loc[("bronc", "smoke=yes")]
    assert (row.admissible_low, row.admissible_high) == (0, 1)


@pytest.mark.parametrize("seed", range(20))
def test_a_range_may_reach_down_to_where_the_evidence_becomes_impossible(seed: int) -> None:
    # e needs m=g, whose range all but reaches 0; the posterior does not move
    rng = np.random.default_rng(seed)
    p = float(rng.uniform(0.01, 0.5))
    given_m = [[float(x) for x in rng.dirichlet(np.ones(3))] for _ in range(2)]
    spec: Spec = {
        "m": ("", [p, 1 - p], "g h"),
        "t": ("m", given_m, "x y z"),
        "e": ("m", [[0.7, 0.3], [0.0, 1.0]], "u v"),
    }
    found = tornado(network(spec, "t", ess=0.01), {"e": "u"}, "x")
    root = next(i for i in range(len(found.entries)) if found.entries.place(i).variable == "m")
    assert found.low[root] < 1e-20
    assert found.posterior_low[root] == pytest.approx(given_m[0][0], abs=1e-10)
    assert found.posterior_high[root] == pytest.approx(given_m[0][0], abs=1e-10)


def test_a_range_may_reach_up_to_where_the_evidence_is_impossible() -> None:
    # e needs m=h, and the range of m=g ends at 1 in floats: then the limit is meant
    spec: Spec = {
        "m": ("", [0.7, 0.3], "g h"),
        "t": ("m", [[0.2, 0.3, 0.5], [0.1, 0.6, 0.3]], "x y z"),
        "e": ("m", [[0.0, 1.0], [0.7, 0.3]], "u v"),
    }
    bars = tornado(network(spec, "t", ess=0.01), {"e": "u"}, "y")
    root = next(i for i in range(len(bars.entries)) if bars.entries.place(i).variable == "m")
    assert bars.high[root] == 1
    assert bars.posterior_high[root] == pytest.approx(0.6)


# Faults and words -------------------------------------------------------------------------------


def test_what_cannot_be_asked_is_refused() -> None:
    model = asia()
    smoke = ("smoke", "yes", {})
    with pytest.raises(hamknee.HamkneeError, match="'perhaps' is not a state of lung"):
        tornado(model, {}, "perhaps")
    with pytest.raises(hamknee.HamkneeError, match="found a mass of 1; allowed: between 0 and 1"):
        tornado(model, {}, "yes", mass=1)
    with pytest.raises(hamknee.HamkneeError, match="without an equivalent sample size"):
        tornado(asia(ess=None), {}, "yes")
    with pytest.raises(hamknee.HamkneeError, match="are one number; allowed: two that can move"):
        two_way(model, {}, "yes", smoke, ("smoke", "no", {}))
    with pytest.raises(hamknee.HamkneeError, match="are one number"):
        two_way(with_zeros(), {}, "a", *[("site", "back", {"cause": "a"})] * 2)
    for level in (0, 1, float("nan")):
        with pytest.raises(hamknee.HamkneeError, match="strictly between 0 and 1"):
            what_would_change(model, {}, "yes", level)
    with pytest.raises(hamknee.ImpossibleEvidenceError):
        tornado(model, {"tub": "yes", "either": "no"}, "yes")
    found = sensitivity_function(model, {}, "yes", smoke)
    with pytest.raises(hamknee.HamkneeError, match="allowed: 0 to 1"):
        found.value(1.5)
    with pytest.raises(hamknee.HamkneeError, match="allowed: 0 to 1"):
        two_way(model, {}, "yes", smoke, ("asia", "yes", {})).value(0.5, -0.1)


def test_functions_without_counts_are_answered() -> None:
    model = asia(ess=None)
    found = sensitivity_function(model, {"dysp": "yes"}, "yes", ("smoke", "yes", {}))
    assert found.text == (
        "“Smoke: Yes” is 50 %, and the probability of Yes 10 %. "
        "Whatever it is, No stays the most probable."
    )
    assert what_would_change(model, {"dysp": "yes"}, "yes", 0.2).reachable


@pytest.mark.parametrize(("state", "ends"), [("no", (0.0, 0.99)), ("yes", (0.01, 1.0))])
def test_the_curve_stops_where_the_case_becomes_impossible(
    state: str, ends: tuple[float, float]
) -> None:
    curve = sensitivity_function(asia(), {"smoke": "yes"}, "yes", ("smoke", state, {})).table
    assert (curve["value"].min(), curve["value"].max()) == pytest.approx(ends)
    assert curve["probability"].to_numpy() == pytest.approx(np.full(100, 0.1))


def test_equal_sharing_is_said() -> None:
    found = sensitivity_function(
        with_zeros(), {"test": "no"}, "c", ("sign", "none", {"place": "home", "cause": "c"})
    )
    assert found.probability == 1
    assert found.text.endswith("As it is 100 %, the others share equally what is freed.")


def test_a_table_is_built_when_it_is_first_asked_for() -> None:
    found = tornado(asia(), {"dysp": "yes"}, "yes")
    assert "_kept_table" not in vars(found)
    assert len(found.table) == len(found.entries)
    assert vars(found)["_kept_table"].equals(found.table)
