"""Cases that the tests of guidance begin with."""

from hamknee.guidance.guidance_file import guidance_for
from hamknee.inference.model import Model

OVERUSE = {"setting": "sports_clinic", "onset": "gradual", "location": "posteromedial"}
OVERUSE |= {"activity": "endurance", "pain_timing": "after", "weight_bearing": "normal"}
OVERUSE |= {"swelling": "none", "warmth": "no", "age": "under_40"}
"""What fits a tendon that has had too much."""

TORN = {"onset": "sudden", "pop": "yes", "setting": "sports_clinic", "activity": "explosive"}
"""What fits a tendon that is torn."""


def no_signs(model: Model) -> dict[str, object]:
    """Return the answers of somebody who was asked about every warning sign and has none."""
    return dict.fromkeys(guidance_for(model).flags, False)
