"""The pages without a browser: what they show, and what an address and a click change."""

import csv
import io
import re
import tomllib
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

import hamknee
from hamknee.base.files import shipped
from hamknee.base.words import percent, percent_range
from hamknee.guidance.guidance_file import guidance_for
from hamknee.guidance.texts import Guidance
from hamknee.inference.model import Model
from hamknee.network.evidence import check_evidence, check_value, parse_value
from hamknee.network.vocabulary import Vocabulary

DASHBOARD = shipped("dashboard")
VIEWS = sorted(path.name for path in (DASHBOARD / "views").glob("*.py"))


def opened(view: str = "", **answers: str | list[str]) -> AppTest:
    """Return the dashboard opened at an address."""
    page = AppTest.from_file(str(DASHBOARD / "app.py"), default_timeout=30)
    for name, text in answers.items():
        page.query_params[name.replace("b_", "b.")] = text
    return sound(page.switch_page(f"views/{view}.py").run() if view else page.run())


def sound(page: AppTest) -> AppTest:
    assert not page.exception, page.exception[0].stack_trace
    return page


def choose(page: AppTest, name: str, option: str | list[str] | None) -> AppTest:
    return sound(page.button_group(f"answer-{name}").set_value(option).run())


def press(page: AppTest, label: str) -> AppTest:
    button = next(button for button in page.button if button.label.replace("\\", "") == label)
    return sound(button.click().run())


def look_at(page: AppTest, panel: str) -> AppTest:
    return sound(page.button_group("open-panel").set_value(panel).run())


def unfold(page: AppTest, key: str) -> AppTest:
    """Open what is folded up: its content is made only then."""
    page.session_state[key] = True
    return sound(page.run())


def answer_folded(page: AppTest, folder: str, key: str, option: str) -> AppTest:
    """Answer what is folded up. What was opened has to be opened anew for each run here."""
    page = unfold(page, folder)
    page.button_group(key).set_value(option)
    return unfold(page, folder)


def entries(model: Model, answers: dict[str, str]) -> dict[str, object]:
    return {name: parse_value(model.vocabulary[name], text) for name, text in answers.items()}


def expected(model: Model, **answers: str) -> list[tuple[str, str, str, str]]:
    table = hamknee.credible_interval(model, entries(model, answers)).table
    return [
        (row.label, percent(row.prior), percent(row.probability), percent_range(row.low, row.high))
        for row in table.itertuples()
    ]


def drawn(page: AppTest, place: int = 0) -> list[dict[str, object]]:
    """Return the rows of a chart."""
    (dataset,) = page.get("vega_lite_chart")[place].proto.datasets
    return list(pa.ipc.open_stream(dataset.data.data).read_all().to_pylist())


def shown(page: AppTest) -> list[tuple[object, ...]]:
    """Return label, start, now and interval of every row of the ranking."""
    return [tuple(row[name] for name in RANKING) for row in drawn(page)]


RANKING = ("label", "before", "now", "interval")


def address(page: AppTest) -> dict[str, str]:
    """Return the parameters of the address, each of which must stand there once."""
    values = {
        name: [text] if isinstance(text, str) else text for name, text in page.query_params.items()
    }
    assert all(len(texts) == 1 for texts in values.values())
    return {name: texts[0] for name, texts in values.items()}


def html(page: AppTest) -> list[str]:
    """Return what a page shows as HTML, without its style."""
    return [b.proto.body for b in page.get("html") if not b.proto.body.startswith("<style")]


def words(page: AppTest) -> str:
    """Return everything a page says, without what makes it Markdown or HTML."""
    blocks = [
        *page.markdown,
        *page.caption,
        *page.header,
        *page.subheader,
        *page.warning,
        *page.error,
    ]
    texts = [str(block.value).replace("\\", "") for block in blocks]
    texts += [unescape(re.sub("<[^>]*>", " ", body)) for body in html(page)]
    return "\n".join(texts).replace("\N{NO-BREAK SPACE}", " ")


def folded(page: AppTest) -> list[str]:
    return [expander.label.replace("\\", "") for expander in page.expander]


@pytest.fixture(scope="module")
def guidance(model: Model) -> Guidance:
    return guidance_for(model)


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
    page = opened(view.removesuffix(".py"))
    assert "does not diagnose or treat" in words(page)
    assert model.sha256[:12] in words(page)


# The questions ----------------------------------------------------------------------------


def test_every_question_is_there_and_not_asked(vocabulary: Vocabulary) -> None:
    page = opened()
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
    there = {group.key for group in opened().button_group}
    for variable in vocabulary.having("context", "trait", "finding"):
        in_view = variable.core or variable.role == "context"
        assert (f"answer-{variable.name}" in there) == in_view


def test_the_ranking_is_the_posterior_with_its_intervals(model: Model) -> None:
    page = opened()
    assert shown(page) == expected(model)
    page = choose(page, "onset", "sudden")
    page = choose(page, "pop", "yes")
    assert shown(page) == expected(model, onset="sudden", pop="yes")
    assert address(page) == {"onset": "sudden", "pop": "yes"}
    label, _, now, interval = shown(page)[0]
    assert f"Most likely: {label}, {now} ({interval})" in words(page)


def test_an_answer_is_taken_back(model: Model) -> None:
    page = choose(opened(onset="sudden", pop="yes"), "pop", None)
    assert address(page) == {"onset": "sudden"}
    assert shown(page) == expected(model, onset="sudden")


def test_asked_and_not_known_is_kept_and_not_asked_again(model: Model) -> None:
    case = {"onset": "sudden", "pop": "yes"}
    page = opened(**case)
    first = next_keys(page)[0]
    page = sound(page.button_group(f"next-{first}").set_value("?").run())
    assert address(page) == case | {"unknown": first}
    assert shown(page) == expected(model, **case)
    assert first not in next_keys(page)
    again = opened(**address(page))
    assert first not in next_keys(again)


def next_keys(page: AppTest) -> list[str]:
    """Return the questions that are offered next, those folded up too."""
    keys = [group.key or "" for group in page.button_group]
    return [key.removeprefix("next-") for key in keys if key.startswith("next-")]


def test_one_of_several_places(model: Model) -> None:
    page = choose(opened(), "location", ["calf"])
    assert address(page) == {"location": "calf"}
    page = choose(page, "location", ["calf", "popliteal"])
    assert address(page) == {"location": "popliteal|calf"}
    assert shown(page) == expected(model, location="popliteal|calf")
    page = sound(page.button("answer-unknown-location").click().run())
    assert address(page) == {"unknown": "location"}
    assert page.button_group("answer-location").value == []
    page = sound(page.button("answer-unknown-location").click().run())
    assert address(page) == {}
    assert shown(page) == expected(model)


def test_the_address_seeds_the_answers(model: Model) -> None:
    answers = {
        "setting": "sports_clinic",
        "onset": "sudden",
        "location": "posteromedial|posterolateral",
        "warmth": "yes:0.7|no:0.3",
        "age": "31",
    }
    page = unfold(opened(**answers), "answer-group-background")
    assert page.button_group("answer-setting").value == "sports_clinic"
    assert page.button_group("answer-location").value == ["posteromedial", "posterolateral"]
    assert page.button_group("answer-age").value == "under_40"
    assert page.button_group("answer-warmth").value == "yes:0.7|no:0.3"
    assert shown(page) == expected(model, **answers)
    assert not page.warning
    page = choose(page, "onset", "days")
    assert address(page) == answers | {"onset": "days"}


def test_what_the_address_has_wrong_is_named(model: Model) -> None:
    page = opened(
        onst="sudden",
        swelling="focl",
        pop="yes",
        condition="rupture",
        age="400",
        flag="fever",
        unknown="weaknes",
    )
    notice = page.warning[0].value.replace("\\", "")
    for part in ("'onst'", "'onset'", "'focl'", "'focal'", "'condition'", "400"):
        assert part in notice
    assert shown(page) == expected(model, pop="yes")
    notice = opened(flag="fever", unknown="weaknes").warning[0].value.replace("\\", "")
    assert "no warning sign 'fever'" in notice
    assert "no question 'weaknes' (did you mean 'weakness'?)" in notice


def test_an_answer_given_twice(model: Model) -> None:
    page = opened(onset=["sudden", "days"], pop=["yes", "yes"])
    assert "onset is given twice" in page.warning[0].value
    assert shown(page) == expected(model, pop="yes")


def test_words_from_the_address_stay_words() -> None:
    hostile = "![](https://example.org/x.png) <b>[a](https://example.org)</b>"
    page = opened(**{hostile: "1", "pop": hostile, "numbers": hostile})
    for warning in page.warning:
        assert "![](" not in warning.value
        assert "<b>" not in warning.value
    assert "\\!\\[\\]\\(" in page.warning[0].value


def test_age_below_the_intended_one_is_said() -> None:
    assert "18 years" in opened(age="15").warning[0].value


def test_start_again_forgets_everything(model: Model) -> None:
    page = press(opened(onset="sudden", age="31", no_flag="cannot_bear_weight"), "Start again")
    assert address(page) == {}
    assert shown(page) == expected(model)


def test_the_answers_of_a_folded_group_are_counted() -> None:
    page = opened(bruising="yes", weakness="no", unknown="tenderness")
    assert "Examination (3 of 5)" in folded(page)


def test_choosing_every_place_says_nothing(vocabulary: Vocabulary) -> None:
    everywhere = "|".join(vocabulary["location"].state_names)
    assert (
        check_value(vocabulary["location"], parse_value(vocabulary["location"], everywhere)) is None
    )
    assert opened(location=everywhere).button_group("answer-location").value == []


# Warning signs ----------------------------------------------------------------------------


def test_the_urgent_signs_stand_there_until_they_are_denied(guidance: Guidance) -> None:
    page = opened()
    urgent = [f for f in guidance.flags.values() if not guidance.levels[f.level].rehabilitation]
    for flag in urgent:
        assert flag.label in words(page)
    page = press(page, "None of these")
    assert address(page) == {"no_flag": "|".join(flag.name for flag in urgent)}
    assert "no to the urgent warning signs" in words(page)
    assert f"Warning signs ({len(urgent)} of {len(guidance.flags)})" in folded(page)


def test_a_warning_sign_comes_first_with_its_level_and_reason(guidance: Guidance) -> None:
    page = unfold(opened(onset="gradual"), "group-signs")
    for flag in guidance.flags.values():
        assert page.button_group(f"sign-{flag.name}").value is None
    name = "foot_numb_weak_cold_pale"
    page = answer_folded(page, "group-signs", f"sign-{name}", "yes")
    assert address(page) == {"onset": "gradual", "flag": name}
    banner = next(body for body in html(page) if "urgency-0" in body)
    assert guidance.levels["emergency"].label in banner
    assert guidance.flags[name].why in banner
    assert 'role="alert"' in banner
    page = answer_folded(page, "group-signs", f"sign-{name}", "unknown")
    assert address(page) == {"onset": "gradual", "unknown_flag": name}
    assert "urgency-0" not in "".join(html(page))


def test_what_the_answers_say_of_a_sign_is_told() -> None:
    page = unfold(opened(pop="yes", swelling="leg"), "group-signs")
    label = page.button_group("sign-pop_with_marked_swelling").label
    assert "(yes, by what was entered)" in label.replace("\\", "")
    assert "A pop with marked swelling, by what you entered" in words(page)


def test_a_sign_stands_even_where_the_answers_contradict_each_other(
    own_priors: Callable[[str], Path],
) -> None:
    own_priors(priors_with("pop", "onset=gradual", {"yes": "0", "no": "1"}))
    page = opened(onset="gradual", pop="yes", flag="breathless_or_chest_pain")
    assert "Emergency" in words(page)
    assert "impossible in this model" in words(page)


# The panels -------------------------------------------------------------------------------


def test_the_next_question_is_answered_in_place(model: Model) -> None:
    case = {"onset": "sudden", "pop": "yes"}
    found = hamknee.next_questions(model, case)
    page = opened(**case)
    (first,) = next_keys(page)
    assert first == found.best[0]
    assert found.why(0) in words(page)
    option = model.vocabulary[first].state_names[0]
    page = sound(page.button_group(f"next-{first}").set_value(option).run())
    assert address(page) == case | {first: option}
    assert shown(page) == expected(model, **case, **{first: option})


def test_the_other_questions_are_folded_up(model: Model) -> None:
    case = {"onset": "sudden", "pop": "yes"}
    second = hamknee.next_questions(model, case).table["variable"][1]
    page = answer_folded(opened(**case), f"card-{second}", f"next-{second}", "?")
    assert address(page) == case | {"unknown": second}


def test_it_stops_where_the_rule_says_so(model: Model) -> None:
    case = {"onset": "days", "swelling": "leg", "warmth": "yes", "location": "calf"}
    case["immobility_or_clot_risk"] = "yes"
    assert hamknee.stop_rule(model, case).stop
    page = opened(**case)
    assert "Once the urgent warning signs are answered, you can stop here" in words(page)
    assert next_keys(page) == []
    page = sound(page.toggle("ask-on").set_value(True).run())
    assert next_keys(page) != []


def test_why_weighs_every_answer(model: Model) -> None:
    case = {"onset": "sudden", "pop": "yes", "warmth": "no"}
    page = look_at(opened(**case), "Why")
    first = model.posterior(case).top
    reasons = hamknee.explain(model, case, first)
    labels = [row["label"] for row in drawn(page, 1)]
    assert labels[0] == "Starting probability"
    assert labels[-1] == "With all answers"
    assert len(labels) == len(case) + 2
    sentence = reasons.text.split("\n")[1].partition(" (")[2]
    assert sentence in words(page)
    links = {element.proto.query_string for element in page.get("page_link")}
    assert links >= {f"variable={name}" for name in case}


def test_one_condition_is_contrasted_with_another(model: Model) -> None:
    case = {"onset": "sudden", "pop": "yes"}
    page = look_at(opened(**case), "Why")
    page = sound(page.selectbox("explained").set_value("rupture").run())
    page = sound(page.selectbox("rival").set_value("strain").run())
    text = hamknee.explain(model, case, "rupture", against="strain").text
    assert text.split("\n")[0] in words(page)
    page = sound(page.selectbox("rival").set_value("rupture").run())
    assert "Choose two different conditions" in words(page)


def test_a_thousand_people(model: Model) -> None:
    page = look_at(opened(onset="sudden"), "Of 1,000 people")
    found = hamknee.natural_frequencies(model.posterior({"onset": "sudden"}))
    assert found.text in words(page)
    assert len(drawn(page, 1)) == 1000


def test_what_to_do_is_the_advice(model: Model) -> None:
    page = look_at(opened(onset="sudden", pop="yes"), "What to do")
    advice = hamknee.advice(model, {"onset": "sudden", "pop": "yes"})
    for texts in advice.sections.values():
        for text in texts:
            assert text in words(page)
    page = unfold(page, "later")
    page.number_input("days").set_value(15)
    page = answer_folded(page, "later", "course", "same")
    followed = hamknee.follow_up(model, {"onset": "sudden", "pop": "yes"}, days=15, course="same")
    assert followed.course_text in words(page)


def test_answers_that_do_not_go_together_are_told(model: Model) -> None:
    case = {"onset": "gradual", "pop": "yes", "bruising": "yes", "swelling": "leg", "warmth": "no"}
    found = hamknee.conflict(model, case)
    assert found.bits > 0
    page = opened(**case)
    label = model.vocabulary[found.culprit or ""].label
    assert f"Check first: {label} (" in words(page)
    assert "Check first" not in words(opened(onset="sudden", pop="yes"))


def test_the_numbers_and_the_names_are_folded_up(model: Model) -> None:
    page = opened()
    page.session_state["meanings"] = True
    page = unfold(page, "table")
    for label, before, now, interval in expected(model):
        assert re.search(rf"{re.escape(label)}\s+{before}", words(page))
        assert interval in words(page)
        assert now in words(page)
    assert model.vocabulary.target.states[0].description in words(page)


# Sharing, keeping, and what can go wrong --------------------------------------------------


def test_the_link_to_share_names_the_numbers(model: Model) -> None:
    page = unfold(opened(onset="sudden", no_flag="cannot_bear_weight"), "share")
    link = page.code[0].value
    assert "onset=sudden&no_flag=cannot_bear_weight" in link
    assert link.endswith(f"numbers={model.sha256[:12]}")


def test_a_link_made_with_other_numbers_says_so(model: Model) -> None:
    assert not opened(onset="sudden", numbers=model.sha256[:12]).warning
    page = opened(onset="sudden", numbers="0123456789ab")
    text = page.warning[0].value
    assert "0123456789ab" in text
    assert model.sha256[:12] in text
    assert shown(page) == expected(model, onset="sudden")


def test_a_case_survives_a_look_at_another_page() -> None:
    page = opened(onset="sudden", flag="cannot_bear_weight")
    for view in ("about", "what_if", "model"):
        page = sound(page.switch_page(f"views/{view}.py").run())
        page.query_params.clear()
    page = sound(page.switch_page("views/diagnose.py").run())
    assert address(page) == {"onset": "sudden", "flag": "cannot_bear_weight"}
    assert page.button_group("answer-onset").value == "sudden"


def test_the_empty_page_teaches_and_its_examples_are_cases(vocabulary: Vocabulary) -> None:
    page = opened()
    assert "a mix stands in" in words(page)
    examples = tomllib.loads((DASHBOARD / "parts" / "examples.toml").read_text("utf-8"))["example"]
    assert len(examples) == 3
    for example in examples:
        answers = example["answers"]
        known = {name: parse_value(vocabulary[name], text) for name, text in answers.items()}
        assert len(check_evidence(vocabulary, known)) == len(answers)
        page = press(opened(), example["label"])
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
    assert not page.get("vega_lite_chart")
    page = choose(page, "pop", None)
    assert not page.warning
    assert page.get("vega_lite_chart")


def test_a_broken_file_shows_its_faults(
    own_priors: Callable[[str], Path], guidance: Guidance
) -> None:
    text = shipped("data/priors.csv").read_text("utf-8")
    path = own_priors(text.replace("0.6,", "0.7,", 1).replace(",judgement,", ",guess,", 2))
    page = opened()
    message = page.error[0].value.replace("\\", "")
    assert "adds up to 1.1" in message
    assert "unknown basis 'guess'" in message
    assert guidance.levels["emergency"].label in words(page)
    assert not page.button_group
    path.write_text(text, encoding="utf-8")
    assert drawn(sound(page.run()))


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
    page = answer_folded(opened(), "answer-group-history", "answer-tingling", "yes")
    assert address(page) == {"tingling": "yes"}
    assert "Tingling: Yes" in words(page)


def test_without_guidance_there_is_a_ranking_and_no_advice(
    own_priors: Callable[[str], Path], tmp_path: Path
) -> None:
    text = shipped("data/vocabulary.toml").read_text("utf-8")
    (tmp_path / "vocabulary.toml").write_text(text.replace("\nleg = {", "\nlegs = {"), "utf-8")
    numbers = shipped("data/priors.csv").read_text("utf-8")
    own_priors(numbers.replace("swelling,leg,", "swelling,legs,").replace("=leg", "=legs"))
    page = opened(onset="sudden", flag="cannot_bear_weight")
    assert drawn(page)
    assert "What to do" not in page.button_group("open-panel").options


# Two versions -----------------------------------------------------------------------------


def test_what_if_puts_two_versions_side_by_side(model: Model) -> None:
    page = opened("what_if", onset="sudden", pop="yes", b_pop="no")
    rows = {row["label"]: (row["a"], row["b"]) for row in drawn(page)}
    first, second = (model.posterior({"onset": "sudden", "pop": pop}) for pop in ("yes", "no"))
    for i, state in enumerate(model.vocabulary.target.states):
        assert rows[state.label] == (
            pytest.approx(first.probabilities[i]),
            pytest.approx(second.probabilities[i]),
        )
    assert "Pop at the start, No instead of Yes: takes it from" in words(page)


def test_a_change_in_what_if_leaves_the_case_as_it_is() -> None:
    page = opened("what_if", onset="sudden", pop="yes")
    assert "Both versions have the same answers" in words(page)
    page = sound(page.button_group("second-pop").set_value("no").run())
    page = sound(page.button_group("second-onset").set_value(None).run())
    page = sound(page.button_group("second-warmth").set_value("?").run())
    assert address(page) == {
        "onset": "sudden",
        "pop": "yes",
        "b.pop": "no",
        "b.onset": "",
        "b.unknown": "warmth",
    }
    page.switch_page("views/diagnose.py").query_params.clear()  # as the navigation does
    assert address(sound(page.run())) == {"onset": "sudden", "pop": "yes"}


def test_versions_are_exchanged_and_taken_over() -> None:
    page = press(opened("what_if", onset="sudden", b_onset="", b_pop="no"), "Swap A and B")
    assert address(page) == {"pop": "no", "b.pop": "", "b.onset": "sudden"}
    page = press(page, "Same as A")
    assert address(page) == {"pop": "no"}
    page = press(opened("what_if", onset="sudden", b_pop="no"), "Go on with B")
    assert address(page) == {"onset": "sudden", "pop": "no"}
