"""What is behind pain where the hamstring meets the knee, and how sure can we be.

>>> import hamknee
>>> model = hamknee.load()
>>> model.posterior({"onset": "sudden", "activity": "explosive"}).top
'strain'
"""

from importlib.metadata import version

from hamknee.advice import advice
from hamknee.budget import question_budget
from hamknee.change import what_would_change
from hamknee.cohort import score
from hamknee.comparison import compare
from hamknee.conflict import conflict
from hamknee.contradiction import ImpossibleEvidenceError
from hamknee.difference import difference
from hamknee.evaluation import evaluate
from hamknee.evidence import EvidenceError
from hamknee.explanation import explain
from hamknee.faults import FaultsError, HamkneeError
from hamknee.follow_up import follow_up
from hamknee.frequencies import natural_frequencies
from hamknee.inference import Model, load
from hamknee.interchange import export, read_network
from hamknee.learning import update
from hamknee.pairs import two_way
from hamknee.questions import next_questions
from hamknee.score_files import score_file
from hamknee.sensitivity import sensitivity_function, tornado
from hamknee.stopping import same_decision_probability, stop_rule
from hamknee.summary import summary
from hamknee.triage import triage
from hamknee.triage_check import triage_check
from hamknee.uncertainty import credible_interval

__version__ = version("hamknee")

__all__ = [
    "EvidenceError",
    "FaultsError",
    "HamkneeError",
    "ImpossibleEvidenceError",
    "Model",
    "__version__",
    "advice",
    "compare",
    "conflict",
    "credible_interval",
    "difference",
    "evaluate",
    "explain",
    "export",
    "follow_up",
    "load",
    "natural_frequencies",
    "next_questions",
    "question_budget",
    "read_network",
    "same_decision_probability",
    "score",
    "score_file",
    "sensitivity_function",
    "stop_rule",
    "summary",
    "tornado",
    "triage",
    "triage_check",
    "two_way",
    "update",
    "what_would_change",
]
