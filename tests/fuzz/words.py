"""What the readers of numbers, words, sources, texts and mappings promise of all they accept."""

import csv
import hashlib
import io
import math
import re
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np

from hamknee.base.files import shipped
from hamknee.guidance.guidance_file import read_guidance
from hamknee.guidance.triaging import check_flags
from hamknee.inference.model import Model
from hamknee.network.evidence import (
    check_evidence,
    check_value,
    find_variable,
    parse_value,
    value_text,
)
from hamknee.network.mapping import read_mapping
from hamknee.network.priors import Priors
from hamknee.network.priors_file import parse_priors, read_references
from hamknee.network.rows import BASES, COLUMNS
from hamknee.network.vocabulary import ROLES, Vocabulary, read_vocabulary

from . import small


def priors_csv(data: bytes, _: Path) -> None:
    """Every number as it stands there, columns that add up, and the same file when saved."""
    found = parse_priors(data, small.vocabulary(), small.SOURCES, source="priors.csv")
    assert found.sha256 == hashlib.sha256(data).hexdigest()
    _rows_are_those_of_the_file(found, data)
    saved = found.to_csv()
    again = parse_priors(saved.encode(), small.vocabulary(), small.SOURCES, source="priors.csv")
    assert (again.rows, again.to_csv()) == (found.rows, saved)
    posterior = Model(found.vocabulary, found.cpts()).posterior({"place": "home", "age": 31})
    assert math.isclose(posterior.probabilities.sum(), 1, rel_tol=1e-9)


def _rows_are_those_of_the_file(found: Priors, data: bytes) -> None:
    text = io.StringIO(data.decode("utf-8-sig"), newline="")
    rows = list(csv.DictReader(text))
    sums: dict[tuple[str, frozenset[str]], Fraction] = {}
    for row, told in zip(found.rows, rows, strict=True):
        assert list(told) == list(dict.fromkeys(told))
        assert set(told) == set(COLUMNS)
        assert row.variable == told["variable"]
        assert row.state == told["state"]
        assert {f"{parent}={state}" for parent, state in row.given} == set(
            told["given"].split(";") if told["given"] else []
        )
        assert row.probability == float(told["probability"])
        assert 0 <= row.probability <= 1
        assert row.ess == float(told["ess"])
        assert 0 < row.ess < math.inf
        assert row.basis == told["basis"] in BASES
        assert row.note == told["note"]
        assert list(row.sources) == told["sources"].split()
        assert set(row.sources) <= small.SOURCES
        column = (row.variable, frozenset(row.given))  # type: ignore[arg-type]
        sums[column] = sums.get(column, Fraction(0)) + Fraction(told["probability"])
    assert all(abs(total - 1) <= Fraction("1.000001e-6") for total in sums.values())
    for cpt in found.cpts().values():
        assert np.isfinite(cpt.probabilities).all()
        assert cpt.ess is not None
        assert np.isfinite(cpt.ess).all()


def vocabulary_toml(data: bytes, folder: Path) -> None:
    """One target, names that fit into an address, bins without gaps, values that read back."""
    path = folder / "vocabulary.toml"
    path.write_bytes(data)
    found = read_vocabulary(path)
    assert [variable.role for variable in found.variables].count("target") == 1
    for variable in found.variables:
        assert variable.role in ROLES
        assert variable.label.strip()
        assert len(set(variable.state_names)) == len(variable.states) >= 2
        for name in (variable.name, *variable.state_names):
            assert re.fullmatch("[a-z0-9_]+", name)
        for name in variable.state_names:
            assert check_value(variable, parse_value(variable, name)) == name
        if variable.unit:
            assert variable.minimum is not None
            assert variable.maximum is not None
            for number in np.linspace(variable.minimum, variable.maximum, 50):
                assert check_value(variable, float(number)) in variable.state_names


def references_bib(data: bytes, folder: Path) -> None:
    """Every entry by its key, none twice."""
    path = folder / "references.bib"
    path.write_bytes(data)
    found = read_references(path)
    text = data.decode("utf-8-sig")
    entries = re.findall(r"^[ \t]*@(?!comment|string|preamble)", text, re.MULTILINE | re.IGNORECASE)
    assert len(found) >= len(entries)
    assert all(key and key.split() == [key] and "," not in key for key in found)
    assert all(key in text for key in found)


def guidance_toml(data: bytes, folder: Path) -> None:
    """Nothing that is named is missing, and a warning sign that is raised is answered."""
    path = folder / "guidance.toml"
    path.write_bytes(data)
    vocabulary, references = shipped_words()
    found = read_guidance(path, vocabulary, references)
    levels = {level.name for level in found.levels.values()}
    assert {flag.level for flag in found.flags.values()} <= levels
    assert set(found.conditions) == set(vocabulary.target.state_names)
    assert check_flags(found, dict.fromkeys(found.flags, True))


@cache
def shipped_words() -> tuple[Vocabulary, frozenset[str]]:
    """Return the shipped vocabulary, and the keys of the shipped references."""
    references = read_references(shipped("data/references.bib"))
    return read_vocabulary(shipped("data/vocabulary.toml")), references


def mapping_toml(data: bytes, folder: Path) -> None:
    """Columns of variables that there are, values that can be."""
    path = folder / "mapping.toml"
    path.write_bytes(data)
    vocabulary = small.vocabulary()
    found = read_mapping(vocabulary, path)
    assert all(ours in vocabulary or ours == "" for ours in found.columns.values())
    for name, values in found.values.items():
        for ours in values.values():
            check_value(vocabulary[name], parse_value(vocabulary[name], ours))


def one_value(data: bytes, _: Path) -> None:
    """A value that is typed reads back as the same from what is written of it."""
    text = data.decode("utf-8", "surrogateescape")
    name, _, value = text.partition("=")
    vocabulary = small.vocabulary()
    variable = find_variable(vocabulary, name)
    checked = check_evidence(vocabulary, {name: parse_value(variable, value)})
    for entry in checked.values():
        assert check_value(variable, parse_value(variable, value_text(entry))) == entry
    found = small.model().posterior(checked)
    assert math.isclose(found.probabilities.sum(), 1, rel_tol=1e-9)
    assert np.isfinite(found.probabilities).all()
