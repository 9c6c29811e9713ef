"""Which open questions could still change the level, held to asking each of them."""

from dataclasses import replace

import numpy as np
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
        p_raise = float(sum(marginals[variable.name][place] for place, s in enumerate(steps) if s))
        weighed = by_name.get(variable.name)
        assert (weighed is not None) == (p_raise > 0), variable.name
        if weighed is not None:
            assert weighed.steps == pytest.approx(expected), variable.name
            assert weighed.p_raise == pytest.approx(p_raise), variable.name


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


def test_an_answer_that_cannot_be_raises_nothing(model: Model) -> None:
    gap = model.cpts["palpable_defect"]
    never = np.zeros_like(gap.probabilities)
    never[..., model.vocabulary["palpable_defect"].state_names.index("no")] = 1
    gapless = Model(
        model.vocabulary,
        {**model.cpts, "palpable_defect": replace(gap, probabilities=never)},
        source=model.source,
    )
    for numbers, raises in ((model, True), (gapless, False)):
        asking = level_questions(numbers, {"onset": "sudden"}, no_signs(model))
        assert ("palpable_defect" in [q.name for q in asking.questions]) is raises


def test_signs_that_ask_for_no_more_than_the_level_do_not_raise_it(model: Model) -> None:
    guidance = guidance_for(model)
    seen_today = dict.fromkeys(guidance.flags) | {"cannot_bear_weight": True}
    asking = level_questions(model, KNOWN, seen_today)
    assert asking.triage.level == "same_day"
    assert asking.flags == tuple(f for f in guidance.flags.values() if f.level == "emergency")


def test_open_signs_are_named_most_urgent_first(model: Model) -> None:
    asking = level_questions(model, KNOWN)
    guidance = asking.triage.guidance
    places = [guidance.urgency(flag.level) for flag in asking.flags]
    assert places == sorted(places)
    assert "Emergency" in asking.text
