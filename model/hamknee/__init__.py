"""What is behind pain where the hamstring meets the knee, and how sure can we be.

>>> import hamknee
>>> model = hamknee.load()
>>> model.posterior({"onset": "sudden", "activity": "explosive"}).top
'strain'
"""

from importlib import import_module
from typing import TYPE_CHECKING

from hamknee import evaluation, guidance, inference, network, reasoning, sensitivity
from hamknee.base import FaultsError, HamkneeError
from hamknee.evaluation import evaluate
from hamknee.guidance import advice, follow_up, summary, triage, triage_check
from hamknee.inference import ImpossibleEvidenceError, Model, load
from hamknee.network import EvidenceError
from hamknee.reasoning import (
    conflict,
    explain,
    natural_frequencies,
    next_questions,
    question_budget,
    same_decision_probability,
    stop_rule,
)
from hamknee.sensitivity import (
    compare,
    credible_interval,
    difference,
    sensitivity_function,
    tornado,
    two_way,
    what_would_change,
)

if TYPE_CHECKING:
    from hamknee import charts, cohort, estimation, formats
    from hamknee.cohort import score, score_file
    from hamknee.estimation import update
    from hamknee.formats import export, read_network

    __version__: str

__all__ = [
    "EvidenceError",
    "FaultsError",
    "HamkneeError",
    "ImpossibleEvidenceError",
    "Model",
    "__version__",
    "advice",
    "charts",
    "cohort",
    "compare",
    "conflict",
    "credible_interval",
    "difference",
    "estimation",
    "evaluate",
    "evaluation",
    "explain",
    "export",
    "follow_up",
    "formats",
    "guidance",
    "inference",
    "load",
    "natural_frequencies",
    "network",
    "next_questions",
    "question_budget",
    "read_network",
    "reasoning",
    "same_decision_probability",
    "score",
    "score_file",
    "sensitivity",
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


# What no answer to one case needs is imported when it is first asked for: it would double the time
# that `import hamknee` takes. The import above tells it to whoever reads types.
_ROOMS_LATER = ("charts", "cohort", "estimation", "formats")
_VERBS_LATER = {
    "export": "formats",
    "read_network": "formats",
    "score": "cohort",
    "score_file": "cohort",
    "update": "estimation",
}


def _when_asked(name: str) -> object:
    if name in _ROOMS_LATER:
        return import_module(f"hamknee.{name}")
    if name in _VERBS_LATER:
        return getattr(import_module(f"hamknee.{_VERBS_LATER[name]}"), name)
    if name == "__version__":
        return import_module("importlib.metadata").version("hamknee")
    raise AttributeError(f"module 'hamknee' has no attribute {name!r}")


if not TYPE_CHECKING:  # so that mypy still finds a misspelt name
    __getattr__ = _when_asked


def __dir__() -> list[str]:
    """List the verbs, and the rooms a user needs."""
    return sorted(__all__)
