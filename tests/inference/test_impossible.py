"""P(evidence) = 0: an error that names a smallest set of findings that contradict each other."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import hamknee
from hamknee.inference.impossible import ImpossibleEvidenceError
from hamknee.inference.model import Model
from tests.support.networks import Spec, named, network


def contradiction(model: Model, case: dict[str, object]) -> ImpossibleEvidenceError:
    with pytest.raises(ImpossibleEvidenceError) as raised:
        model.posterior(case)
    return raised.value


def is_possible(model: Model, case: dict[str, object]) -> bool:
    return bool(model.p_evidence(case) > 0)


def parity(count: int) -> Model:
    """Return coins of which the last is fixed by all before: only together can they contradict."""
    coins: Spec = {f"coin{i}": ("", [0.5, 0.5]) for i in range(count)}
    table = np.zeros((2,) * (count + 1))
    for states in itertools.product((0, 1), repeat=count):
        table[(*states, sum(states) % 2)] = 1
    return network({**coins, "odd": (" ".join(coins), table)}, "odd")


# Asia: either is true exactly when there is tuberculosis or lung cancer.


def test_two_findings_that_exclude_each_other_are_named() -> None:
    case = {"smoke": "yes", "lung": "yes", "dysp": "no", "either": "no", "bronc": "yes"}
    error = contradiction(named("asia"), case)
    assert error.contradiction == {"lung": "yes", "either": "no"}
    assert error.smallest
    assert str(error) == (
        "these findings cannot be true together in this model: lung=yes, either=no;"
        " change or remove one of them"
    )


def test_a_contradiction_of_three_is_named_though_each_pair_is_possible() -> None:
    case = {"asia": "yes", "tub": "no", "lung": "no", "either": "yes", "xray": "yes"}
    error = contradiction(named("asia"), case)
    assert error.contradiction == {"tub": "no", "lung": "no", "either": "yes"}
    for pair in itertools.combinations(error.contradiction.items(), 2):
        assert is_possible(named("asia"), dict(pair))


def test_a_larger_contradiction_is_found_when_every_part_is_possible() -> None:
    coins = {f"coin{i}": "yes" for i in range(4)}
    error = contradiction(parity(4), coins | {"odd": "no"})
    assert error.contradiction == coins | {"odd": "no"}
    assert error.smallest


def test_the_smallest_set_is_named_and_not_the_first_one_that_leaving_out_leads_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Leaving out findings from the first on removes half of the pair and ends with the three.
    spec: Spec = {
        "either": ("", [0.5, 0.5]),
        "pair": ("either", [[1, 0], [0, 1]]),
        "one": ("", [0.5, 0.5]),
        "two": ("", [0.5, 0.5]),
        "odd": ("one two", [[[1, 0], [0, 1]], [[0, 1], [1, 0]]]),
    }
    case = {"either": "yes", "pair": "no", "one": "yes", "two": "yes", "odd": "no"}
    error = contradiction(network(spec, "odd"), case)
    assert error.contradiction == {"either": "yes", "pair": "no"}
    # Of one or two out of five there are 15; all of three may go together by then.
    monkeypatch.setattr("hamknee.inference.impossible.MOST_SUBSETS", 15)
    assert contradiction(network(spec, "odd"), case).contradiction == error.contradiction
    monkeypatch.setattr("hamknee.inference.impossible.MOST_SUBSETS", 14)
    error = contradiction(network(spec, "odd"), case)
    assert error.contradiction == {"one": "yes", "two": "yes", "odd": "no"}


def test_a_finding_that_is_impossible_alone_is_named_alone() -> None:
    error = contradiction(named("deterministic"), {"target": "yes", "sign": "c", "copy": "yes"})
    assert len(error.contradiction) == 2
    never = network({"target": ("", [0.5, 0.5, 0])}, "target")
    error = contradiction(never, {"target": "c"})
    assert str(error).startswith("target=c cannot be true in this model; change or remove")


def test_sets_and_likelihoods_are_named_as_they_would_be_typed() -> None:
    case = {"tub": "no", "lung": {"no": 0.5}, "either": "yes"}
    error = contradiction(named("asia"), case)
    assert error.contradiction == {"tub": "no", "lung": "no:0.5", "either": "yes"}


def test_a_contradiction_with_too_many_smaller_sets_is_still_without_a_superfluous_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hamknee.inference.impossible.MOST_SUBSETS", 10)
    coins = {f"coin{i}": "yes" for i in range(4)}
    error = contradiction(parity(4), coins | {"odd": "no"})
    assert not error.smallest
    assert len(error.contradiction) == 5


@pytest.mark.parametrize("question", ["posterior", "marginals", "most_probable_explanation"])
def test_every_question_names_the_contradiction(question: str) -> None:
    with pytest.raises(ImpossibleEvidenceError, match="lung=yes, either=no"):
        getattr(named("asia"), question)({"lung": "yes", "either": "no"})


@pytest.mark.parametrize("question", ["posterior", "marginals", "most_probable_explanation"])
def test_of_many_cases_the_impossible_one_is_named(question: str) -> None:
    cases = [{"lung": "yes"}, {"lung": "yes", "either": "no"}, {}]
    with pytest.raises(ImpossibleEvidenceError, match=r"^case 1: these findings") as raised:
        getattr(named("asia"), question)(cases)
    assert raised.value.case == 1


def test_the_name_of_the_row_is_the_name_of_the_case() -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"lung": ["no", "yes"], "either": ["no", "no"]}, index=["p1", "p2"])
    with pytest.raises(ImpossibleEvidenceError, match=r"^case p2: these findings"):
        named("asia").posterior(frame)


def test_the_probability_of_impossible_evidence_is_0_and_no_error() -> None:
    impossible = {"lung": "yes", "either": "no"}
    assert named("asia").p_evidence(impossible) == 0
    assert named("asia").p_evidence([{}, impossible]).tolist() == pytest.approx([1, 0])


def test_it_is_an_error_of_the_package() -> None:
    assert issubclass(ImpossibleEvidenceError, hamknee.HamkneeError)
    assert hamknee.ImpossibleEvidenceError is ImpossibleEvidenceError


@given(
    st.sampled_from(["asia", "deterministic"]),
    st.data(),
)
def test_what_is_named_is_impossible_and_every_part_of_it_possible(
    name: str, data: st.DataObject
) -> None:
    model = named(name)
    case = {
        variable.name: data.draw(st.sampled_from(variable.state_names))
        for variable in model.vocabulary.variables
        if data.draw(st.booleans())
    }
    assume(not is_possible(model, case))
    told = contradiction(model, case).contradiction
    assert told.items() <= case.items()
    assert not is_possible(model, told)
    for left_out in told:
        rest = {n: state for n, state in told.items() if n != left_out}
        assert is_possible(model, rest)
    for smaller in itertools.combinations(case.items(), len(told) - 1):
        assert is_possible(model, dict(smaller))
