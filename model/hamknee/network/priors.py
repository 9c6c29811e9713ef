"""The numbers: rows of priors.csv, the tables they make, editing, saving and the digest."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from hamknee.base import (
    FrozenMapping,
    HamkneeError,
    Kind,
    compares_arrays,
    keep_arrays,
    read_only,
    write_whole,
)
from hamknee.network.averages import with_moves_noted
from hamknee.network.editing import Provenance
from hamknee.network.evidence import find_variable
from hamknee.network.rows import BASES, COLUMNS, SUM_TOLERANCE, Row, check_given, given_text
from hamknee.network.vocabulary import Vocabulary

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BASES", "COLUMNS", "CPT", "Priors", "Row", "beside", "digest", "given_text"]

EDITED, LOCAL = ", edited", ", other base rates"
"""What the source ends with of numbers that were changed since they were read."""


def beside(source: str, name: str) -> Path | None:
    """Return a file that stands beside numbers, whatever was changed in these; None without one.

    Parameters
    ----------
    source : str
        Where the numbers are from, as models and priors say it.
    name : str
        Of the other file.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.network import beside
    >>> model = hamknee.load().with_base_rates({"strain": 0.2})
    >>> beside(model.source, "guidance.toml").name, beside("memory", "guidance.toml")
    ('guidance.toml', None)
    """
    numbers = Path(source.removesuffix(LOCAL).removesuffix(EDITED))
    own = numbers.parent / name
    return own if numbers.is_file() and own.is_file() else None


@dataclass(frozen=True)
@compares_arrays
class CPT:
    """The conditional probability table of one variable.

    Parameters
    ----------
    variable : str
        The child.
    parents : tuple of str
        In the vocabulary's order.
    probabilities : ndarray, shape (parents' states..., states)
        P(variable | parents).
    ess : ndarray, shape (parents' states...), or None
        Equivalent sample size of each column; None where nothing is known about it.

    Examples
    --------
    >>> from hamknee.network import read_shipped_or_own
    >>> sex = read_shipped_or_own().cpts()["sex"]
    >>> sex.variable, sex.parents
    ('sex', ('condition',))
    >>> sex.probabilities.shape == (*sex.ess.shape, 2)  # a column for each state of the parent
    True
    """

    variable: str
    parents: tuple[str, ...]
    probabilities: npt.NDArray[np.float64]
    ess: npt.NDArray[np.float64] | None = None

    def __repr__(self) -> str:
        """Name the variable, its parents and the shape."""
        given = f" | {', '.join(self.parents)}" if self.parents else ""
        return f"<CPT: P({self.variable}{given}), shape {self.probabilities.shape}>"

    @cached_property
    def logical(self) -> npt.NDArray[np.bool_]:
        """Which columns hold only 0 and 1, shape (parents' states...)."""
        return read_only(np.asarray(np.isin(self.probabilities, (0.0, 1.0)).all(axis=-1)))

    @cached_property
    def dirichlet(self) -> npt.NDArray[np.float64]:
        """Counts of each column's Dirichlet: ess × probability, shaped like the probabilities.

        A logical column is what it is whatever its count, and counts as one case.
        """
        ess = np.ones(()) if self.ess is None else np.where(self.logical, 1.0, self.ess)[..., None]
        return read_only(np.asarray(self.probabilities * ess))

    def to_frame(self, vocabulary: Vocabulary) -> pd.DataFrame:
        """Return the table with its names: a row for each combination of the parents' states.

        Parameters
        ----------
        vocabulary : Vocabulary
            Whose states these are.

        Returns
        -------
        DataFrame
            Indexed by the parents, with a column for each state of the variable.

        Examples
        --------
        >>> import hamknee
        >>> model = hamknee.load()
        >>> frame = model.cpts["pop"].to_frame(model.vocabulary)
        >>> list(frame.index.names), frame.columns.tolist()
        (['condition', 'onset'], ['yes', 'no'])
        >>> bool(frame.loc[("rupture", "sudden"), "yes"] > frame.loc[("strain", "days"), "yes"])
        True
        """
        import pandas as pd

        states = [vocabulary[parent].state_names for parent in self.parents]
        index = pd.MultiIndex.from_product(states, names=self.parents) if states else None
        columns = pd.Index(vocabulary[self.variable].state_names, name=self.variable)
        return pd.DataFrame(self.probabilities.reshape(-1, len(columns)), index, columns)


@dataclass(frozen=True)
class Priors:
    """All rows of one priors.csv, checked against a vocabulary.

    Parameters
    ----------
    vocabulary : Vocabulary
        What the rows were checked against.
    rows : tuple of Row
        In the order of the file.
    source : str
        Where they were read from.
    sha256 : str
        Digest of the file, or of what `save` would write.
    references : frozenset of str, optional
        Keys of references.bib, which the sources of edited rows must be; None if not at hand.

    Examples
    --------
    >>> from hamknee.network import Priors, Row, State, Variable, Vocabulary
    >>> states = (State("strain", "Strain"), State("other", "Something else"))
    >>> vocabulary = Vocabulary((Variable("condition", "target", "Condition", states),))
    >>> numbers = {"strain": 0.25, "other": 0.75}
    >>> rows = [Row("condition", s, (), p, 20.0, "judgement") for s, p in numbers.items()]
    >>> priors = Priors(vocabulary, tuple(rows))
    >>> print(priors.to_csv(), end="")
    variable,state,given,probability,ess,basis,sources,note
    condition,strain,,0.25,20,judgement,,
    condition,other,,0.75,20,judgement,,
    >>> priors.cpts()["condition"].probabilities.tolist()
    [0.25, 0.75]
    """

    vocabulary: Vocabulary
    rows: tuple[Row, ...]
    source: str = "memory"
    sha256: str = field(default="")
    references: frozenset[str] | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        """Name the size and the source."""
        return f"Priors({len(self.rows):,} rows, source={self.source!r})"

    def to_frame(self) -> pd.DataFrame:
        """Return the numbers as a table, with the columns of ``priors.csv``.

        Returns
        -------
        DataFrame
            One row a number; ``given`` and ``sources`` are texts, as in the file.

        Examples
        --------
        >>> from hamknee.network import read_shipped_or_own
        >>> frame = read_shipped_or_own().to_frame()
        >>> frame.query("variable == 'sex' and given == 'condition=strain'")["state"].tolist()
        ['female', 'male']
        >>> frame["probability"].between(0, 1).all().item()
        True
        """
        import pandas as pd

        frame = pd.DataFrame([row.cells() for row in self.rows], columns=list(COLUMNS))
        numbers = [(row.probability, row.ess) for row in self.rows]
        frame[["probability", "ess"]] = np.array(numbers, dtype=float).reshape(-1, 2)
        return frame

    def __post_init__(self) -> None:
        """Fill in the digest of rows that were not read from a file."""
        if not self.sha256:
            object.__setattr__(self, "sha256", digest(self.to_csv().encode()))

    @cached_property
    def parents(self) -> Mapping[str, tuple[str, ...]]:
        """Parents of every variable, in the vocabulary's order."""
        named = {row.variable: {parent for parent, _ in row.given} for row in self.rows}
        return FrozenMapping(
            {
                name: tuple(parent for parent in self.vocabulary if parent in named.get(name, ()))
                for name in self.vocabulary
            }
        )

    def cpts(self) -> dict[str, CPT]:
        """Return the table of every variable, filled by name, whatever the order of the rows."""
        tables = {}
        for name, parents in self.parents.items():
            shape = tuple(len(self.vocabulary[parent].states) for parent in parents)
            states = len(self.vocabulary[name].states)
            table = CPT(name, parents, np.full((*shape, states), np.nan), np.full(shape, np.nan))
            tables[name] = table
        for row in self.rows:
            table = tables[row.variable]
            given = dict(row.given)
            column = tuple(self.vocabulary[p].position[given[p]] for p in table.parents)
            state = self.vocabulary[row.variable].position[row.state]
            table.probabilities[(*column, state)] = row.probability
            if table.ess is not None:
                table.ess[column] = row.ess
        return tables

    def column(self, variable: str, given: Mapping[str, str] | None = None) -> tuple[Row, ...]:
        """Return the rows of one column, in the order of the variable's states.

        Parameters
        ----------
        variable : str
            Whose table.
        given : mapping of str to str, optional
            The state of each parent; nothing for a variable without parents.

        Raises
        ------
        HamkneeError
            If there is no such variable, parent or state, or a parent is missing.

        Examples
        --------
        >>> from hamknee.network import read_shipped_or_own
        >>> priors = read_shipped_or_own()
        >>> column = priors.column("pop", {"condition": "strain", "onset": "sudden"})
        >>> [row.name for row in column]
        ['P(pop=yes | condition=strain;onset=sudden)', 'P(pop=no | condition=strain;onset=sudden)']
        >>> round(sum(row.probability for row in column), 6)
        1.0
        """
        position = find_variable(self.vocabulary, variable).position
        given = {} if given is None else given
        states = check_given(self.vocabulary, variable, self.parents[variable], given)
        rows = (r for r in self.rows if r.variable == variable and dict(r.given) == states)
        return tuple(sorted(rows, key=lambda row: position[row.state]))

    def set(
        self,
        variable: str,
        state: str,
        *,
        given: Mapping[str, str] | None = None,
        probability: float,
        ess: float | None = None,
        basis: str | None = None,
        sources: Iterable[str] | str | None = None,
        note: str | None = None,
    ) -> Priors:
        """Return these numbers with one of them moved, the rest of its column in proportion.

        Where the number is 1, the others of the column share what is freed equally.

        No other column moves, so what was stated of an average over a second parent may no longer
        hold: P(pop | strain) moves with P(onset | strain). The notes say so, `difference` tells
        which averages moved and by how much, and `estimation.keep_averages` keeps them.

        Parameters
        ----------
        variable, state : str
            Of what it is the probability.
        given : mapping of str to str, optional
            The state of each parent; nothing for a variable without parents.
        probability : float
            P(variable = state | given), a proportion; exactly 0 or 1 only with basis "logical".
        ess : float, optional
            Equivalent sample size of the whole column; as it was by default.
        basis : {"published", "indirect", "cohort", "judgement", "logical"}, optional
            What kind of number it is. By default one that moves becomes a judgement and one that
            stays keeps its basis. Numbers that follow become judgements, or logical where a logical
            edit makes them 0 or 1.
        sources : iterable of str, or str, optional
            Keys of references.bib. By default a number that moves has none, as the old ones do not
            vouch for it. Numbers that follow keep those they were derived from.
        note : str, optional
            By default a number that moves is marked as edited, and what was said of one that
            follows says of which number.

        Returns
        -------
        Priors
            With the rows in the same order; the same object if nothing is different.

        Raises
        ------
        HamkneeError
            If there is no such number, or a value is not allowed; every problem is told.

        Notes
        -----
        Proportional co-variation: Coupé & van der Gaag (2002), Annals of Mathematics and
        Artificial Intelligence 36:323.

        Examples
        --------
        >>> from hamknee.network import read_shipped_or_own
        >>> given = {"condition": "rupture", "onset": "sudden"}
        >>> edited = read_shipped_or_own().set("pop", "yes", given=given, probability=0.7)
        >>> [round(row.probability, 3) for row in edited.column("pop", given)]
        [0.7, 0.3]
        """
        column = self.column(variable, given)
        edit = Provenance(self.references, ess, basis, sources, note)
        return self._with_rows(edit.one(column, self.vocabulary[variable], state, probability))

    def set_column(
        self,
        variable: str,
        probabilities: Mapping[str, float],
        *,
        given: Mapping[str, str] | None = None,
        ess: float | None = None,
        basis: str | None = None,
        sources: Iterable[str] | str | None = None,
        note: str | None = None,
    ) -> Priors:
        """Return these numbers with a whole column replaced.

        Parameters
        ----------
        variable : str
            Whose table.
        probabilities : mapping of str to float
            One for each state. They must add up to 1 within 0.000001; they are not rescaled.
        given, ess, basis, sources, note
            As for `set`, and said of every state of the column.

        Raises
        ------
        HamkneeError
            As for `set`, and if a state is missing or the column does not add up to 1.

        Examples
        --------
        >>> from hamknee.network import read_shipped_or_own
        >>> given = {"condition": "rupture", "onset": "sudden"}
        >>> pop = {"yes": 0.7, "no": 0.3}
        >>> edited = read_shipped_or_own().set_column("pop", pop, given=given, ess=20)
        >>> [(row.state, row.probability, row.ess) for row in edited.column("pop", given)]
        [('yes', 0.7, 20.0), ('no', 0.3, 20.0)]
        """
        column = self.column(variable, given)
        edit = Provenance(self.references, ess, basis, sources, note)
        return self._with_rows(edit.whole(column, self.vocabulary[variable], probabilities))

    def _with_rows(self, edited: Iterable[Row]) -> Priors:
        """Return these numbers with some rows replaced by others of the same name."""
        new = {row.name: row for row in edited}
        rows = tuple(new.get(row.name, row) for row in self.rows)
        if rows == self.rows:
            return self
        rows = with_moves_noted(self.vocabulary, self.parents, self.rows, rows)
        source = f"{self.source.removesuffix(EDITED)}{EDITED}"
        return Priors(self.vocabulary, rows, source, references=self.references)

    def to_csv(self) -> str:
        """Return the text of priors.csv: UTF-8, line feeds, shortest exact numbers."""
        return "".join(_line(cells) for cells in (COLUMNS, *(row.cells() for row in self.rows)))

    def save(self, path: str | Path) -> None:
        """Write priors.csv whole or not at all.

        Parameters
        ----------
        path : str or Path
            Written beside itself under a temporary name first, then renamed.

        Examples
        --------
        >>> import tempfile
        >>> from pathlib import Path
        >>> from hamknee.network import read_shipped_or_own
        >>> priors = read_shipped_or_own()
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     priors.save(Path(folder) / "priors.csv")
        ...     read_shipped_or_own(Path(folder) / "priors.csv").rows == priors.rows
        True
        """
        write_whole(Path(path), self.to_csv())


SOME_PRIORS = Kind(
    "priors, as hamknee.network.read_shipped_or_own() returns them, or the .priors of a project",
    (Priors,),
)
"""The numbers, as an argument."""


def checked_cpt(vocabulary: Vocabulary, cpts: Mapping[str, CPT], name: str) -> CPT:
    """Return a copy of a variable's table, or raise if it is not one the engine can use.

    Parameters
    ----------
    vocabulary : Vocabulary
        The variables and their states.
    cpts : mapping of str to CPT
        Tables by the name of their variable.
    name : str
        The variable.

    Raises
    ------
    HamkneeError
        If the table is missing, has another shape, or a column is no distribution.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.network import checked_cpt
    >>> model = hamknee.load()
    >>> checked_cpt(model.vocabulary, model.cpts, "sex").probabilities.flags.writeable
    False
    """
    if name not in cpts:
        raise HamkneeError(f"{name} has no table; allowed: one CPT for each variable")
    cpt = cpts[name]
    for parent in cpt.parents:
        find_variable(vocabulary, parent)
    shape = tuple(len(vocabulary[member].states) for member in (*cpt.parents, name))
    if cpt.probabilities.shape != shape:
        given = cpt.probabilities.shape
        raise HamkneeError(f"the table of {name} has the shape {given}; allowed: {shape}")
    if not (cpt.probabilities >= 0).all():
        raise HamkneeError(f"the table of {name} holds a NaN or a number below 0; allowed: neither")
    if np.abs(cpt.probabilities.sum(axis=-1) - 1).max() > SUM_TOLERANCE:
        raise HamkneeError(f"a column of {name} does not add up to 1; allowed: within 0.000001")
    own = replace(
        cpt,
        probabilities=cpt.probabilities.copy(),
        ess=None if cpt.ess is None else np.array(cpt.ess, dtype=float),
    )
    keep_arrays(own)
    return own


def digest(data: bytes) -> str:
    """Return the sha256 of some bytes in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _line(cells: Iterable[str]) -> str:
    """Return one line of a CSV file; cells with any kind of line break are put in quotes."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().removesuffix("\r\n") + "\n"
