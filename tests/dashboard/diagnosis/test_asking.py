"""The questions: what is chosen in them, and what a choice changes."""

from collections.abc import Callable
from pathlib import Path

from hamknee.base.files import shipped
from hamknee.guidance.texts import Guidance
from hamknee.inference.model import Model
from hamknee.network.evidence import check_value, parse_value
from hamknee.network.vocabulary import Vocabulary
from tests.support.at_page import (
    act,
    address,
    at_page,
    choose,
    diagnose,
    expected_ranking,
    for_expert,
    html,
    opened,
    press,
    ranking,
    sound,
    unfolded,
    words,
)


def test_every_question_is_there_and_not_asked(vocabulary: Vocabulary) -> None:
    page = unfolded(act(diagnose(), "sharpen"), "onset")
    for variable in vocabulary.having("context", "trait", "finding"):
        if variable.unit:
            number = page.number_input(f"answer-{variable.name}")
            assert number.value is None
            assert number.label.replace("\\", "") == variable.question
            assert page.button(f"answer-unknown-{variable.name}").label == "Don't know"
            continue
        group = page.button_group(f"answer-{variable.name}")
        labels = [option.content.replace("\\", "") for option in group.proto.options]
        label = group.label.replace("\\", "")
        assert label.startswith(variable.question)
        assert group.value is None
        assert labels == [*(state.label for state in variable.states), "Don't know"]


def test_what_to_take_care_of_stands_in_the_open(vocabulary: Vocabulary) -> None:
    page = unfolded(act(diagnose(), "sharpen"), "onset")
    cautious = [variable for variable in vocabulary.variables if variable.caution]
    assert cautious
    for variable in cautious:
        label = page.button_group(f"answer-{variable.name}").label.replace("\\", "")
        assert label == f"{variable.question} *{variable.caution}*"


def test_a_second_choice_takes_nothing_back() -> None:
    """The browser lets nobody press the chosen answer again; to change it is to choose another."""
    page = opened(diagnose(onset="sudden", pop="yes"), "pop")
    for name in ("pop", "onset", "location"):
        assert page.button_group(f"answer-{name}").proto.required
    page = choose(page, "pop", "no")
    assert address(page) == {"onset": "sudden", "pop": "no"}
    page = choose(page, "pop", "?")
    assert address(page) == {"onset": "sudden", "unknown": "pop"}


def test_age_is_asked_in_years(model: Model) -> None:
    page = opened(for_expert(), "age")
    page = sound(page.number_input("answer-age").set_value(61).run())
    assert address(page) == {"age": "61"}
    assert ranking(page) == expected_ranking(model, age="61")
    page = sound(opened(page, "age").button("answer-unknown-age").click().run())
    assert address(page) == {"unknown": "age"}
    page = opened(diagnose(age="40_to_59"), "age")
    assert page.number_input("answer-age").value is None
    assert page.number_input("answer-age").proto.placeholder == "40 to 59"


def test_asked_and_not_known_is_kept(model: Model) -> None:
    page = choose(for_expert(onset="sudden", pop="yes"), "warmth", "?")
    assert address(page) == {"onset": "sudden", "pop": "yes", "unknown": "warmth"}
    assert ranking(page) == expected_ranking(model, onset="sudden", pop="yes")


def test_the_worst_place_and_where_else_it_may_be(model: Model) -> None:
    page = choose(for_expert(), "location", "calf")
    assert address(page) == {"location": "calf"}
    page = act(page, "pain")
    others = page.button_group("answer-also-location")
    assert "Calf" not in [option.content for option in others.proto.options]
    page = sound(others.set_value(["popliteal"]).run())
    assert address(page) == {"location": "calf|popliteal"}, "the worst place comes first"
    assert page.button_group("answer-location").value == "calf"
    assert "you are not sure which" in words(page)
    assert ranking(page) == expected_ranking(model, location="popliteal|calf")
    page = choose(page, "location", "?")
    assert address(page) == {"unknown": "location"}
    assert ranking(page) == expected_ranking(model)


def test_choosing_every_place_says_nothing(vocabulary: Vocabulary) -> None:
    everywhere = "|".join(vocabulary["location"].state_names)
    assert (
        check_value(vocabulary["location"], parse_value(vocabulary["location"], everywhere)) is None
    )
    page = opened(diagnose(location=everywhere), "location")
    assert page.button_group("answer-location").value is None
    page = act(diagnose(location="calf"), "pain")
    others = [name for name in vocabulary["location"].state_names if name != "calf"]
    page = sound(page.button_group("answer-also-location").set_value(others).run())
    assert "location" not in address(page)


def test_a_folded_group_keeps_its_heading_and_counts_inside() -> None:
    """To the browser another heading is another group, and shut."""
    page = unfolded(act(diagnose(pop="no"), "sharpen"), "bruising")
    before = [box.label for box in page.expander]
    page = choose(page, "bruising", "yes")
    assert [box.label for box in page.expander] == before
    assert "1 of 8 answered" in words(page)


def test_no_question_is_asked_that_could_do_harm(guidance: Guidance) -> None:
    page = unfolded(act(diagnose(pop="yes"), "sharpen"), "bruising")
    assert not [group for group in page.button_group if group.key == "answer-weakness"]
    (text,) = (body for body in html(page) if 'class="unsafe"' in body)
    assert guidance.unsafe["strength_after_a_pop"].text in text
    page = unfolded(act(diagnose(pop="yes", weakness="no"), "sharpen"), "weakness")
    assert page.button_group("answer-weakness").value == "no", "what was found can be changed"


def test_start_again_forgets_everything() -> None:
    page = press(diagnose(onset="sudden", age="31", no_flag="cannot_bear_weight"), "Start again")
    assert address(page) == {}
    assert "Start again" not in [button.label for button in page.button]


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
    page = choose(for_expert(), "tingling", "yes")
    assert address(page) == {"tingling": "yes"}
    page.session_state["section-why"] = True
    assert "Tingling: Yes" in words(sound(page.run()))


def test_the_questions_of_a_second_version_are_the_same() -> None:
    page = at_page("what_if", onset="sudden")
    page = choose(page, "warmth", "yes", form="second")
    assert address(page)["b.warmth"] == "yes"
