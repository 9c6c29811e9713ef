"""What an answer holds cannot be written to, so that no later answer is another one."""

import types
from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np
import pytest

import hamknee
from hamknee.inference.model import Model

EVIDENCE = {"onset": "sudden", "pop": "yes", "setting": "emergency"}

ANSWERS = {
    "model": lambda m: m,
    "case": lambda m: m.case(EVIDENCE),
    "posteriors": lambda m: m.posterior([EVIDENCE, {}]),
    "marginals": lambda m: m.marginals([EVIDENCE, {}]),
    "explanation": lambda m: m.most_probable_explanation(EVIDENCE),
    "cases": lambda m: m.encode([EVIDENCE]),
    "scores": lambda m: m.scores(m.encode([EVIDENCE])),
    "explain": lambda m: hamknee.explain(m, EVIDENCE, "strain"),
    "conflict": lambda m: hamknee.conflict(m, EVIDENCE, draws=20),
    "questions": lambda m: hamknee.next_questions(m, EVIDENCE),
    "stop": lambda m: hamknee.stop_rule(m, EVIDENCE, draws=20),
    "budget": lambda m: hamknee.question_budget(m, EVIDENCE, 1, draws=20),
    "people": lambda m: hamknee.natural_frequencies(m.case(EVIDENCE)),
    "tornado": lambda m: hamknee.tornado(m, EVIDENCE, "strain"),
    "change": lambda m: hamknee.what_would_change(m, EVIDENCE, "rupture", 0.5),
    "interval": lambda m: hamknee.credible_interval(m, EVIDENCE, draws=20),
    "compare": lambda m: hamknee.compare(m.case({}), m.case(EVIDENCE)),
    "finding": lambda m: hamknee.finding_value(m, {}, "dvt", "swelling", "leg", draws=20),
    "triage": lambda m: hamknee.triage(m, EVIDENCE),
    "advice": lambda m: hamknee.advice(m, EVIDENCE),
    "evaluation": lambda m: hamknee.evaluate(m),
    "check": lambda m: hamknee.predictive_check(m, replicates=5),
    "dependence": lambda m: hamknee.residual_dependence(m, replicates=5),
    "difference": lambda m: hamknee.difference(m.priors, m.priors),
    "priors": lambda m: m.priors,
}


def arrays(thing: object, path: str, seen: set[int]) -> Iterator[tuple[str, np.ndarray]]:
    """Yield every array that something holds or has ready, and where."""
    if id(thing) in seen or isinstance(thing, str | types.FunctionType | type):
        return
    seen.add(id(thing))
    if isinstance(thing, np.ndarray):
        yield path, thing
    elif isinstance(thing, Mapping):
        for key, value in thing.items():
            yield from arrays(value, f"{path}[{key!r}]", seen)
    elif isinstance(thing, tuple | list):
        for number, value in enumerate(thing[:8]):
            yield from arrays(value, f"{path}[{number}]", seen)
    elif type(thing).__module__.startswith("hamknee"):
        ready = [n for n, v in vars(type(thing)).items() if isinstance(v, cached_property)]
        for name in sorted(
            {*vars(thing), *ready} - {"html", "markdown", "text", "table", "states"}
        ):
            yield from arrays(getattr(thing, name, None), f"{path}.{name}", seen)


@pytest.mark.parametrize("name", ANSWERS)
def test_no_array_of_an_answer_can_be_written_to(model: Model, name: str) -> None:
    every = list(arrays(ANSWERS[name](model), name, set()))
    assert [path for path, array in every if array.size and array.flags.writeable] == []


def test_no_mapping_that_later_answers_read_can_be_changed(model: Model) -> None:
    guidance = hamknee.triage(model, EVIDENCE).guidance
    variable = model.vocabulary["pop"]
    read_later = [
        *(model.cpts, model.priors.parents, model.vocabulary.index, variable.position),
        *(guidance.flags, guidance.levels, guidance.triage, guidance.words, guidance.worrying),
    ]
    for mapping in read_later:
        with pytest.raises(TypeError, match="cannot be changed"):
            mapping.clear()  # type: ignore[attr-defined]
