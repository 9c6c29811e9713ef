"""Broken files: every reader refuses them in words for people, or keeps its promise.

`make fuzz` does the same for longer, led by the code that is reached.
"""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hamknee.base.frames import parse_table
from hamknee.network.priors import Priors, digest
from hamknee.network.priors_file import parse_priors

from . import cohorts, small, words
from .mutation import KINDS, TOKENS, mutated
from .targets import TARGETS

EXAMPLES = 200
"""For the quickest reader; together some thousands in less than half a minute."""

PLACES = st.integers(0, 2**20)
EDITS = st.lists(st.tuples(st.sampled_from(list(KINDS)), PLACES, PLACES), min_size=1, max_size=3)
SLOW = [HealthCheck.too_slow, HealthCheck.large_base_example]


def examples(name: str) -> settings:
    return settings(
        max_examples=max(10, EXAMPLES // TARGETS[name].cost), suppress_health_check=SLOW
    )


@pytest.mark.parametrize("name", TARGETS)
def test_a_broken_file_is_refused_in_words_or_keeps_the_promise(name: str) -> None:
    target = TARGETS[name]

    @examples(name)
    @given(st.sampled_from(target.seeds), EDITS)
    def broken(seed: bytes, edits: list[tuple[str, int, int]]) -> None:
        target.accepts(mutated(seed, edits))

    broken()


@pytest.mark.parametrize("name", TARGETS)
def test_any_bytes_are_refused_in_words_or_keep_the_promise(name: str) -> None:
    pieces = st.lists(st.sampled_from(TOKENS) | st.binary(max_size=20), max_size=12)

    @settings(max_examples=max(5, EXAMPLES // (10 * TARGETS[name].cost)))
    @given(pieces.map(b"".join))
    def anything(data: bytes) -> None:
        TARGETS[name].accepts(data)

    anything()


@pytest.mark.parametrize("name", sorted(set(TARGETS) - {"note of a job"}))
def test_the_files_that_are_broken_were_in_order(name: str) -> None:
    assert all(TARGETS[name].accepts(seed) for seed in TARGETS[name].seeds)


# Found by fuzzing -------------------------------------------------------------------------

FOUND = {
    "a number of 5,000 digits": ("mapping.toml", b"[columns]\nOrt = " + b"9" * 5000),
    "a hexadecimal one": ("vocabulary.toml", b"a = 0x" + b"f" * 5000),
    "tables in tables without end": ("mapping.toml", b"[columns]\n" + b"a." * 3000 + b"a = 1"),
    "a choice among none": (
        "guidance.toml",
        TARGETS["guidance.toml"].seeds[0].replace(b"[measures.", b"[levels."),
    ),
    "a row too long that is no text": ("cohort.csv", b"id,sign\np1,yes\np2,n\xffo,more\n"),
    "a note that is no text": ("note of a job", b"{\xff}"),
    "a note of brackets": ("note of a job", b"[" * 100_000),
    "a note that names no file": ("note of a job", b'{"files": [{"name": "a\\u0000.parquet"}]}'),
    "a note that names what cannot be": (
        "note of a job",
        b'{"files": [{"name": "\\ud800.parquet"}, {"name": "' + b"x" * 5000 + b'.parquet"}]}',
    ),
    "a note that leads outside": (
        "note of a job",
        b'{"files": [{"name": "../b.parquet"}, {"name": "../empty/../out/part.parquet"}]}',
    ),
    "a layer of brackets": ("recalibration.json", b"[" * 100_000),
    "a footer of brackets": ("footer of a result", b"[" * 100_000),
    "a footer without counts": (
        "footer of a result",
        TARGETS["footer of a result"].seeds[0].replace(b'"faults": {', b'"faults": 1, "x": {'),
    ),
    "a footer that counts without end": (
        "footer of a result",
        TARGETS["footer of a result"].seeds[0].replace(b'"rows": 5', b'"rows": 1e999'),
    ),
}


@pytest.mark.parametrize("kind", FOUND)
def test_what_was_found_once_stays_mended(kind: str, capfd: pytest.CaptureFixture[str]) -> None:
    name, data = FOUND[kind]
    assert data not in TARGETS[name].seeds
    TARGETS[name].accepts(data)
    assert "Traceback" not in capfd.readouterr().err


# Whether a fault would be seen ------------------------------------------------------------


def rescaled(data: bytes, *_: object, source: str) -> Priors:
    """Read numbers as a careless reader does, which takes a dropped digit for rounding."""
    told = parse_priors(
        data.replace(b"0.75", b"0.7").replace(b",0.7,20", b",0.75,20"),
        small.vocabulary(),
        small.SOURCES,
        source=source,
    )
    return Priors(told.vocabulary, told.rows, source, digest(data))


def test_a_reader_that_rescales_in_silence_would_be_seen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(words, "parse_priors", rescaled)
    words.priors_csv(small.PRIORS.encode(), tmp_path)
    with pytest.raises(AssertionError):
        words.priors_csv(small.PRIORS.replace("0.75", "0.7").encode(), tmp_path)


def test_an_answer_of_another_row_would_be_seen() -> None:
    (first, second, *_) = parse_table(small.COHORT.encode(), "c.csv").fillna("").to_dict("records")
    case = {"place": "home", "age": 31, "sign": "yes"}
    answer = small.model().posterior(case).probabilities
    scored = {**dict(zip(cohorts.PROBABILITIES, answer, strict=True)), "fault": None}
    cohorts.answered_like(scored, first)
    with pytest.raises(AssertionError):
        cohorts.answered_like(scored, second)


def test_every_kind_of_edit_changes_a_file() -> None:
    data = small.PRIORS.encode()
    assert all(mutated(data, [(kind, 1234, 77)]) != data for kind in KINDS)
