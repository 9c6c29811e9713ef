"""Reading priors.csv and references.bib: every fault is told once, and all of a file together."""

import random
from pathlib import Path

import numpy as np
import pytest

from hamknee.inference.model import Model
from hamknee.network.priors import Priors, digest
from hamknee.network.priors_file import (
    MOST_FAULTS,
    PriorsError,
    ReferencesError,
    parse_priors,
    read_priors,
    read_references,
)
from hamknee.network.vocabulary import Vocabulary
from tests.support.broken_priors import (
    BROKEN,
    NO,
    SHIPPED,
    YES,
    Edit,
    cell,
    pop,
    together,
)


class Folder:
    """Reads a priors.csv of given content against the shipped vocabulary and references."""

    def __init__(self, path: Path, vocabulary: Vocabulary, references: frozenset[str]) -> None:
        self.path = path / "priors.csv"
        self.vocabulary = vocabulary
        self.references = references

    def read(self, content: str | bytes) -> Priors:
        data = content if isinstance(content, bytes) else content.encode()
        self.path.write_bytes(data)
        return read_priors(self.path, self.vocabulary, self.references)

    def faults(self, content: str | bytes) -> list[str]:
        with pytest.raises(PriorsError) as raised:
            self.read(content)
        return [told(fault) for fault in raised.value.faults]


def told(fault: object) -> str:
    """Return a fault without the name of the file."""
    source, _, rest = str(fault).partition(".")
    extension, mark, problem = rest[:3], rest[3:5], rest[5:]
    assert (source, extension) in {("priors", "csv"), ("references", "bib")}
    assert mark in {", ", ": "}
    return problem


@pytest.fixture
def folder(tmp_path: Path, vocabulary: Vocabulary, references: frozenset[str]) -> Folder:
    return Folder(tmp_path, vocabulary, references)


def places(broken: str, vocabulary: Vocabulary) -> dict[str, object]:
    """Return what the placeholders of the expected messages stand for."""
    old, new = SHIPPED.split("\n"), broken.split("\n")
    changed = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), 0) + 1
    of_pop = [number for number, text in enumerate(new, start=1) if text.startswith("pop,")]
    return {
        "line": changed,
        "before": changed - 1,
        "after": changed + 1,
        "condition": next((n for n, t in enumerate(new, 1) if t.startswith("condition,")), None),
        "first": new[0],
        "first_pop": min(of_pop, default=None),
        "last_pop": max(of_pop, default=None),
        "variables": ", ".join(vocabulary),
    }


# Broken files -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", BROKEN)
def test_each_kind_of_broken_file_is_told_once_with_place_finding_and_remedy(
    kind: str, folder: Folder
) -> None:
    edit, expected = BROKEN[kind]
    broken = edit(SHIPPED)
    assert folder.faults(broken) == [expected.format(**places(broken, folder.vocabulary))]


def test_five_independent_faults_are_told_together_in_the_order_of_the_lines(
    folder: Folder,
) -> None:
    faults = [
        ("age,under_40,condition=dvt,", "probability", "0,2"),
        ("sex,male,condition=strain,", "state", "mal"),
        (YES, "ess", "-1"),
        ("overweight,yes,condition=other,", "basis", "guess"),
        ("diabetes,no,condition=rupture,", "sources", "me"),
    ]
    lines = SHIPPED.split("\n")
    expected = [
        (next(n for n, text in enumerate(lines, 1) if text.startswith(row)), column)
        for row, column, _ in faults
    ]
    edits = [cell(column, found, row) for row, column, found in faults]
    with pytest.raises(PriorsError, match=r"priors\.csv: 5 faults") as raised:
        folder.read(together(*edits)(SHIPPED))
    assert [(fault.line, fault.column) for fault in raised.value.faults] == expected
    assert expected == sorted(expected)


@pytest.mark.parametrize("yes", ["0.300001", "0.299999"])
def test_a_column_may_miss_1_by_a_millionth_as_it_is_written(folder: Folder, yes: str) -> None:
    """Which its binary fractions may miss by a little more."""
    assert abs(float(yes) + 0.7 - 1) != 1e-6
    assert folder.read(pop(yes, "0.7")(SHIPPED)).rows
    (sum_off,) = folder.faults(pop(f"{float(yes) + (float(yes) - 0.3) / 10:.7f}", "0.7")(SHIPPED))
    assert "allowed: 1, within 0.000001" in sum_off


def test_faults_of_a_column_stand_among_those_of_the_rows_by_line(folder: Folder) -> None:
    broken = together(pop("0.9", "0.2"), cell("ess", "x", "overweight,yes,condition=other,"))
    sum_off, no_number = folder.faults(broken(SHIPPED))
    assert "adds up to 1.1" in sum_off
    assert "found 'x'" in no_number


def test_several_faults_in_one_row_are_all_told(folder: Folder) -> None:
    broken = together(cell("probability", "x"), cell("ess", "y"), cell("basis", "z"))(SHIPPED)
    columns = [fault.partition(":")[0].split()[-1] for fault in folder.faults(broken)]
    assert columns == ["probability", "ess", "basis"]


def test_a_very_long_cell_is_not_shown_in_full(folder: Folder) -> None:
    (fault,) = folder.faults(cell("state", "x" * 100_000)(SHIPPED))
    assert "unknown state 'xxx" in fault
    assert len(fault) < 600


UNREADABLE = {
    "a picture": (b"\x89PNG\r\n\x1a\n", "line 1: byte 0x89 is not UTF-8"),
    "zeros": (b"\0\0\0\0", "line 1: found a NUL character, as in a binary file"),
    "UTF-16": (SHIPPED.encode("utf-16"), "line 1: byte 0xff is not UTF-8"),
    "UTF-16 without a mark": (SHIPPED.encode("utf-16-le"), "line 1: found a NUL character"),
    "Latin-1": (SHIPPED.replace("range", "r\xe4nge", 1).encode("latin-1"), "line 2: byte 0xe4"),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_file_that_is_not_text_is_refused(kind: str, folder: Folder) -> None:
    content, expected = UNREADABLE[kind]
    (fault,) = folder.faults(content)
    assert fault.startswith(expected)
    assert fault.endswith(("allowed: text saved as UTF-8", "allowed: plain text"))


def test_a_missing_file_is_named(folder: Folder) -> None:
    with pytest.raises(PriorsError, match=r"there is no file .*priors\.csv'; allowed: the path of"):
        read_priors(folder.path, folder.vocabulary, folder.references)


def test_a_folder_in_place_of_the_file_is_named(folder: Folder) -> None:
    folder.path.mkdir()
    with pytest.raises(PriorsError, match=r"cannot be read: .*; allowed: a readable file"):
        read_priors(folder.path, folder.vocabulary, folder.references)


# Files that look odd and are right --------------------------------------------------------------


def shuffled(text: str) -> str:
    first, *rows = text.splitlines(keepends=True)
    random.Random(1).shuffle(rows)
    return first + "".join(rows)


def columns_reversed(text: str) -> str:
    rows = [line.split(",", 7) for line in text.splitlines()]  # the note comes last, quoted or not
    return "".join(",".join(reversed(row)) + "\n" for row in rows)


RIGHT: dict[str, Edit] = {
    "shuffled rows": shuffled,
    "columns in another order": columns_reversed,
    "carriage returns": lambda text: text.replace("\n", "\r\n"),
    "a byte-order mark": lambda text: "\ufeff" + text,
    "a byte-order mark and carriage returns": lambda text: "\ufeff" + text.replace("\n", "\r\n"),
    "no line break at the end": lambda text: text.removesuffix("\n"),
    "empty lines": lambda text: text.replace("\n", "\n\n"),
    "parents in another order": cell("given", "onset=sudden;condition=rupture"),
    "more digits than needed": lambda text: text.replace(",0.", ",00."),
}


@pytest.mark.parametrize("kind", RIGHT)
def test_what_does_not_matter_changes_no_number(kind: str, folder: Folder, priors: Priors) -> None:
    content = RIGHT[kind](SHIPPED)
    assert content != SHIPPED
    read = folder.read(content)
    assert read.parents == priors.parents
    for name, cpt in priors.cpts().items():
        np.testing.assert_array_equal(read.cpts()[name].probabilities, cpt.probabilities)
        np.testing.assert_array_equal(read.cpts()[name].ess, cpt.ess)


def test_shuffled_rows_give_identical_posteriors(folder: Folder, model: Model) -> None:
    other = Model(folder.vocabulary, folder.read(shuffled(SHIPPED)).cpts())
    case = {"onset": "sudden", "pop": {"yes": 0.7, "no": 0.3}, "location": {"calf", "popliteal"}}
    one, two = model.posterior(case), other.posterior(case)
    assert one.probabilities.tolist() == two.probabilities.tolist()


def test_a_column_within_rounding_of_1_is_taken_as_it_stands(folder: Folder) -> None:
    read = folder.read(pop("0.6", "0.4000005")(SHIPPED))
    rows = [
        row
        for row in read.rows
        if (row.variable, row.given[-1:]) == ("pop", (("onset", "sudden"),))
    ]
    assert [r.probability for r in rows if r.given[0] == ("condition", "rupture")] == [
        0.6,
        0.4000005,
    ]


def test_logical_rows_may_be_0_and_1(folder: Folder) -> None:
    read = folder.read(pop("1", "0", basis="logical")(SHIPPED))
    model = Model(folder.vocabulary, read.cpts())
    assert model.posterior({"onset": "sudden", "pop": "no"})["rupture"] == 0


def test_sources_are_optional_for_a_judgement(folder: Folder) -> None:
    read = folder.read(together(cell("sources", ""), cell("sources", "", NO))(SHIPPED))
    assert any(row.basis == "judgement" and not row.sources for row in read.rows)


def test_the_digest_is_that_of_the_file(folder: Folder) -> None:
    windows = SHIPPED.replace("\n", "\r\n").encode()
    assert folder.read(windows).sha256 == digest(windows)


# references.bib ---------------------------------------------------------------------------------

BIB = "@article{one,\n  title = {A},\n}\n\n@misc{two, title = {B}}\n"

BROKEN_BIB = {
    "a key twice": (
        BIB + "@book{one,\n}\n",
        "line 6, column key: key 'one' stands also in line 1; allowed: each key once",
    ),
    "an entry without a key": (
        BIB + "@book{\n}\n",
        "line 6, column key: cannot read '@book{'; allowed: @article{key, on one line",
    ),
    "no entry": (
        "% nothing yet\n",
        "no entry was found; allowed: entries such as @article{key, ...}",
    ),
    "an empty file": ("", "no entry was found; allowed: entries such as @article{key, ...}"),
    "a binary file": (
        b"\xff\xfe\0",
        "line 1: byte 0xff is not UTF-8; allowed: text saved as UTF-8",
    ),
}


@pytest.mark.parametrize("kind", BROKEN_BIB)
def test_each_kind_of_broken_bibliography_is_told(kind: str, tmp_path: Path) -> None:
    content, expected = BROKEN_BIB[kind]
    path = tmp_path / "references.bib"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ReferencesError) as raised:
        read_references(path)
    assert [told(fault) for fault in raised.value.faults] == [expected]


def test_a_missing_bibliography_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReferencesError, match="there is no file"):
        read_references(tmp_path / "references.bib")


@pytest.mark.parametrize("change", ["", "\r", "\ufeff"], ids=["plain", "CRLF", "BOM"])
def test_the_keys_of_a_bibliography_are_read(change: str, tmp_path: Path) -> None:
    text = "@comment{made by hand}\n@string{jor = {J Orthop Res}}\n" + BIB
    text = text.replace("\n", "\r\n") if change == "\r" else change + text
    (tmp_path / "references.bib").write_bytes(text.encode())
    assert read_references(tmp_path / "references.bib") == {"one", "two"}


def test_bytes_are_read_as_a_file_is(priors: Priors) -> None:
    data = priors.to_csv().encode()
    again = parse_priors(data, priors.vocabulary, priors.references or (), source="here.csv")
    assert again.rows == priors.rows
    assert (again.source, again.sha256) == ("here.csv", priors.sha256)


def test_reading_stops_when_nothing_fits(priors: Priors) -> None:
    data = (priors.to_csv().splitlines()[0] + "\n" + "a,b,c,d,e,f,g,h\n" * 9999).encode()
    with pytest.raises(PriorsError, match="reading stopped") as raised:
        parse_priors(data, priors.vocabulary, (), source="junk.csv")
    assert len(raised.value.faults) == MOST_FAULTS + 1
