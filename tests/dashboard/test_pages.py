"""The pages without a browser: what they show, and what an address and a click change."""

import csv
import io
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from hamknee.evidence import check_evidence, check_value, parse_value
from hamknee.inference import Model
from hamknee.results import percent
from hamknee.shipped import shipped
from hamknee.vocabulary import Vocabulary

DASHBOARD = shipped("dashboard")
VIEWS = sorted(path.name for path in (DASHBOARD / "views").glob("*.py"))


def opened(**answers: str | list[str]) -> AppTest:
    """Return the dashboard opened at an address."""
    page = AppTest.from_file(str(DASHBOARD / "app.py"), default_timeout=30)
    for name, text in answers.items():
        page.query_params[name] = text
    return sound(page.run())


def sound(page: AppTest) -> AppTest:
    assert not page.exception, page.exception[0].stack_trace
    return page


def choose(page: AppTest, name: str, option: str | list[str]) -> AppTest:
    return sound(page.button_group(f"answer-{name}").set_value(option).run())


def expected(model: Model, **answers: str) -> list[list[str]]:
    entries = {name: parse_value(model.vocabulary[name], text) for name, text in answers.items()}
    table = model.posterior(entries).table
    columns = table["label"], table["prior"].map(percent), table["probability"].map(percent)
    return [list(row) for row in zip(*columns, strict=True)]


def shown(page: AppTest) -> list[list[str]]:
    """Return label, start and now of every row of the table."""
    rows = page.table[0].value.to_numpy()
    return [[cell.replace("\\", "") for cell in row] for row in rows]


def address(page: AppTest) -> dict[str, str]:
    """Return the parameters of the address, each of which must stand there once."""
    values = {
        name: [text] if isinstance(text, str) else text for name, text in page.query_params.items()
    }
    assert all(len(texts) == 1 for texts in values.values())
    return {name: texts[0] for name, texts in values.items()}


def words(page: AppTest) -> str:
    blocks = [*page.markdown, *page.caption, *page.subheader, *page.warning, *page.error]
    return "\n".join(str(block.value) for block in blocks).replace("\\", "")


@pytest.fixture
def own_priors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Return what makes the dashboard use a file of the given text."""

    def use(text: str) -> Path:
        path = tmp_path / "priors.csv"
        path.write_text(text, encoding="utf-8")
        monkeypatch.setenv("HAMKNEE_PRIORS", str(path))
        return path

    return use


def priors_with(variable: str, given: str, states: dict[str, str]) -> str:
    """Return the shipped numbers with logical ones wherever a parent has a given state."""
    rows = list(csv.DictReader(io.StringIO(shipped("data/priors.csv").read_text("utf-8"))))
    for row in rows:
        if row["variable"] == variable and given in row["given"].split(";"):
            row |= {"probability": states[row["state"]], "basis": "logical"}
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@pytest.mark.parametrize("view", VIEWS)
def test_every_page_shows_limits_and_digest(view: str, model: Model) -> None:
    page = sound(opened().switch_page(f"views/{view}").run())
    assert "See a doctor today" in words(page)
    assert "does not diagnose or treat" in words(page)
    assert model.sha256[:12] in words(page)


def test_every_question_is_there_and_not_known(vocabulary: Vocabulary) -> None:
    page = opened()
    asked = vocabulary.having("context", "trait", "finding")
    for variable in asked:
        group = page.button_group(f"answer-{variable.name}")
        labels = [option.content.replace("\\", "") for option in group.proto.options]
        assert group.label.replace("\\", "").startswith(variable.question)
        assert group.value == ([] if variable.several else "")
        if variable.several:
            labels.append(page.button(f"forget-{variable.name}").label)
        assert labels == [*(state.label for state in variable.states), "Not known"]


def test_only_setting_and_core_are_outside_the_expanders(vocabulary: Vocabulary) -> None:
    page = opened()
    folded = {group.key for expander in page.expander for group in expander.button_group}
    for variable in vocabulary.having("context", "trait", "finding"):
        in_view = variable.core or variable.role == "context"
        assert (f"answer-{variable.name}" in folded) != in_view


def test_the_ranking_is_the_posterior(model: Model) -> None:
    page = opened()
    assert shown(page) == expected(model)
    page = choose(page, "onset", "sudden")
    page = choose(page, "pop", "yes")
    assert shown(page) == expected(model, onset="sudden", pop="yes")
    assert address(page) == {"onset": "sudden", "pop": "yes"}
    first = model.posterior({"onset": "sudden", "pop": "yes"}).table["label"][0]
    assert f"Most likely: {first}" in words(page)


def test_an_answer_goes_back_to_not_known(model: Model) -> None:
    page = choose(opened(onset="sudden", pop="yes"), "pop", "")
    assert address(page) == {"onset": "sudden"}
    assert shown(page) == expected(model, onset="sudden")


def test_one_of_several_places(model: Model) -> None:
    page = choose(opened(), "location", ["calf"])
    assert address(page) == {"location": "calf"}
    page = choose(page, "location", ["calf", "popliteal"])
    assert address(page) == {"location": "popliteal|calf"}
    assert shown(page) == expected(model, location="popliteal|calf")
    page = sound(page.button("forget-location").click().run())
    assert address(page) == {}
    assert page.button_group("answer-location").value == []
    assert shown(page) == expected(model)


def test_the_address_seeds_the_answers(model: Model) -> None:
    answers = {
        "setting": "sports_clinic",
        "onset": "sudden",
        "location": "posteromedial|posterolateral",
        "age": "31",
        "warmth": "yes:0.7|no:0.3",
    }
    page = opened(**answers)
    assert page.button_group("answer-setting").value == "sports_clinic"
    assert page.button_group("answer-location").value == ["posteromedial", "posterolateral"]
    assert page.button_group("answer-age").value == "under_40"
    assert page.button_group("answer-warmth").value == "yes:0.7|no:0.3"
    assert shown(page) == expected(model, **answers)
    assert not page.warning


def test_an_answer_leaves_the_others_as_they_were_written() -> None:
    page = choose(opened(age="31", warmth="yes:0.7|no:0.3"), "onset", "days")
    assert address(page) == {"onset": "days", "warmth": "yes:0.7|no:0.3", "age": "31"}


def test_what_the_address_has_wrong_is_named(model: Model) -> None:
    page = opened(onst="sudden", swelling="focl", pop="yes", condition="rupture", age="400")
    notice = page.warning[0].value.replace("\\", "")
    for part in ("'onst'", "'onset'", "'focl'", "'focal'", "'condition'", "400"):
        assert part in notice
    assert shown(page) == expected(model, pop="yes")


def test_an_answer_given_twice(model: Model) -> None:
    page = opened(onset=["sudden", "days"], pop=["yes", "yes"])
    assert "onset is given twice" in page.warning[0].value
    assert shown(page) == expected(model, pop="yes")


def test_words_from_the_address_stay_words() -> None:
    hostile = "![](https://example.org/x.png) <b>[a](https://example.org)</b>"
    page = opened(**{hostile: "1", "pop": hostile})
    assert "![](" not in page.warning[0].value
    assert "\\!\\[\\]\\(" in page.warning[0].value


def test_age_below_the_intended_one_is_said() -> None:
    assert "18 years" in opened(age="15").warning[0].value


def test_start_again_forgets_everything(model: Model) -> None:
    page = opened(onset="sudden", age="31")
    button = next(button for button in page.button if button.label == "Start again")
    page = sound(button.click().run())
    assert address(page) == {}
    assert shown(page) == expected(model)


def test_a_case_survives_a_look_at_another_page() -> None:
    page = opened(onset="sudden")
    page = sound(page.switch_page("views/about.py").run())
    page.query_params.clear()
    page = sound(page.switch_page("views/diagnose.py").run())
    assert address(page) == {"onset": "sudden"}
    assert page.button_group("answer-onset").value == "sudden"


def test_the_empty_page_teaches_and_its_examples_are_cases(vocabulary: Vocabulary) -> None:
    page = opened()
    assert "a mix stands in" in words(page)
    examples = tomllib.loads((DASHBOARD / "examples.toml").read_text("utf-8"))["example"]
    assert len(examples) == 3
    for example in examples:
        answers = example["answers"]
        entries = {name: parse_value(vocabulary[name], text) for name, text in answers.items()}
        assert len(check_evidence(vocabulary, entries)) == len(answers)
        page = opened()
        button = next(button for button in page.button if button.label == example["label"])
        page = sound(button.click().run())
        assert address(page) == answers
        assert not page.warning
        assert example["label"] not in [button.label for button in page.button]


def test_impossible_answers_explain_themselves(own_priors: Callable[[str], Path]) -> None:
    own_priors(priors_with("pop", "onset=gradual", {"yes": "0", "no": "1"}))
    page = opened(onset="gradual", pop="yes", warmth="no")
    message = page.warning[0].value.replace("\\", "")
    assert "How did the pain start? **Gradually, over weeks**" in message
    assert "Was there a pop when it started? **Yes**" in message
    assert "Warmth" not in message
    assert not page.table
    page = choose(page, "pop", "")
    assert not page.warning
    assert page.table


def test_a_broken_file_shows_its_faults(own_priors: Callable[[str], Path]) -> None:
    text = shipped("data/priors.csv").read_text("utf-8")
    path = own_priors(text.replace("0.6,", "0.7,", 1).replace(",judgement,", ",guess,", 2))
    page = opened()
    message = page.error[0].value.replace("\\", "")
    assert "adds up to 1.1" in message
    assert "unknown basis 'guess'" in message
    assert not page.button_group
    path.write_text(text, encoding="utf-8")
    assert sound(page.run()).table


def test_an_edited_file_is_read_anew(own_priors: Callable[[str], Path]) -> None:
    path = own_priors(shipped("data/priors.csv").read_text("utf-8"))
    before = shown(page := opened(onset="gradual", pop="yes"))
    path.write_text(priors_with("pop", "onset=gradual", {"yes": "1", "no": "0"}), encoding="utf-8")
    assert shown(sound(page.run())) != before


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
    page = choose(opened(), "tingling", "yes")
    assert address(page) == {"tingling": "yes"}
    assert "Tingling: Yes" in words(page)


def test_the_answers_of_a_folded_group_are_counted() -> None:
    labels = [expander.label for expander in opened(bruising="yes", weakness="no").expander]
    assert "Examination (2 answered)" in labels


def test_choosing_every_place_says_nothing(vocabulary: Vocabulary) -> None:
    everywhere = "|".join(vocabulary["location"].state_names)
    assert (
        check_value(vocabulary["location"], parse_value(vocabulary["location"], everywhere)) is None
    )
    assert opened(location=everywhere).button_group("answer-location").value == []
