"""A folder of numbers, words, evidence and guidance, opened as one checked, immutable thing."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING

from hamknee.base import (
    A_PATH,
    FaultsError,
    FrozenMapping,
    HamkneeError,
    Kind,
    counted,
    decode,
    listing,
    read_bytes,
    shipped,
    takes,
    whole_file,
    write_whole,
    writing,
)
from hamknee.estimation import Dossier, read_dossier
from hamknee.inference import Model, load
from hamknee.network import (
    Priors,
    Vocabulary,
    as_labelled,
    read_shipped_or_own,
    read_vocabulary,
)
from hamknee.projects.checking import Checked, check_project

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from hamknee.estimation import Distribution
    from hamknee.network import AnyMapping, LabelledCases
    from hamknee.projects.comparing import ProjectDifference

EVIDENCE = "evidence"
FILES = (
    *("priors.csv", "vocabulary.toml", "references.bib", "guidance.toml", "coexisting.csv"),
    *(f"{EVIDENCE}/{name}.csv" for name in ("estimates", "facts", "associations")),
)
"""What may stand in the folder of a project; only priors.csv must."""

OWN = frozenset({"priors.csv", "vocabulary.toml", *FILES[5:]})
"""What a new project gets a copy of; the shipped texts and references stand beside it anyway."""


class ProjectError(HamkneeError):
    """A folder is no project, or may not become one.

    Examples
    --------
    >>> import hamknee
    >>> hamknee.open_project("nowhere")
    Traceback (most recent call last):
    ...
    hamknee.projects.folder.ProjectError: there is no folder 'nowhere'; allowed: a folder with a
    priors.csv, such as `hamknee new FOLDER` makes
    """


@dataclass(frozen=True, eq=False)
class Project:
    """Numbers, words, references, evidence, guidance and what may coexist, checked together.

    A project never changes: every verb returns another one. It lives in a folder; one that was
    changed lives in a temporary folder of its own until it is saved.

    Parameters
    ----------
    files : mapping of str to str
        The text of each file, by its path in the folder.
    changes : tuple of str
        What was stated since the project was opened, and what followed, a sentence each.

    Examples
    --------
    >>> import hamknee
    >>> project = hamknee.open_project()
    >>> project = project.state("pop", "strain", "24 of 60", note="our clinic, 2026")
    >>> print(project.changes[-1])
    P(pop=yes | condition=strain) is now 0.402 (24 of 60; our clinic, 2026, worth 61 patients; it
    was 0.25), over onset sudden 0.448, days 0.075, gradual 0.039.
    >>> round(project.model.marginals({"condition": "strain"})["pop"][0].item(), 2)
    0.4
    """

    files: Mapping[str, str]
    changes: tuple[str, ...] = ()
    folder: Path | None = field(default=None)

    def __repr__(self) -> str:
        """Say where it lives and how much was changed."""
        where = "not saved yet" if self.folder is None else repr(str(self.folder))
        return f"<Project: {where}, {counted(len(self.changes), 'changes')}>"

    @cached_property
    def _home(self) -> Path:
        """Where the files are; a temporary folder goes when the project does."""
        if self.folder is not None:
            return self.folder
        own = Path(tempfile.mkdtemp(prefix="hamknee-project-"))
        weakref.finalize(self, shutil.rmtree, own, ignore_errors=True)
        _write(own, self.files)
        return own

    @cached_property
    def priors(self) -> Priors:
        """The numbers."""
        return read_shipped_or_own(self._home / "priors.csv")

    @property
    def vocabulary(self) -> Vocabulary:
        """The words."""
        return self.priors.vocabulary

    @cached_property
    def model(self) -> Model:
        """The compiled network, which every verb takes."""
        return load(self.priors)

    @property
    def vocabulary_text(self) -> str:
        """The text of its vocabulary, or of the shipped one where it has none of its own."""
        own = self.files.get("vocabulary.toml")
        return shipped("data/vocabulary.toml").read_text("utf-8") if own is None else own

    @cached_property
    def dossier(self) -> Dossier | None:
        """The evidence that the numbers were derived from, where there is any."""
        if f"{EVIDENCE}/estimates.csv" not in self.files:
            return None
        return read_dossier(self._home / EVIDENCE, self.vocabulary)

    def check(self) -> Checked:
        """Return whether the files go together, and what is still missing or only assumed.

        Raises
        ------
        FaultsError
            With every fault of a file.

        Examples
        --------
        >>> import hamknee
        >>> print(hamknee.open_project().check().text.splitlines()[0])
        No faults: 2,670 numbers of 27 variables, 21 conditions.
        """
        return check_project(self)

    def diff(
        self,
        other: Project | str | Path,
        cases: LabelledCases | pd.DataFrame | str | Path | None = None,
        *,
        mapping: AnyMapping = None,
    ) -> ProjectDifference:
        """Return what is new, gone and changed in another project, and what it does to cases.

        Parameters
        ----------
        other : Project, str or Path
            The newer one, or its folder.
        cases : LabelledCases, DataFrame, or path, optional
            Cases that both can read, with the words of this one.
        mapping : ColumnMapping, mapping of str to str, or path, optional
            What columns and values of a table are called here, as for `hamknee.score`.

        Examples
        --------
        >>> import hamknee
        >>> shipped = hamknee.open_project()
        >>> print(shipped.diff(shipped).text)
        The vocabularies are the same. Numbers of both that differ: none.
        """
        from hamknee.projects.comparing import compare_numbers

        newer = other if isinstance(other, Project) else open_project(other)
        labelled = None if cases is None else as_labelled(self.vocabulary, cases, mapping)
        return compare_numbers(self.priors, newer.priors, labelled)

    def state(
        self,
        finding: str,
        given: str,
        statement: str | Distribution,
        *,
        mass: float = 0.95,
        basis: str | None = None,
        source: str | None = None,
        note: str = "",
    ) -> Project:
        """Return the project with one number stated anew, as a paper or a colleague says it.

        Further parents keep their odds ratios, and what is stated is the average over them; where
        other variables move with this one, their averages stay as they were stated. It is for
        whoever keeps a project; numbers alone have `hamknee.estimation.state_average`.

        Parameters
        ----------
        finding : str
            A variable of two states, whose first is meant, or ``variable=state``.
        given : str
            A condition, or a setting where the finding is a condition (``condition=strain``).
        statement : str, or distribution of SciPy or PreliZ
            Such as "24 of 60", "0.40 (0.25 to 0.55)", "LR+ 3.1 (1.9 to 5.0)", "quartiles 0.3 0.4
            0.5" or "chips 0 3 10 6 1" (`hamknee.estimation.read_statement`); or a frozen
            distribution such as ``scipy.stats.beta(24, 36)`` (`from_distribution`).
        mass : float
            Of an interval, where the statement does not say it.
        basis : str, optional
            By default a count is of one's own patients (``cohort``), or ``published`` where a
            source is named; anything else is a judgement.
        source : str, optional
            A key of references.bib.
        note : str
            Why; it stands beside the number.

        Raises
        ------
        HamkneeError
            If there is no such number, or it cannot be so.

        Examples
        --------
        >>> import hamknee
        >>> project = hamknee.open_project().state("bruising", "rupture", "LR+ 3.1 (1.9 to 5.0)")
        >>> "with other causes" in project.changes[0]
        True
        """
        from hamknee.projects.stating import state

        return state(self, finding, given, statement, mass, basis, source, note)

    def add_reference(self, key: str, entry: str) -> Project:
        """Return the project with a reference of one's own beside the shipped ones.

        Parameters
        ----------
        key : str
            What sources name.
        entry : str
            The BibTeX entry, which begins with ``@article{key,`` or the like.

        Examples
        --------
        >>> import hamknee
        >>> own = hamknee.open_project().add_reference("me2026", "@misc{me2026, title = {Mine}}")
        >>> "me2026" in own.priors.references
        True
        """
        if key not in entry.partition(",")[0]:
            raise ProjectError(f"the entry does not begin with {key!r}; allowed: @misc{{{key}, …}}")
        text = self.files.get("references.bib", "")
        return self.with_files({"references.bib": f"{text}{entry.strip()}\n"})

    def add_condition(
        self,
        name: str,
        label: str,
        base_rates: str | Mapping[str, str],
        statements: Mapping[str, str] | None = None,
        *,
        description: str = "",
        basis: str | None = None,
        source: str | None = None,
    ) -> Project:
        """Return the project with one more condition; the others make room for it.

        Parameters
        ----------
        name, label : str
            Identifier, and what people read.
        base_rates : str, or mapping of str to str
            A statement of how often it is the cause, in every setting or by setting.
        statements : mapping of str to str, optional
            ``finding`` or ``finding=state`` to a statement, as for `state`. A finding that is not
            stated becomes a flat judgement, worth two patients, which `check` counts.
        description : str
            One line on what it is.
        basis, source
            As for `state`, said of every statement.

        Raises
        ------
        HamkneeError
            If the name is taken, or a statement cannot be read.

        Examples
        --------
        >>> import hamknee
        >>> shipped = hamknee.open_project()
        >>> grown = shipped.add_condition("plica", "Plica", "1 of 200", {"onset=days": "7 of 9"})
        >>> grown.model.posterior({"setting": "primary_care"})["plica"] > 0.005
        True
        """
        from hamknee.projects.growing import add_condition

        rates = (
            dict.fromkeys(self._settings(), base_rates)
            if isinstance(base_rates, str)
            else base_rates
        )
        said = dict(statements or {})
        return add_condition(self, name, label, description, rates, said, basis, source)

    def add_finding(
        self,
        name: str,
        label: str,
        question: str,
        statements: Mapping[str, str],
        *,
        states: Mapping[str, str] | None = None,
        others: str | None = None,
        group: str = "history",
        minutes: float = 0.2,
        help: str = "",  # noqa: A002
        basis: str | None = None,
        source: str | None = None,
    ) -> Project:
        """Return the project with one more finding of two states.

        Parameters
        ----------
        name, label, question, help : str
            Identifier, and what people read.
        statements : mapping of str to str
            Condition to a statement of the first state, as for `state`.
        states : mapping of str to str, optional
            Two names and their labels; yes and no by default.
        others : str, optional
            The statement for all conditions that are not in `statements`; by default they become
            flat judgements, worth two patients, which `check` counts.
        group, minutes
            As in the vocabulary.
        basis, source
            As for `add_condition`.

        Raises
        ------
        HamkneeError
            As `add_condition`.

        Examples
        --------
        >>> import hamknee
        >>> shipped, often = hamknee.open_project(), {"meniscal_tear": "30 of 75"}
        >>> grown = shipped.add_finding("click", "Click", "Does it click?", often, others="1 of 10")
        >>> grown.model.posterior({"click": "yes"}).top
        'meniscal_tear'
        """
        from hamknee.projects.growing import NewFinding, add_finding

        both = dict(states or {"yes": "Yes", "no": "No"})
        new = NewFinding(name, label, question, help, group, minutes, both)
        return add_finding(self, new, dict(statements), others, basis, source)

    def add(self, file: str | Path) -> Project:
        r"""Return the project with the conditions and findings that a file states.

        Parameters
        ----------
        file : str or Path
            A TOML file with tables ``[condition.NAME]`` (label, base_rate, description, source) and
            ``[finding.NAME]`` (label, question, help, group, minutes, states, others, source);
            every other key is a statement, as for `add_condition` and `add_finding`.

        Raises
        ------
        AdditionsError
            With every fault of the file.

        Examples
        --------
        >>> import tempfile
        >>> import hamknee
        >>> lines = [
        ...     "[condition.plica]",
        ...     "label = 'Irritated fold (plica)'",
        ...     "base_rate = '0.01 (0.004 to 0.03)'",
        ...     "'location=anteromedial' = '0.6 (0.4 to 0.8)'",
        ... ]
        >>> with tempfile.TemporaryDirectory() as place:
        ...     path = Path(place, "plica.toml")
        ...     _ = path.write_text("\n".join(lines), "utf-8")
        ...     grown = hamknee.open_project().add(path)
        >>> print(grown.check().text.splitlines()[0])
        No faults: 2,797 numbers of 27 variables, 22 conditions.
        """
        from hamknee.projects.additions import add_file

        return add_file(self, Path(file))

    def save(self, folder: str | Path, *, overwrite: bool = False) -> Project:
        """Write the project, and return it as it stands there.

        Parameters
        ----------
        folder : str or Path
            New, or empty, or a project that may be replaced.
        overwrite : bool
            Whether a project that stands there is replaced, when all its files are written.

        Raises
        ------
        ProjectError
            If something stands there already, or the folder cannot be written.

        Examples
        --------
        >>> import tempfile
        >>> import hamknee
        >>> with tempfile.TemporaryDirectory() as place:
        ...     saved = hamknee.open_project().save(f"{place}/mine")
        ...     saved.priors.sha256 == hamknee.open_project(f"{place}/mine").priors.sha256
        True
        """
        place = Path(folder)
        there = [name for name in FILES if (place / name).exists()]
        if there and not overwrite:
            raise ProjectError(
                f"{str(place)!r} holds {listing(there)} already; allowed: a new folder, or"
                " overwrite=True"
            )
        with writing(place, "a folder in an existing folder"):
            _write(place, self.files)
        return Project(self.files, self.changes, place)

    def with_priors(self, priors: Priors, *said: str) -> Project:
        """Return the project with other numbers, such as `hamknee.update` or `Priors.set` return.

        They keep their notes and sources; the evidence stays as it was, so that a number that is
        stated later follows from it again.

        Parameters
        ----------
        priors : Priors
            Of the same variables and states.
        *said : str
            A sentence each on what was changed.

        Raises
        ------
        PriorsError
            If they do not fit the words and references of the project.

        Examples
        --------
        >>> import hamknee
        >>> project = hamknee.open_project()
        >>> cohort = hamknee.simulate(project.model, 50, known=0.5, seed=1)
        >>> learned = hamknee.update(project.priors, cohort, name="our clinic")
        >>> project.with_priors(learned.priors, learned.text).priors.sha256 == learned.priors.sha256
        True
        """
        return self.with_files({"priors.csv": priors.to_csv()}, *said)

    def with_files(self, files: Mapping[str, str], *said: str) -> Project:
        """Return the project with some of its files replaced, read and checked anew."""
        project = Project(FrozenMapping({**self.files, **files}), (*self.changes, *said))
        _ = project.priors, project.dossier  # which raise what is wrong with them
        return project

    def _settings(self) -> Sequence[str]:
        """Return the states of the target's own parent, or the one column it has without any."""
        parents = self.priors.parents[self.vocabulary.target.name]
        return self.vocabulary[parents[0]].state_names if parents else ("",)

    def _repr_html_(self) -> str:
        """Return a few lines for a notebook."""
        lines = [*self.check().text.splitlines(), f"{counted(len(self.changes), 'changes')}."]
        return "<br>".join(line.replace("<", "&lt;") for line in lines)


@takes(folder=Kind("the path of a folder", (str, Path, NoneType)))
def open_project(folder: str | Path | None = None) -> Project:
    """Open a folder of numbers as a project.

    Parameters
    ----------
    folder : str or Path, optional
        With a priors.csv; what else is not there is taken from what is shipped. By default the
        shipped numbers themselves.

    Raises
    ------
    ProjectError
        If there is no such folder, or no priors.csv in it.
    FaultsError
        With every fault of a file.

    Examples
    --------
    >>> import hamknee
    >>> project = hamknee.open_project()
    >>> len(project.vocabulary.target.states), project.dossier is None
    (21, False)
    """
    place = shipped("data") if folder is None else Path(folder)
    if not place.is_dir():
        raise ProjectError(
            f"there is no folder {str(place)!r}; allowed: a folder with a priors.csv, such as"
            " `hamknee new FOLDER` makes"
        )
    if not (place / "priors.csv").is_file():
        raise ProjectError(f"{str(place)!r} has no priors.csv; allowed: a folder with one")
    files = {name: _text(place / name) for name in FILES if (place / name).is_file()}
    project = Project(FrozenMapping(files), folder=place)
    _ = project.priors, project.dossier
    return project


@takes(folder=A_PATH)
def new_project(folder: str | Path) -> Project:
    """Make a project of the shipped numbers, words and evidence.

    The shipped references, guidance and table of what may coexist go with it as long as the folder
    has none of its own.

    Parameters
    ----------
    folder : str or Path
        Made if it is not there.

    Raises
    ------
    ProjectError
        If a project stands there already.

    Examples
    --------
    >>> import tempfile
    >>> import hamknee
    >>> with tempfile.TemporaryDirectory() as place:
    ...     print(sorted(hamknee.new_project(f"{place}/mine").files)[-2:])
    ['priors.csv', 'vocabulary.toml']
    """
    whole = open_project()
    return Project(FrozenMapping(_only(whole.files, OWN))).save(folder)


def read_words(text: str) -> Vocabulary:
    """Return the vocabulary that a text holds, checked as a file is."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place, "vocabulary.toml")
        write_whole(path, text)
        return read_vocabulary(path)


def _text(path: Path) -> str:
    """Return the text of a file, line ends as they stand there, or raise."""
    return decode(read_bytes(path, FaultsError), path.name, FaultsError)


def _only(files: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    return {name: text for name, text in files.items() if name in set(names)}


def _write(place: Path, files: Mapping[str, str]) -> None:
    """Write every file before any takes its place, the numbers last: until then the old ones hold.

    Of what cannot be written nothing stays, nor a folder that was made for it.
    """
    folders = sorted({place, *((place / name).parent for name in files)}, reverse=True)
    made = [folder for folder in folders if not folder.exists()]
    try:
        with ExitStack() as hold:  # which is left from its end
            for name in sorted(files, key="priors.csv".__eq__, reverse=True):
                (place / name).parent.mkdir(parents=True, exist_ok=True)
                temporary = hold.enter_context(whole_file(place / name))
                temporary.write_text(files[name], encoding="utf-8", newline="")
    except BaseException:
        for folder in made:
            with suppress(OSError):
                folder.rmdir()
        raise
