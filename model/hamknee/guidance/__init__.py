"""What to do: warning signs, how soon to seek help, advice, what follows, the page to print."""

from hamknee.guidance.advising import Advice, advice, advice_for
from hamknee.guidance.checking import TriageCheck, triage_check
from hamknee.guidance.fields import COURSES
from hamknee.guidance.following_up import FollowUp, follow_up
from hamknee.guidance.guidance_file import (
    GuidanceError,
    find_guidance,
    guidance_for,
    read_guidance,
)
from hamknee.guidance.raising import LevelQuestions, level_questions
from hamknee.guidance.rules import urgent_conditions
from hamknee.guidance.summarising import Summary, summary
from hamknee.guidance.texts import Flag, Guidance
from hamknee.guidance.triaging import HOLDS, OPEN, UNKNOWN, FlagError, Triage, triage

__all__ = [
    "COURSES",
    "HOLDS",
    "OPEN",
    "UNKNOWN",
    "Advice",
    "Flag",
    "FlagError",
    "FollowUp",
    "Guidance",
    "GuidanceError",
    "LevelQuestions",
    "Summary",
    "Triage",
    "TriageCheck",
    "advice",
    "advice_for",
    "find_guidance",
    "follow_up",
    "guidance_for",
    "level_questions",
    "read_guidance",
    "summary",
    "triage",
    "triage_check",
    "urgent_conditions",
]
