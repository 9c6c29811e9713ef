"""Questions about the arrows, answered by pgmpy: blankets, independences, arrows to add."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from hamknee.base import HamkneeError, copied_property, counted, listing, shown, takes
from hamknee.formats.pgmpy import to_pgmpy
from hamknee.inference import A_MODEL, Model
from hamknee.network import AnyMapping, LabelledCases, as_labelled, find_variable

if TYPE_CHECKING:
    import pandas as pd

CLEAR = 0.05
"""Probability, all statements allowed for, below which one is contradicted."""

ENOUGH = 5
"""Cases for each degree of freedom below which the test is not to be trusted (Cochran 1954)."""

Test = Literal["chi_square", "g_sq"]
Score = Literal["bic-d", "aic-d", "k2", "bdeu"]


@takes(model=A_MODEL)
def markov_blanket(model: Model, variable: str) -> tuple[str, ...]:
    """Return the variables that, once known, leave nothing else to say of one.

    Parameters
    ----------
    model : Model
        Only its arrows are looked at.
    variable : str
        Whose parents, children, and other parents of its children are wanted.

    Returns
    -------
    tuple of str
        In the vocabulary's order.

    Raises
    ------
    EvidenceError
        If there is no such variable.

    Notes
    -----
    Pearl (1988), Probabilistic Reasoning in Intelligent Systems, section 3.2.1; found by pgmpy.

    Examples
    --------
    >>> import hamknee
    >>> model = hamknee.load()
    >>> "condition" in hamknee.formats.markov_blanket(model, "bruising")
    True
    >>> hamknee.formats.markov_blanket(model, "setting")
    ('condition',)
    """
    find_variable(model.vocabulary, variable)
    blanket = set(to_pgmpy(model).get_markov_blanket(variable))
    return tuple(name for name in model.vocabulary if name in blanket and name != variable)


class Independence(NamedTuple):
    """One independence that the arrows imply, tested on cases.

    Parameters
    ----------
    first, second : str
        Two variables without an arrow between them.
    given : tuple of str
        A smallest set that separates them.
    n : int
        Cases of which all of these are known.
    statistic, df, p : float
        Of the test; NaN where the cases tell nothing.
    p_adjusted : float
        The same, the number of statements allowed for (Holm 1979).

    Examples
    --------
    >>> from hamknee.formats import Independence
    >>> Independence("pop", "warmth", ("condition",), 60, 3.1, 4, 0.54, 1.0).sparse
    False
    """

    first: str
    second: str
    given: tuple[str, ...]
    n: int
    statistic: float
    df: float
    p: float
    p_adjusted: float

    @property
    def sparse(self) -> bool:
        """Whether there are too few cases for each degree of freedom to trust the test."""
        return self.n < ENOUGH * self.df


@shown
@dataclass(frozen=True)
class ImpliedIndependences:
    """What the arrows imply, each statement tested on cases; the most contradicted comes first.

    Parameters
    ----------
    model : Model
        Whose arrows they are.
    cases : int
        In the cohort.
    test : {"chi_square", "g_sq"}
        Which test of pgmpy.
    statements : tuple of Independence
        By p; those that the cases tell nothing about last.

    Examples
    --------
    >>> import pandas as pd
    >>> import hamknee
    >>> rows = {"condition": ["strain"] * 8, "pop": ["yes", "no"] * 4, "warmth": ["yes", "no"] * 4}
    >>> cohort = pd.DataFrame(rows)
    >>> hamknee.formats.implied_independences(hamknee.load(), cohort).statements[0].n
    8
    """

    model: Model
    cases: int
    test: Test
    statements: tuple[Independence, ...]

    @property
    def clear(self) -> tuple[Independence, ...]:
        """Statements that the cases contradict, all of them allowed for."""
        return tuple(one for one in self.statements if one.p_adjusted < CLEAR and not one.sparse)

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a statement, as `Independence`, with ``sparse``."""
        import pandas as pd

        rows = [
            (one.first, one.second, ", ".join(one.given), *one[3:], one.sparse)
            for one in self.statements
        ]
        return pd.DataFrame(rows, columns=[*Independence._fields, "sparse"])

    @cached_property
    def text(self) -> str:
        """Plain sentences: how many were tested, and which the cases contradict."""
        tested = sum(bool(np.isfinite(one.p)) for one in self.statements)
        start = f"{tested} of {len(self.statements)} independences that the arrows imply were"
        start += f" tested on {counted(self.cases, 'cases')}."
        if not self.clear:
            return f"{start} None is clearly contradicted."
        words = self.model.vocabulary
        sentences = []
        for one in self.clear[:3]:
            given = listing(words[name].label for name in one.given)
            pair = f"{words[one.first].label} and {words[one.second].label}"
            sentences.append(f"{pair} go together{f', given {given}' if given else ''}.")
        return " ".join([start, f"The cases contradict {len(self.clear)}:", *sentences])


@takes(model=A_MODEL)
def implied_independences(
    model: Model,
    cases: LabelledCases | pd.DataFrame | str | Path | None = None,
    *,
    mapping: AnyMapping = None,
    test: Test = "chi_square",
) -> ImpliedIndependences:
    """Test on a cohort what the arrows of a model say does not go together.

    Of each two variables without an arrow between them, a smallest set is sought that separates
    them, and pgmpy tests whether they are independent given it.

    Parameters
    ----------
    model : Model
        Only its arrows are looked at.
    cases : LabelledCases, DataFrame, or path, optional
        As for `evaluate`. Cells that are empty, or one of several, leave a case out of the
        statements that name them.
    mapping : ColumnMapping, mapping of str to str, or path, optional
        What columns and values of a table are called here, as for `hamknee.score`.
    test : {"chi_square", "g_sq"}
        Pearson's test or the likelihood ratio, both within each pattern of the given variables.

    Returns
    -------
    ImpliedIndependences

    Raises
    ------
    HamkneeError
        If the test is another.
    TableError, CasesError
        As for `evaluate`.

    Notes
    -----
    Minimal separators by Tian, Paz & Pearl (1998). With the diagnosis among what is given there are
    often few cases a cell: such statements are marked as sparse and never called contradicted.
    `residual_dependence` asks the same of pairs of findings with replicates of the model, and is to
    be preferred there.

    Examples
    --------
    >>> import hamknee
    >>> implied = hamknee.formats.implied_independences(hamknee.load())
    >>> implied.table.columns[:4].tolist()
    ['first', 'second', 'given', 'n']
    """
    from pgmpy.ci_tests import ChiSquare, GSq

    tests = {"chi_square": ChiSquare, "g_sq": GSq}
    if test not in tests:
        raise HamkneeError(f"found the test {test!r}; allowed: {', '.join(tests)}")
    frame = _certain(model, cases, mapping)
    statements = []
    for first, second, given in _separated(model):
        known = frame[[first, second, *given]].dropna().astype(str)
        df, numbers = 0.0, (np.nan, 0.0, np.nan)
        if len(known):
            own = tests[test](known)
            own(X=first, Y=second, Z=list(given), significance_level=CLEAR)
            df = float(own.dof_)
        if df:
            numbers = (float(own.statistic_), df, float(own.p_value_))
        statements.append(Independence(first, second, given, len(known), *numbers, np.nan))
    return ImpliedIndependences(model, len(frame), test, _adjusted(statements))


def _certain(
    model: Model, cases: LabelledCases | pd.DataFrame | str | Path | None, mapping: AnyMapping
) -> pd.DataFrame:
    """Return cases as names of states; what is not known for certain is missing."""
    import pandas as pd

    known = as_labelled(model.vocabulary, cases, mapping).with_diagnosis()
    columns = {}
    for variable, codes in zip(model.vocabulary.variables, known.codes.T, strict=True):
        names = np.array([*variable.state_names, None], dtype=object)
        columns[variable.name] = names[np.minimum(codes, len(variable.states))]
    return pd.DataFrame(columns)


def _separated(model: Model) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield each two variables without an arrow between them, and what separates them."""
    network, words = to_pgmpy(model), model.vocabulary
    for first, second in combinations(words, 2):
        if not (network.has_edge(first, second) or network.has_edge(second, first)):
            given = network.minimal_dseparator(first, second)
            yield first, second, tuple(name for name in words if name in given)


def _adjusted(statements: list[Independence]) -> tuple[Independence, ...]:
    """Return statements by p, with their number allowed for; the untested ones last."""
    from statsmodels.stats.multitest import multipletests

    tested = sorted((one for one in statements if np.isfinite(one.p)), key=lambda one: one.p)
    silent = [one for one in statements if not np.isfinite(one.p)]
    p = multipletests([one.p for one in tested], method="holm")[1].tolist() if tested else []
    adjusted = [one._replace(p_adjusted=q) for one, q in zip(tested, p, strict=True)]
    return (*adjusted, *silent)


@shown
@dataclass(frozen=True)
class StructureSearch:
    """Arrows that a search would add to a model.

    Parameters
    ----------
    model : Model
        Whose arrows are kept.
    cases : int
        Complete ones, on which the search went.
    left_out : tuple of str
        Variables that no case tells, or all tell alike.
    added : tuple of (str, str, float)
        From, to, and by how much the score is better with the arrow than without it.

    Examples
    --------
    >>> from hamknee.formats import StructureSearch
    >>> import hamknee
    >>> search = StructureSearch(hamknee.load(), 400, (), (("swelling", "warmth", 8.2),))
    >>> print(search.text)
    On 400 complete cases the search would add 1 arrow: Swelling → Warmth (score better by 8.2).
    """

    model: Model
    cases: int
    left_out: tuple[str, ...]
    added: tuple[tuple[str, str, float], ...]

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row an arrow: from, to, gain."""
        import pandas as pd

        return pd.DataFrame(self.added, columns=["from", "to", "gain"])

    @cached_property
    def text(self) -> str:
        """A plain sentence: which arrows, and how much each is worth."""
        words = self.model.vocabulary
        start = f"On {self.cases:,} complete cases the search would add"
        if not self.added:
            return f"{start} no arrow."
        arrows = "; ".join(
            f"{words[one].label} → {words[other].label} (score better by {gain:.1f})"
            for one, other, gain in self.added
        )
        plural = "arrow" if len(self.added) == 1 else "arrows"
        return f"{start} {len(self.added)} {plural}: {arrows}."


@takes(model=A_MODEL)
def search_structure(
    model: Model,
    cases: LabelledCases | pd.DataFrame | str | Path,
    *,
    mapping: AnyMapping = None,
    score: Score = "bic-d",
    max_parents: int = 3,
) -> StructureSearch:
    """Search a cohort for arrows that the model lacks; the model is the expert's knowledge.

    Parameters
    ----------
    model : Model
        All its arrows stay. None may lead back: from target to context, or from a finding to
        either.
    cases : LabelledCases, DataFrame, or path
        As for `evaluate`. Only cases count in which each variable that the cohort tells is known
        for certain.
    mapping : ColumnMapping, mapping of str to str, or path, optional
        What columns and values of a table are called here, as for `hamknee.score`.
    score : {"bic-d", "aic-d", "k2", "bdeu"}
        What pgmpy's hill climbing improves.
    max_parents : int
        Most arrows into one variable.

    Returns
    -------
    StructureSearch
        Arrows between findings may be turned round; the score cannot tell the direction.

    Raises
    ------
    HamkneeError
        If no case is complete.
    TableError, CasesError
        As for `evaluate`.

    Notes
    -----
    Greedy, so that another set of arrows may score better still (Koller & Friedman 2009, section
    18.4.3). An arrow found here is a question to ask, not a fact.

    Examples
    --------
    >>> import pandas as pd
    >>> import hamknee
    >>> rows = {"condition": ["strain", "other"] * 50, "warmth": ["yes", "no", "no", "no"] * 25}
    >>> cohort = pd.DataFrame({**rows, "pop": ["yes", "no", "no", "no"] * 25})  # always together
    >>> search = hamknee.formats.search_structure(hamknee.load(), cohort)
    >>> [sorted(arrow[:2]) for arrow in search.added]
    [['pop', 'warmth']]
    """
    from pgmpy.causal_discovery import ExpertKnowledge, HillClimbSearch
    from pgmpy.structure_score import get_scoring_method

    frame = _certain(model, cases, mapping)
    left_out = tuple(name for name in model.vocabulary if frame[name].nunique() < 2)
    known = frame.drop(columns=list(left_out)).dropna().astype("category")
    names = [name for name in model.vocabulary if name in known]
    names = [name for name in names if len(known[name].cat.categories) > 1]
    known = known[names]
    if len(names) < 2:
        problem = "no two variables are known, and differ, in the same cases"
        raise HamkneeError(f"{problem}; allowed: a cohort with complete cases")
    kept = {
        (parent, name)
        for name, cpt in model.cpts.items()
        for parent in cpt.parents
        if name in known and parent in known
    }
    expert = ExpertKnowledge(required_edges=kept, forbidden_edges=_backwards(model, names))
    search = HillClimbSearch(
        scoring_method=score,
        max_indegree=max_parents,
        expert_knowledge=expert,
        return_type="dag",
        show_progress=False,
    ).fit(known)
    graph, measure = search.causal_graph_, get_scoring_method(score, known)
    added = []
    for one, other in sorted(set(graph.edges) - kept):
        with_it = sorted(graph.predecessors(other))
        without = [parent for parent in with_it if parent != one]
        gain = measure.local_score(other, tuple(with_it)) - measure.local_score(
            other, tuple(without)
        )
        added.append((one, other, float(gain)))
    added.sort(key=lambda arrow: -arrow[2])
    return StructureSearch(model, len(known), left_out, tuple(added))


def _backwards(model: Model, names: list[str]) -> set[tuple[str, str]]:
    """Return the arrows from what comes later to what comes earlier: context, target, findings."""
    roles = {"context": 0, "target": 1}
    tier = {name: roles.get(model.vocabulary[name].role, 2) for name in names}
    own = {(parent, name) for name, cpt in model.cpts.items() for parent in cpt.parents}
    return {
        (one, other)
        for one in names
        for other in names
        if tier[one] > tier[other] and (one, other) not in own
    }
