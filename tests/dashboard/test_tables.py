"""One truth about a table: score, evaluate, update and the Check page read the same file alike."""

from pathlib import Path

import pandas as pd
import pytest

from checking.cohort_reading import read_cohort
from hamknee.base.errors import HamkneeError
from hamknee.cohort.folders import score_file
from hamknee.formats.importing import as_files
from hamknee.formats.interchange import read_network
from hamknee.inference.model import Model, load
from hamknee.network.labelled import read_labelled
from tests.support.command_line import run

HEAD = b"case_id,condition,onset,pop\n"
K1 = b"K1,strain,sudden,yes\n"
K2 = b"K2,rupture,gradual,no\n"

READ = {
    "empty columns at the end": (
        HEAD.replace(b"\n", b",,\n") + (K1 + K2).replace(b"\n", b",,\n"),
        "2 columns without a name or values",
    ),
    "an empty line above": (b"\n" + HEAD + K1 + K2, "Empty lines above the header"),
    "a hint of Excel": (b"sep=,\r\n" + HEAD + K1 + K2, "'sep=,'"),
    "semicolons": ((HEAD + K1 + K2).replace(b",", b";"), "separated by semicolons"),
    "tabs": ((HEAD + K1 + K2).replace(b",", b"\t"), "separated by tabs"),
    "a mark": (b"\xef\xbb\xbf" + HEAD + K1 + K2, ""),
    "UTF-16": (b"\xff\xfe" + (HEAD + K1 + K2).decode().encode("utf-16-le"), "UTF-16"),
    "a code page": (HEAD + K1.replace(b"K1", b"M\xfcller") + K2, "Windows-1252"),
    "capitals": (HEAD.upper() + K1 + K2, "'ONSET' as onset"),
    "CR alone": ((HEAD + K1 + K2).replace(b"\n", b"\r"), ""),
    "separators alone": (HEAD + K1 + K2 + b",,,\n,,,\n", "nothing in them"),
}
"""Two cases, and what is said of how they were read."""

REFUSED = {
    "an open quote": (HEAD + K1.replace(b"yes", b'"yes') + K2, "line 2: a quote opens here"),
    "a row cut short": (HEAD + K1 + b"K2,rupture\n", "line 3: the row has 2 cells; allowed: 4"),
    "a row too long": (HEAD + K1 + b"K2,rupture,gradual,no,no\n", "line 3: the row has 5 cells"),
    "values without a name": (HEAD.replace(b"\n", b",\n") + b"K1,strain,sudden,yes,x\n", "no name"),
    "a title": (b"Clinic,,,\n" + HEAD + K1, "does not look like a header ('Clinic' and 3 empty"),
    "a workbook": (b"PK\x03\x04" + HEAD, "a zip archive, as .xlsx"),
}


def told(path: Path, command: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Return everything that a command says of a file."""
    code, out, err = run(capsys, command[0], path, *command[1:])
    assert code in (0, 2)
    return " ".join((out + err).split())


@pytest.mark.parametrize("kind", READ)
def test_what_can_be_read_is_read_by_all_alike_and_told(
    kind: str, model: Model, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, sentence = READ[kind]
    path = tmp_path / "cohort.csv"
    path.write_bytes(data)
    sheet = read_cohort(data, path.name)
    count = len(sheet.frame) - len(sheet.broken)
    scored = told(path, ["score", "-o", str(tmp_path / "out.csv")], capsys)
    result = pd.read_csv(tmp_path / "out.csv")
    assert count == 2
    assert f"2 of {len(sheet.frame)} rows scored, from 2 columns" in scored
    for row, case in enumerate(
        [{"onset": "sudden", "pop": "yes"}, {"onset": "gradual", "pop": "no"}]
    ):
        assert result["p_strain"][row] == pytest.approx(model.posterior(case)["strain"])
    assert result["fault"].notna().tolist() == [row in sheet.broken for row in range(len(result))]
    assert sentence in (scored if kind != "separators alone" else " ".join(sheet.notes))
    evaluated = told(path, ["evaluate"], capsys)
    assert "2 of 2 cases" in evaluated
    assert sentence in evaluated
    learned = told(path, ["update", "-o", str(tmp_path / "new.csv")], capsys)
    assert sentence in learned
    assert (tmp_path / "new.csv").is_file()


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_read_is_refused_by_all_or_a_fault(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, why = REFUSED[kind]
    path = tmp_path / "cohort.csv"
    path.write_bytes(data)
    commands = [["evaluate"], ["update", "-o", str(tmp_path / "new.csv")]]
    if not kind.startswith("a row"):
        commands.append(["score", "-o", str(tmp_path / "out.csv")])
        with pytest.raises(HamkneeError) as error:
            read_cohort(data, path.name)
        assert why in str(error.value)
    for command in commands:
        said = told(path, command, capsys)
        assert why in said
        assert "allowed: " in said
    assert [file.name for file in tmp_path.iterdir()] == ["cohort.csv"]
    with pytest.raises(HamkneeError):
        read_labelled(load().vocabulary, path)
    if kind.startswith("a row"):
        said = told(path, ["score", "-o", str(tmp_path / "out.csv")], capsys)
        assert "1 of 2 rows scored" in said
        assert "the row has" in read_cohort(data, path.name).broken[1].reason


# In a network's own words -------------------------------------------------------------------------

DISEASE = """network own {} variable Disease {type discrete[2] {Strain, Tear};}
variable Pop {type discrete[2] {Yes, No};} variable Test {type discrete[3] {0, 1, 2};}
probability (Disease) {table 0.7, 0.3;}
probability (Pop | Disease) {(Strain) 0.3, 0.7; (Tear) 0.6, 0.4;}
probability (Test | Disease) {(Strain) 0.5, 0.3, 0.2; (Tear) 0.1, 0.3, 0.6;}
"""


@pytest.mark.parametrize("heads", ["Disease,Pop,Test", "disease,pop,test", "DISEASE,POP,TEST"])
def test_a_cohort_in_an_imported_networks_own_words_is_scored(
    heads: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "own.bif").write_text(DISEASE, encoding="utf-8")
    network = read_network(tmp_path / "own.bif", target="Disease")
    as_files(network, ess=10).save(tmp_path / "out")
    cohort = tmp_path / "cohort.csv"
    cohort.write_text(f"id,{heads}\nK1,Tear,Yes,2\nK2,Strain,No,0\n", encoding="utf-8")
    priors = tmp_path / "out" / "priors.csv"
    score_file(load(priors), cohort, tmp_path / "scored.parquet")
    probability = pd.read_parquet(tmp_path / "scored.parquet")["p_tear"].tolist()
    assert probability == pytest.approx([0.72, 0.012 / 0.257])
    said = told(cohort, ["evaluate", "--priors", str(priors)], capsys)
    assert "2 of 2 cases" in said
    said = told(cohort, ["update", "-o", str(tmp_path / "n.csv"), "--priors", str(priors)], capsys)
    assert (tmp_path / "n.csv").is_file(), said
