"""The questions: what is chosen in them, and what a choice changes."""

from collections.abc import Callable
from pathlib import Path

from hamknee.base.files import shipped
from hamknee.inference.model import Model
from hamknee.network.evidence import check_value, parse_value
from hamknee.network.vocabulary import Vocabulary
from tests.support.at_page import (
    address,
    answer_folded,
    asked_next,
    choose,
    diagnose,
    expected_ranking,
    folded,
    press,
    ranking,
    sound,
    words,
)


def test_every_question_is_there_and_not_asked(vocabulary: Vocabulary) -> None:
    page = diagnose()
    for group in ("history", "examination", "background"):
        page.session_state[f"answer-group-{group}"] = True
    page = sound(page.run())
    for variable in vocabulary.having("context", "trait", "finding"):
        group = page.button_group(f"answer-{variable.name}")
        labels = [option.content.replace("\\", "") for option in group.proto.options]
        assert group.label.replace("\\", "").startswith(variable.question)
        assert group.value == ([] if variable.several else None)
        if variable.several:
            labels.append(page.button(f"answer-unknown-{variable.name}").label)
        assert labels == [*(state.label for state in variable.states), "Don't know"]


def test_only_setting_and_core_are_in_view(vocabulary: Vocabulary) -> None:
    there = {group.key for group in diagnose().button_group}
    for variable in vocabulary.having("context", "trait", "finding"):
        in_view = variable.core or variable.role == "context"
        assert (f"answer-{variable.name}" in there) == in_view


def test_an_answer_is_taken_back(model: Model) -> None:
    page = choose(diagnose(onset="sudden", pop="yes"), "pop", None)
    assert address(page) == {"onset": "sudden"}
    assert ranking(page) == expected_ranking(model, onset="sudden")


def test_asked_and_not_known_is_kept_and_not_asked_again(model: Model) -> None:
    case = {"onset": "sudden", "pop": "yes"}
    page = diagnose(**case)
    first = asked_next(page)[0]
    page = sound(page.button_group(f"next-{first}").set_value("?").run())
    assert address(page) == case | {"unknown": first}
    assert ranking(page) == expected_ranking(model, **case)
    assert first not in asked_next(page)
    again = diagnose(**address(page))
    assert first not in asked_next(again)


def test_one_of_several_places(model: Model) -> None:
    page = choose(diagnose(), "location", ["calf"])
    assert address(page) == {"location": "calf"}
    page = choose(page, "location", ["calf", "popliteal"])
    assert address(page) == {"location": "popliteal|calf"}
    assert ranking(page) == expected_ranking(model, location="popliteal|calf")
    page = sound(page.button("answer-unknown-location").click().run())
    assert address(page) == {"unknown": "location"}
    assert page.button_group("answer-location").value == []
    page = sound(page.button("answer-unknown-location").click().run())
    assert address(page) == {}
    assert ranking(page) == expected_ranking(model)


def test_the_answers_of_a_folded_group_are_counted() -> None:
    page = diagnose(bruising="yes", weakness="no", unknown="tenderness")
    assert "Examination (3 of 6)" in folded(page)


def test_choosing_every_place_says_nothing(vocabulary: Vocabulary) -> None:
    everywhere = "|".join(vocabulary["location"].state_names)
    assert (
        check_value(vocabulary["location"], parse_value(vocabulary["location"], everywhere)) is None
    )
    assert diagnose(location=everywhere).button_group("answer-location").value == []


def test_start_again_forgets_everything(model: Model) -> None:
    page = press(diagnose(onset="sudden", age="31", no_flag="cannot_bear_weight"), "Start again")
    assert address(page) == {}
    assert ranking(page) == expected_ranking(model)


def test_a_finding_is_added_without_code(own_priors: Callable[[str], Path], tmp_path: Path) -> None:
    words_of = shipped("data/vocabulary.toml").read_text("utf-8")
    words_of += (
        '\n[tingling]\nrole = "finding"\nlabel = "Tingling"\nquestion = "Does the foot tingle?"\n'
        'group = "history"\nminutes = 0.1\n\n[tingling.states]\nyes = { label = "Yes" }\n'
        'no = { label = "No" }\n'
    )
    (tmp_path / "vocabulary.toml").write_text(words_of, encoding="utf-8")
    numbers = shipped("data/priors.csv").read_text("utf-8")
    own_priors(numbers + "tingling,yes,,0.1,9,judgement,,\ntingling,no,,0.9,9,judgement,,\n")
    page = answer_folded(diagnose(), "answer-group-history", "answer-tingling", "yes")
    assert address(page) == {"tingling": "yes"}
    assert "Tingling: Yes" in words(page)
