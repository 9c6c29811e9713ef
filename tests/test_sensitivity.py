"""Functions of one number and of two, the tornado, and what would have to change."""

import itertools
from collections.abc import Mapping

import numpy as np
import pytest
from scipy import stats

import hamknee
from hamknee.change import what_would_change
from hamknee.derivatives import derivatives
from hamknee.inference import Model
from hamknee.mixed import mixed
from hamknee.nearest import Curves, lower_bounds, nearest
from hamknee.pairs import two_way
from hamknee.parameters import entries
from hamknee.sensitivity import sensitivity_function, tornado
from hamknee.simulation import simulate

from .small_networks import (
    Tables,
    all_numbers,
    asia,
    distance,
    free_pairs,
    named,
    network,
    p_joint,
    p_state,
    parameter,
    with_columns,
    with_number,
    with_zeros,
    worlds,
)

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
CASES: list[tuple[str, dict[str, object], str]] = [
    ("asia", {"dysp": "yes"}, "yes"),
    ("asia", {"xray": "yes", "dysp": {"yes": 0.7, "no": 0.2}}, "no"),
    ("asia", {"either": "yes", "asia": "yes"}, "yes"),
    ("zeros", {}, "a"),
    ("zeros", {"test": "yes", "echo": "no"}, "b"),
    ("zeros", {"site": {"front", "side"}, "sign": {"weak", "none"}}, "c"),
    ("zeros", {"cause": {"a": 0.3, "b": 1, "c": 2}, "echo": "yes", "place": "clinic"}, "a"),
]


# Golden values ---------------------------------------------------------------------------------


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


def test_asia_has_its_golden_function_of_two() -> None:
    numbers = ("smoke", "yes", {}), ("lung", "yes", {"smoke": "yes"})
    found = two_way(asia(), {"dysp": "yes"}, "yes", *numbers)
    numerator, denominator = found.coefficients
    assert numerator == pytest.approx([0.82, -0.0076, 0, 0.0076], abs=1e-12)
    assert denominator == pytest.approx([0.29688, 0.2039868, 0, 0.3191332], abs=1e-12)
    assert list(found.table.numerator) == list(numerator)


# One number, against brute force ---------------------------------------------------------------


@pytest.mark.parametrize(("name", "evidence", "state"), CASES)
def test_every_function_of_one_number_agrees_with_adding_up_worlds(
    name: str, evidence: dict[str, object], state: str
) -> None:
    model = named(name)
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


@pytest.mark.parametrize(("name", "evidence"), [case[:2] for case in CASES])
def test_derivatives_give_the_same_as_the_two_ends(name: str, evidence: dict[str, object]) -> None:
    model = named(name)
    among = entries(model)
    slopes = derivatives(model, evidence).slopes(among)
    p = p_joint(model, evidence).sum()
    zeros = 0
    for entry, slope in enumerate(slopes):
        place = among.place(entry)
        number = (place.variable, place.column, place.state)
        ends = [p_joint(with_number(model, *number, t), evidence) for t in (0.0, 1.0)]
        np.testing.assert_allclose(slope, (ends[1] - ends[0]) / p, atol=1e-12)
        zeros += among.probability[entry] == 0 and bool(np.abs(slope).max() > 1e-6)
    # the derivative by a number that is 0 cannot be told from a marginal, and must be there
    assert zeros or not evidence


def test_the_derivatives_of_the_target_alone_are_right() -> None:
    # the target has no parents, and one of its states is impossible
    model = network(
        {"a": ("x y z", "", [0.5, 0.5, 0.0]), "b": ("u v", "a", [[0.2, 0.8], [0.5, 0.5], [1, 0]])},
        "a",
    )
    among = entries(model)
    slopes = derivatives(model, {"b": "u"}).slopes(among)
    for entry in range(3):
        ends = [p_joint(with_number(model, "a", (), entry, t), {"b": "u"}) for t in (0.0, 1.0)]
        np.testing.assert_allclose(slopes[entry], (ends[1] - ends[0]) / 0.35, atol=1e-12)


# The tornado -----------------------------------------------------------------------------------


def bars_agree(model: Model, evidence: Mapping[str, object], state: str) -> None:
    found = tornado(model, evidence, state)
    number = model.vocabulary.target.position[state]
    top = found.posterior.order[0]
    for row, entry in zip(found.table.itertuples(), found.order, strict=True):
        place = found.entries.place(entry)
        where = (place.variable, place.column, place.state)
        p = row.probability
        if 0 < p < 1:
            beta = stats.beta(row.ess * p, row.ess * (1 - p))
            assert (row.low, row.high) == pytest.approx(beta.ppf([0.05, 0.95]), rel=1e-9, abs=1e-12)
        else:
            assert row.low == row.high == p
        ends = [
            with_number(model, *where, t).compiled().posterior(evidence).probabilities
            for t in (row.low, row.high)
        ]
        got = sorted(float(end[number]) for end in ends)
        assert (row.posterior_low, row.posterior_high) == pytest.approx(got, abs=1e-10)
        assert row.width == pytest.approx(got[1] - got[0], abs=1e-10)
        for t, end in zip((row.low, row.high), ends, strict=True):
            clear = min(abs(t - row.admissible_low), abs(t - row.admissible_high)) > 1e-9
            if clear and p not in (0, 1):
                inside = row.admissible_low <= t <= row.admissible_high
                assert inside == (end.max() <= end[top] + 1e-9)


@pytest.mark.parametrize(("name", "evidence", "state"), CASES)
def test_every_bar_agrees_with_rebuilt_models(
    name: str, evidence: dict[str, object], state: str
) -> None:
    bars_agree(named(name), evidence, state)


def test_every_bar_of_the_shipped_model_agrees_with_rebuilt_models(model: Model) -> None:
    bars_agree(model, SHIPPED, "strain")


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
    assert len(binary) == 33
    assert set(binary.state) == {"yes"}
    assert set(table[table.width > 1e-12].variable) == {"condition", *SHIPPED} - {"setting"}
    assert found.text.startswith("The probability of Complete tendon rupture, ")
    assert f"each of {len(found.deciding)} of 630 numbers alone" in found.text


def test_numbers_that_can_decide_do(model: Model) -> None:
    found = tornado(model, SHIPPED, "strain")
    top = found.posterior.order[0]
    assert 0 < len(found.deciding) < len(found.entries)
    for entry in range(len(found.entries)):
        if found.width[entry] < 1e-9:
            assert entry not in found.deciding
            continue
        place = found.entries.place(entry)
        firsts = [
            with_number(model, place.variable, place.column, place.state, t)
            .compiled()
            .posterior(SHIPPED)
            .order[0]
            for t in (found.low[entry], found.high[entry])
        ]
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
                before, after = (with_number(model, *number, end + s) for s in (-step, step))
                assert before.compiled().posterior(evidence).top == top
                assert after.compiled().posterior(evidence).top != top
    assert limited > 5


def test_a_tie_leaves_no_room() -> None:
    model = network(
        {"a": ("x y", "", [0.5, 0.5]), "b": ("u v", "a", [[0.2, 0.8], [0.2, 0.8]])}, "a"
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
    spec: dict[str, tuple[str, str, list[object]]] = {
        "m": ("g h", "", [p, 1 - p]),
        "t": ("x y z", "m", [*given_m]),
        "e": ("u v", "m", [[0.7, 0.3], [0.0, 1.0]]),
    }
    found = tornado(network(spec, "t", ess=0.01), {"e": "u"}, "x")
    root = next(i for i in range(len(found.entries)) if found.entries.place(i).variable == "m")
    assert found.low[root] < 1e-20
    assert found.posterior_low[root] == pytest.approx(given_m[0][0], abs=1e-10)
    assert found.posterior_high[root] == pytest.approx(given_m[0][0], abs=1e-10)


# Two numbers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "evidence", "state"), CASES)
def test_functions_of_two_numbers_agree_with_adding_up_worlds(
    name: str, evidence: dict[str, object], state: str
) -> None:
    model = named(name)
    place = model.vocabulary.target.position[state]
    rng = np.random.default_rng(3)
    pairs = free_pairs(model)
    for index in rng.choice(len(pairs), 40, replace=False):
        one, two = pairs[index]
        numbers = parameter(model, *one), parameter(model, *two)
        found = two_way(model, evidence, state, *numbers)
        numerator, denominator = found.coefficients
        for t1, t2 in ((0.2, 0.7), (0.9, 0.4)):
            joint = p_joint(with_number(with_number(model, *one, t1), *two, t2), evidence)
            terms = np.array([t1 * t2, t1, t2, 1])
            assert numerator @ terms == pytest.approx(joint[place], abs=1e-12)
            assert denominator @ terms == pytest.approx(joint.sum(), abs=1e-12)
            assert found.value(t1, t2) == pytest.approx(joint[place] / joint.sum(), abs=1e-10)


@pytest.mark.parametrize("column", [(0,), (1,)])
def test_two_numbers_of_one_column_share_what_they_leave(column: tuple[int, ...]) -> None:
    model, evidence = with_zeros(), {"site": {"front", "side"}, "echo": "yes"}
    old = model.cpts["site"].probabilities[column]
    for one, two in itertools.permutations(range(4), 2):
        numbers = [parameter(model, "site", column, state) for state in (one, two)]
        found = two_way(model, evidence, "a", *numbers)
        assert found.same_column
        assert found.coefficients[0][0] == found.coefficients[1][0] == 0
        rest = [k for k in range(4) if k not in (one, two)]
        for t1, t2 in ((0.2, 0.3), (0.9, 0.1), (0.0, 0.0)):
            new = np.zeros(4)
            new[[one, two]] = t1, t2
            new[rest] = max(1 - t1 - t2, 0) * old[rest] / old[rest].sum()
            changed = with_columns(model, {("site", column): new})
            assert found.value(t1, t2) == pytest.approx(p_state(changed, evidence, "a"), abs=1e-10)
        with pytest.raises(hamknee.HamkneeError, match="add up to more than 1"):
            found.value(0.6, 0.5)


def test_a_rest_of_nothing_is_shared_equally() -> None:
    model = with_zeros()
    numbers = [("sign", state, {"place": "clinic", "cause": "b"}) for state in ("weak", "none")]
    found = two_way(model, {"test": "no"}, "b", *numbers)
    changed = with_columns(model, {("sign", (1, 1)): np.array([0.5, 0.2, 0.3])})
    assert found.value(0.2, 0.3) == pytest.approx(p_state(changed, {"test": "no"}, "b"), abs=1e-12)


def test_functions_take_arrays() -> None:
    numbers = ("smoke", "yes", {}), ("lung", "yes", {"smoke": "yes"})
    both = two_way(asia(), {"dysp": "yes"}, "yes", *numbers)
    grid = both.value(np.linspace(0, 1, 5)[:, None], np.linspace(0, 1, 7))
    assert grid.shape == (5, 7)
    assert grid[2, 3] == both.value(0.5, 0.5)
    one = sensitivity_function(asia(), {"dysp": "yes"}, "yes", numbers[0])
    assert list(one.table.probability) == pytest.approx(one.value(one.table.value))
    assert both.value(one.table.value, 0.1) == pytest.approx(one.table.probability, abs=1e-12)


@pytest.mark.parametrize(("name", "evidence"), [case[:2] for case in CASES])
def test_second_derivatives_agree_with_four_corners(name: str, evidence: dict[str, object]) -> None:
    model = named(name)
    among = entries(model)
    functional = np.random.default_rng(1).normal(size=len(model.vocabulary.target.states))
    found = mixed(derivatives(model, evidence), among, functional)
    p = p_joint(model, evidence).sum()
    places = [among.place(entry) for entry in range(len(among))]
    rng = np.random.default_rng(2)
    pairs = [
        pair
        for pair in itertools.combinations(range(len(among)), 2)
        if not places[pair[0]].same_column(places[pair[1]])
    ]
    different = 0
    for i, j in (pairs[k] for k in rng.choice(len(pairs), 150, replace=False)):
        one, two = ((q.variable, q.column, q.state) for q in (places[i], places[j]))
        corners = [
            functional @ p_joint(with_number(with_number(model, *one, s), *two, t), evidence)
            for s, t in itertools.product((0.0, 1.0), repeat=2)
        ]
        expected = (corners[3] - corners[2] - corners[1] + corners[0]) / p
        assert found[i, j] == pytest.approx(expected, abs=1e-11)
        assert found[j, i] == pytest.approx(expected, abs=1e-11)
        different += abs(expected) > 1e-6
    assert different > 10 or not evidence


# What would have to change ---------------------------------------------------------------------


def one_by_brute_force(
    model: Model, evidence: dict[str, object], state: str, level: float
) -> float:
    best = np.inf
    for number in all_numbers(model):
        old = model.cpts[number[0]].probabilities[(*number[1], number[2])]
        found = sensitivity_function(model, evidence, state, parameter(model, *number))
        t = found.crossing(level)
        if 0 < old < 1 and t is not None and 0 < t < 1:
            best = min(best, abs(np.log(t / (1 - t)) - np.log(old / (1 - old))))
    return best


LEVELS = [
    ("asia", {"xray": "yes", "dysp": "yes"}, "yes", 0.3),
    ("asia", {"xray": "yes", "dysp": "yes"}, "yes", 0.9),
    ("asia", {"xray": "yes", "dysp": "yes"}, "yes", 0.99),
    ("asia", {"dysp": "no"}, "yes", 0.5),
    ("zeros", {"test": "yes", "echo": "no"}, "a", 0.5),
    ("zeros", {"test": "yes", "echo": "no"}, "b", 0.8),
    ("zeros", {"site": {"front", "side"}, "sign": {"weak", "none"}}, "c", 0.6),
    ("zeros", {"place": "clinic", "site": "all"}, "c", 0.2),
    ("zeros", {}, "b", 0.6),
]


@pytest.mark.parametrize(("name", "evidence", "state", "level"), LEVELS)
def test_the_smallest_change_of_one_number_is_the_smallest(
    name: str, evidence: dict[str, object], state: str, level: float
) -> None:
    model = named(name)
    found = what_would_change(model, evidence, state, level).one
    expected = one_by_brute_force(model, evidence, state, level)
    if found is None:
        assert expected == np.inf
        return
    assert found.distance == pytest.approx(expected, abs=1e-9)
    (place,) = found.places
    changed = with_number(model, place.variable, place.column, place.state, found.after[0])
    assert p_state(changed, evidence, state) == pytest.approx(level, abs=1e-9)
    assert found.reached == pytest.approx(level, abs=1e-9)
    assert distance(model, changed) == pytest.approx(found.distance, abs=1e-9)


def best_on_a_grid(model: Model, evidence: dict[str, object], state: str, level: float) -> float:
    """Return the smallest distance of two numbers that give the level, one of them on a grid."""
    place = model.vocabulary.target.position[state]
    functional = np.eye(len(model.vocabulary.target.states))[place] - level
    before = worlds(model)
    best = np.inf
    for one, two in free_pairs(model):
        logs = []
        for number in (one, two):
            ratio = worlds(with_number(model, *number, 0.5)) / np.where(before > 0, before, np.nan)
            old = model.cpts[number[0]].probabilities[(*number[1], number[2])]
            # in which worlds the number itself, or the rest of its column, counts
            near = np.isclose(ratio, 0.5 / old), np.isclose(ratio, 0.5 / (1 - old))
            if old == 0.5:
                continue
            logs.append((old, near[0][before > 0], near[1][before > 0]))
        if len(logs) < 2:
            continue
        g = {
            (s, t): functional
            @ p_joint(with_number(with_number(model, *one, s), *two, t), evidence)
            for s, t in itertools.product((0.0, 1.0), repeat=2)
        }
        t1 = 1 / (1 + np.exp(-np.linspace(-7, 7, 281)))
        zero, unit = ((1 - t1) * g[0, k] + t1 * g[1, k] for k in (0, 1))
        with np.errstate(divide="ignore", invalid="ignore"):
            t2 = zero / (zero - unit)
        inside = (t2 > 0) & (t2 < 1)
        change = np.zeros((inside.sum(), int((before > 0).sum())))
        for (old, here, rest), t in zip(logs, (t1[inside], t2[inside]), strict=True):
            change += np.log(t / old)[:, None] * here + np.log((1 - t) / (1 - old))[:, None] * rest
        if inside.any():
            best = min(best, float((change.max(axis=1) - change.min(axis=1)).min()))
    return best


@pytest.mark.parametrize(("name", "evidence", "state", "level"), LEVELS)
def test_the_smallest_change_of_two_numbers_is_the_smallest(
    name: str, evidence: dict[str, object], state: str, level: float
) -> None:
    model = named(name)
    found = what_would_change(model, evidence, state, level)
    on_grid = best_on_a_grid(model, evidence, state, level)
    one = np.inf if found.one is None else found.one.distance
    assert on_grid >= min(one, np.inf if found.two is None else found.two.distance) * (1 - 1e-5)
    if found.two is None:
        return
    assert found.two.distance < one
    changed: Tables | Model = model
    assert not found.two.places[0].same_column(found.two.places[1])
    for place, value in zip(found.two.places, found.two.after, strict=True):
        changed = with_number(changed, place.variable, place.column, place.state, value)
    assert p_state(changed, evidence, state) == pytest.approx(level, abs=1e-9)
    assert found.two.reached == pytest.approx(level, abs=1e-9)
    assert distance(model, changed) == pytest.approx(found.two.distance, abs=1e-9)


def test_some_of_these_levels_need_two_numbers() -> None:
    found = [what_would_change(named(name), *rest) for name, *rest in LEVELS]
    assert sum(each.two is not None for each in found) >= 4
    assert sum(each.one is None and each.two is not None for each in found) >= 1


def test_nothing_is_nearer_than_the_change_of_the_log_odds(model: Model) -> None:
    cases = simulate(model, 6, known=0.3, seed=5)
    for row in range(6):
        evidence = cases.evidence(row)
        posterior = model.posterior(evidence)
        second = posterior.target.state_names[posterior.order[1]]
        p = posterior[second]
        found = what_would_change(model, evidence, second, 0.6)
        assert found.one is not None
        bound = abs(np.log(0.6 / 0.4) - np.log(p / (1 - p)))
        assert found.one.distance >= bound - 1e-9
        assert found.one.reached == pytest.approx(0.6, abs=1e-9)
        if found.two is not None:
            assert bound - 1e-9 <= found.two.distance < found.one.distance
            assert found.two.reached == pytest.approx(0.6, abs=1e-9)


def test_both_of_one_column_move_alike_where_that_is_nearest() -> None:
    # b is fixed by a logical column, so only the columns of c can move; one of them is logical too
    model = network(
        {
            "t": ("x y", "m", [[1.0, 0.0], [0.0, 1.0]]),
            "m": ("g h", "c", [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]),
            "c": ("u v w z", "", [0.1, 0.2, 0.3, 0.4]),
        },
        "t",
    )
    found = what_would_change(model, {}, "x", 0.5)
    assert found.one is not None
    assert found.two is not None
    assert found.two.places[0].same_column(found.two.places[1])
    assert sorted(found.two.names) == ["P(c=u)", "P(c=v)"]
    assert sorted(found.two.after) == pytest.approx([1 / 6, 1 / 3])
    assert found.two.distance == pytest.approx(np.log(7 / 3))
    assert found.two.distance < found.one.distance
    assert found.two.reached == pytest.approx(0.5, abs=1e-12)
    changed = with_columns(model, {("c", ()): np.array([1 / 6, 1 / 3, 3 / 14, 2 / 7])})
    assert distance(model, changed) == pytest.approx(found.two.distance)


@pytest.mark.parametrize(
    ("evidence", "state"), [({"place": "home", "test": "yes"}, "c"), ({"cause": "a"}, "a")]
)
def test_what_logic_rules_out_is_unreachable(evidence: dict[str, object], state: str) -> None:
    found = what_would_change(with_zeros(), evidence, state, 0.5)
    assert not found.reachable
    assert found.table.empty
    assert found.text.startswith("Unreachable: neither one number nor two can bring the prob")


def test_a_level_that_is_there_already_needs_no_change() -> None:
    level = with_zeros().posterior({"echo": "yes"})["a"]
    found = what_would_change(with_zeros(), {"echo": "yes"}, "a", level)
    assert found.one is not None
    assert found.one.distance == 0
    assert found.two is None
    assert found.text.endswith("as it is.")


def test_the_answer_in_words() -> None:
    found = what_would_change(asia(), {"xray": "yes", "dysp": "yes"}, "yes", 0.5)
    assert found.text == (
        "The smallest change of one number to bring the probability of Yes from 62 % to 50 %: "
        "P(lung=yes | smoke=yes) from 0.1 to 0.05908 (distance 0.571). Of two: "
        "P(lung=yes | smoke=yes) from 0.1 to 0.06252 and P(lung=yes | smoke=no) from 0.01 to "
        "0.006252 (distance 0.511)."
    )
    assert list(found.table.numbers) == [1, 2, 2]
    assert list(found.table.given) == ["smoke=yes", "smoke=yes", "smoke=no"]


def test_the_nearest_point_of_a_curve_is_on_it_and_no_nearer_than_the_bound() -> None:
    rng = np.random.default_rng(6)
    count = 300
    a, b, c = rng.normal(size=(3, count))
    one, two = rng.uniform(0.05, 0.95, size=(2, count))
    # through a point between 0 and 1, so that every curve can be reached
    t1, t2 = rng.uniform(0.05, 0.95, size=(2, count))
    curves = Curves(a, b, c, -(a * t1 * t2 + b * t1 + c * t2), one, two)
    possible = rng.random((count, 3, 3)) < 0.6
    possible[:, 2, 2] = True
    possible[:, [0, 1], 2] = possible[:, 2, [0, 1]] = True  # so that no move is free
    found, x, y = nearest(curves, possible)
    on = a * x * y + b * x + c * y + curves.d
    assert on == pytest.approx(0, abs=1e-9)
    assert (found >= lower_bounds(curves) * (1 - 1e-9)).all()
    grid = 1 / (1 + np.exp(-np.linspace(-6, 6, 2001)))[:, None]
    with np.errstate(divide="ignore"):
        other = -(b * grid + curves.d) / (a * grid + c)
    inside = (other > 0) & (other < 1)
    other = np.where(inside, other, 0.5)
    moves = [
        np.log([t / p, (1 - t) / (1 - p), np.ones_like(t)])
        for t, p in ((grid + 0 * one, one), (other, two))
    ]
    both = moves[0][:, None] + moves[1][None]
    occurs = possible.transpose(1, 2, 0)[:, :, None]
    largest = np.where(occurs, both, -np.inf).max(axis=(0, 1))
    spread = largest - np.where(occurs, both, np.inf).min(axis=(0, 1))
    on_grid = np.where(inside, spread, np.inf).min(axis=0)
    assert (found <= on_grid + 1e-9).all()
    assert np.median(on_grid - found) < 0.01


# Faults ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (("lunge", "yes", {"smoke": "yes"}), r"unknown variable 'lunge' \(did you mean 'lung'\?\)"),
        (("lung", "maybe", {"smoke": "yes"}), r"'maybe' is not a state of lung.*allowed: yes, no"),
        (("lung", "yes", {}), "lung is given nothing here; allowed: smoke"),
        (("lung", "yes", {"asia": "yes"}), "lung is given asia here; allowed: smoke"),
        (("smoke", "yes", {"asia": "yes"}), "smoke is given asia here; allowed: nothing"),
        (("lung", "yes", {"smoke": "often"}), "'often' is not a state of smoke"),
    ],
)
def test_numbers_that_are_not_there_are_refused(
    number: tuple[str, str, Mapping[str, str]], message: str
) -> None:
    with pytest.raises(hamknee.HamkneeError, match=message):
        sensitivity_function(asia(), {}, "yes", number)


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
    assert "P(smoke=yes) is 0.5 and the probability of Yes 10 %." in found.text
    assert found.text.endswith("Whatever its value, No stays the most probable.")
    assert what_would_change(model, {"dysp": "yes"}, "yes", 0.2).reachable


def test_equal_sharing_is_said() -> None:
    found = sensitivity_function(
        with_zeros(), {"test": "no"}, "c", ("sign", "none", {"place": "home", "cause": "c"})
    )
    assert found.probability == 1
    assert found.text.endswith("As it is 1, the other states share what is freed equally.")


def test_a_table_is_built_when_it_is_first_asked_for() -> None:
    found = tornado(asia(), {"dysp": "yes"}, "yes")
    assert "table" not in vars(found)
    assert len(found.table) == len(found.entries)
    assert vars(found)["table"] is found.table
