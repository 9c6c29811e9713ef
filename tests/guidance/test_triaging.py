"""How soon to seek help, as a clinician's checklist: findings and warning signs in, level out."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

import hamknee
from hamknee.base.words import percent
from hamknee.guidance.guidance_file import guidance_for
from hamknee.guidance.texts import Guidance
from hamknee.guidance.triaging import OPEN, UNKNOWN, FlagError, triage
from hamknee.inference.model import Model
from tests.support import guided

LEVELS = ["emergency", "same_day", "see_professional", "self_care"]

FLAGS = {
    "breathless_or_chest_pain": "emergency",
    "foot_numb_weak_cold_pale": "emergency",
    "numb_between_legs": "emergency",
    "calf_swollen_clot_risk": "same_day",
    "sudden_calf_clot_risk": "same_day",
    "fever_or_unwell_hot_joint": "same_day",
    "hot_swollen_joint": "same_day",
    "hot_or_red_skin": "same_day",
    "cannot_bear_weight": "same_day",
    "pop_with_marked_swelling": "same_day",
    "gap_after_injury": "same_day",
    "fall_or_blow": "same_day",
    "deformity_or_bone_tenderness": "same_day",
    "hurts_at_night": "same_day",
    "under_18": "see_professional",
    "lump": "see_professional",
    "walking_pain_stops": "see_professional",
    "knee_stuck": "see_professional",
    "night_sweats_weight_loss_mass": "see_professional",
    "worse_over_weeks": "see_professional",
    "no_better_with_self_care": "see_professional",
    "walking_or_daily_tasks_limited": "see_professional",
    "lasting_stiffness_or_weakness": "see_professional",
}
NO = dict.fromkeys(FLAGS, False)
"""Every warning sign asked, and none there."""

OVERUSE = {
    "setting": "sports_clinic",
    "age": 28,
    "onset": "gradual",
    "pop": "no",
    "swelling": "none",
    "warmth": "no",
    "weight_bearing": "normal",
    "location": "posteromedial",
    "activity": "endurance",
    "pain_timing": "after",
}
SPRINT = {"setting": "sports_clinic", "age": 24, "onset": "sudden", "activity": "explosive"}
BEHIND = {"posteromedial", "posterolateral"}
WORN = {
    "setting": "primary_care",
    "age": 71,
    "onset": "gradual",
    "activity": "everyday",
    "osteoarthritis_known": "yes",
    "location": "medial_joint_line",
    "weight_bearing": "normal",
}
CALF = {"setting": "emergency", "swelling": "leg", "warmth": "yes", "location": "calf"}


@dataclass(frozen=True)
class Case:
    """One line of the checklist."""

    findings: Mapping[str, object]
    level: str
    flags: Mapping[str, object] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    says_not: tuple[str, ...] = ()


ICE, WRAP, MEDICINE = "Cool the sore spot", "elastic wrap", "Ask a doctor or at the pharmacy"
ECCENTRIC, STRETCH, RUN = "lower slowly", "soft, still stretches", "Sprint or kick last"
FIRST = "press your heel into the floor"

CASES = {
    "nothing is known": Case(
        {}, "see_professional", reasons=("Not known yet: Onset",), says=("Not enough known yet",)
    ),
    "nothing is known but that no sign is there": Case(
        {}, "see_professional", NO, ("Not known yet: Onset",)
    ),
    "nothing is known in an emergency department": Case(
        {"setting": "emergency"}, "see_professional", reasons=("Deep vein thrombosis",)
    ),
    "overuse in a runner": Case(
        OVERUSE, "self_care", NO, says=(ICE, MEDICINE, ECCENTRIC, STRETCH, RUN, "6 to 12 weeks")
    ),
    "overuse in a runner, no sign asked": Case(
        OVERUSE, "see_professional", reasons=("Warning signs not answered yet: Breathless",)
    ),
    "overuse that stays for two weeks": Case(
        OVERUSE,
        "see_professional",
        {"no_better_with_self_care": True},
        ("No better with self-care",),
        (ECCENTRIC, "Make an appointment"),
    ),
    "overuse that gets worse": Case(
        OVERUSE, "see_professional", {"worse_over_weeks": True}, ("Worse over one to two weeks",)
    ),
    "overuse with stiffness that stays": Case(
        OVERUSE | {"morning_stiffness": "yes"},
        "see_professional",
        {"lasting_stiffness_or_weakness": True},
        ("stiffness or weakness",),
    ),
    "morning stiffness alone is no warning sign": Case(
        OVERUSE | {"morning_stiffness": "yes"}, "self_care", NO
    ),
    "overuse that spoils daily life": Case(
        OVERUSE, "see_professional", {"walking_or_daily_tasks_limited": True}, ("daily tasks",)
    ),
    "overuse with night sweats": Case(
        OVERUSE, "see_professional", {"night_sweats_weight_loss_mass": True}, ("Night sweats",)
    ),
    "overuse and breathless": Case(
        OVERUSE,
        "emergency",
        {"breathless_or_chest_pain": True},
        ("lungs",),
        ("Call an ambulance now",),
        (ECCENTRIC, ICE, WRAP, "What to expect"),
    ),
    "overuse and a cold foot": Case(
        OVERUSE, "emergency", {"foot_numb_weak_cold_pale": True}, ("foot",), (), (ICE, RUN)
    ),
    "a sprint without a pop, walking well": Case(
        SPRINT | {"pop": "no", "weight_bearing": "normal", "palpable_defect": "no"}
        | {"location": BEHIND, "swelling": "none", "warmth": "no", "bruising": "no"},
        "self_care",
        NO,
        says=("17 days",),
    ),
    "a sprint with a pop": Case(
        SPRINT | {"pop": "yes", "location": BEHIND},
        "see_professional",
        reasons=("Hamstring tendon torn right through (Complete tendon rupture): ",),
        says=("torn tendon further",),
        says_not=(ECCENTRIC, STRETCH, RUN),
    ),
    "a pop and a swollen knee": Case(
        SPRINT | {"pop": "yes", "swelling": "effusion"},
        "same_day",
        reasons=("A pop with marked swelling, by what you entered",),
        says=("Do not start to exercise",),
        says_not=(ECCENTRIC, STRETCH, RUN, FIRST),
    ),
    "a pop and a swollen lower leg": Case(
        {"pop": "yes", "swelling": "leg"}, "same_day", reasons=("A pop with", "calf"),
        says_not=(WRAP, MEDICINE),
    ),
    "a pop and either swelling": Case(
        {"pop": "yes", "swelling": {"effusion", "leg"}}, "same_day", reasons=("A pop with",)
    ),
    "a pop and a lump, not asked how large": Case(
        {"pop": "yes", "swelling": "focal"}, "same_day", reasons=("until you answer the question",)
    ),
    "a pop and a small lump": Case(
        {"pop": "yes", "swelling": "focal", "weight_bearing": "normal", "onset": "sudden"},
        "see_professional",
        {"pop_with_marked_swelling": False},
    ),
    "a denied pop does not undo one that was entered": Case(
        {"pop": "yes", "swelling": "effusion"},
        "same_day",
        {"pop_with_marked_swelling": False},
        ("by what you entered",),
    ),
    "a limp, not asked whether four steps are possible": Case(
        OVERUSE | {"weight_bearing": "impaired"},
        "same_day",
        reasons=("Cannot bear weight: counted as yes",),
        says_not=(ECCENTRIC,),
    ),
    "a limp, but four steps are possible": Case(
        OVERUSE | {"weight_bearing": "impaired"},
        "see_professional",
        {"cannot_bear_weight": False},
        ("Walking or daily tasks",),
    ),
    "cannot bear weight": Case(
        {"onset": "sudden"}, "same_day", {"cannot_bear_weight": True}, ("bone broken",)
    ),
    "a gap can be felt after a pop": Case(
        SPRINT | {"pop": "yes", "palpable_defect": "yes", "bruising": "yes", "location": BEHIND},
        "same_day",
        reasons=("A gap or a missing cord after a sudden start, by what you entered",),
        says=("semitendinosus",),
        says_not=(ECCENTRIC, STRETCH, RUN),
    ),
    "an injury with a deformed knee": Case(
        SPRINT, "same_day", {"deformity_or_bone_tenderness": True}, ("Out of shape",), (), (WRAP,)
    ),
    "a swollen warm calf after an operation": Case(
        CALF | {"immobility_or_clot_risk": "yes"},
        "same_day",
        reasons=("risk of clots, by what you entered", "Deep vein thrombosis"),
        says=("Do not rub or massage a calf",),
        says_not=(WRAP, MEDICINE, ECCENTRIC, STRETCH, RUN),
    ),
    "a swollen warm calf, risk not known": Case(
        CALF, "same_day", reasons=("counted as yes", "Deep vein thrombosis"), says_not=(WRAP,)
    ),
    "a swollen warm calf, the sign denied": Case(
        CALF, "same_day", {"calf_swollen_clot_risk": False}, ("Deep vein thrombosis",), (), (WRAP,)
    ),
    "a tender calf with a clot risk": Case(
        {"location": "calf", "tenderness": "yes", "immobility_or_clot_risk": "yes"},
        "same_day",
        reasons=("risk of clots, by what you entered",),
        says_not=(WRAP, MEDICINE),
    ),
    "a swollen calf and breathless": Case(
        CALF, "emergency", {"breathless_or_chest_pain": True}, ("lungs", "Deep vein thrombosis")
    ),
    "a torn calf may hide a clot": Case(
        SPRINT | {"location": "calf", "swelling": "none", "warmth": "no", "age": 45},
        "see_professional",
        reasons=("about one in ten had a clot",),
        says_not=(WRAP,),
    ),
    "a worn knee": Case(
        WORN | {"swelling": "none", "warmth": "no"},
        "see_professional",
        NO,
        ("Age: 60 and over. With this a professional should have a look once.",),
        ("Do not stop moving", "bend and straighten"),
    ),
    "a worn knee with a fever": Case(
        WORN, "same_day", {"fever_or_unwell_hot_joint": True}, ("infected",), (), (MEDICINE, FIRST)
    ),
    "a clot hidden behind a worn knee is still asked about": Case(
        WORN, "same_day", {"calf_swollen_clot_risk": True}, ("scan or a blood test",), (), (WRAP,)
    ),
    "a sore inner upper shin": Case(
        {"setting": "primary_care", "location": "anteromedial", "onset": "gradual"}
        | {"overweight": "yes", "weight_bearing": "normal", "swelling": "none", "warmth": "no"}
        | {"age": 45},
        "self_care",
        NO,
        says=("Put a pillow between them",),
        says_not=(WRAP,),
    ),
    "a twist and a locking knee": Case(
        {"setting": "sports_clinic", "onset": "sudden", "activity": "twisting", "pop": "no"}
        | {"mechanical": "yes", "location": "medial_joint_line", "swelling": "effusion", "age": 30},
        "see_professional",
        reasons=("Torn cushion inside the knee (Meniscal tear): ",),
        says=("stuck and cannot be straightened",),
    ),
    "every warning sign is denied": Case(OVERUSE, "self_care", dict.fromkeys(FLAGS, False)),
    "no warning sign is known": Case(
        OVERUSE, "see_professional", dict.fromkeys(FLAGS, "unknown"), ("not answered yet",)
    ),
    "every warning sign is there": Case(OVERUSE, "emergency", dict.fromkeys(FLAGS, True)),
}  # fmt: skip


@pytest.fixture(scope="module")
def guidance(model: Model) -> Guidance:
    return guidance_for(model)


def test_there_are_thirty_worked_cases_at_least() -> None:
    assert len(CASES) >= 30


def test_nobody_is_told_to_wait_before_the_urgent_signs_are_answered(
    model: Model, guidance: Guidance
) -> None:
    urgent = [flag.name for flag in guidance.urgent]
    assert urgent == [n for n, level in FLAGS.items() if level in ("emergency", "same_day")]
    decided = triage(model, OVERUSE)
    open_ones = [flag.name for flag in decided.open_urgent]
    assert set(open_ones) <= set(urgent)
    assert decided.level == "see_professional"
    assert decided.provisional
    assert decided.about.label == "First the warning signs"
    held = [*open_ones, *guidance.enough.signs]
    assert decided.about.action.startswith("Answer the open questions and warning signs first.")
    for name in held:
        assert guidance.flags[name].label in decided.reason_texts[0]
    answered = triage(model, OVERUSE, dict.fromkeys(held, False))
    assert answered.level == "self_care"
    assert not answered.provisional
    assert answered.about == guidance.levels["self_care"]
    assert triage(model, OVERUSE, dict.fromkeys(held, UNKNOWN)).provisional


@pytest.mark.parametrize("case", [{}, OVERUSE, {"onset": "sudden", "pop": "yes"}])
def test_the_text_names_each_open_sign_once(model: Model, case: dict[str, str]) -> None:
    decided = triage(model, case)
    for flag in decided.open_holding:
        assert flag.label in decided.open_text
        assert decided.text.count(f"{flag.label};") + decided.text.count(f"{flag.label}.") == 1


def test_what_was_asked_in_vain_does_not_hold_anything_back(model: Model) -> None:
    half = {"onset": "gradual", "location": "posteromedial", "swelling": "none", "age": 30}
    held = triage(model, half, NO)
    assert [reason.name for reason in held.reasons] == ["not_enough"]
    assert held.about.label == "Not enough known yet"
    assert "Warmth; Weight bearing" in held.reason_texts[0]
    assert triage(model, half, NO, not_known=["warmth", "weight_bearing"]).level == "self_care"


def test_only_what_asks_for_the_level_decides_it(model: Model) -> None:
    decided = triage(model, CALF | {"setting": "primary_care"}, {"worse_over_weeks": True})
    assert {reason.level for reason in decided.reasons} == {"same_day", "see_professional"}
    assert {reason.level for reason in decided.deciding} == {"same_day"}
    assert triage(model, OVERUSE, NO).deciding == ()


def test_a_level_that_fell_says_what_made_it_fall(model: Model) -> None:
    sore = {"onset": "days", "location": "popliteal", "warmth": "no", "weight_bearing": "normal"}
    sore |= {"age": 35, "nerve_symptoms": "numb", "palpable_defect": "no"}
    decided = triage(model, sore | {"swelling": "none"}, NO)
    assert decided.level == "see_professional"
    assert ("swelling", "same_day") in decided.eased
    urgency, known = decided.guidance.urgency, sore | {"swelling": "none"}
    for name in known:
        rest = {other: answer for other, answer in known.items() if other != name}
        rises = urgency(triage(model, rest, NO).level) < urgency(decided.level)
        assert (name in dict(decided.eased)) is rises, name
    assert triage(model, sore, NO).level == "same_day"
    assert "It would be “See a doctor today” without your answer to: " in decided.text


@pytest.mark.parametrize("name", CASES)
def test_worked_case(model: Model, name: str) -> None:
    case = CASES[name]
    told = hamknee.advice(model, case.findings, case.flags)
    reasons, text = " ".join(told.triage.reason_texts), told.text
    assert told.level == case.level, reasons
    for fragment in case.reasons:
        assert fragment in reasons
    for fragment in case.says:
        assert fragment in text
    for fragment in case.says_not:
        assert fragment not in text
    assert told.triage.about.action in text
    assert "does not diagnose or treat" in text


# The warning signs ------------------------------------------------------------------------------


def test_levels_and_flags_are_those_that_were_agreed(guidance: Guidance) -> None:
    assert list(guidance.levels) == LEVELS
    assert {name: flag.level for name, flag in guidance.flags.items()} == FLAGS


@pytest.mark.parametrize("flag", FLAGS)
def test_each_warning_sign_alone_asks_for_its_level_and_gives_its_reason(
    model: Model, guidance: Guidance, flag: str
) -> None:
    found = triage(model, OVERUSE, NO | {flag: True})
    assert found.level == FLAGS[flag]
    assert [reason.name for reason in found.reasons] == [flag]
    assert guidance.flags[flag].why in found.text
    assert guidance.flags[flag].label not in found.open_text
    assert [sign.name for sign in found.raised] == [flag]


@pytest.mark.parametrize("flag", FLAGS)
def test_each_warning_sign_in_company_gives_way_to_none_less_urgent(
    model: Model, flag: str
) -> None:
    for other in FLAGS:
        found = guided.decided(model, OVERUSE, NO | {flag: True, other: True})
        assert found.level == min(FLAGS[flag], FLAGS[other], key=LEVELS.index)
        assert {reason.name for reason in found.reasons} == {flag, other}


@pytest.mark.parametrize("flag", FLAGS)
@pytest.mark.parametrize("answer", [None, "unknown"])
def test_a_warning_sign_without_an_answer_is_never_shown_as_absent(
    model: Model, guidance: Guidance, flag: str, answer: str | None
) -> None:
    found = triage(model, {}, dict.fromkeys(FLAGS, False) | {flag: answer})
    assert found.answers[flag] in OPEN
    assert guidance.flags[flag].label in found.open_text
    page = hamknee.summary(model, {}, dict.fromkeys(FLAGS, False) | {flag: answer}).markdown
    row = next(line for line in page.splitlines() if guidance.flags[flag].question in line)
    assert row.endswith("| asked, not known |" if answer else "| not asked |")


def test_findings_that_say_no_answer_and_a_yes_outweighs_them(model: Model) -> None:
    normal = {"weight_bearing": "normal", "pop": "no"}
    found = triage(model, normal)
    assert found.answers["cannot_bear_weight"] == "denied"
    assert found.answers["pop_with_marked_swelling"] == "denied"
    assert triage(model, normal, {"cannot_bear_weight": True}).level == "same_day"


@pytest.mark.parametrize(
    "findings",
    [
        {"pop": {"yes": 0.9, "no": 0.1}, "swelling": "effusion"},
        {"pop": "yes", "swelling": {"none", "effusion"}},
        {"pop": "yes"},
    ],
)
def test_findings_that_leave_it_open_do_not_answer(
    model: Model, findings: Mapping[str, object]
) -> None:
    assert triage(model, findings).answers["pop_with_marked_swelling"] == "not_asked"


def test_likelihoods_that_leave_one_state_answer(model: Model) -> None:
    found = triage(model, {"pop": {"yes": 3.0, "no": 0.0}, "swelling": "leg"})
    assert found.answers["pop_with_marked_swelling"] == "findings"


# The rules --------------------------------------------------------------------------------------


def test_a_rule_is_judged_on_the_probability_and_names_its_cause(
    model: Model, guidance: Guidance
) -> None:
    case = {"setting": "sports_clinic", "age": 31, "onset": "sudden", "pop": "yes"}
    decided = triage(model, case | {"location": "posterolateral"}, NO)
    rule = guidance.triage["rupture_soon"]
    probability = decided.interval.posterior["rupture"]
    assert probability >= rule.at_least
    text = next(reason.text for reason in decided.reasons if reason.name == "rupture_soon")
    name = "Hamstring tendon torn right through (Complete tendon rupture)"
    assert text.startswith(f"{name}: {percent(probability)} likely.")


def test_of_two_rules_for_a_condition_the_more_urgent_one_is_told(model: Model) -> None:
    names = [r.name for r in triage(model, CALF).reasons]
    assert "clot_today" in names
    assert "clot_soon" not in names


# Results and errors -----------------------------------------------------------------------------


def test_the_table_has_a_row_for_each_warning_sign(model: Model) -> None:
    table = triage(model, {"pop": "no"}, {"worse_over_weeks": True}).table.set_index("flag")
    assert list(table.index) == list(FLAGS)
    assert table["raised"].sum() == 1
    assert table.loc["worse_over_weeks", "answer"] == "yes"
    assert table.loc["pop_with_marked_swelling", "answer"] == "denied"


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ({"worse_over_week": True}, "did you mean 'worse_over_weeks'?"),
        ({"breathless": True}, "did you mean 'breathless_or_chest_pain'?"),
        ({"worse_over_weeks": "yes"}, "the answer to worse_over_weeks is 'yes'; allowed: True"),
        ({"worse_over_weeks": 1}, "the answer to worse_over_weeks is 1"),
        (["worse_over_weeks"], "flags are a mapping"),
    ],
)
def test_what_is_no_answer_is_refused(model: Model, flags: object, message: str) -> None:
    with pytest.raises(FlagError) as raised:
        triage(model, {}, flags)  # type: ignore[arg-type]
    assert message in str(raised.value)


@pytest.mark.parametrize("name", ["bear_weight", "can_bear_weight", "weight", "no_fever"])
def test_the_opposite_of_a_warning_sign_suggests_none(model: Model, name: str) -> None:
    with pytest.raises(FlagError) as raised:
        triage(model, {}, {name: False})
    assert "did you mean" not in str(raised.value)


def test_every_problem_is_told_at_once(model: Model) -> None:
    with pytest.raises(FlagError) as raised:
        triage(model, {}, {"fever": 3, "nothing": True})
    assert len(raised.value.problems) == 2
