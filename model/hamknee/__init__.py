"""What is behind pain where the hamstring meets the knee, and how sure can we be.

A case is a mapping of what is known. A value is a state, years or a band for the age, a set of
states of which one is right, or a likelihood of each state:

>>> import hamknee
>>> model = hamknee.load()  # or hamknee.load("my_priors.csv")
>>> case = {
...     "setting": "sports_clinic",
...     "age": 31,
...     "onset": "sudden",
...     "pop": "yes",
...     "location": {"posteromedial", "posterolateral"},  # one of these
... }
>>> answer = model.posterior(case)
>>> print(answer.text)
Most likely: Distal hamstring strain, 32 %, then Cruciate ligament tear, 22 % and Meniscal tear,
16 % (starting probability of the first: 6 %).
>>> answer.table.head(3).round(3)
       condition                    label  probability  prior
0         strain  Distal hamstring strain        0.320  0.060
1  cruciate_tear   Cruciate ligament tear        0.218  0.058
2  meniscal_tear            Meniscal tear        0.156  0.300

Every result has a ``.table`` (tidy) and a ``.text`` (plain sentences). One more thing can turn the
answer, and a name that is not quite right is met with help:

>>> model.posterior({**case, "bruising": "yes", "palpable_defect": "yes"}).top
'rupture'
>>> model.posterior({"onset": "suddn"})
Traceback (most recent call last):
...
hamknee.network.evidence.EvidenceError: 'suddn' is not a state of onset (did you mean 'sudden'?);
allowed: sudden, days, gradual

Every method of the model takes one case, an iterable of cases or a DataFrame (a row a case, a
column a variable, empty cells not known):

>>> model.posterior([case, {"onset": "gradual", "location": "anteromedial"}, {}]).top
['strain', 'osteoarthritis', 'osteoarthritis']
>>> float(model.marginals(case)["bruising"][0].round(2))  # P(bruising = yes)
0.27

How sure, why, what to ask next and what to do are functions of a model and one case. Each takes
the mapping, or the `Case` that the model makes of it, which is then checked and coded only once:

>>> case = model.case(case)
>>> print(hamknee.credible_interval(model, case, seed=1).text)
Most likely: Partly torn hamstring near the knee (Distal hamstring strain), 32 % (90 % interval 2
to 78 %). The numbers behind this are not certain. Of 100 ways they could be, Partly torn hamstring
near the knee comes first in 43; Torn ligament deep inside the knee in 24 and Torn cushion inside
the knee in 11.
>>> why = hamknee.explain(model, case, "strain", against="rupture")
>>> print(why.text.splitlines()[1])
Pop at the start (Yes) is seen 2.6 times as often with Hamstring tendon torn right through as with
Partly torn hamstring near the knee.
>>> print(hamknee.next_questions(model, case).text)
Ask next: What brought it on? It tells 0.48 bits (18 % of what is still unknown); "Sprint, jump or
kick" (29 %) would raise Distal hamstring strain to 64 %, "Twist or turn" (20 %) would lower it to
8 %.
>>> hamknee.triage(model, case, {"cannot_bear_weight": True}).level
'same_day'

An interval is about the stated uncertainty of the numbers; it says nothing of what the model leaves
out. The answers inform; they do not diagnose or treat.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING

if sys.argv[:1] == ["-m"] and "hamknee" in sys.orig_argv:  # python -m hamknee comes through here
    import hamknee_command

    hamknee_command.leave_quietly()

from hamknee import evaluation, guidance, inference, network, reasoning, sensitivity
from hamknee.base import FaultsError, HamkneeError
from hamknee.evaluation import (
    evaluate,
    predictive_check,
    recalibrate,
    residual_dependence,
    validate,
)
from hamknee.guidance import advice, follow_up, level_questions, summary, triage, triage_check
from hamknee.inference import ImpossibleEvidenceError, Model, load, simulate
from hamknee.network import EvidenceError, Priors
from hamknee.reasoning import (
    also_present,
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
    finding_value,
    likelihood_ratios,
    next_studies,
    sensitivity_function,
    tornado,
    two_way,
    what_would_change,
)

if TYPE_CHECKING:
    from hamknee import charts, cohort, estimation, formats, projects
    from hamknee.cohort import score, score_file
    from hamknee.estimation import update
    from hamknee.formats import export, read_network
    from hamknee.projects import Project, new_project, open_project

    __version__: str

__all__ = [
    "EvidenceError",
    "FaultsError",
    "HamkneeError",
    "ImpossibleEvidenceError",
    "Model",
    "Priors",
    "Project",
    "__version__",
    "advice",
    "also_present",
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
    "finding_value",
    "follow_up",
    "formats",
    "guidance",
    "inference",
    "level_questions",
    "likelihood_ratios",
    "load",
    "natural_frequencies",
    "network",
    "new_project",
    "next_questions",
    "next_studies",
    "open_project",
    "predictive_check",
    "projects",
    "question_budget",
    "read_network",
    "reasoning",
    "recalibrate",
    "residual_dependence",
    "same_decision_probability",
    "score",
    "score_file",
    "sensitivity",
    "sensitivity_function",
    "simulate",
    "stop_rule",
    "summary",
    "tornado",
    "triage",
    "triage_check",
    "two_way",
    "update",
    "validate",
    "what_would_change",
]


# What no answer to one case needs is imported when it is first asked for: it would double the time
# that `import hamknee` takes. The import above tells it to whoever reads types.
_ROOMS_LATER = ("charts", "cohort", "estimation", "formats", "projects")
_VERBS_LATER = {
    "Project": "projects",
    "export": "formats",
    "new_project": "projects",
    "open_project": "projects",
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
