"""Which open questions could still change the level, held to asking each of them."""

import pytest

import hamknee
from hamknee.guidance.guidance_file import guidance_for
from hamknee.guidance.raising import level_questions
from hamknee.guidance.triaging import HOLDS, triage
from hamknee.inference.model import Model
from tests.support.guided import no_signs

KNOWN = {"onset": "gradual", "location": "posteromedial", "activity": "endurance"}


def asked_for(model: Model, known: dict[str, object]) -> int:
    guidance = guidance_for(model)
    reasons = triage(model, known, no_signs(model)).reasons
    levels = [r.level for r in reasons if r.name not in (*HOLDS, "worrying_answer")]
    return guidance.urgency(guidance.most_urgent(levels))


def test_a_question_raises_the_level_as_its_answers_do(model: Model) -> None:
    asking = level_questions(model, KNOWN, no_signs(model))
    now, by_name = asked_for(model, KNOWN), {q.name: q for q in asking.questions}
    marginals = model.marginals(KNOWN)
    for variable in model.vocabulary.having("trait", "finding"):
        if variable.name in KNOWN:
            continue
        steps = [
            max(0, now - asked_for(model, KNOWN | {variable.name: state}))
            for state in variable.state_names
        ]
        expected = float(sum(marginals[variable.name] * steps))
        weighed = by_name.get(variable.name)
        assert (weighed.steps if weighed else 0.0) == pytest.approx(expected), variable.name


def test_while_an_answer_could_raise_the_level_nothing_says_stop(model: Model) -> None:
    known: dict[str, object] = dict(KNOWN)
    for _ in range(40):
        asking = level_questions(model, known, no_signs(model))
        stop = hamknee.stop_rule(model, known, first=asking.names, draws=200)
        if not asking.names:
            break
        assert not stop.stop
        assert stop.questions.best[0] == asking.names[0]
        name = asking.names[0]
        known[name] = model.vocabulary[name].state_names[-1]
    assert not asking.names


def test_open_signs_are_named_most_urgent_first(model: Model) -> None:
    asking = level_questions(model, KNOWN)
    guidance = asking.triage.guidance
    places = [guidance.urgency(flag.level) for flag in asking.flags]
    assert places == sorted(places)
    assert "Emergency" in asking.text
