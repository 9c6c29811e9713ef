"""What a person reads of the guidance is in words and sentences of the fifth grade at most."""

import tomllib
from collections.abc import Mapping

import pytest

from hamknee.base.files import shipped
from tests.support.reading import grade, syllables

GUIDANCE = tomllib.loads(shipped("data/guidance.toml").read_text("utf-8"))
READ = ("question", "help", "why", "expect", "recovery", "dont", "action", "instead", "text")


def read_text(entry: Mapping[str, object]) -> str:
    texts = [entry[key] for key in READ if key in entry]
    return " ".join(text for entry in texts for text in wordings(entry))


def wordings(entry: object) -> list[str]:
    """Return the texts of an entry: one, several, or each for some answers."""
    if isinstance(entry, list):
        return [text for part in entry for text in wordings(part)]
    return [str(entry["text"] if isinstance(entry, Mapping) else entry)]


SPOKEN = {"knee": 1, "torn": 1, "tendon": 2, "muscle": 2, "artery": 3, "inches": 2, "moves": 1}
SPOKEN |= {"inflamed": 2, "started": 2, "examined": 3, "people": 2}


@pytest.mark.parametrize(("word", "count"), SPOKEN.items())
def test_syllables_are_counted_as_spoken(word: str, count: int) -> None:
    assert syllables(word) == count


def test_a_hard_text_has_a_high_grade() -> None:
    assert grade("The cat sat on the mat.") < 1
    assert grade("Immobilisation predisposes individuals to thromboembolic complications.") > 12


ENTRIES = [
    (table, name)
    for table, entries in GUIDANCE.items()
    for name, entry in entries.items()
    if isinstance(entry, Mapping) and any(key in entry for key in READ)
]


def test_every_table_of_texts_is_looked_at() -> None:
    tables = {table for table, _ in ENTRIES}
    assert tables >= {"levels", "flags", "triage", "measures", "conditions", "limits"}


@pytest.mark.parametrize(("table", "name"), ENTRIES)
def test_every_entry_is_read_by_anybody(table: str, name: str) -> None:
    assert grade(read_text(GUIDANCE[table][name])) <= 5
