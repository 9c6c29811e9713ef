"""What to do: every condition's advice, and no contradiction between conditions."""

import re
from dataclasses import replace
from functools import cache
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hamknee
from hamknee.guidance.advising import advice, advice_for
from hamknee.guidance.fields import Wordings
from hamknee.guidance.guidance_file import guidance_for
from hamknee.guidance.summarising import summary
from hamknee.guidance.texts import Guidance
from hamknee.guidance.triaging import Triage, triage
from hamknee.inference.model import Model
from tests.support.guided import OVERUSE, TORN

MODEL = hamknee.load()
CONDITIONS = MODEL.vocabulary.target.state_names


@pytest.fixture(scope="module")
def guidance(model: Model) -> Guidance:
    return guidance_for(model)


@cache
def nothing_known(model: Model) -> Triage:
    return triage(model, {})


def certain(model: Model, *names: str) -> Triage:
    """Return a triage in which only some conditions are possible, each as likely."""
    found = nothing_known(model)
    places = [model.vocabulary.target.position[name] for name in names]
    probabilities = 0 * found.interval.posterior.probabilities
    probabilities[places] = 1 / len(places)
    posterior = replace(found.interval.posterior, probabilities=probabilities)
    interval = replace(found.interval, posterior=posterior, low=probabilities, high=probabilities)
    return replace(found, interval=interval)


def for_case(found: Triage, model: Model, case: dict[str, object]) -> Triage:
    """Return a triage as it is, of somebody with these answers."""
    posterior = replace(found.interval.posterior, evidence=model.case(case).evidence)
    return replace(found, interval=replace(found.interval, posterior=posterior))


def texts_of(wordings: Wordings, without: str = "") -> list[str]:
    """Return texts; without a finding, those that do not wait for an answer to it."""
    return [w.text for w in wordings if not any(without in pattern for pattern in w.only_with)]


# Every condition, alone and in pairs ------------------------------------------------------------


@pytest.mark.parametrize("name", CONDITIONS)
def test_each_condition_is_told_what_to_expect_to_do_and_to_leave(
    model: Model, guidance: Guidance, name: str
) -> None:
    told, about = advice_for(certain(model, name)), guidance.conditions[name]
    assert told.likely == (name,)
    assert about.expect in told.text
    assert about.recovery in told.text
    for text in texts_of(about.dont, without="activity"):
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


def test_the_plain_name_of_a_condition_comes_before_the_medical_one(model: Model) -> None:
    states = model.vocabulary.target.states
    for case in (TORN, OVERUSE, {"swelling": "leg", "location": "calf"}):
        told = summary(model, case)
        texts = [item.text for item in told.advice.items if item.section != "professional"]
        texts += [*told.advice.triage.reason_texts, *told.markdown.splitlines(), told.note]
        named = 0
        for text, state in product(texts, (state for state in states if state.plain)):
            medical = state.both_names.removeprefix(state.plain)[2:-1]
            named += text.count(medical)
            assert text.count(medical) == text.count(state.both_names), (text, state)
        assert named


def test_the_differences_are_named(model: Model) -> None:
    told = advice_for(certain(model, "tendinopathy", "other"))
    text = next(item.text for item in told.items if item.measure == "eccentric")
    assert text.startswith(
        "If it is Irritated hamstring tendon near the knee (Distal hamstring tendinopathy): "
    )


def test_medicines_come_only_with_the_advice_to_ask_first(guidance: Guidance) -> None:
    texts = [text for measure in guidance.measures.values() for text in texts_of(measure.text)]
    texts += [t for c in guidance.conditions.values() for t in (c.expect, *texts_of(c.dont))]
    for text in texts:
        if "ibuprofen" in text or "Medicines" in text:
            assert "Ask a doctor or at the pharmacy" in text


def test_rehabilitation_tells_of_all_that_belongs_to_it(model: Model) -> None:
    text = " ".join(advice(model, OVERUSE).sections["rehabilitation"])
    for fragment in ("eccentric", "two legs to one", "add weight", "6 to 12 weeks"):
        assert fragment in text
    assert "Only once the pain is much less" in text


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
    assert "withheld" not in told.sections or told.withheld
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
    text = " ".join(told.sections["withheld"])
    name = "Hamstring tendon torn right through (Complete tendon rupture)"
    assert f"while this is not excluded: {name} (could be as likely as" in text


def test_until_somebody_has_examined_it_nothing_is_said_of_weeks(
    model: Model, guidance: Guidance
) -> None:
    told = advice(model, OVERUSE, {"cannot_bear_weight": True})
    assert told.level == "same_day"
    assert guidance.measures["ice"].text[0].text in told.text
    assert guidance.measures["ice"].how_long not in told.text
    assert guidance.self_care.how_long not in told.text
    assert guidance.self_care.how_long in advice(model, OVERUSE).text


STAIRS = {"setting": "primary_care", "age": 66, "sex": "female", "onset": "gradual"}
STAIRS |= {"activity": "everyday", "swelling": "none", "warmth": "no", "weight_bearing": "normal"}
STAIRS |= {"location": "front"}
"""A woman whose knee hurts on the stairs, and is not swollen."""

SPORT = re.compile(r"\b([Ss]print|[Jj]og|[Kk]ick|[Rr]un(ning)?|[Tt]rain|[Ss]port|[Jj]ump)\b")


@pytest.mark.parametrize("name", CONDITIONS)
def test_nobody_with_stairs_is_told_of_sport(model: Model, name: str) -> None:
    told = advice_for(for_case(certain(model, name), model, STAIRS))
    texts = [item.text for item in told.items if item.section in ("do", "dont", "rehabilitation")]
    assert [text for text in texts if SPORT.search(text)] == []
    assert told.sections["dont"]


@pytest.mark.parametrize("name", CONDITIONS)
def test_no_swelling_is_treated_that_is_not_there(model: Model, name: str) -> None:
    without = advice_for(for_case(certain(model, name), model, STAIRS))
    swollen = STAIRS | {"swelling": "effusion"}
    with_it = advice_for(for_case(certain(model, name), model, swollen))
    treats = {"elevation", "compression"}
    assert treats.isdisjoint(item.measure for item in without.items)
    helps = guidance_for(model).conditions[name].helps
    assert treats.intersection(helps) == treats & {item.measure for item in with_it.items}


def test_a_runner_is_told_how_to_run_again(model: Model) -> None:
    assert "Jog once a brisk walk" in advice(model, OVERUSE).text
    assert "Jog" not in advice(model, OVERUSE | {"activity": "everyday"}).text


def test_what_is_not_known_rules_no_advice_out(model: Model, guidance: Guidance) -> None:
    told = advice_for(certain(model, "strain"))
    assert {item.measure for item in told.items if item.measure} == set(
        guidance.conditions["strain"].helps
    )


def test_in_an_emergency_only_what_could_do_harm_is_told(model: Model, guidance: Guidance) -> None:
    told = advice(model, {"onset": "sudden"}, {"breathless_or_chest_pain": True})
    assert told.level == "emergency"
    assert set(told.sections.get("dont", ())) <= {
        text for condition in guidance.conditions.values() if condition.avoid
        for text in texts_of(condition.dont)
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
    bans = [text for text in told.sections["withheld"] if "compression wrap" in text]
    assert len(bans) == len(
        {text.partition(":")[2] for text in bans}
    )  # each for a reason of its own
    assert not any("Swollen, warm or tender calf" in text for text in bans)
