"""The files that are kept between runs of a page: the numbers, as read and as compiled."""

import os
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

import streamlit as st

import hamknee
from hamknee.base import shipped
from hamknee.guidance import Guidance, read_guidance
from hamknee.network import (
    Priors,
    priors_path,
    read_references,
    read_shipped_or_own,
    read_vocabulary,
)

Stamp: TypeAlias = tuple[tuple[str, int, int], ...]
"""Path, modification time and size of the files read, so that an edited file is read anew."""


def model() -> hamknee.Model:
    """Return the compiled model.

    Raises
    ------
    HamkneeError
        With every fault of the file at fault.
    """
    path = _path()
    return _model(path, _stamp(path))


def priors() -> Priors:
    """Return the numbers of the model with their basis and sources.

    Raises
    ------
    HamkneeError
        With every fault of the file at fault.
    """
    path = _path()
    return _priors(path, _stamp(path))


def compiled(priors: Priors) -> hamknee.Model:
    """Return numbers that are not those of the file as a compiled model."""
    return _compiled(priors.sha256, _stamp(_path()), priors)


@st.cache_resource(show_spinner=False, max_entries=32)
def _compiled(sha256: str, stamp: Stamp, _priors: Priors) -> hamknee.Model:  # noqa: ARG001 - the key
    # What stands beside the file, such as the guidance, goes with edited numbers too.
    source = str(_path())
    return hamknee.Model(_priors.vocabulary, _priors.cpts(), source=source, sha256=sha256)


@lru_cache(maxsize=2)
def _model(path: Path, stamp: Stamp) -> hamknee.Model:  # noqa: ARG001 - part of the key
    return hamknee.load(path)


@lru_cache(maxsize=2)
def _priors(path: Path, stamp: Stamp) -> Priors:  # noqa: ARG001 - part of the key
    return read_shipped_or_own(path)


@lru_cache(maxsize=1)
def shipped_guidance() -> Guidance:
    """Return the shipped words on warning signs, for when no model can be read."""
    vocabulary = read_vocabulary(shipped("data/vocabulary.toml"))
    references = read_references(shipped("data/references.bib"))
    return read_guidance(shipped("data/guidance.toml"), vocabulary, references)


def stamp() -> Stamp:
    """Return the state of the files that the model is read from."""
    return _stamp(_path())


def _path() -> Path:
    """Return the path of the numbers; found once for each value of the environment variable."""
    return _path_for(os.environ.get("HAMKNEE_PRIORS"))


@lru_cache(maxsize=8)
def _path_for(named: str | None) -> Path:
    return priors_path(named)


def _stamp(path: Path) -> Stamp:
    found = []
    for file in _files(path):
        try:
            about = os.stat(file)  # noqa: PTH116 - asked dozens of times for each click
        except OSError:
            continue
        found.append((file, about.st_mtime_ns, about.st_size))
    return tuple(found)


@lru_cache(maxsize=8)
def _files(path: Path) -> tuple[str, ...]:
    """Return every file a model may be read from: beside the numbers, or the shipped one."""
    names = ("vocabulary.toml", "references.bib", "guidance.toml")
    beside = [str(place) for name in names for place in (path.with_name(name), _shipped(name))]
    return (str(path), *beside)


def _shipped(name: str) -> Path:
    return shipped(f"data/{name}")
