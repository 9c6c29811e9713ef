"""What a note says of an average, once the average is another one.

A variable with a second parent beside the target has a column for each state of that parent, and
its notes tell what was stated of their average: P(finding | condition). That average moves when the
column of the second parent does, though no number of the finding moved. A note then says from
before what it speaks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hamknee.network.editing import STATED, WAS
from hamknee.network.rows import LONGEST_NOTE, Row
from hamknee.network.vocabulary import Vocabulary

Parents = Mapping[str, tuple[str, ...]]

BEFORE = "before "
"""What such a note begins with."""


def split_variables(vocabulary: Vocabulary, parents: Parents) -> list[str]:
    """Return the variables that have further parents beside the target, in order.

    Parameters
    ----------
    vocabulary : Vocabulary
        The variables.
    parents : mapping of str to tuple of str
        The arrows.

    Examples
    --------
    >>> from hamknee.network import read_shipped_or_own, split_variables
    >>> priors = read_shipped_or_own()
    >>> split_variables(priors.vocabulary, priors.parents)[:3]
    ['pop', 'warmth', 'activity']
    """
    target = vocabulary.target.name
    return [name for name in vocabulary if target in parents[name] and len(parents[name]) > 1]


def with_moves_noted(
    vocabulary: Vocabulary, parents: Parents, before: Sequence[Row], after: Sequence[Row]
) -> tuple[Row, ...]:
    """Return rows whose notes say that what they tell of an average was said before it moved.

    Parameters
    ----------
    vocabulary, parents
        As for `split_variables`.
    before, after : sequence of Row
        The same rows in the same order, some of them with other numbers.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from hamknee.network import read_shipped_or_own, with_moves_noted
    >>> priors = read_shipped_or_own()
    >>> onset = {row.name for row in priors.column("onset", {"condition": "strain"})}
    >>> after = [replace(r, probability=1 / 3) if r.name in onset else r for r in priors.rows]
    >>> noted = with_moves_noted(priors.vocabulary, priors.parents, priors.rows, after)
    >>> pop = priors.column("pop", {"condition": "strain", "onset": "sudden"})[0]
    >>> noted[priors.rows.index(pop)].note.partition("(")[0]
    'before onset moved: over all of onset 0.25 '
    """
    target = vocabulary.target.name
    moved: dict[tuple[str, str | None], None] = {}
    columns = set()
    for old, new in zip(before, after, strict=True):
        if old is not new and old.probability != new.probability:
            moved[new.variable, dict(new.given).get(target)] = None
            columns.add((new.variable, new.given))
    if not moved:
        return tuple(after)
    causes = {name: _causes(parents, name, target) for name in split_variables(vocabulary, parents)}
    rows = []
    for row in after:
        if _claims(row) and row.variable in causes and (row.variable, row.given) not in columns:
            here = (dict(row.given)[target], None)
            names = (name for name, given in moved if given in here)
            if first := next((name for name in names if name in causes[row.variable]), None):
                row = replace(row, note=f"{BEFORE}{first} moved: {row.note}"[:LONGEST_NOTE])
        rows.append(row)
    return tuple(rows)


def _claims(row: Row) -> bool:
    """Return whether a note tells of numbers as they are, and not as they were."""
    return row.note not in ("", STATED) and not row.note.startswith((BEFORE, WAS))


def is_noted(old: Row, new: Row) -> bool:
    """Return whether a row differs in nothing but that its average has moved.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from hamknee.network import Row, is_noted
    >>> row = Row("pop", "yes", (("condition", "strain"),), 0.2, 20.0, "judgement", note="read")
    >>> is_noted(row, replace(row, note="before onset moved: read"))
    True
    >>> is_noted(row, replace(row, note="edited"))
    False
    """
    noted = new.note.startswith(BEFORE) and new.note.endswith(f" moved: {old.note}")
    return noted and replace(new, note=old.note) == old


def _causes(parents: Parents, name: str, target: str) -> set[str]:
    """Return the variables whose tables an average over further parents hangs on.

    The variable and all above it but the target; if one of these leads to the target, all that
    leads there too.
    """
    above = _above(parents, name, stop=target)
    beyond = _above(parents, target) | {target}
    return {name} | above | (beyond if above & beyond else set())


def _above(parents: Parents, name: str, stop: str | None = None) -> set[str]:
    """Return every variable that leads to one, but by way of `stop`."""
    above: set[str] = set()
    open_ = [name]
    while open_:
        for parent in parents[open_.pop()]:
            if parent != stop and parent not in above:
                above.add(parent)
                open_.append(parent)
    return above
