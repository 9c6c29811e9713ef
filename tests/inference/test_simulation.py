"""Cases drawn from a model: possible, as often as it says, and the same for the same seed."""

import numpy as np
import pytest

from hamknee.base.errors import HamkneeError
from hamknee.inference.model import Model
from hamknee.inference.simulation import draw, draw_given, simulate, simulate_cases
from hamknee.network.vocabulary import Vocabulary
from tests.support.by_hand import Worlds
from tests.support.networks import Spec, asia, deterministic, named, network, with_zeros

DRAWS = 20_000


@pytest.mark.parametrize("name", ["asia", "target in the middle", "in two parts", "deterministic"])
def test_worlds_are_drawn_as_often_as_they_are_probable(name: str) -> None:
    model = named(name)
    expected = Worlds(model).joint.ravel()
    codes = draw(model, DRAWS, np.random.default_rng(1))
    worlds = np.ravel_multi_index(tuple(codes.T), model.engine.sizes)
    shares = np.bincount(worlds, minlength=len(expected)) / DRAWS
    assert (shares[expected == 0] == 0).all()
    error = np.sqrt(expected * (1 - expected) / DRAWS)
    assert (np.abs(shares - expected) <= 5 * error + 1e-12).all()


def test_what_is_held_is_as_held_and_the_rest_follows() -> None:
    model = asia()
    codes = draw(model, DRAWS, np.random.default_rng(2), held={"smoke": 0})
    index = model.vocabulary.index
    assert (codes[:, index["smoke"]] == 0).all()
    bronchitis = (codes[:, index["bronc"]] == 0).mean()
    assert bronchitis == pytest.approx(0.6, abs=5 * np.sqrt(0.24 / DRAWS))  # 0.3 if not held


def test_parents_are_drawn_before_children_however_the_vocabulary_is_ordered() -> None:
    model = deterministic()
    turned = Vocabulary(model.vocabulary.variables[::-1])
    codes = draw(Model(turned, model.cpts), 200, np.random.default_rng(3))[:, ::-1]
    left, right, target, copy, _ = codes.T
    assert (target == np.maximum(left, right)).all()  # yes, which is 0, where both are
    assert (copy == target).all()


@pytest.mark.parametrize("known", [0.0, 0.3, 1.0])
def test_the_target_is_hidden_and_of_the_rest_so_much_is_known(known: float) -> None:
    model = with_zeros()
    cases = simulate_cases(model, 4000, known=known, seed=4)
    is_known = cases.codes != np.array(model.engine.sizes)
    assert not is_known[:, model.engine.target].any()
    others = np.delete(is_known, model.engine.target, axis=1)
    assert others.mean(axis=0) == pytest.approx(known, abs=0.04)


@pytest.mark.parametrize("name", ["shipped", "asia", "deterministic", "tied"])
def test_every_case_is_possible(name: str) -> None:
    model = named(name)
    assert not model.scores(simulate_cases(model, 500, known=0.8, seed=5)).impossible.any()


def test_the_seed_decides(model: Model) -> None:
    one, again, other = (
        simulate_cases(model, 50, known=0.5, seed=seed).codes for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


def test_the_target_is_drawn_with_what_is_open_from_all_worlds() -> None:
    model = asia()
    evidence = {"dysp": "yes", "xray": {"yes": 3, "no": 1}}
    case, rng = model.case(evidence), np.random.default_rng(7)
    asked = {model.vocabulary.index[name] for name in ("xray", "smoke")}
    codes = draw_given(case, asked, lambda _: rng.random(DRAWS))
    names = ["lung", "xray", "smoke"]
    places = [model.vocabulary.index[name] for name in names]
    table, shares = Worlds(model).table(names, evidence), np.zeros((2, 2, 2))
    np.add.at(shares, tuple(codes[:, v] for v in places), 1 / DRAWS)
    assert (np.abs(shares - table) <= 5 * np.sqrt(table * (1 - table) / DRAWS)).all()
    rest = [v for v in range(len(model.vocabulary)) if v not in places]
    assert (codes[:, rest] == case.codes[rest]).all()


@pytest.mark.parametrize(
    ("at", "state"), [(0.0, 1), (0.249999, 1), (0.250001, 3), (np.nextafter(1, 0), 3)]
)
def test_a_state_is_drawn_up_to_its_share_and_never_an_impossible_one(
    at: float, state: int
) -> None:
    spec: Spec = {"t": ("", [0, 0.25, 0, 0.75, 0]), "x": ("t", [[0, 0.25, 0, 0.75, 0]] * 5)}
    model = network(spec, "t")
    codes = draw_given(model.case({}), {1}, lambda _: np.array([at]))
    assert codes.tolist() == [[state, state]]


def test_each_variable_is_drawn_by_numbers_of_its_own() -> None:
    """So that more questions change nothing of what the others are drawn as."""
    case = asia().case({"dysp": "yes"})
    numbers = {v: np.random.default_rng(v).random(200) for v in range(len(case.codes))}
    smoke, lung = (case.model.vocabulary.index[name] for name in ("smoke", "lung"))
    few = draw_given(case, {smoke}, numbers.__getitem__)
    more = draw_given(case, set(case.open), numbers.__getitem__)
    assert (few[:, lung] == more[:, lung]).all()


def test_a_table_of_patients_has_each_diagnosis_as_often_as_the_model() -> None:
    model = asia()
    frame = simulate(model, DRAWS, known=0.7, seed=6)
    assert frame.columns.tolist() == list(model.vocabulary)
    share = (frame["lung"] == "yes").mean()
    expected = model.marginals({})["lung"][0]
    assert share == pytest.approx(expected, abs=5 * np.sqrt(expected / DRAWS))
    unknown = frame.drop(columns="lung").isna().to_numpy().mean()
    assert unknown == pytest.approx(0.3, abs=5 * np.sqrt(0.21 / DRAWS / 7))


def test_all_or_nothing_may_be_known_of_them_and_there_may_be_none() -> None:
    assert simulate(asia(), 20, known=1).notna().all(axis=None)
    assert simulate(asia(), 20, known=0).drop(columns="lung").isna().all(axis=None)
    assert simulate(asia(), 0).empty


@pytest.mark.parametrize(("count", "known"), [(-1, 1.0), (5, 1.5)])
def test_what_cannot_be_drawn_is_refused(count: int, known: float) -> None:
    with pytest.raises(HamkneeError, match="allowed: "):
        simulate(asia(), count, known=known)
