"""What is believed before any finding, looked up or asked of the engine."""

from collections.abc import Callable

import numpy as np
import pytest

from hamknee.inference.model import Model
from hamknee.inference.starting import Starting


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
