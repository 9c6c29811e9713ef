"""Learning from a cohort: cases, also with blanks, turn the numbers into updated numbers.

Every column of priors.csv is a Dirichlet with counts ess × probability, to which complete cases
are added as counts (Spiegelhalter & Lauritzen 1990). With blanks the counts are expected ones, and
`em` finds them (Dempster, Laird & Rubin 1977; Lauritzen 1995).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from hamknee.base import (
    Array,
    HamkneeError,
    KeptArrays,
    compares_arrays,
    copied_property,
    counted,
    in_pandas,
    listing,
    read_table,
    shown,
    takes,
)
from hamknee.estimation.em import Fitted, fit
from hamknee.estimation.expected_counts import ExpectedCounts
from hamknee.estimation.one_sided import OneSided, one_sided_columns
from hamknee.estimation.selection import ASKED, kept_variables, variable_names
from hamknee.inference import Model
from hamknee.network import (
    LONGEST_NOTE,
    SOME_PRIORS,
    WAS,
    AnyMapping,
    Cases,
    LabelledCases,
    Priors,
    Row,
    encode,
    given_text,
    in_our_names,
    label,
    named_by_id,
    note_problems,
    published_among,
    with_moves_noted,
)

if TYPE_CHECKING:
    import pandas as pd


Cohort: TypeAlias = "LabelledCases | Cases | pd.DataFrame | str | Path"
Weights: TypeAlias = Sequence[float] | npt.NDArray[np.float64]

METHODS = {"posterior_mean": 0.0, "map": 1.0}
"""The mean or the mode of each updated Dirichlet: what `em` takes off the counts."""

MOST = 3
"""How many numbers the text names."""

_WORDS = {"posterior_mean": "posterior mean", "map": "posterior mode"}

_ASSUMED = (
    "Assumed: blanks are missing at random (whether something was recorded may depend on what is "
    "recorded of the case, not on what is not), and nobody was chosen for the cohort by anything "
    "but what is kept. The arrows are taken as given."
)

_PUBLISHED = (
    "these are published cases ({names}), which are there to check the numbers, and would check "
    "nothing if the numbers were made from them (nor are cases that got published a sample of "
    "patients); allowed: a cohort of your own"
)

_ONE_SIDED = (
    "written down on one side only, it seems, so that a blank may stand for the other side. Read "
    "as blanks, they would make the side that is told too common:\n{columns}\nallowed: say what a "
    "blank means in these columns, leave the columns out, or name them in one_sided (--one-sided) "
    "to learn from them all the same"
)


class LearningError(HamkneeError):
    """A cohort that cannot be learned from as it was asked.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.network import read_shipped_or_own
    >>> hamknee.update(read_shipped_or_own(), 31)
    Traceback (most recent call last):
    ...
    hamknee.estimation.learning.LearningError: a cohort cannot be a int; allowed:
    LabelledCases, a DataFrame, a path
    """


@shown
@dataclass(frozen=True)
@compares_arrays
class Update(KeptArrays):
    """What a cohort makes of the numbers.

    Parameters
    ----------
    before, priors : Priors
        The numbers as they were, and as they are now.
    counts : mapping of str to ndarray, each (parents' states..., states)
        By variable, the expected counts: how many cases have this state with these parents.
    log_likelihood : ndarray, shape (iterations + 1,)
        Natural logarithm of the probability of all that was observed, under the numbers as they
        were and after each iteration.
    log_posterior : ndarray, shape (iterations + 1,)
        The same plus Σ a log probability: what never falls.
    converged : bool
        Whether the last iteration moved no probability by more than the tolerance.
    method : str
        One of `METHODS`.
    size, complete : int
        Number of cases, and of those in which every variable is known.
    weight : float
        For how many cases they count together.
    kept : mapping of str to str
        Variables whose numbers were to stay as they are, and why.
    one_sided : tuple of OneSided
        What seems to be written down on one side only, and was learned from all the same.
    unused : tuple of str
        Columns of the cohort that are no variables.
    name : str
        What the cohort is called.

    Examples
    --------
    >>> import pandas as pd
    >>> import hamknee
    >>> from hamknee.network import read_shipped_or_own
    >>> clinic = pd.DataFrame({"condition": 30 * ["strain"], "pop": 30 * ["yes"]})
    >>> learned = hamknee.update(read_shipped_or_own(), clinic)
    >>> learned.size, learned.complete, learned.converged
    (30, 0, True)
    >>> list(learned.table)
    ['variable', 'state', 'given', 'old', 'new', 'old_ess', 'ess', 'count']
    >>> float(learned.counts["condition"].sum().round(1))
    30.0
    """

    before: Priors
    priors: Priors
    counts: Mapping[str, Array]
    log_likelihood: Array
    log_posterior: Array
    converged: bool
    method: str
    size: int
    complete: int
    weight: float
    kept: Mapping[str, str]
    unused: tuple[str, ...]
    name: str
    one_sided: tuple[OneSided, ...] = field(default=())

    @property
    def iterations(self) -> int:
        """Number of EM iterations."""
        return len(self.log_likelihood) - 1

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a number, the one that moved most first.

        Columns: variable, state, given, old, new, old_ess, ess, count.
        """
        import pandas as pd

        frame = pd.DataFrame(
            {
                "variable": old.variable,
                "state": old.state,
                "given": given_text(old.given),
                "old": old.probability,
                "new": new.probability,
                "old_ess": old.ess,
                "ess": new.ess,
                "count": float(self.counts[old.variable][_place(self.before, old)]),
            }
            for old, new in self._pairs
        )
        order = np.argsort(-_move(frame["new"].to_numpy(), frame["old"].to_numpy()), kind="stable")
        return frame.iloc[order].reset_index(drop=True)

    @cached_property
    def text(self) -> str:
        """Plain sentences: what was added, what moved most, and what is assumed."""
        return " ".join([self._added, self._settled, self._moved, *self._left, _ASSUMED])

    @property
    def _pairs(self) -> Iterator[tuple[Row, Row]]:
        return zip(self.before.rows, self.priors.rows, strict=True)

    @property
    def _added(self) -> str:
        cases = counted(self.size, "cases")
        weighed = "" if self.weight == self.size else f", which count as {self.weight:,.6g}"
        blanks = f"{self.complete:,} complete, {self.size - self.complete:,} with blanks"
        return f"Added from {self.name}: {cases}{weighed} ({blanks})."

    @property
    def _settled(self) -> str:
        ends = f"from {self.log_likelihood[0]:,.2f} to {self.log_likelihood[-1]:,.2f}"
        likelihood = f"the log-likelihood of what was observed went {ends}"
        if self.complete == self.size:
            return (
                f"Nothing is blank, so the update is exact ({_WORDS[self.method]}); {likelihood}."
            )
        settled = "settled" if self.converged else "had not settled when it was stopped"
        steps = f"after {counted(self.iterations, 'iterations')}"
        return f"EM ({_WORDS[self.method]}) {settled} {steps}; {likelihood}."

    @property
    def _moved(self) -> str:
        first: dict[object, tuple[float, str]] = {}  # of each column the number that moved most
        for old, new in self._pairs:
            move = float(_move(new.probability, old.probability))
            column = (old.variable, old.given)
            if move > first.get(column, (0.0, ""))[0]:
                numbers = f"from {old.probability:.3g} to {new.probability:.3g}"
                counts = f"equivalent sample size {old.ess:.3g} to {new.ess:.3g}"
                first[column] = (move, f"{old.name} {numbers} ({counts})")
        if not first:
            return "No number moved."
        most = sorted(first.values(), key=lambda move_and_text: -move_and_text[0])[:MOST]
        return f"Moved most: {'; '.join(text for _, text in most)}."

    @property
    def _left(self) -> list[str]:
        columns = {(old.variable, old.given): old != new for old, new in self._pairs}
        still = list(columns.values()).count(False)
        sentences = []
        if still:
            of = f"{still:,} of {len(columns):,} columns"
            sentences.append(
                f"{of} stay as they are: no case reaches them, or they were not to move."
            )
        if self.kept:
            asked = [name for name, why in self.kept.items() if why == ASKED]
            others = [f"{name} ({why})" for name, why in self.kept.items() if why != ASKED]
            sentences += [f"Kept as asked: {listing(asked)}."] if asked else []
            sentences += [f"Kept too: {listing(others)}."] if others else []
        if self.one_sided:
            sided = "; ".join(column.text for column in self.one_sided)
            sentences.append(f"Learned all the same, though told on one side only: {sided}.")
        if self.unused:
            sentences.append(f"Not used, as no variables of the model: {listing(self.unused)}.")
        return sentences


@takes(priors=SOME_PRIORS)
def update(
    priors: Priors,
    cohort: Cohort,
    *,
    mapping: AnyMapping = None,
    weight: float | Weights = 1.0,
    method: str = "posterior_mean",
    keep: Collection[str] = (),
    learn: Collection[str] = (),
    one_sided: Collection[str] = (),
    iterations: int = 1000,
    tolerance: float = 1e-5,
    name: str = "the cohort",
    source: str | None = None,
) -> Update:
    """Add a cohort's cases to the numbers.

    Exact where nothing is blank (Spiegelhalter & Lauritzen 1990), else by EM (Lauritzen 1995). A
    column's equivalent sample size grows by the cases that reach it, times the share of their
    information that is not missing (Louis 1982). Columns of 0 and 1, and columns that no case
    reaches, stay exactly as they are. So do variables of the role context, as a cohort of one
    clinic does not tell how common such clinics are, and whatever leads to a variable that is kept.

    Parameters
    ----------
    priors : Priors
        The numbers to start from.
    cohort : LabelledCases, Cases, DataFrame, or path
        A table has a row a case and a column a variable, among them that of the target; empty
        cells are not known, ``a|b`` means one of these, and likelihoods are allowed.
    mapping : ColumnMapping, mapping of str to str, or path, optional
        What columns and values of a table are called here, as for `hamknee.score`.
    weight : float, or sequence of float, one for each case
        For how many cases each counts, above 0: below 1 for data that are old or from elsewhere.
    method : {"posterior_mean", "map"}
        The mean of each updated Dirichlet, or its mode, which needs ess × probability above 1.
        What of the observed data's likelihood never falls with each, docs/method.md says.
    keep : collection of str, or str
        Variables whose numbers stay, such as the target where cases were chosen by diagnosis. What
        leads to them stays too.
    learn : collection of str, or str
        Variables of the role context that are to be learned: the cohort was drawn from all of them.
    one_sided : collection of str, or str
        Variables to learn from even if they seem to be written down only when present; otherwise
        such a cohort is refused (see docs/method.md).
    iterations : int
        Of EM, at most.
    tolerance : float
        EM has converged when no probability moves by more in one iteration.
    name : str
        What to call the cohort in texts and notes.
    source : str, optional
        Key of references.bib to add to the sources of the numbers that changed.

    Returns
    -------
    Update

    Raises
    ------
    LearningError, CasesError, EvidenceError, TableError
        If an argument or the cohort cannot be used: among others if it holds published cases, or
        if a variable seems to be written down on one side only.
    NoModeError
        If the method is "map" and a column has no mode inside.
    ImpossibleEvidenceError
        If the numbers hold a case impossible; it names the first.

    Examples
    --------
    >>> import pandas as pd
    >>> import hamknee
    >>> from hamknee.network import read_shipped_or_own
    >>> priors = read_shipped_or_own()
    >>> clinic = pd.DataFrame({"condition": ["strain", "rupture"], "pop": ["", "yes"]})
    >>> learned = hamknee.update(priors, clinic, name="our clinic")
    >>> print(learned.text)
    Added from our clinic: 2 cases (0 complete, 2 with blanks). EM (posterior mean) settled
    after ... Moved most: ... The arrows are taken as given.
    >>> case, before, after = {"pop": "yes"}, hamknee.load(priors), hamknee.load(learned.priors)
    >>> after.posterior(case)["rupture"] > before.posterior(case)["rupture"]
    True
    """
    cases, keys, unused = _cases(priors, cohort, mapping)
    weights = _weights(weight, len(cases))
    if method not in METHODS:
        raise LearningError(f"unknown method {method!r}; allowed: {listing(METHODS)}")
    if iterations < 1 or not 0 < tolerance < 1:
        settings = f"iterations {iterations} and tolerance {tolerance}"
        raise LearningError(f"found {settings}; allowed: at least 1, and between 0 and 1")
    if source is not None and source.split() != [source]:
        raise LearningError(f"{source!r} cannot be a source; allowed: one key of references.bib")
    for problem, allowed in note_problems(_was(0.5, 1, 1, name)):
        raise LearningError(f"{name!r} cannot be a name: {problem}; allowed: {allowed}")
    kept = kept_variables(priors.vocabulary, priors.parents, keep, learn)
    willing = variable_names(priors.vocabulary, one_sided, "one_sided")
    if published := published_among(cases, keys):
        raise LearningError(_PUBLISHED.format(names=listing(map(str, published), most=5)))

    cpts = list(priors.cpts().values())
    model = Model(priors.vocabulary, priors.cpts())
    counter = ExpectedCounts(model, cases, weights)
    sided = one_sided_columns(model, cases)
    if refused := [column.text for column in sided if column.variable not in willing]:
        raise LearningError(_ONE_SIDED.format(columns="\n".join(refused)))
    fitted = fit(
        counter,
        cpts,
        keep=tuple(kept),
        off=METHODS[method],
        iterations=iterations,
        tolerance=tolerance,
    )
    counts = dict(zip(priors.vocabulary, fitted.counts, strict=True))
    shares = counter.information(fitted.tables)
    return Update(
        before=priors,
        priors=_rewritten(priors, fitted, shares, name, source),
        counts=counts,
        log_likelihood=np.array(fitted.log_likelihood),
        log_posterior=np.array(fitted.log_posterior),
        converged=fitted.converged,
        method=method,
        size=len(cases),
        complete=int((cases.codes < model.engine.sizes).all(axis=1).sum()),
        weight=float(weights.sum()),
        kept=kept,
        unused=unused,
        name=name,
        one_sided=tuple(sided),
    )


def _cases(
    priors: Priors, cohort: Cohort, mapping: AnyMapping
) -> tuple[Cases, Sequence[object] | None, tuple[str, ...]]:
    """Return the cases with what is known of the diagnosis, their keys, and the unused columns."""
    vocabulary = priors.vocabulary
    keys: Sequence[object] | None = None
    unused: tuple[str, ...] = ()
    if mapping is not None and isinstance(cohort, LabelledCases | Cases):
        raise LearningError("the cohort is read already; allowed: a mapping of a table or a file")
    if isinstance(cohort, str | Path):
        cohort = read_table(Path(cohort))
    if isinstance(cohort, LabelledCases):
        cases = cohort.with_diagnosis()
        named = named_by_id(cohort.about)
        keys = None if named is cohort.about else list(named.index)
        unused = tuple(map(str, cohort.about.columns))
    elif isinstance(cohort, Cases):
        cases = cohort
    elif hasattr(cohort, "columns"):
        cohort = cast("pd.DataFrame", in_pandas(cohort))
        cohort = named_by_id(cohort, vocabulary)
        label(vocabulary, cohort, mapping)  # for its checks; it would make sets of likelihoods
        cohort = in_our_names(vocabulary, cohort, mapping)
        cases = encode(vocabulary, cohort[[name for name in cohort.columns if name in vocabulary]])
        unused = tuple(str(name) for name in cohort.columns if name not in vocabulary)
    else:
        kind = type(cohort).__name__
        raise LearningError(
            f"a cohort cannot be a {kind}; allowed: LabelledCases, a DataFrame, a path"
        )
    if cases.vocabulary != vocabulary:
        problem = "the cases were read with another vocabulary than the numbers"
        raise LearningError(f"{problem}; allowed: the same for both")
    if not len(cases):
        raise LearningError("the cohort has no cases; allowed: at least one")
    return cases, keys, unused


def _weights(weight: float | Weights, count: int) -> Array:
    """Return for how many cases each counts, shape (cases,)."""
    given = np.asarray(weight, dtype=float)
    if given.shape not in ((), (count,)):
        problem = f"found weights of the shape {given.shape} for {counted(count, 'cases')}"
        raise LearningError(f"{problem}; allowed: one number, or one for each case")
    if not (np.isfinite(given) & (given > 0)).all():
        wrong = given[~(np.isfinite(given) & (given > 0))].ravel()[0]
        raise LearningError(f"found a weight of {wrong:g}; allowed: finite numbers above 0")
    return np.broadcast_to(given, (count,)).copy()


def _rewritten(
    priors: Priors, fitted: Fitted, shares: Sequence[Array], name: str, source: str | None
) -> Priors:
    """Return the numbers with the learned columns replaced; their notes say what they were.

    A published number is then no longer what was published, but is still constrained by it.
    """
    number = {variable: i for i, variable in enumerate(priors.vocabulary)}
    rows = []
    for row in priors.rows:
        i, place = number[row.variable], _place(priors, row)
        column = place[:-1]
        if not fitted.learned[i][column]:
            rows.append(row)
            continue
        cases = float(fitted.counts[i][column].sum())
        was = _was(row.probability, row.ess, cases, name)
        changed = replace(
            row,
            probability=float(fitted.tables[i][place]),
            ess=row.ess + cases * float(shares[i][column]),
            basis="indirect" if row.basis == "published" else row.basis,
            sources=tuple(dict.fromkeys([*row.sources, *([source] if source else [])])),
            note=": ".join(filter(None, [was, row.note]))[:LONGEST_NOTE],
        )
        rows.append(changed)
    noted = with_moves_noted(priors.vocabulary, priors.parents, priors.rows, rows)
    return Priors(priors.vocabulary, noted)


def _was(probability: float, ess: float, cases: float, name: str) -> str:
    """Return what a number was, which stands before what was said of it."""
    return f"{WAS}{probability:.4g} (ess {ess:.4g}) before {cases:.4g} cases of {name}"


def _move(new: Array | float, old: Array | float) -> Array:
    """Return how far numbers moved, without what rounding adds: of two states both move alike."""
    return np.asarray(np.abs(np.subtract(new, old)).round(12))


def _place(priors: Priors, row: Row) -> tuple[int, ...]:
    """Return where a row stands in its variable's table."""
    given = dict(row.given) | {row.variable: row.state}
    members = (*priors.parents[row.variable], row.variable)
    return tuple(priors.vocabulary[member].position[given[member]] for member in members)
