"""One case: what each finding says, whether they go together, what to ask next, when to stop."""

from hamknee.reasoning.budget import Budget, question_budget
from hamknee.reasoning.coexistence import AlsoPresent, also_present, coexisting
from hamknee.reasoning.conflicts import Conflict, conflict
from hamknee.reasoning.frequencies import Frequencies, natural_frequencies
from hamknee.reasoning.losses import Loss, Referral, decide, threshold
from hamknee.reasoning.questions import Questions, next_questions
from hamknee.reasoning.stopping import (
    IS_STABLE,
    NOTHING_LEFT,
    SameDecision,
    Stop,
    same_decision_probability,
    stop_rule,
)
from hamknee.reasoning.weight_of_evidence import Reasons, explain

__all__ = [
    "IS_STABLE",
    "NOTHING_LEFT",
    "AlsoPresent",
    "Budget",
    "Conflict",
    "Frequencies",
    "Loss",
    "Questions",
    "Reasons",
    "Referral",
    "SameDecision",
    "Stop",
    "also_present",
    "coexisting",
    "conflict",
    "decide",
    "explain",
    "natural_frequencies",
    "next_questions",
    "question_budget",
    "same_decision_probability",
    "stop_rule",
    "threshold",
]
