"""An answer cannot change the model it comes from, nor can cases of another model be asked."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pytest

import hamknee
from hamknee.base.errors import HamkneeError
from hamknee.inference.model import Model
from hamknee.network.cases import Cases
from hamknee.network.vocabulary import Vocabulary

CASE = {"setting": "sports_clinic", "onset": "sudden", "pop": "yes"}
NUMBER = ("pop", "yes", {"condition": "strain", "onset": "sudden"})

ANSWERS: Mapping[str, Callable[[Model], Any]] = {
    "posterior": lambda m: m.posterior(CASE),
    "posteriors": lambda m: m.posterior([CASE]),
    "scores": lambda m: m.scores(m.encode([CASE])),
    "marginals": lambda m: m.marginals(CASE),
    "explain": lambda m: hamknee.explain(m, CASE, "strain"),
    "conflict": lambda m: hamknee.conflict(m, CASE),
    "questions": lambda m: hamknee.next_questions(m, CASE),
    "stop": lambda m: hamknee.stop_rule(m, CASE),
    "people": lambda m: hamknee.natural_frequencies(m.posterior(CASE)),
    "tornado": lambda m: hamknee.tornado(m, CASE, "strain"),
    "function": lambda m: hamknee.sensitivity_function(m, CASE, "strain", NUMBER),
    "table": lambda m: m.cpts["pop"],
}


def arrays(answer: Any) -> list[np.ndarray]:
    """Return the arrays of an answer, those inside other answers too."""
    if isinstance(answer, np.ndarray):
        return [answer]
    if isinstance(answer, Model):
        return []
    if is_dataclass(answer):
        return [a for field in fields(answer) for a in arrays(getattr(answer, field.name))]
    if isinstance(answer, Mapping):
        return [a for part in answer.values() for a in arrays(part)]
    return [a for part in answer for a in arrays(part)] if isinstance(answer, tuple | list) else []


@pytest.mark.parametrize("name", ANSWERS)
def test_no_array_of_an_answer_can_be_written_to(model: Model, name: str) -> None:
    written = arrays(ANSWERS[name](model))
    assert written
    before = model.posterior(CASE).text
    for array in written:
        with pytest.raises(ValueError, match="read-only"):
            array *= 100
    assert model.posterior(CASE).text == before


def test_tables_given_to_a_model_are_its_own_from_then_on(model: Model) -> None:
    tables = {name: cpt.probabilities.copy() for name, cpt in model.cpts.items()}
    own = {
        name: type(cpt)(name, cpt.parents, tables[name], cpt.ess)
        for name, cpt in model.cpts.items()
    }
    again = Model(model.vocabulary, own)
    tables["pop"][:] = 0.5
    assert np.array_equal(again.posterior(CASE).probabilities, model.posterior(CASE).probabilities)


def turned(model: Model) -> Model:
    """Return the same network with two variables in each other's place."""
    order = list(model.vocabulary)
    i, j = order.index("weakness"), order.index("overweight")
    order[i], order[j] = order[j], order[i]
    return Model(Vocabulary(tuple(model.vocabulary[name] for name in order)), model.cpts)


@pytest.mark.parametrize(
    "verb",
    [
        *("posterior", "p_evidence", "log_p_evidence", "marginals", "most_probable_explanation"),
        *("scores", "log_joint"),
    ],
)
def test_cases_of_other_words_are_refused(model: Model, verb: str) -> None:
    def ask(other: Model, cases: Cases) -> None:
        getattr(other, verb)(cases)

    cases = model.encode([{"weakness": "yes", "overweight": "no", "onset": "sudden"}])
    ask(model, cases)
    ask(Model(model.vocabulary, model.cpts), cases)
    relabelled = Vocabulary(model.vocabulary.variables, source="elsewhere")
    ask(Model(relabelled, model.cpts), cases)
    with pytest.raises(HamkneeError, match="encoded with other variables or states"):
        ask(turned(model), cases)
