"""The numbers: those of the file, and those one visitor works with.

`of_file` are the numbers of priors.csv. `in_force` are what a page shows: the same, or a version
edited on the Tune page. That version lives in the visitor's session and nowhere else: nothing is
written on the server, and no other visitor sees it.
"""

import os
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TypeAlias

import streamlit as st

from hamknee import HamkneeError, Model
from hamknee.base import shipped, short_digest
from hamknee.network import Priors, priors_path, read_shipped_or_own, read_vocabulary
from parts.texts import plain
from state.in_address import DIGITS, EDITS, EditsError, edits_text, made_to, with_edits

KEY, READ, REFUSED = "edited-priors", "edits-read", "edits-refused"

Stamp: TypeAlias = tuple[tuple[str, int, int], ...]
"""Path, modification time and size of the files read, so that an edited file is read anew."""


@dataclass(frozen=True)
class Numbers:
    """One set of numbers.

    Parameters
    ----------
    priors : Priors
        With their basis and sources.
    file : Path
        Where they were read from, or the file they were edited from.
    edited : bool
        Whether they are others than those of the file.
    """

    priors: Priors
    file: Path
    edited: bool = False

    @cached_property
    def model(self) -> Model:
        """The numbers compiled; what stands beside the file goes with edited ones too."""
        priors = self.priors
        return Model(priors.vocabulary, priors.cpts(), source=str(self.file), sha256=priors.sha256)

    @property
    def origin(self) -> str:
        """Where they come from, in Markdown, for the end of a sentence."""
        if self.edited:
            return f"edited in this session, not those of {plain(self.file.name)}"
        return f"from {plain(self.file.name)}"


def of_file() -> Numbers:
    """Return the numbers of the file.

    Raises
    ------
    HamkneeError
        With every fault of the file at fault.
    """
    path = _path()
    return _of_file(path, _stamp(path))


def in_force() -> Numbers:
    """Return the numbers this visitor works with.

    Raises
    ------
    HamkneeError
        With every fault of the file at fault.
    """
    numbers = of_file()
    own: Priors | None = st.session_state.get(KEY)
    if own is None or own.vocabulary != numbers.priors.vocabulary:
        return numbers
    if own.sha256 == numbers.priors.sha256:
        return numbers
    return _edited(own.sha256, stamp(), own)


def use(changed: Priors) -> None:
    """Work with these numbers from now on."""
    if changed.rows == of_file().priors.rows:
        use_file()
    else:
        st.session_state[KEY] = changed


def take_edits() -> None:
    """Work with the changed numbers of the address a session begins with.

    From then on the session has them, and writes them into every address.
    """
    if st.session_state.get(READ):
        return
    st.session_state[READ] = True
    if text := st.query_params.get(EDITS):
        try:
            use(with_edits(of_file().priors, text))
        except EditsError as error:
            st.session_state[REFUSED] = str(error)
            return
        if made_to(text) != of_file().priors.sha256[:DIGITS]:
            st.session_state[REFUSED] = (
                f"The changes in the address were made to other numbers ({made_to(text)}) than "
                f"those of {of_file().file.name} here. They are in force all the same."
            )


def edits_in_address() -> dict[str, str]:
    """Return what every address has to carry so that changed numbers are not lost."""
    if not in_force().edited:
        return {}
    text = _edits_text(in_force().priors.sha256, stamp(), in_force().priors)
    return {EDITS: text} if text else {}


@st.cache_data(show_spinner=False, max_entries=32)
def _edits_text(sha256: str, stamp: Stamp, _now: Priors) -> str:  # noqa: ARG001 - the key
    return edits_text(of_file().priors, _now)


def use_file() -> None:
    """Go back to the numbers of the file."""
    st.session_state.pop(KEY, None)


def notice(*, digest: bool = True) -> None:
    """Say that the numbers were edited, and lead to where that was done.

    Parameters
    ----------
    digest : bool
        Whether to say which ones they are, too.
    """
    place = st.container()  # always there, so that what stands below stays where it is
    if refused := st.session_state.get(REFUSED):
        place.warning(plain(refused))
    numbers = in_force()
    if not numbers.edited:
        return
    which = f" (`{short_digest(numbers.priors.sha256)}`)" if digest else ""
    with place.container(key="edited", horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**Numbers edited in this session**{which}. "
            f"What you see does not rest on {plain(numbers.file.name)}. {kept_where()}",
            width="content",
        )
        st.page_link("views/tune.py", label="See or undo the changes")


def kept_where() -> str:
    """Return where changed numbers are kept, and what ends them."""
    if edits_in_address():
        return "They are in the address of this page, which keeps them."
    return (
        "They are too many for an address and end when this page is closed or loaded anew: "
        "download them first."
    )


def beside_shipped_words() -> bool:
    """Return whether the numbers, even if they cannot be read, are about what the shipped are.

    They are unless a vocabulary of another target stands beside them: on any doubt the warning
    signs are shown.
    """
    own = _path().with_name("vocabulary.toml")
    try:
        target = read_vocabulary(own).target
    except HamkneeError:
        return True
    return target.name == read_vocabulary(shipped("data/vocabulary.toml")).target.name


def stamp() -> Stamp:
    """Return the state of the files that the numbers are read from."""
    return _stamp(_path())


@lru_cache(maxsize=2)
def _of_file(path: Path, stamp: Stamp) -> Numbers:  # noqa: ARG001 - part of the key
    return Numbers(read_shipped_or_own(path), path)


@st.cache_resource(show_spinner=False, max_entries=32)
def _edited(sha256: str, stamp: Stamp, _priors: Priors) -> Numbers:  # noqa: ARG001 - the key
    return Numbers(_priors, _path(), edited=True)


def _path() -> Path:
    """Return the path of the numbers; found once for each value of the environment variable."""
    return _path_for(os.environ.get("HAMKNEE_PRIORS"))


@lru_cache(maxsize=8)
def _path_for(named: str | None) -> Path:
    return priors_path(named)


def _stamp(path: Path) -> Stamp:
    states = []
    for file in _files(path):
        try:
            about = os.stat(file)  # noqa: PTH116 - asked dozens of times for each click
        except OSError:
            continue
        states.append((file, about.st_mtime_ns, about.st_size))
    return tuple(states)


@lru_cache(maxsize=8)
def _files(path: Path) -> tuple[str, ...]:
    """Return every file a model may be read from: beside the numbers, or the shipped one."""
    names = ("vocabulary.toml", "references.bib", "guidance.toml")
    places = [place for name in names for place in (path.with_name(name), _shipped(name))]
    return (str(path), *map(str, places))


def _shipped(name: str) -> Path:
    return shipped(f"data/{name}")
