"""Cases that the tests of guidance begin with, and the triage of very many of them."""

from collections.abc import Collection, Mapping

import hamknee
from hamknee.guidance.guidance_file import guidance_for
from hamknee.guidance.triaging import Triage, check_flags, judged
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


def decided(
    model: Model,
    case: Mapping[str, object],
    signs: Mapping[str, object],
    not_known: Collection[str] = (),
) -> Triage:
    """Return the triage as `hamknee.triage` does, but with an interval of a few draws.

    The draws take nearly all of its time, and no level may hang on them; that it does not is one
    of the laws of the level.
    """
    guidance = guidance_for(model)
    interval = hamknee.credible_interval(model, case, draws=10)
    return judged(guidance, interval, check_flags(guidance, signs), not_known=not_known)
