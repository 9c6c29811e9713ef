"""What is whole about a project, and what is missing or only assumed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hamknee.base import FrozenMapping, copied_property, counted, listing, shown
from hamknee.guidance import find_guidance
from hamknee.network import BASES, find_coexisting

if TYPE_CHECKING:
    import pandas as pd

    from hamknee.projects.folder import Project

FLAT = "flat: nothing was stated"
"""What stands beside a number that was assumed because nobody said one."""


@shown
@dataclass(frozen=True, eq=False)
class Checked:
    """A project without faults, and what a reader should know of it.

    Parameters
    ----------
    bases : mapping of str to int
        Numbers of each kind.
    flat : tuple of str
        Columns that nobody stated, so that every state is as likely.
    untold : tuple of str
        Labels of the conditions for which no advice is written.
    sizes : tuple of int
        Variables and conditions.

    Examples
    --------
    >>> import hamknee
    >>> checked = hamknee.open_project().check()
    >>> checked.flat, checked.untold
    ((), ())
    >>> int(checked.table["numbers"].sum())
    2670
    """

    bases: Mapping[str, int]
    flat: tuple[str, ...]
    untold: tuple[str, ...]
    sizes: tuple[int, int]

    @copied_property
    def table(self) -> pd.DataFrame:
        """How many numbers are of each kind."""
        import pandas as pd

        rows = [(basis, self.bases[basis]) for basis in BASES if basis in self.bases]
        return pd.DataFrame(rows, columns=["basis", "numbers"])

    @property
    def text(self) -> str:
        """The same in sentences."""
        total, (variables, conditions) = sum(self.bases.values()), self.sizes
        sizes = f"{counted(variables, 'variables')}, {counted(conditions, 'conditions')}"
        lines = [f"No faults: {counted(total, 'numbers')} of {sizes}."]
        kinds = ", ".join(f"{count:,} {basis}" for basis, count in self.bases.items())
        lines.append(f"Kinds of numbers: {kinds}.")
        if self.flat:
            were = "was never stated and is" if len(self.flat) == 1 else "were never stated and are"
            columns = f"{counted(len(self.flat), 'columns')} {were} flat"
            lines.append(f"{columns}: {listing(self.flat, 6)}.")
        if self.untold:
            lines.append(f"No advice is written for {listing(self.untold)}.")
        return "\n".join(lines)


def check_project(project: Project) -> Checked:
    """Read everything that belongs to a project, and count what is assumed."""
    model, target = project.model, project.vocabulary.target
    guidance = find_guidance(model)
    find_coexisting(project.vocabulary, model.source)
    flat = dict.fromkeys(
        f"{row.variable} | {', '.join(state for _, state in row.given[:1])}"
        for row in project.priors.rows
        if FLAT in row.note
    )
    written = target.state_names if guidance is None else tuple(guidance.conditions)
    untold = tuple(state.label for state in target.states if state.name not in written)
    bases = Counter(row.basis for row in project.priors.rows)
    sizes = (len(project.vocabulary), len(target.states))
    return Checked(FrozenMapping(bases.most_common()), tuple(flat), untold, sizes)
