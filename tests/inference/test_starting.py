"""What is believed before any finding, looked up or asked of the engine."""

from collections.abc import Callable

import numpy as np
import pytest

from hamknee.inference.groups import LOOKUP_PATTERNS
from hamknee.inference.model import Model
from hamknee.inference.starting import Starting
from tests.support.drawn import soft_cases
from tests.support.networks import Spec, network


@pytest.fixture(scope="module")
def starting(model: Model) -> Starting:
    return Starting(model.vocabulary, model.engine)


@pytest.mark.parametrize("context", [{}, {"setting": "emergency"}, {"setting": "primary_care"}])
def test_a_usual_context_is_looked_up_as_the_engine_answers_it(
    model: Model, starting: Starting, context: dict[str, str]
) -> None:
    rates = starting.of_known(context)
    assert rates is not None
    assert rates == pytest.approx(model.posterior(context).probabilities, abs=1e-12)
    assert starting.of(model.encode([context]))[0] == pytest.approx(rates, abs=1e-12)
    with pytest.raises(ValueError, match="read-only"):
        rates[0] = 1.0


def test_findings_do_not_count(model: Model, starting: Starting) -> None:
    known = {"setting": "emergency", "pop": "yes", "onset": "sudden"}
    alone = model.posterior({"setting": "emergency"}).probabilities
    assert starting.of_known(known) == pytest.approx(alone, abs=1e-12)
    assert starting.of(model.encode([known]))[0] == pytest.approx(alone, abs=1e-12)


@pytest.mark.parametrize("either", [set, lambda states: dict.fromkeys(states, 0.5)])
def test_an_unsure_context_is_asked_of_the_engine(
    model: Model, starting: Starting, either: Callable[[tuple[str, ...]], object]
) -> None:
    evidence = {"setting": either(model.vocabulary["setting"].state_names[:2])}
    assert starting.of_known(model.case(evidence).evidence.known) is None
    asked = model.posterior(evidence).probabilities
    np.testing.assert_allclose(starting.of(model.encode([evidence]))[0], asked)
    assert model.starting(model.case(evidence)) == pytest.approx(asked)


SPEC: Spec = {
    "place": ("", [0.7, 0.3]),
    "season": ("", [0.2, 0.3, 0.5]),
    "ill": (
        "place season",
        [[[0.1, 0.9], [0.2, 0.8], [0.3, 0.7]], [[0.4, 0.6], [0.9, 0.1], [0.5, 0.5]]],
    ),
    "sign": ("ill", [[0.8, 0.2], [0.1, 0.9]]),
}


@pytest.mark.parametrize("context", [("place", "season"), ("season",), ()])
@pytest.mark.parametrize("others", [3, LOOKUP_PATTERNS], ids=["few values", "very many"])
def test_each_case_starts_from_its_own_context(context: tuple[str, ...], others: int) -> None:
    model = network(SPEC, "ill", context=context)
    cases = soft_cases(model, 30, seed=1, others=others)
    rates = Starting(model.vocabulary, model.engine).of(cases)
    for row, own in enumerate(rates):
        known = {name: value for name, value in cases.evidence(row).items() if name in context}
        np.testing.assert_allclose(own, model.posterior(known).probabilities, rtol=1e-12)


@pytest.mark.parametrize(("most", "looked_up"), [(12, True), (11, False)])
def test_contexts_are_looked_up_where_they_are_few(
    most: int, looked_up: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = network(SPEC, "ill", context=("place", "season"))
    monkeypatch.setattr("hamknee.inference.starting.LOOKUP_PATTERNS", most)
    assert (Starting(model.vocabulary, model.engine).of_known({}) is not None) == looked_up
