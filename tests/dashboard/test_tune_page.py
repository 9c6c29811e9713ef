"""The Tune page: numbers change, what follows is shown, and every change has a way back."""

import pytest
from streamlit.testing.v1 import AppTest

import hamknee
from hamknee.base.words import percent
from hamknee.network.labelled import read_labelled
from hamknee.network.priors import Priors, digest
from hamknee.sensitivity.differences import difference

from .at_page import address, at_page, go, sound, words

CASE = {"onset": "sudden", "pop": "yes", "setting": "sports_clinic"}
GIVEN = {"condition": "rupture", "onset": "sudden"}
POP = {"variable": "pop", "given": "condition=rupture;onset=sudden", "state": "yes"}
COLUMN = "tune-number-pop-condition=rupture;onset=sudden"


def tuned(percents: float, **case: str) -> AppTest:
    """Return the page after P(pop | rupture, sudden) was changed."""
    page = at_page("tune", POP, **case)
    return sound(page.number_input(key=f"{COLUMN}-yes").set_value(percents).run())


def uploaded(page: AppTest, data: bytes) -> AppTest:
    return sound(page.file_uploader[0].upload("mine.csv", data, "text/csv").run())


def test_it_opens_at_the_number_that_moves_the_case_most(model: hamknee.Model) -> None:
    page = at_page("tune", **CASE)
    top = model.posterior(CASE).top
    first = hamknee.tornado(model, CASE, top).table.iloc[0]
    assert page.selectbox(key="tune-variable").value == first["variable"]
    key = f"tune-number-{first['variable']}-{first['given']}-{first['state']}"
    assert page.number_input(key=key).value == pytest.approx(100 * first["probability"])


def test_the_rest_of_the_column_follows_and_the_change_is_told(priors: Priors) -> None:
    page = tuned(80.0)
    assert page.number_input(key=f"{COLUMN}-no").value == pytest.approx(20)
    assert "Yes 62.5 % → 80 %; 1 other follows" in words(page)
    changed = priors.set("pop", "yes", given=GIVEN, probability=0.8)
    assert f"Numbers edited in this session** (`{changed.sha256[:12]}`)" in words(page)


def test_the_case_and_the_published_cases_are_worked_out_again(priors: Priors) -> None:
    page = at_page("tune", {"variable": "setting"}, **CASE)
    page = sound(page.number_input(key="tune-number-setting--emergency").set_value(90.0).run())
    changed = priors.set("setting", "emergency", probability=0.9)
    found = difference(priors, changed, read_labelled(priors.vocabulary))
    assert found.cases_text in words(page)
    assert len(found.flips) > 0
    links = {link.proto.label.replace("\\", ""): link.proto for link in page.get("page_link")}
    for case in found.flips["case"]:
        assert "=" in links[case].query_string, "what is known of it"

    page = tuned(5.0, **CASE)
    after = hamknee.load(priors.set("pop", "yes", given=GIVEN, probability=0.05)).posterior(CASE)
    before = hamknee.load(priors).posterior(CASE)
    top = after.target.state(after.top).label
    ends = percent(before[after.top]), percent(after[after.top])
    assert f"{top} {ends[0]} → {ends[1]}" in words(page)


def test_every_page_says_that_the_numbers_were_edited(priors: Priors) -> None:
    page = tuned(80.0)
    sha = priors.set("pop", "yes", given=GIVEN, probability=0.8).sha256
    for view in ("diagnose", "model", "about"):
        page = go(page, view)
        assert f"Numbers edited in this session** (`{sha[:12]}`)" in words(page)
        assert f"numbers `{sha[:12]}` edited in this session" in words(page)


def test_another_visitor_sees_nothing_of_it(priors: Priors) -> None:
    mine, theirs = tuned(80.0), at_page("tune", POP)
    assert theirs.number_input(key=f"{COLUMN}-yes").value == pytest.approx(62.5)
    assert "edited in this session" not in words(theirs)
    theirs = sound(theirs.number_input(key=f"{COLUMN}-yes").set_value(10.0).run())
    mine = sound(mine.run())
    assert mine.number_input(key=f"{COLUMN}-yes").value == pytest.approx(80)
    assert theirs.number_input(key=f"{COLUMN}-yes").value == pytest.approx(10)
    assert f"numbers `{priors.sha256[:12]}` from priors.csv" in words(at_page("tune", POP))


def test_one_change_is_undone_then_all(priors: Priors) -> None:
    page = tuned(80.0)
    page = go(page, "tune", {"variable": "setting"})
    page = sound(page.number_input(key="tune-number-setting--emergency").set_value(50.0).run())
    undo = [button for button in page.button if button.label == "Undo"]
    assert len(undo) == 2
    page = sound(page.button(key=undo[0].key).click().run())
    assert len([button for button in page.button if button.label == "Undo"]) == 1
    assert "edited in this session" in words(page)
    page = sound(next(b for b in page.button if b.label == "Undo all").click().run())
    assert "edited in this session" not in words(page)
    assert priors.sha256[:12] in words(page)


def test_a_number_put_back_by_hand_is_the_one_of_the_file(priors: Priors) -> None:
    page = tuned(80.0)
    page = sound(page.number_input(key=f"{COLUMN}-yes").set_value(62.5).run())
    assert "edited in this session" not in words(page)
    assert f"numbers `{priors.sha256[:12]}` from priors.csv" in words(page)


@pytest.mark.parametrize(
    ("percents", "allowed"),
    [
        (0.0, "0 and 100 % are only for what holds by definition"),
        (100.0, "0 and 100 % are only for what holds by definition"),
        (-3.0, "Allowed: more than 0 and less than 100 %"),
        (150.0, "Allowed: more than 0 and less than 100 %"),
    ],
)
def test_what_cannot_be_is_told_with_its_field_and_nothing_changes(
    percents: float, allowed: str
) -> None:
    page = tuned(percents)
    told = words(page)
    field = "“Pop at the start: Yes, given Complete tendon rupture; Onset: In a moment”"
    assert f"You entered {percents:g} % for {field}. {allowed}" in told
    assert "It stays at 62.5 %." in told
    assert page.number_input(key=f"{COLUMN}-yes").value == pytest.approx(62.5)
    assert "edited in this session" not in told
    page = sound(page.number_input(key=f"{COLUMN}-yes").set_value(60.0).run())
    assert not page.error, "an old message does not stay"


def test_what_holds_by_definition_may_be_certain() -> None:
    page = at_page("tune", POP)
    name = "pop-condition=rupture;onset=sudden-yes"
    page.selectbox(key=f"tune-basis-{name}").set_value("logical")
    page = sound(next(button for button in page.button if button.label == "Save").click().run())
    page = sound(page.number_input(key=f"{COLUMN}-yes").set_value(100.0).run())
    assert not page.error
    assert page.number_input(key=f"{COLUMN}-no").value == 0
    assert "90 % range 100 to 100 %. By definition." in words(page)


def test_a_weight_is_above_nothing() -> None:
    page = at_page("tune", POP)
    key = "tune-ess-pop-condition=rupture;onset=sudden"
    before = page.number_input(key=key).value
    page = sound(page.number_input(key=key).set_value(-1.0).run())
    assert "You entered -1 as the weight. Allowed: more than 0." in words(page)
    assert page.number_input(key=key).value == before


def test_this_number_is_marked_and_can_be_another() -> None:
    page = at_page("tune", POP)
    assert page.number_input(key=f"{COLUMN}-yes").label == "Yes (this number)"
    assert page.number_input(key=f"{COLUMN}-no").label == "No"
    page = sound(page.selectbox(key="tune-state").set_value("no").run())
    assert address(page)["state"] == "no"
    assert page.number_input(key=f"{COLUMN}-yes").label == "Yes"
    assert page.number_input(key=f"{COLUMN}-no").label == "No (this number)"


@pytest.mark.parametrize(("state", "step"), [("dvt", 0.01), ("snapping_tendon", 0.1), ("other", 1)])
def test_steps_fit_the_number(state: str, step: float) -> None:
    page = at_page("tune", {"variable": "condition", "given": "setting=sports_clinic"})
    key = f"tune-number-condition-setting=sports_clinic-{state}"
    field = page.number_input(key=key)
    assert field.step == pytest.approx(step)
    aim = field.value - step
    page = sound(field.decrement().run())
    assert not page.error
    assert page.number_input(key=key).value == pytest.approx(aim)


def test_followers_are_counted_and_the_number_entered_is_told() -> None:
    page = at_page("tune", {"variable": "condition", "given": "setting=sports_clinic"})
    key = "tune-number-condition-setting=sports_clinic-dvt"
    page = sound(page.number_input(key=key).set_value(60.0).run())
    told = "**Condition**, Setting: Sports clinic: Deep vein thrombosis (clot) 0.3 % → 60 %"
    assert f"{told}; 10 others follow" in words(page)


def test_how_firm_a_column_is_can_be_changed() -> None:
    page = at_page("tune", POP)
    key = "tune-ess-pop-condition=rupture;onset=sudden"
    page = sound(page.number_input(key=key).set_value(100.0).run())
    assert "90 % range 54 to 70 %" in words(page)
    assert "another weight, basis, source or note" in words(page)


def test_a_number_says_what_it_rests_on() -> None:
    page = tuned(80.0)
    name = "pop-condition=rupture;onset=sudden-yes"
    page.selectbox(key=f"tune-basis-{name}").set_value("published")
    save = next(button for button in page.button if button.label == "Save")
    page = sound(save.click().run())
    assert "at least one key" in page.error[0].value.replace("\\", "")
    page.selectbox(key=f"tune-basis-{name}").set_value("published")
    page.multiselect(key=f"tune-sources-{name}").set_value(["decary2017"])
    page.text_input(key=f"tune-note-{name}").set_value("read again")
    save = next(button for button in page.button if button.label == "Save")
    page = sound(save.click().run())
    assert not page.error
    assert "Published. The file has 62.5 %." in words(page)
    rests = "".join(b.proto.body for b in go(page, "model", {"variable": "pop"}).html)
    assert 'title="decary2017: ' in rests


def test_a_level_out_of_reach_is_told_in_words() -> None:
    page = at_page("tune", POP, **CASE)
    page = sound(page.button_group(key="tune-panel").set_value("What would have to change").run())
    page = sound(page.number_input(key="tune-level").set_value(120.0).run())
    assert "You entered 120 %. Allowed: more than 0 and less than 100 %." in words(page)


def test_a_change_that_would_have_to_be_can_be_tried() -> None:
    page = at_page("tune", POP, **CASE)
    page = sound(page.button_group(key="tune-panel").set_value("What would have to change").run())
    page = sound(page.selectbox(key="tune-condition").set_value("rupture").run())
    page = sound(page.button(key="try-Try it").click().run())
    assert "The probability of Complete tendon rupture is 50 % as it is." in words(page)


def test_a_number_of_the_tornado_is_chosen(model: hamknee.Model) -> None:
    page = at_page("tune", POP, **CASE)
    page = sound(page.button_group(key="tune-panel").set_value("What matters most").run())
    second = hamknee.tornado(model, CASE, model.posterior(CASE).top).table.iloc[1]
    place = "|".join(second[["variable", "state", "given"]])
    page = sound(page.button(key=f"choose-{place}").click().run())
    assert address(page)["variable"] == second["variable"]
    assert address(page)["state"] == second["state"]


def test_a_file_is_taken_into_the_session(priors: Priors) -> None:
    data = priors.set("pop", "yes", given=GIVEN, probability=0.9).to_csv().encode()
    page = uploaded(at_page("tune", POP), data)
    assert page.number_input(key=f"{COLUMN}-yes").value == pytest.approx(90)
    assert digest(data)[:12] in words(page)
    page = sound(next(b for b in page.button if b.label == "Undo all").click().run())
    assert page.number_input(key=f"{COLUMN}-yes").value == pytest.approx(62.5)


def test_a_file_with_other_arrows_is_compared_as_a_whole(priors: Priors) -> None:
    kept = [row for row in priors.to_csv().splitlines() if not row.startswith("overweight,")]
    text = "\n".join(
        [*kept, "overweight,yes,,0.4,9,judgement,,", "overweight,no,,0.6,9,judgement,,"]
    )
    page = uploaded(at_page("tune", POP), f"{text}\n".encode())
    assert "other arrows" in words(page)
    assert "edited in this session" in words(page)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\x00\x01\x02" * 1000, "NUL character"),
        (b"\xff\xfe" + "variable".encode("utf-16-le"), "is not UTF-8"),
        (b"name,age\nAda,36\n", "header"),
        (b"", "the line is empty"),
        (b"variable;state;given\n", "semicolons"),
    ],
)
def test_a_file_that_is_something_else_is_refused(data: bytes, told: str) -> None:
    page = uploaded(at_page("tune", POP), data)
    assert told in page.error[0].value.replace("\\", "")
    assert "nothing has changed" in page.error[0].value
    assert "edited in this session" not in words(page)


def test_faults_are_told_line_by_line(priors: Priors) -> None:
    lines = priors.to_csv().splitlines()
    lines[5] = lines[5].replace("0.037", "=1+1")
    lines[9] = lines[9].replace(",judgement,", ",guess,").replace(",indirect,", ",guess,")
    page = uploaded(at_page("tune", POP), ("\n".join(lines) + "\n").encode())
    told = page.error[0].value.replace("\\", "")
    assert "mine.csv, line 6, column probability: found '=1+1'" in told
    assert "mine.csv, line 10, column basis: unknown basis 'guess'" in told


def test_a_flood_of_faults_is_cut(priors: Priors) -> None:
    head = priors.to_csv().splitlines()[0]
    page = uploaded(at_page("tune", POP), (head + "\n" + "a,b,c,d,e,f,g,h\n" * 50_000).encode())
    told = page.error[0].value
    assert len(told) < 20_000
    assert "and 981 more" in told


def test_a_contradiction_by_the_numbers_of_a_file_explains_itself(priors: Priors) -> None:
    rows = priors.to_csv().splitlines()
    certain = [
        ",".join([*row.split(",")[:3], "0" if row.startswith("pop,yes") else "1", "9", "logical,,"])
        if row.startswith("pop,") and "onset=sudden" in row
        else row
        for row in rows
    ]
    page = uploaded(at_page("tune", POP, **CASE), ("\n".join(certain) + "\n").encode())
    assert "impossible in this model" in page.warning[0].value
    assert "edited in this session" in words(page)


def test_an_address_says_which_numbers_are_in_force() -> None:
    """Whoever gets it has other numbers, and is told so."""
    page = at_page("tune", {"variable": "pop", "given": "condition=rupture;onset=sudden"})
    key = "tune-number-pop-condition=rupture;onset=sudden-yes"
    page = sound(page.number_input(key).set_value(90.0).run())
    page = go(page, "diagnose", {"onset": "sudden"})
    page = sound(page.button_group("answer-warmth").set_value("no").run())
    digest = address(page)["numbers"]
    assert f"`{digest}`" in words(page)
    other = at_page("diagnose", {"onset": "sudden", "numbers": digest})
    assert f"This link was made with other numbers ({digest})" in words(other)
    page = go(page, "tune")
    page = sound(next(b for b in page.button if b.label == "Undo all").click().run())
    page = go(page, "diagnose")
    assert "numbers" not in page.query_params
    assert "made with other numbers" not in words(page)
