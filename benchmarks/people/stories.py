"""Who comes, and what is true of them; the answers are worded as on the page."""

from collections.abc import Mapping
from dataclasses import dataclass, field

TELEPHONE, DESK = (390, 844), (1440, 900)
"""Width and height of the page in pixels."""


@dataclass(frozen=True)
class Story:
    """What is true of somebody.

    Parameters
    ----------
    findings : mapping of str to str
        By question, the answer in words; the age in years, the place by its name on the picture.
    flags : tuple of str
        The warning signs that are there; all others are not.
    """

    findings: Mapping[str, str]
    flags: tuple[str, ...] = field(default=())


RUNNER = Story(
    {
        "onset": "In a moment",
        "pop": "Yes",
        "swelling": "A lump or puffy spot",
        "warmth": "No",
        "location": "posteromedial",
        "activity": "Sprint, jump or kick",
        "weight_bearing": "With a limp or pain",
        "age": "27",
        "setting": "Don't know",
    },
    ("pop_with_marked_swelling",),
)

OLDER = Story(
    {
        "onset": "Gradually, over weeks",
        "pop": "No",
        "swelling": "A lump or puffy spot",
        "warmth": "No",
        "location": "popliteal",
        "activity": "Everyday movement",
        "weight_bearing": "Normally",
        "age": "68",
        "setting": "Primary care",
    }
)

PATIENT = Story(
    {
        "onset": "Gradually, over weeks",
        "pop": "No",
        "swelling": "No swelling",
        "warmth": "No",
        "location": "posteromedial",
        "activity": "Long run or ride",
        "weight_bearing": "Normally",
        "age": "34",
        "setting": "Sports clinic",
    }
)

LINK = (
    "setting=primary_care&onset=gradual&pop=no&swelling=none&warmth=no&location=posteromedial"
    "&activity=endurance&weight_bearing=normal&no_flag="
    "under_18|breathless_or_chest_pain|foot_numb_weak_cold_pale|numb_between_legs"
    "|calf_swollen_clot_risk|sudden_calf_clot_risk|fever_or_unwell_hot_joint|hot_swollen_joint"
    "|hot_or_red_skin|cannot_bear_weight|pop_with_marked_swelling|gap_after_injury|fall_or_blow"
    "|deformity_or_bone_tenderness|hurts_at_night|night_sweats_weight_loss_mass|worse_over_weeks"
)
"""A case that somebody passes on, as the address has it."""
