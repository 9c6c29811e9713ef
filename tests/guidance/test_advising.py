"""What to do: every condition's advice, no contradiction between conditions, follow-up, summary."""

import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hamknee
from hamknee.base.errors import HamkneeError
from hamknee.base.files import shipped
from hamknee.guidance.advising import advice, advice_for
from hamknee.guidance.following_up import follow_up
from hamknee.guidance.guidance_file import find_guidance, guidance_for
from hamknee.guidance.summarising import Summary, summary
from hamknee.guidance.texts import Guidance
from hamknee.guidance.triaging import Triage, triage
from hamknee.inference.model import Model
from hamknee.network.priors import CPT
from hamknee.network.vocabulary import State, Variable, Vocabulary

MODEL = hamknee.load()
CONDITIONS = MODEL.vocabulary.target.state_names
OVERUSE = {"setting": "sports_clinic", "onset": "gradual", "location": "posteromedial"}
OVERUSE |= {"activity": "endurance", "pain_timing": "after", "weight_bearing": "normal"}
TORN = {"onset": "sudden", "pop": "yes", "setting": "sports_clinic", "activity": "explosive"}


@pytest.fixture(scope="module")
def guidance(model: Model) -> Guidance:
    return guidance_for(model)


def certain(model: Model, *names: str) -> Triage:
    """Return a triage in which only some conditions are possible, each as likely."""
    found = triage(model, {})
    places = [model.vocabulary.target.position[name] for name in names]
    probabilities = 0 * found.interval.posterior.probabilities
    probabilities[places] = 1 / len(places)
    posterior = replace(found.interval.posterior, probabilities=probabilities)
    interval = replace(found.interval, posterior=posterior, low=probabilities, high=probabilities)
    return replace(found, interval=interval)


# Every condition, alone and in pairs ------------------------------------------------------------


@pytest.mark.parametrize("name", CONDITIONS)
def test_each_condition_is_told_what_to_expect_to_do_and_to_leave(
    model: Model, guidance: Guidance, name: str
) -> None:
    told, about = advice_for(certain(model, name)), guidance.conditions[name]
    assert told.likely == (name,)
    assert about.expect in told.text
    assert about.recovery in told.text
    for text in about.dont:
        assert text in told.sections["dont"]
    advised = {item.measure for item in told.items if item.measure}
    assert advised == set(about.helps)
    assert not any(item.only_for for item in told.items if item.measure)
    assert told.withheld == set(about.avoid)


PAIRS = [(a, b) for a in CONDITIONS for b in CONDITIONS if a < b]


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_what_one_of_two_conditions_forbids_is_never_advised(
    model: Model, guidance: Guidance, pair: tuple[str, str]
) -> None:
    told = advice_for(certain(model, *pair))
    first, second = (guidance.conditions[name] for name in pair)
    advised = {item.measure: item.only_for for item in told.items if item.measure}
    forbidden = {*first.avoid, *second.avoid}
    assert advised.keys() == {*first.helps, *second.helps} - forbidden
    for name, only_for in advised.items():
        both = name in first.helps and name in second.helps
        assert (only_for == ()) == both
    for name in forbidden:
        label = guidance.measures[name].label
        assert any(label in text for text in told.sections["withheld"])


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_what_suits_both_comes_before_what_suits_one(model: Model, pair: tuple[str, str]) -> None:
    told = advice_for(certain(model, *pair))
    for section in ("do", "rehabilitation"):
        only = [bool(i.only_for) for i in told.items if i.section == section and i.measure]
        assert only == sorted(only)


def test_the_differences_are_named(model: Model) -> None:
    told = advice_for(certain(model, "tendinopathy", "other"))
    text = next(item.text for item in told.items if item.measure == "eccentric")
    assert text.startswith("If it is Distal hamstring tendinopathy: ")


def test_medicines_come_only_with_the_advice_to_ask_first(guidance: Guidance) -> None:
    texts = [measure.text for measure in guidance.measures.values()]
    texts += [text for c in guidance.conditions.values() for text in (c.expect, *c.dont)]
    for text in texts:
        if "ibuprofen" in text or "Medicines" in text:
            assert "Ask a doctor or pharmacist first" in text


def test_rehabilitation_tells_of_all_that_belongs_to_it(model: Model) -> None:
    text = " ".join(advice(model, OVERUSE).sections["rehabilitation"])
    for fragment in ("eccentric", "two legs to one", "add resistance", "6 to 12 weeks"):
        assert fragment in text
    assert "Only once the pain has clearly fallen" in text


def test_recovery_is_told_with_the_figures_of_the_evidence(guidance: Guidance) -> None:
    conditions = guidance.conditions
    assert "6 to 12 weeks" in conditions["tendinopathy"].recovery
    assert "4 to 30" in conditions["tendinopathy"].recovery
    for figure in ("17 days", "about 22", "day 28 (range 12 to 76)", "34 to 48", "9 of 100"):
        assert figure in conditions["strain"].recovery
    assert "2.5 months" in conditions["rupture"].recovery
    assert "4.9 months" in conditions["rupture"].recovery


@settings(max_examples=40)
@given(
    case=st.fixed_dictionaries(
        {},
        optional={
            v.name: st.sampled_from(v.state_names)
            for v in MODEL.vocabulary.having("context", "trait", "finding")
        },
    ),
    flags=st.sets(st.sampled_from(list(guidance_for(MODEL).flags))),
)
def test_no_advice_contradicts_itself(case, flags) -> None:
    try:
        told = advice(MODEL, case, dict.fromkeys(flags, True))
    except hamknee.ImpossibleEvidenceError:
        return
    assert not told.withheld & {item.measure for item in told.items}
    assert bool(told.withheld) == ("withheld" in told.sections)
    assert told.triage.about.rehabilitation or "rehabilitation" not in told.sections
    assert {"now", "seek_help", "professional", "limits"} <= set(told.sections)
    assert "dont" in told.sections or not told.triage.about.self_care
    assert len(told.table) == len(told.items)
    for item in told.items:
        assert item.text in told.text
        assert "{" not in item.text


def test_no_heavy_loading_while_a_rupture_is_not_excluded(model: Model) -> None:
    told = advice(model, TORN)
    assert {"eccentric", "progression", "stretching", "return_to_sport"} <= told.withheld
    (text,) = told.sections["withheld"]
    assert "while this is not excluded: Complete tendon rupture (could be as likely as" in text


def test_until_somebody_has_examined_it_nothing_is_said_of_weeks(
    model: Model, guidance: Guidance
) -> None:
    told = advice(model, OVERUSE, {"cannot_bear_weight": True})
    assert told.level == "same_day"
    assert guidance.measures["ice"].text in told.text
    assert guidance.measures["ice"].how_long not in told.text
    assert guidance.self_care.how_long not in told.text
    assert guidance.self_care.how_long in advice(model, OVERUSE).text


def test_in_an_emergency_only_what_could_do_harm_is_told(model: Model, guidance: Guidance) -> None:
    told = advice(model, {"onset": "sudden"}, {"breathless_or_chest_pain": True})
    assert told.level == "emergency"
    assert set(told.sections.get("dont", ())) <= {
        text for condition in guidance.conditions.values() if condition.avoid
        for text in condition.dont
    }  # fmt: skip
    assert "strong" not in " ".join(told.sections.get("dont", ()))
    assert len(told.sections["withheld"]) == 1


def test_a_professional_does_what_the_likely_conditions_need(
    model: Model, guidance: Guidance
) -> None:
    def told(name: str) -> set[str]:
        texts = advice_for(certain(model, name)).sections["professional"]
        return {
            n for n, entry in guidance.professional.items() if any(entry.text in t for t in texts)
        }

    assert told("dvt") == {"clot_tests"}
    assert told("rupture") == {"physical_therapist", "imaging", "specialist"}
    assert told("pes_bursitis") == {"physical_therapist", "imaging", "injection"}


def test_the_same_ban_is_not_told_twice(model: Model) -> None:
    case = {"swelling": "leg", "location": "calf", "immobility_or_clot_risk": "yes"}
    told = advice(model, case)
    assert told.triage.answers["calf_swollen_clot_risk"] == "findings"
    assert sum("compression wrap" in text for text in told.sections["withheld"]) == 1


# Follow-up --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "course", "level"),
    [
        (0, "better", "self_care"),
        (10, "better", "self_care"),
        (100, "better", "self_care"),
        (3, "same", "self_care"),
        (13.9, "same", "self_care"),
        (14, "same", "see_professional"),
        (60, "same", "see_professional"),
        (2, "worse", "self_care"),
        (6, "worse", "self_care"),
        (7, "worse", "see_professional"),
        (21, "worse", "see_professional"),
    ],
)
def test_the_course_decides_with_the_days(
    model: Model, days: float, course: str, level: str
) -> None:
    told = follow_up(model, OVERUSE, days=days, course=course)
    assert (told.before, told.level) == ("self_care", level)
    assert told.rule.text in told.text
    assert told.triage.about.action in told.advice.text
    assert told.table.iloc[0]["level"] == level
    if level != "self_care":
        assert "by how it went" in told.text


@pytest.mark.parametrize("course", ["better", "same", "worse"])
@pytest.mark.parametrize("days", [0, 7, 14, 100])
def test_a_follow_up_never_lowers_a_level(model: Model, course: str, days: int) -> None:
    for flag, sign in guidance_for(model).flags.items():
        told = follow_up(model, OVERUSE, {flag: True}, days=days, course=course)
        urgency = told.triage.guidance.urgency
        assert urgency(told.level) <= urgency(told.before)
        assert urgency(told.level) <= urgency(sign.level)


def test_a_denied_sign_does_not_undo_what_the_course_says(model: Model) -> None:
    told = follow_up(model, OVERUSE, {"worse_over_weeks": False}, days=9, course="worse")
    assert told.level == "see_professional"


@pytest.mark.parametrize(
    ("days", "course", "message"),
    [
        (-1, "same", "found -1 days; allowed: a number, 0 or more"),
        (float("nan"), "same", "found nan days"),
        (float("inf"), "same", "found inf days"),
        (True, "same", "found True days"),
        ("3", "same", "found '3' days"),
        (3, "betr", "unknown course 'betr' (did you mean 'better'?); allowed: better, same, worse"),
    ],
)
def test_impossible_follow_ups_are_refused(
    model: Model, days: object, course: str, message: str
) -> None:
    with pytest.raises(HamkneeError) as raised:
        follow_up(model, {}, days=days, course=course)  # type: ignore[arg-type]
    assert message in str(raised.value)


# Summary ----------------------------------------------------------------------------------------


FLAGS = {"breathless_or_chest_pain": False, "worse_over_weeks": True, "cannot_bear_weight": None}


@pytest.fixture(scope="module")
def page(model: Model) -> Summary:
    return summary(model, TORN | {"age": 16, "location": {"calf", "popliteal"}}, FLAGS)


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_the_page_holds_everything(model: Model, page: Summary, form: str) -> None:
    text = getattr(page, form)
    if form == "html":
        reader = Reader()
        reader.feed(text)
        text = " ".join(reader.words)
    shown = ["Onset", "In a moment", "Hollow of the knee or Calf", "numbers are meant for 18"]
    shown += [state.label for state in model.vocabulary.target.states]
    shown += [flag.question for flag in page.advice.triage.guidance.flags.values()]
    shown += ["90 % interval", "not asked", "does not diagnose or treat", model.sha256]
    shown += [item.text for item in page.advice.items if item.section != "limits"]
    for part in shown:
        assert part in text


class Reader(HTMLParser):
    """Collects the words of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_page_is_well_formed_stands_alone_and_has_rules_for_paper(page: Summary) -> None:
    root = ElementTree.fromstring(page.html.removeprefix("<!DOCTYPE html>\n"))
    assert root.tag == "html"
    assert root.get("lang") == "en"
    assert "@media print" in page.html
    for outside in ("http:", "https:", "src=", "<script", "<link"):
        assert outside not in page.html


def test_html_and_markdown_in_the_texts_are_shown_as_they_are(model: Model) -> None:
    found = triage(model, {})
    evil = "<script>alert('&')</script> *x* | `y`"
    words = dict(found.guidance.words) | {"title": evil, "nothing_known": evil}
    told = advice_for(replace(found, guidance=replace(found.guidance, words=words)))
    page = Summary(told, "0" * 64)
    assert "<script" not in page.html
    assert "&lt;script&gt;" in page.html
    ElementTree.fromstring(page.html.removeprefix("<!DOCTYPE html>\n"))
    assert "\\<script\\>" in page.markdown
    assert "\\*x\\* \\| \\`y\\`" in page.markdown


def test_the_page_tells_how_it_went(model: Model) -> None:
    page = summary(model, OVERUSE, days=20, course="same")
    assert "After 20 days: about the same." in page.markdown
    assert "yes, by how it went" in page.html
    with pytest.raises(HamkneeError, match="allowed: both or neither"):
        summary(model, OVERUSE, days=20)


def test_the_ranking_is_the_table(page: Summary) -> None:
    assert list(page.table.columns[:3]) == ["condition", "label", "probability"]
    assert page.text == page.markdown


# Other models -----------------------------------------------------------------------------------


def test_a_model_of_something_else_has_no_guidance() -> None:
    states = (State("a", "A"), State("b", "B"))
    target = Variable("cause", "target", "Cause", states)
    cpt = CPT("cause", (), np.array([0.5, 0.5]), np.array(10.0))
    other = Model(Vocabulary((target,)), {"cause": cpt})
    assert find_guidance(other) is None
    with pytest.raises(HamkneeError, match=r"allowed: a guidance\.toml beside its priors\.csv"):
        hamknee.triage(other, {})


def test_a_guidance_beside_the_numbers_goes_with_them(tmp_path) -> None:
    text = shipped("data/guidance.toml").read_text(encoding="utf-8")
    (tmp_path / "priors.csv").write_bytes(shipped("data/priors.csv").read_bytes())
    (tmp_path / "guidance.toml").write_text(text.replace("Call an ambulance now", "Ring 112"))
    found = hamknee.triage(
        hamknee.load(tmp_path / "priors.csv"), {}, {"breathless_or_chest_pain": True}
    )
    assert found.text.startswith("Emergency. Ring 112.")


def test_the_page_says_what_is_not_known_and_when_it_was_made(model: Model) -> None:
    page = summary(model, {"onset": "sudden"}, not_known=["warmth", "pop"])
    warmth, pop = (model.vocabulary[name].label for name in ("warmth", "pop"))
    made = replace(page, made=date(2026, 3, 9))
    for text in (made.markdown, made.html):
        assert f"Asked, but not known: {warmth}; {pop}." in text
        assert "9 March 2026" in text
    assert page.made == date.today()
    assert "Asked, but not known" not in summary(model, {"onset": "sudden"}).markdown
    with pytest.raises(HamkneeError, match="warmt"):
        summary(model, {}, not_known=["warmt"])
