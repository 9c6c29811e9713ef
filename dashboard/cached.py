"""What is kept between runs of a page. Nothing else in the dashboard uses Streamlit's cache."""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import streamlit as st

import hamknee
from hamknee.inference import priors_path, read_shipped_or_own
from hamknee.priors import Priors
from hamknee.shipped import shipped

Stamp: TypeAlias = tuple[tuple[str, int, int], ...]
"""Path, modification time and size of the files read, so that an edited file is read anew."""


def model() -> hamknee.Model:
    """Return the compiled model.

    Raises
    ------
    HamkneeError
        With every fault of the file at fault.
    """
    path = priors_path()
    return _model(path, _stamp(path))


def priors() -> Priors:
    """Return the numbers of the model with their basis and sources.

    Raises
    ------
    HamkneeError
        With every fault of the file at fault.
    """
    path = priors_path()
    return _priors(path, _stamp(path))


def compiled(priors: Priors) -> hamknee.Model:
    """Return numbers that are not those of the file as a compiled model."""
    return _compiled(priors.sha256, _stamp(priors_path()), priors)


@st.cache_resource(show_spinner=False, max_entries=32)
def _compiled(sha256: str, stamp: Stamp, _priors: Priors) -> hamknee.Model:  # noqa: ARG001 - the key
    return hamknee.Model(_priors.vocabulary, _priors.cpts(), source=_priors.source, sha256=sha256)


@st.cache_resource(show_spinner=False, max_entries=2)
def _model(path: Path, stamp: Stamp) -> hamknee.Model:  # noqa: ARG001 - part of the key
    return hamknee.load(path)


@st.cache_resource(show_spinner=False, max_entries=2)
def _priors(path: Path, stamp: Stamp) -> Priors:  # noqa: ARG001 - part of the key
    return read_shipped_or_own(path)


def _stamp(path: Path) -> Stamp:
    there = [(file, file.stat()) for file in _files(path) if file.is_file()]
    return tuple((str(file), stat.st_mtime_ns, stat.st_size) for file, stat in there)


def _files(path: Path) -> Iterator[Path]:
    """Return every file a model may be read from: beside the numbers, or the shipped one."""
    yield path
    for name in ("vocabulary.toml", "references.bib"):
        yield path.with_name(name)
        yield shipped(f"data/{name}")
