"""The command `criticise`."""

import json
from pathlib import Path

import pytest

import hamknee
from hamknee.evaluation.self_testing import simulate_labelled
from hamknee.inference.model import Model
from hamknee.network.labelled import diagnoses
from tests.support.command_line import run


@pytest.fixture
def cohort(model: Model, tmp_path: Path) -> Path:
    """Return a file of patients drawn from the model."""
    patients = simulate_labelled(model, 60, known=0.6, seed=1)
    rows = ["condition,setting,pop,onset,swelling"]
    right = diagnoses(model.vocabulary.target, patients.truth)
    for row, diagnosis in enumerate(right):
        known = dict(patients.cases.evidence(row))
        answers = [str(known.get(name, "")) for name in rows[0].split(",")[1:]]
        rows.append(",".join([diagnosis, *answers]))
    path = tmp_path / "clinic.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def test_the_command_says_what_the_model_lacks(
    capsys: pytest.CaptureFixture[str], model: Model, cohort: Path
) -> None:
    code, out, err = run(capsys, "criticise", str(cohort), "--margins", "model", "--most", "2")
    assert (code, err) == (0, "")
    for result in (
        hamknee.predictive_check(model, cohort),
        hamknee.residual_dependence(model, cohort, margins="model"),
    ):
        assert result.text in out.replace("\n", " ")
    _, out, _ = run(capsys, "criticise", str(cohort), "--json")
    answer = json.loads(out)
    assert answer["priors"]["sha256"] == model.sha256
    assert len(answer["cases"]) == 60
    assert {"observed", "expected", "z"} <= set(answer["answers"][0])


def test_after_learning_from_them_the_numbers_fit_better(
    capsys: pytest.CaptureFixture[str], model: Model, tmp_path: Path
) -> None:
    path = tmp_path / "clinic.csv"
    rows = ["strain,sudden,yes,none"] * 90 + ["strain,sudden,no,none"] * 30
    path.write_text("\n".join(["condition,onset,pop,swelling", *rows]), encoding="utf-8")
    off = {}
    for option in ([], ["--after-update"]):
        _, out, _ = run(capsys, "criticise", str(path), "--json", *option)
        answer = json.loads(out)
        off[answer["after_update"]] = {
            (row["variable"], row["state"]): abs(row["z"]) for row in answer["answers"]
        }
        assert (answer["priors"]["sha256"] == model.sha256) is not bool(option)
    assert off[True]["pop", "yes"] < off[False]["pop", "yes"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--after-update"], "found --after-update without a file"),
        (["--margins", "both"], "cannot be 'both'; allowed: 'cases', 'model'"),
        (["none.csv"], "there is no file"),
    ],
)
def test_bad_input_ends_with_exit_code_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    code, out, err = run(capsys, "criticise", *arguments)
    assert (code, out) == (2, "")
    assert message in " ".join(err.replace("│", "").split())
