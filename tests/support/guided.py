"""Cases that the tests of guidance begin with."""

OVERUSE = {"setting": "sports_clinic", "onset": "gradual", "location": "posteromedial"}
OVERUSE |= {"activity": "endurance", "pain_timing": "after", "weight_bearing": "normal"}
"""What fits a tendon that has had too much."""

TORN = {"onset": "sudden", "pop": "yes", "setting": "sports_clinic", "activity": "explosive"}
"""What fits a tendon that is torn."""
