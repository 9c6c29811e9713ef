"""The command `recalibrate`, and the layer in `evaluate` and `diagnose`."""

import json
from pathlib import Path

import pytest

import hamknee
from hamknee.base.files import shipped
from hamknee.evaluation.recalibration_layer import read_recalibration
from hamknee.evaluation.self_testing import simulate_labelled
from hamknee.inference.model import Model
from hamknee.network.labelled import diagnoses
from tests.support.command_line import run

NAMES = ("setting", "age", "onset", "pop", "swelling", "location")


@pytest.fixture
def cohort(model: Model, tmp_path: Path) -> Path:
    """Return a file of patients drawn from the model."""
    patients = simulate_labelled(model, 80, known=0.7, seed=1)
    rows = [",".join(["condition", *NAMES])]
    for row, diagnosis in enumerate(diagnoses(model.vocabulary.target, patients.truth)):
        known = dict(patients.cases.evidence(row))
        rows.append(",".join([diagnosis, *(str(known.get(name, "")) for name in NAMES)]))
    path = tmp_path / "clinic.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def test_a_layer_is_fitted_written_and_used(
    capsys: pytest.CaptureFixture[str], model: Model, cohort: Path, tmp_path: Path
) -> None:
    path = tmp_path / "layer.json"
    options = ("recalibrate", str(cohort), "-o", str(path), "--case-mix", "dvt=0.3")
    expected = hamknee.recalibrate(model, cohort, case_mix={"dvt": 0.3}, name="clinic.csv")
    code, out, err = run(capsys, *options)
    assert (code, err) == (0, "")
    assert expected.text in out.replace("\n", " ")
    layer = read_recalibration(model, path)
    assert layer.slope == expected.layer.slope
    _, out, _ = run(capsys, *options, "--json")
    answer = json.loads(out)
    assert answer["slope"] == layer.slope
    assert answer["helps"] is expected.helps
    _, out, _ = run(capsys, "evaluate", str(cohort), "--recalibration", str(path), "--json")
    scored = hamknee.evaluate(model, cohort, recalibration=layer)
    recalibrated = json.loads(out)["baselines"]["recalibrated"]
    assert recalibrated["log_loss"] == scored.board.value("recalibrated", "log_loss")


def test_the_ranking_is_recalibrated_beside_the_model_s(
    capsys: pytest.CaptureFixture[str], model: Model, tmp_path: Path
) -> None:
    path = tmp_path / "layer.json"
    code, out, _ = run(capsys, "recalibrate", "-o", str(path), "--case-mix", "bakers_cyst=0.9")
    assert code == 0
    assert "Case mix as stated, 90 % Baker's cyst the most." in out
    layer = read_recalibration(model, path)
    case = ("swelling=focal", "age=60")
    plain, with_layer = (
        run(capsys, "diagnose", *case, *option)[1]
        for option in ((), ("--recalibration", str(path)))
    )
    after = layer.posterior(model, {"swelling": "focal", "age": 60})
    assert f"Recalibrated: {after.text}" in with_layer.replace("\n", " ")
    assert "How soon to seek help is not." in with_layer.replace("\n", " ")
    assert plain.splitlines()[0] == with_layer.splitlines()[0]
    _, out, _ = run(capsys, "diagnose", *case, "--recalibration", str(path), "--json")
    top = json.loads(out)["recalibrated"]["conditions"][0]
    assert (top["condition"], top["probability"]) == (after.top, after[after.top])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "found neither a cohort nor --case-mix"),
        (["--case-mix", "dvt"], "found the case mix 'dvt'; allowed: CONDITION=SHARE"),
        (["--case-mix", "dvtt=0.1"], "did you mean 'dvt'?"),
        (["none.csv"], "there is no file"),
        ([str(shipped("data/cases.csv"))], "these are published cases"),
    ],
)
def test_bad_input_ends_with_exit_code_2_and_writes_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: list[str], message: str
) -> None:
    path = tmp_path / "layer.json"
    code, out, err = run(capsys, "recalibrate", *arguments, "-o", str(path))
    assert (code, out) == (2, "")
    assert message in err
    assert not path.exists()


def test_what_is_read_is_never_overwritten(
    capsys: pytest.CaptureFixture[str], cohort: Path
) -> None:
    before = cohort.read_bytes()
    code, _, err = run(capsys, "recalibrate", str(cohort), "-o", str(cohort))
    assert code == 2
    assert "would be overwritten" in err
    assert cohort.read_bytes() == before
