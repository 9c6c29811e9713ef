"""Make library.md of the public docstrings: python docs/make_library.py, or make docs."""

import inspect
import re
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from types import ModuleType
from typing import Any

import hamknee

PAGE = Path(__file__).resolve().with_name("library.md")

DEEDS = {
    "Ask a model": "load Model Model.case Model.posterior Model.marginals Model.p_evidence"
    " Model.most_probable_explanation Model.scores Model.with_base_rates"
    " simulate",
    "Explain an answer": "explain finding_value likelihood_ratios conflict compare"
    " natural_frequencies also_present",
    "Ask next, and stop": "next_questions question_budget same_decision_probability stop_rule"
    " level_questions",
    "How sure, and what it hangs on": "credible_interval tornado sensitivity_function two_way"
    " what_would_change next_studies sensitivity.to_arviz",
    "State numbers, and change them": "network.read_shipped_or_own Priors Priors.set"
    " Priors.set_column Priors.to_frame difference estimation.from_range estimation.from_quantiles"
    " estimation.from_frequency estimation.from_counts estimation.from_chips estimation.from_ranges"
    " estimation.from_rates estimation.from_likelihood_ratios estimation.from_distribution"
    " estimation.to_scipy estimation.to_preliz estimation.feedback estimation.pool"
    " estimation.state_average estimation.keep_averages",
    "Decide by losses": "reasoning.decide reasoning.Loss reasoning.threshold",
    "A project of one's own": "open_project new_project Project Project.state Project.add_condition"
    " Project.add_finding Project.add Project.check Project.diff Project.with_priors Project.save"
    " estimation.read_statement estimation.derive",
    "Fit to cases": "update recalibrate evaluation.with_case_mix",
    "Check": "evaluate validate predictive_check residual_dependence triage_check"
    " evaluation.cross_validate evaluation.self_test",
    "Score a cohort": "score score_file cohort.score_folder cohort.score_dask",
    "Exchange with other programs": "export read_network formats.to_pgmpy formats.from_pgmpy"
    " formats.pgmpy_pseudo_counts",
    "Ask about the arrows": "formats.markov_blanket formats.implied_independences"
    " formats.search_structure",
    "What to do": "triage advice follow_up summary",
    "When something is wrong": "HamkneeError EvidenceError FaultsError ImpossibleEvidenceError",
}
"""What one does, and the names that do it, as they are reached from `hamknee`."""

TITLE = """\
# The library

<!-- Made by `make docs` of the docstrings in model/hamknee: change those. -->"""

HOW_TO_READ = """\
What follows names everything as it is reached from `hamknee`, with a sentence and an example.
`help(hamknee.explain)` tells the rest: parameters, shapes, units, errors, and where the method
comes from; `make docs` sets the same for all rooms as pages with links and a search that works
without a network: open `build/reference/index.html`. [The method](method.md) has the formulas and
the limits of each."""


LONG = r"(?<==)\([^()]{40,}\)"
"""A default of many values, which only its own docstring tells in full."""


def rooms() -> dict[str, ModuleType]:
    """Return the rooms that the package shows, by name."""
    shown = {name: getattr(hamknee, name) for name in hamknee.__all__}
    return {name: room for name, room in shown.items() if inspect.ismodule(room)}


def public(room: ModuleType) -> dict[str, Any]:
    """Return what a door hands on by name: the functions, then the classes."""
    listed = {name: getattr(room, name) for name in room.__all__}
    functions = {name: value for name, value in listed.items() if inspect.isfunction(value)}
    return functions | {name: value for name, value in listed.items() if inspect.isclass(value)}


def named(path: str) -> Any:
    """Return what is reached from `hamknee` by a path such as ``network.Priors.set``."""
    return reduce(getattr, path.split("."), hamknee)


def examples(thing: Any) -> str:
    """Return the examples of a docstring, or nothing if there are none."""
    text = inspect.getdoc(thing) or ""
    if ">>>" not in text:
        return ""
    if "\nExamples\n---" in text:
        text = re.split(r"\nExamples\n-+\n", text)[1]
        return re.split(r"\n\n\w[\w ]*\n-{3,}\n", text)[0]
    return text[text.index(">>>") :]


def fenced(text: str) -> str:
    """Return Markdown of a docstring: a fence around all Python that no words interrupt."""
    blocks = re.split(r"\n\s*\n", text.strip())
    fences = (f"```python\n{block}\n```" if ">>>" in block else block for block in blocks)
    return "\n\n".join(fences).replace("\n```\n\n```python\n", "\n\n")


def call(name: str, thing: Any) -> str:
    """Return how a function is called, or what an object of a class has."""
    if not inspect.isclass(thing):
        signature = inspect.signature(thing)
        bare = [
            parameter.replace(annotation=inspect.Parameter.empty)
            for parameter in signature.parameters.values()
            if parameter.name != "self"
        ]
        return f"`{name}{re.sub(LONG, '(…)', str(inspect.Signature(bare)))}`"
    fields = getattr(thing, "__dataclass_fields__", {})
    members = {member: None for member in (*fields, *vars(thing)) if not member.startswith("_")}
    return "Has " + ", ".join(f"`{member}`" for member in members) + "." if members else ""


def entry(name: str, thing: Any) -> str:
    """Return the section of one name: what it does, how it is called, examples."""
    sentence = (inspect.getdoc(thing) or "").split("\n\n")[0].replace("\n", " ")
    parts = (f"### {name}", sentence, call(name, thing), fenced(examples(thing)))
    return "\n\n".join(part for part in parts if part)


def link(heading: str, text: str) -> str:
    """Return a link to a heading of the page, by GitHub's rule for anchors."""
    anchor = re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
    return f"[{text}](#{anchor})"


def contents() -> str:
    """Return the table that leads to every section."""
    rows = [
        f"| {link(deed, deed)} | {', '.join(link(name, f'`{name}`') for name in names.split())} |"
        for deed, names in DEEDS.items()
    ]
    rest = ", ".join(link(room, f"`{room}`") for room in rooms())
    return "\n".join(["| to | use |", "|---|---|", *rows, f"| find the rest, by room | {rest} |"])


def sections() -> Iterator[str]:
    """Yield the parts of the page from top to bottom."""
    yield from (TITLE, fenced(inspect.getdoc(hamknee) or ""), HOW_TO_READ, contents())
    for deed, names in DEEDS.items():
        yield f"## {deed}"
        yield from (entry(name, named(name)) for name in names.split())
    shown = [named(name) for names in DEEDS.values() for name in names.split()]
    for room, door in rooms().items():
        yield f"## {room}"
        yield fenced(inspect.getdoc(door) or "")
        rest = {name: thing for name, thing in public(door).items() if thing not in shown}
        yield from (entry(f"{room}.{name}", thing) for name, thing in rest.items())


def page() -> str:
    """Return the whole page."""
    return "\n\n".join(sections()) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
