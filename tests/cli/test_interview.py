"""The interview in the terminal: what to ask first, answers by number, the way back."""

import io
from collections.abc import Sequence

import pytest
from rich.console import Console

import hamknee
from hamknee.cli.interview import Interview
from hamknee.reasoning.questions import next_questions
from hamknee.reasoning.stopping import stop_rule

SETTLED = {
    "onset": "sudden",
    "pop": "yes",
    "palpable_defect": "yes",
    "bruising": "yes",
    "location": "posteromedial",
    "activity": "explosive",
    "weakness": "yes",
    "swelling": "focal",
    "warmth": "no",
    "weight_bearing": "impaired",
    "age": "under_40",
}
"""A case of which the level and the first place are settled."""


class Typist:
    """Types prepared lines; after the last one the input has ended."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = list(lines)
        self.prompts: list[str] = []

    def __call__(self, prompt: str) -> str:
        self.prompts.append(prompt)
        if not self.lines:
            raise EOFError
        return self.lines.pop(0)


def interviewed(model, start, *lines):
    typist = Typist(lines)
    text = io.StringIO()
    case = Interview(model, start, Console(file=text, width=200), typist).run()
    return dict(case.evidence), text.getvalue(), typist


@pytest.fixture(scope="module")
def model() -> hamknee.Model:
    return hamknee.load()


def best(model, case):
    return model.vocabulary[questions(model, case).best[0]]


def questions(model, case):
    return next_questions(model, case, first=hamknee.level_questions(model, case).names)


def test_what_could_change_the_level_comes_first_and_its_answer_counts(model):
    first = best(model, {})
    assert first.name in hamknee.level_questions(model, {}).names
    known, printed, _ = interviewed(model, {}, "1", "s")
    assert known == {first.name: first.state_names[0]}
    assert first.question in printed
    second = best(model, known)
    assert printed.index(second.question) > printed.index(first.question)


def test_every_question_says_why_it_is_asked_and_the_ranking_has_intervals(model):
    _, printed, _ = interviewed(model, {}, "s")
    why = questions(model, {}).why(0)
    assert why in printed
    assert "90 % interval" in printed


def test_what_is_known_already_is_not_asked(model):
    first = best(model, {})
    _, printed, _ = interviewed(model, {first.name: first.state_names[0]}, "s")
    assert first.question not in printed


def test_dont_know_leaves_the_case_as_it_was_and_is_not_asked_again(model):
    first = best(model, {})
    known, printed, _ = interviewed(model, {}, "0", "0", "0", "s")
    assert known == {}
    assert printed.count(first.question) == 1
    second = best(model, {first.name: None})
    assert second == first  # without the memory of what was asked it would come again


def test_back_takes_the_last_answer_back_and_asks_again(model):
    first = best(model, {})
    known, printed, _ = interviewed(model, {}, "1", "b", "2", "s")
    assert known == {first.name: first.state_names[1]}
    assert printed.count(first.question) == 2


def test_back_at_the_first_question_says_so(model):
    known, printed, _ = interviewed(model, {}, "b", "s")
    assert known == {}
    assert "This is the first question." in printed


@pytest.mark.parametrize("typed", ["9", "", "x", "-1", "1 9", "0 1", "b 1", "²"])
def test_what_is_no_answer_is_asked_again(model, typed):
    first = best(model, {})
    known, printed, _ = interviewed(model, {}, typed, "1", "s")
    assert known == {first.name: first.state_names[0]}
    assert "is no answer; allowed: 1, 2" in printed


def test_several_answers_mean_one_of_them_only_where_several_may_be_given(model):
    case = {"onset": "days", "warmth": "yes", "weight_bearing": "impaired", "age": "40_to_59"}
    first = best(model, case)
    assert first.several
    known, _, _ = interviewed(model, case, "1, 2", "1 2", "s")
    assert known == case | {first.name: first.state_names[:2]}


def test_the_end_of_the_input_stops(model):
    known, _, typist = interviewed(model, {}, "1")
    assert len(known) == 1
    assert len(typist.prompts) == 2


def test_the_stop_rule_ends_the_interview_and_says_which_condition_did(model):
    case = SETTLED
    rule = stop_rule(model, case)
    assert rule.stop
    known, printed, typist = interviewed(model, case, "")
    assert rule.text in printed
    assert known == case
    assert typist.prompts == ["Enter to stop, g to go on: "]


def test_nothing_stops_it_while_the_level_waits_for_an_answer(model):
    case = {name: answer for name, answer in SETTLED.items() if name != "age"}
    assert stop_rule(model, case).stop
    known, printed, _ = interviewed(model, case, "0", "")
    assert model.vocabulary["age"].question in printed
    assert known == case


def test_one_can_go_on_after_the_stop_rule(model):
    case = SETTLED
    known, _, typist = interviewed(model, case, "g", "1", "s")
    assert len(known) == len(case) + 1
    assert sum("go on" in prompt for prompt in typist.prompts) == 1


def test_who_goes_on_is_not_asked_again_and_comes_to_the_end(model):
    known, printed, typist = interviewed(model, SETTLED, "g", *["0"] * 30)
    assert known == SETTLED
    assert "nothing is left to ask" in printed
    assert [prompt for prompt in typist.prompts if "go on" in prompt] == typist.prompts[:1]
    assert typist.lines  # it ended before the lines did


def test_an_interview_ends_when_nothing_is_left_to_ask(model):
    everything = {
        v.name: v.state_names[0] for v in model.vocabulary.variables if v.role != "target"
    }
    known, printed, typist = interviewed(model, everything)
    assert known == everything
    assert "nothing is left to ask" in printed
    assert typist.prompts == []


def test_what_could_do_harm_is_not_asked_and_cautions_are_printed(model):
    case = {name: answer for name, answer in SETTLED.items() if name != "weakness"}
    typist, text = Typist(["0"] * 40), io.StringIO()
    Interview(model, case, Console(file=text, width=200), typist, going_on=True).run()
    assert model.vocabulary["weakness"].question not in text.getvalue()
    assert model.vocabulary["tenderness"].caution in text.getvalue()
    gradual, text = {"onset": "gradual"}, io.StringIO()
    typist = Typist(["0"] * 40)
    Interview(model, gradual, Console(file=text, width=200), typist, going_on=True).run()
    assert model.vocabulary["weakness"].question in text.getvalue()
    assert model.vocabulary["weakness"].caution in text.getvalue()
