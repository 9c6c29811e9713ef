"""The command `studies`."""

import json
from functools import partial

import pytest

from hamknee.cli import studies
from hamknee.inference.model import Model
from hamknee.sensitivity.studies import next_studies
from tests.support.command_line import run


def test_the_command_lists_the_best_studies(
    capsys: pytest.CaptureFixture[str], model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = partial(next_studies, cases=50, draws=20)
    monkeypatch.setattr(studies, "next_studies", quick)
    expected = quick(model, 50, known=0.2)
    options = ("studies", "--patients", "50", "--known", "0.2", "--most", "3")
    code, out, err = run(capsys, *options)
    assert (code, err) == (0, "")
    assert expected.text in out.replace("\n", " ")
    assert out.count(" ± ") >= 6
    code, out, _ = run(capsys, *options, "--json")
    answer = json.loads(out)
    assert [row["bits"] for row in answer["studies"]] == expected.table["bits"].head(3).tolist()
    assert (answer["patients"], answer["priors"]["sha256"]) == (50, model.sha256)


def test_bad_input_ends_with_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "studies", "--known", "2")
    assert (code, out) == (2, "")
    assert "found 2.0 as the probability of being known; allowed: 0 to 1" in err
