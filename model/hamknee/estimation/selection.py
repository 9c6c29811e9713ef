"""Whose numbers a cohort may not move: where its cases come from, and what they were chosen by.

A cohort of one clinic says nothing of how common clinics are, and cases chosen by their diagnosis
nothing of how common diagnoses are, nor of how common it is what leads to a diagnosis: to choose by
a variable is to choose by every variable above it, and by no other. Given its parents, a variable
does not depend on what does not follow from it, so the tables of all others are as in the world.
"""

from collections.abc import Collection, Iterable, Mapping

from hamknee.base import HamkneeError, listing
from hamknee.network import Vocabulary, find_variable

Parents = Mapping[str, tuple[str, ...]]

ASKED = "asked for"
CONTEXT = "it says where the cases were seen, and moves only if named in learn"


def variable_names(vocabulary: Vocabulary, names: Collection[str], argument: str) -> list[str]:
    """Return names of variables, each once; one may be given as plain text.

    Parameters
    ----------
    vocabulary : Vocabulary
        The variables there are.
    names : collection of str, or str
        What was given.
    argument : str
        As what it was given, for the error.

    Raises
    ------
    HamkneeError
        If it is no collection, or a name is unknown.
    """
    if isinstance(names, str):
        names = [names]
    if not isinstance(names, Iterable):
        problem = f"{argument} is {names!r}"
        raise HamkneeError(f"{problem}; allowed: a name, or several, of {listing(vocabulary)}")
    return [find_variable(vocabulary, name).name for name in dict.fromkeys(names)]


def kept_variables(
    vocabulary: Vocabulary, parents: Parents, keep: Collection[str], learn: Collection[str]
) -> dict[str, str]:
    """Return the variables whose numbers stay, in their order, and why of each.

    Parameters
    ----------
    vocabulary : Vocabulary
        The variables and their roles.
    parents : mapping of str to tuple of str
        The arrows.
    keep : collection of str, or str
        Variables to keep.
    learn : collection of str, or str
        Variables of the role context that are to be learned all the same.

    Raises
    ------
    HamkneeError
        If a name is unknown, or a variable is to be learned that has to be kept.
    """
    asked = variable_names(vocabulary, keep, "keep")
    learned = variable_names(vocabulary, learn, "learn")
    context = [v.name for v in vocabulary.having("context") if v.name not in learned]
    why = dict.fromkeys(context, CONTEXT) | dict.fromkeys(asked, ASKED)
    for name in [*asked, *context]:
        for above in ancestors(parents, name):
            why.setdefault(above, f"it leads to {name}")
    if both := [name for name in learned if name in why]:
        reasons = listing(f"{name} ({why[name]})" for name in both)
        raise HamkneeError(
            f"found to be learned and to be kept: {reasons}; allowed: one of the two"
        )
    return {name: why[name] for name in vocabulary if name in why}


def ancestors(parents: Parents, name: str) -> list[str]:
    """Return every variable from which arrows lead to one, the nearest first."""
    above: list[str] = []
    open_ = list(parents[name])
    while open_:
        parent = open_.pop(0)
        if parent not in above:
            above.append(parent)
            open_ += parents[parent]
    return above
