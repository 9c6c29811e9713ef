"""The commands `evaluate` and `diff`."""

import json
from pathlib import Path

import pytest

import hamknee
from hamknee.evaluation.metrics import MEASURES
from hamknee.network.labelled import read_labelled
from hamknee.network.priors import Priors
from hamknee.sensitivity.differences import difference
from tests.support.command_line import run


def test_the_command_prints_scores_beside_the_baselines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    code, out, err = run(capsys, "evaluate", "--min-findings", "3")
    assert (code, err) == (0, "")
    assert out.startswith("84 of 111 cases with at least 3 findings. The right condition")
    tables = out.split("\n\n", 1)[1].splitlines()
    assert " ".join(tables[0].split()) == "95 % intervals hamknee prior only naive Bayes"
    assert all(len(line) <= 80 for line in tables if not line.startswith("priors"))
    assert any(line.startswith("Deep vein thrombosis") for line in tables)


def test_the_command_prints_json(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "evaluate", "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["n"] == 111
    assert answer["priors"]["sha256"] == hamknee.load().sha256
    assert {"n", *MEASURES, "by_condition", "baselines"} <= set(answer)


def test_the_command_takes_a_file_of_ones_own(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "clinic.csv"
    path.write_text("condition,pop,age\nrupture,yes,31\n,no,40\n", encoding="utf-8")
    code, out, _ = run(capsys, "evaluate", str(path), "--json")
    assert code == 0
    assert json.loads(out)["cases"] == {
        "read": 2,
        "diagnosis_unknown": 1,
        "min_findings": 0,
        "impossible": 0,
        "excluded": 0,
    }


def test_the_command_says_where_acting_would_help(capsys: pytest.CaptureFixture[str]) -> None:
    evaluation = hamknee.evaluate(hamknee.load())
    for options, prevalence in (([], None), (["--prevalence", "0.01"], 0.01)):
        curve = evaluation.decision_curve("rupture", prevalence=prevalence)
        _, out, _ = run(capsys, "evaluate", "--decision", "rupture", *options)
        assert curve.text in out.replace("\n", " ")
        _, out, _ = run(capsys, "evaluate", "--decision", "rupture", *options, "--json")
        decision = json.loads(out)["decision"]
        assert (decision["condition"], decision["events"]) == ("rupture", 7)
        assert decision["prevalence"] == prevalence
        assert [row["gain"] for row in decision["thresholds"]] == curve.gain.tolist()


@pytest.mark.parametrize(
    ("text", "arguments", "message"),
    [
        (None, ["--prevalence", "0.1"], "allowed: with --decision CONDITION"),
        (None, [], "there is no file"),
        ("pop\nyes\n", [], "no column 'condition' among pop"),
        ("condition,pop\nruptur,yes\n", [], "did you mean 'rupture'?"),
        ("condition,pop\n,yes\n", [], "of 1 cases 0 have a known diagnosis"),
        ("condition,pop\nrupture,yes\n", ["--min-findings", "-1"], "allowed: a "),
        ("condition,pop\nrupture,yes\n", ["--priors", "none.csv"], "there is no file"),
    ],
)
def test_bad_input_ends_with_exit_code_2(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    text: str | None,
    arguments: list[str],
    message: str,
) -> None:
    path = tmp_path / "clinic.csv"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    code, out, err = run(capsys, "evaluate", str(path), *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


@pytest.fixture(scope="module")
def edited(priors: Priors) -> Priors:
    given = {"condition": "strain", "onset": "sudden"}
    return priors.set("pop", "yes", given=given, probability=0.01)


@pytest.fixture
def edited_path(edited: Priors, tmp_path: Path) -> str:
    edited.save(tmp_path / "mine.csv")
    return str(tmp_path / "mine.csv")


def test_diff_tells_numbers_distance_and_flips(
    capsys: pytest.CaptureFixture[str], edited_path: str, priors: Priors, edited: Priors
) -> None:
    code, out, err = run(capsys, "diff", "shipped", edited_path)
    assert (code, err) == (0, "")
    assert difference(priors, edited, read_labelled(priors.vocabulary)).text in out
    assert "P(pop=yes | condition=strain;onset=sudden)" in out
    assert priors.sha256[:12] in out
    assert edited.sha256[:12] in out


def test_diff_lists_no_more_numbers_than_asked_for(
    capsys: pytest.CaptureFixture[str], edited_path: str
) -> None:
    _, out, _ = run(capsys, "diff", "shipped", edited_path, "--most", "1")
    assert "P(pop=no" not in out
    assert "1 more; --most lists more" in out
    _, out, _ = run(capsys, "diff", "shipped", edited_path, "--most", "2")
    assert "P(pop=no" in out
    assert "more; --most lists more" not in out


def test_diff_as_json(
    capsys: pytest.CaptureFixture[str], edited_path: str, priors: Priors, edited: Priors
) -> None:
    code, out, _ = run(capsys, "diff", "shipped", edited_path, "--json")
    answer = json.loads(out)
    assert code == 0
    assert set(answer) == {"old", "new", "distance", "changed", "averages", "cases", "flips"}
    assert answer["old"]["sha256"] == priors.sha256
    assert answer["new"] == {"source": edited_path, "sha256": edited.sha256}
    assert answer["averages"] == difference(priors, edited).averages.to_dict("records")
    assert answer["averages"][0]["given"] == "condition=strain"
    assert answer["distance"] == pytest.approx(difference(priors, edited).distance)
    assert [row["new"] for row in answer["changed"]] == [0.01, 0.99]
    assert len(answer["cases"]) == 111
    assert answer["flips"] == ["HS024"]


def test_diff_in_cases_of_ones_own(
    capsys: pytest.CaptureFixture[str], edited_path: str, tmp_path: Path
) -> None:
    cases = tmp_path / "cases.csv"
    cases.write_text("condition,onset,pop\nstrain,sudden,yes\n,gradual,\n")
    _, out, _ = run(capsys, "diff", "shipped", edited_path, "--cases", str(cases), "--json")
    answer = json.loads(out)
    assert [case["diagnosis"] for case in answer["cases"]] == ["strain", None]
    assert answer["cases"][1]["diagnosis_change"] is None


OWN = (
    'a.role = "target"\na.label = "A"\na.states = { x = { label = "X" }, y = { label = "Y" } }\n',
    "variable,state,given,probability,ess,basis,sources,note\n"
    "a,x,,0.4,10,judgement,,\na,y,,0.6,10,judgement,,\n",
)


@pytest.fixture
def foreign_path(tmp_path: Path) -> str:
    """Return the path of numbers with a vocabulary of their own."""
    folder = tmp_path / "own"
    folder.mkdir()
    for name, text in zip(("vocabulary.toml", "priors.csv"), OWN, strict=True):
        (folder / name).write_text(text)
    return str(folder / "priors.csv")


def test_diff_leaves_out_published_cases_that_do_not_fit(
    capsys: pytest.CaptureFixture[str], foreign_path: str
) -> None:
    code, out, _ = run(capsys, "diff", foreign_path, foreign_path)
    assert code == 0
    assert "The published cases do not fit this vocabulary and were left out." in out


def test_what_diff_cannot_do_ends_with_exit_code_2(
    capsys: pytest.CaptureFixture[str], edited_path: str, foreign_path: str, tmp_path: Path
) -> None:
    cases = tmp_path / "cases.csv"
    cases.write_text("pop\nyes\n")
    for arguments, message in (
        (["shipped", str(tmp_path / "none.csv")], "there is no file"),
        (["shipped"], "B is missing"),
        (["shipped", foreign_path], "have another vocabulary, without condition"),
        (["shipped", edited_path, "--cases", str(cases)], "no column 'condition'"),
        (["shipped", edited_path, "--cases", str(tmp_path / "no.csv")], "no.csv"),
        (["shipped", edited_path, "--most", "0"], "--most"),
    ):
        code, out, err = run(capsys, "diff", *arguments)
        assert (code, out) == (2, "")
        assert message in err
        assert "Traceback" not in err


THEIRS = "Diagnose;Knall\nZerrung;ja\nAbriss;nein\nZerrung;k. A.\n"
WORDS = """
not_known = ["k. A."]
[columns]
Diagnose = "condition"
[values.condition]
Zerrung = "strain"
Abriss = "rupture"
[values.pop]
ja = "yes"
nein = "no"
"""


@pytest.mark.parametrize("command", ["evaluate", "validate", "update", "diff"])
def test_a_cohort_in_others_words_is_read_by_every_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    theirs, ours, words = (tmp_path / name for name in ("theirs.csv", "ours.csv", "words.toml"))
    theirs.write_text(THEIRS, "utf-8")
    ours.write_text("condition,pop\nstrain,yes\nrupture,no\nstrain,\n", "utf-8")
    words.write_text(WORDS, "utf-8")

    def printed(file: Path, *options: object) -> str:
        start = ("shipped", "shipped", "--cases") if command == "diff" else ()
        end = ("-o", tmp_path / "new.csv", "--json") if command == "update" else ()
        code, out, _ = run(capsys, command, *start, file, *end, *options)
        assert code == 0
        return out.replace(file.name, "").replace("theirs", "ours")

    mapped = printed(theirs, "--mapping", words, "--map", "Knall=pop")
    if command == "update":
        mapped, plain = json.loads(mapped), json.loads(printed(ours))
        assert mapped["numbers"] == plain["numbers"]
        assert mapped["cases"] == plain["cases"] == 3
    else:
        assert mapped == printed(ours)
