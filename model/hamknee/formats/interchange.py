"""Networks to and from the files of other programs: BIF, XMLBIF, NET, XDSL and UAI."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from hamknee.base import (
    A_PATH,
    Array,
    HamkneeError,
    listing,
    suggestion,
    takes,
    write_whole,
    writing,
)
from hamknee.formats.bif import BIF
from hamknee.formats.draft import LARGEST_TOLERANCE, Draft
from hamknee.formats.encoding import read_text
from hamknee.formats.format import Format
from hamknee.formats.net import NET
from hamknee.formats.nodes import Node, model_of, nodes_of, vocabulary_of, with_ess
from hamknee.formats.recognising import format_by_content, refuse_foreign_ending
from hamknee.formats.uai import UAI
from hamknee.formats.xdsl import XDSL
from hamknee.formats.xmlbif import XMLBIF
from hamknee.inference import A_MODEL, Model
from hamknee.network import Vocabulary, read_vocabulary

FORMATS: Mapping[str, Format] = MappingProxyType(
    {known.name.lower(): known for known in (BIF, XMLBIF, NET, XDSL, UAI)}
)
"""The formats by their short names."""


@dataclass(frozen=True)
class Export:
    """What was written.

    Parameters
    ----------
    path : Path
        The file.
    format : Format
        Its format.
    variables, numbers : int
        How many it holds.

    Examples
    --------
    >>> import tempfile
    >>> import hamknee
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = hamknee.export(hamknee.load(), f"{folder}/knee.net")
    >>> written.format.name, written.variables
    ('NET', 27)
    >>> print(written.lost)
    ('roles', 'questions', 'labels of states', 'basis and sources of the numbers')
    """

    path: Path
    format: Format
    variables: int
    numbers: int

    @property
    def lost(self) -> tuple[str, ...]:
        """What of the model the file does not hold."""
        return self.format.lost

    @property
    def text(self) -> str:
        """What was written, and what was left behind."""
        return (
            f"{self.variables} variables and {self.numbers} probabilities are in {self.path} "
            f"({self.format.name}), to the last digit. The format has no place for "
            f"{', '.join(self.lost[:-1])} and {self.lost[-1]}."
        )


@takes(model=A_MODEL, path=A_PATH)
def export(model: Model, path: str | Path, format: str | None = None) -> Export:  # noqa: A002
    """Write a model as a network file that other programs read.

    Parameters
    ----------
    model : Model
        Any model.
    path : str or Path
        Written whole or not at all; the same model gives the same bytes.
    format : {"bif", "xmlbif", "net", "xdsl", "uai"}, optional
        By default the one that the ending of the path tells.

    Returns
    -------
    Export
        What was written, and what the format has no place for.

    Raises
    ------
    HamkneeError
        If the format is not known, the file cannot be written, or the format cannot hold a name
        in a way that other programs read as it was meant; every such name is told.

    Examples
    --------
    >>> import tempfile
    >>> from hamknee.inference import load
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = export(load(), f"{folder}/knee.bif")
    ...     again = read_network(written.path, target="condition")
    >>> again.posterior({"pop": "yes"}).top == load().posterior({"pop": "yes"}).top
    True
    """
    path = Path(path)
    chosen = find_format(path, format)
    text = chosen.text(nodes_of(model))
    with writing(path):
        write_whole(path, text)
    numbers = sum(cpt.probabilities.size for cpt in model.cpts.values())
    return Export(path, chosen, len(model.vocabulary), numbers)


@takes(path=A_PATH)
def read_network(
    path: str | Path,
    *,
    target: str | None = None,
    format: str | None = None,  # noqa: A002
    vocabulary: Vocabulary | str | Path | None = None,
    ess: float | Mapping[str, float | Array] | None = None,
    tolerance: float | None = None,
    encoding: str | None = None,
) -> Model:
    """Read a network file of another program and compile it.

    Parameters
    ----------
    path : str or Path
        The file.
    target : str, optional
        The variable that is asked for; all others become findings. Not needed with a vocabulary.
    format : {"bif", "xmlbif", "net", "xdsl", "uai"}, optional
        By default the one that the ending of the path tells, unless the file plainly is another.
    vocabulary : Vocabulary, str or Path, optional
        Words for the same variables and states, such as a vocabulary.toml: its roles, labels and
        order are used. Variables are found by name, those of UAI by their position.
    ess : float or mapping of str to float or ndarray, optional
        For how many cases each column counts, in place of what the file says, as for `from_pgmpy`.
    tolerance : float, optional
        How far a column may be from adding up to 1; by default as far as writing with six digits
        takes it, which is 0.0000005 for each state, and 0.000001 at least. Columns that are off by
        more than 0.000001 are divided by their sum; all others are kept to the last bit.
    encoding : str, optional
        How the file is encoded, such as ``"windows-1251"``, in place of what it says itself.

    Returns
    -------
    Model
        With equivalent sample sizes where they are given or the file has them (NET), and with
        ``notices``: a sentence on each thing that was not taken as it stands, such as a utility
        that was left out. The variables of a UAI file are called v0, v1, … and their states s0,
        s1, …, unless a vocabulary names them.

    Raises
    ------
    NetworkFileError
        If the file is not of its format, or anything in it is not understood.
    HamkneeError
        If the format or the target is not known, the vocabulary does not fit, or the variables
        are linked so closely that exact answers would not fit into memory.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import hamknee
    >>> bif = '''
    ... network clinic { }
    ... variable smoke { type discrete [ 2 ] { yes, no }; }
    ... variable lung { type discrete [ 2 ] { ill, well }; }
    ... probability ( smoke ) { table 0.3, 0.7; }
    ... probability ( lung | smoke ) { (yes) 0.1, 0.9; (no) 0.01, 0.99; }
    ... '''
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "clinic.bif")
    ...     _ = path.write_text(bif)
    ...     model = hamknee.read_network(path, target="lung")
    >>> round(model.posterior({"smoke": "yes"})["ill"], 6)
    0.1
    """
    draft = Draft(Path(path).name)
    nodes = _read(path, draft, format, tolerance, encoding)
    if vocabulary is not None:
        known = (
            vocabulary if isinstance(vocabulary, Vocabulary) else read_vocabulary(Path(vocabulary))
        )
        if find_format(Path(path), format, reading=True) is UAI:
            nodes = _renamed(nodes, known)
        _check_words(nodes, known, target)
    else:
        known = vocabulary_of(nodes, _checked_target(nodes, target, draft), str(path))
    model = model_of(nodes, known, str(path), draft.notices)
    if ess is None:
        return model
    cpts = with_ess(known, model.cpts, ess)
    return Model(known, cpts, source=model.source, notices=model.notices)


def read_nodes(
    path: str | Path,
    format: str | None = None,  # noqa: A002
    tolerance: float | None = None,
    encoding: str | None = None,
) -> tuple[Node, ...]:
    """Read a network file as it is, without a target.

    Parameters
    ----------
    path, format, tolerance, encoding
        As for `read_network`.

    Raises
    ------
    NetworkFileError, HamkneeError
        As for `read_network`.

    Examples
    --------
    >>> import tempfile
    >>> import hamknee
    >>> from hamknee.formats import read_nodes
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     nodes = read_nodes(hamknee.export(hamknee.load(), f"{folder}/knee.bif").path)
    >>> nodes[0].name, nodes[0].parents, nodes[0].table.shape[1]
    ('condition', ('setting',), 21)
    """
    return _read(path, Draft(Path(path).name), format, tolerance, encoding)


def _read(
    path: str | Path,
    draft: Draft,
    name: str | None,
    tolerance: float | None,
    encoding: str | None,
) -> tuple[Node, ...]:
    """Return the nodes of a file by way of a draft, which is left with what there is to say."""
    path = Path(path)
    if name is None:
        refuse_foreign_ending(path, draft)
    chosen = find_format(path, name, reading=True)
    if tolerance is not None and not 1e-6 <= tolerance <= LARGEST_TOLERANCE:
        allowed = f"a number from 0.000001 to {LARGEST_TOLERANCE}"
        raise HamkneeError(f"found a tolerance of {tolerance!r}; allowed: {allowed}")
    text = _text(path, chosen, draft, encoding)
    actual = None if name else format_by_content(text, draft)
    if actual is not None and FORMATS[actual] is not chosen:
        draft.notices.clear()
        text = _text(path, FORMATS[actual], draft, encoding)
        draft.notices.append(
            f"it ends as {chosen.name} does, but is {FORMATS[actual].name}, and was read as such."
        )
        chosen = FORMATS[actual]
    chosen.read(text, draft)
    return draft.nodes(tolerance)


def _text(path: Path, chosen: Format, draft: Draft, encoding: str | None) -> str:
    return read_text(path, draft, xml=chosen in (XMLBIF, XDSL), encoding=encoding)


def _checked_target(nodes: Sequence[Node], target: str | None, draft: Draft) -> str:
    """Return the name of the target, or raise if there is no such variable."""
    names = [node.name for node in nodes]
    if target in names:
        return target
    allowed = listing(names)
    if target is None:
        raise HamkneeError(f"it is not said which variable is asked for; allowed: {allowed}")
    if target in draft.left_out:
        raise HamkneeError(f"{target!r} is {draft.left_out[target]}; allowed: {allowed}")
    hint = suggestion(target, names)
    raise HamkneeError(f"the network has no variable {target!r}{hint}; allowed: {allowed}")


def find_format(path: Path, name: str | None = None, *, reading: bool = False) -> Format:
    """Return the format of that name, or the one that the ending of a path tells.

    Parameters
    ----------
    path : Path
        A file.
    name : str, optional
        The short name of a format.
    reading : bool
        Whether it is to be read, so that endings count with which nothing is written.

    Raises
    ------
    HamkneeError
        If there is none.
    """
    if name is not None:
        if name.lower() in FORMATS:
            return FORMATS[name.lower()]
        hint = suggestion(name, FORMATS)
        raise HamkneeError(f"unknown format {name!r}{hint}; allowed: {listing(FORMATS)}")
    plain = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    endings = {
        ending: known
        for known in FORMATS.values()
        for ending in (*known.endings, *(known.also_read if reading else ()))
    }
    if plain.suffix.lower() in endings:
        return endings[plain.suffix.lower()]
    raise HamkneeError(
        f"cannot tell the format of {path.name!r}; allowed: an ending of {listing(endings)}, or"
        f" the format by name: {listing(FORMATS)}"
    )


def _check_words(nodes: Sequence[Node], vocabulary: Vocabulary, target: str | None) -> None:
    """Raise with everything in which a vocabulary does not fit a network."""
    if target not in (None, vocabulary.target.name):
        problem = f"the target is {target!r}, but that of the vocabulary is another"
        raise HamkneeError(f"{problem}; allowed: {vocabulary.target.name}")
    by_name = {node.name: node for node in nodes}
    problems = [f"the vocabulary has no {name!r}" for name in by_name if name not in vocabulary]
    problems += [f"the network has no {name!r}" for name in vocabulary if name not in by_name]
    for name in vocabulary:
        states = set(vocabulary[name].state_names)
        if name in by_name and set(by_name[name].states) != states:
            theirs = listing(map(repr, by_name[name].states))
            ours = listing(map(repr, vocabulary[name].state_names))
            problems.append(f"{name!r} has the states {theirs}, in the vocabulary {ours}")
    if problems:
        end = "allowed: the same variables and states in both"
        raise HamkneeError("\n".join(f"{problem}; {end}" for problem in problems))


def _renamed(nodes: Sequence[Node], vocabulary: Vocabulary) -> tuple[Node, ...]:
    """Return nodes without names under those of a vocabulary, by position."""
    sizes = [len(node.states) for node in nodes]
    wanted = [len(variable.states) for variable in vocabulary.variables]
    if sizes != wanted:
        problem = f"the variables have {sizes} states, those of the vocabulary {wanted}"
        raise HamkneeError(f"{problem}; allowed: as many variables and states, in the same order")
    names = dict(zip((node.name for node in nodes), vocabulary, strict=True))
    return tuple(
        replace(
            node,
            name=names[node.name],
            states=vocabulary[names[node.name]].state_names,
            parents=tuple(names[parent] for parent in node.parents),
        )
        for node in nodes
    )
