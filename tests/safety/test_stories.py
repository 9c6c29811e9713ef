"""People who must not be sent home, and people who may: whatever order they answer in."""

import random

import pytest

import hamknee
from hamknee.guidance.guidance_file import guidance_for
from hamknee.inference.model import Model
from tests.support.guided import decided

CALM = {"swelling": "none", "warmth": "no", "weight_bearing": "normal"}

# What is known, the warning signs that are there, and the levels that may come out at the end.
STORIES: dict[str, tuple[dict[str, object], tuple[str, ...], tuple[str, ...]]] = {
    "a septic knee at 70 with known osteoarthritis, no fever": (
        {"age": 70, "onset": "days", "swelling": "effusion", "warmth": "yes", "location": "diffuse"}
        | {"weight_bearing": "impaired", "osteoarthritis_known": "yes", "skin_or_fever": "neither"},
        (),
        ("same_day",),
    ),
    "a clot behind the knee after arthroscopy": (
        CALM | {"age": 50, "onset": "days", "location": "popliteal"}
        | {"immobility_or_clot_risk": "yes"},
        (),
        ("same_day",),
    ),
    "a clot on the pill, taken for a cramp": (
        CALM | {"age": 28, "sex": "female", "onset": "sudden", "location": "calf"}
        | {"immobility_or_clot_risk": "yes", "activity": "none"},
        (),
        ("same_day",),
    ),
    "a ruptured tendon without swelling on the first day": (
        {"age": 30, "onset": "sudden", "pop": "yes", "swelling": "none", "warmth": "no"}
        | {"location": "posterolateral", "weight_bearing": "impaired", "activity": "explosive"}
        | {"palpable_defect": "yes"},
        (),
        ("same_day",),
    ),
    "an aneurysm at 72, taken for a cyst": (
        CALM | {"age": 72, "onset": "gradual", "swelling": "focal", "location": "popliteal"},
        ("lump",),
        ("see_professional", "same_day"),
    ),
    "a sarcoma at 44 with pain at night": (
        CALM | {"age": 44, "onset": "gradual", "swelling": "focal", "location": "diffuse"}
        | {"pain_timing": "rest"},
        (),
        ("see_professional", "same_day"),
    ),
    "a fall on the stairs at 70": (
        CALM | {"age": 70, "onset": "sudden", "location": "front", "activity": "forced_extension"},
        (),
        ("same_day",),
    ),
    "a numb seat that came gradually": (
        CALM | {"age": 50, "onset": "gradual", "location": "diffuse", "nerve_symptoms": "numb"},
        ("numb_between_legs",),
        ("emergency",),
    ),
    "a child of nine": (
        CALM | {"age": 9, "onset": "gradual", "location": "front"},
        (),
        ("see_professional", "same_day"),
    ),
    "a stress fracture that hurts at night": (
        CALM | {"age": 22, "onset": "gradual", "location": "anteromedial", "tenderness": "yes"}
        | {"activity": "endurance", "pain_timing": "rest"},
        ("hurts_at_night",),
        ("same_day",),
    ),
    "a locked knee": (
        {"age": 35, "onset": "sudden", "swelling": "effusion", "warmth": "no"}
        | {"location": "medial_joint_line", "weight_bearing": "impaired"}
        | {"activity": "twisting", "mechanical": "yes"},
        ("knee_stuck",),
        ("see_professional", "same_day"),
    ),
    "gout": (
        {"age": 55, "onset": "sudden", "swelling": "effusion", "warmth": "yes"}
        | {"location": "diffuse", "weight_bearing": "impaired", "skin_or_fever": "red"},
        (),
        ("same_day",),
    ),
    "a clot in a surface vein": (
        {"age": 50, "onset": "days", "swelling": "focal", "warmth": "yes", "location": "calf"}
        | {"weight_bearing": "normal", "skin_or_fever": "red", "tenderness": "yes"},
        (),
        ("same_day",),
    ),
    "a runner's tendon": (
        CALM | {"age": 32, "sex": "male", "onset": "gradual", "location": "posteromedial"}
        | {"activity": "endurance", "pain_timing": "after", "morning_stiffness": "yes"},
        (),
        ("self_care",),
    ),
    "kneecap pain on the stairs": (
        CALM | {"age": 24, "sex": "female", "onset": "gradual", "location": "front"}
        | {"activity": "everyday", "pain_timing": "during"},
        (),
        ("self_care",),
    ),
    "osteoarthritis of years": (
        CALM | {"age": 66, "onset": "gradual", "location": "medial_joint_line"}
        | {"activity": "everyday", "osteoarthritis_known": "yes", "morning_stiffness": "yes"},
        (),
        ("self_care", "see_professional"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STORIES)
@pytest.mark.parametrize("seed", range(3))
def test_a_story_ends_where_it_must_and_is_never_below_on_the_way(
    model: Model, name: str, seed: int
) -> None:
    guidance = guidance_for(model)
    known, there, levels = STORIES[name]
    steps: list[tuple[str, str, object]] = [("finding", n, value) for n, value in known.items()]
    steps += [("sign", n, n in there) for n in guidance.flags]
    random.Random(seed).shuffle(steps)
    case: dict[str, object] = {}
    signs: dict[str, object] = {}
    for kind, what, answer in steps[:-1]:
        (case if kind == "finding" else signs)[what] = answer
        on_the_way = decided(model, case, signs)
        if on_the_way.level == "self_care":
            assert levels == ("self_care",)
    reached = hamknee.triage(model, known, {n: n in there for n in guidance.flags})
    assert reached.level in levels, reached.reason_texts
    if levels != ("self_care",):
        assert reached.reasons
