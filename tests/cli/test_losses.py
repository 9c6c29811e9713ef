"""The command `decide`."""

import json

import pytest

from hamknee.inference.model import Model
from hamknee.reasoning.losses import Loss, decide
from tests.support.command_line import run

CASE = ("location=calf", "swelling=leg")


def test_it_says_what_the_library_says(capsys: pytest.CaptureFixture[str], model: Model) -> None:
    costs = ("--missed", "dvt=50", "--missed", "rupture=8", "--needless", "calf_strain=1")
    losses = {
        "dvt": Loss(missed=50),
        "rupture": Loss(missed=8),
        "calf_strain": Loss(needless=1),
    }
    referral = decide(model, {"location": "calf", "swelling": "leg"}, losses)
    code, printed, _ = run(capsys, "decide", *CASE, *costs)
    assert (code, printed.startswith(referral.text)) == (0, True)
    code, printed, _ = run(capsys, "decide", *CASE, *costs, "--json")
    told = json.loads(printed)
    assert (told["action"], told["refer"]) == (referral.action, pytest.approx(referral.refer))
    assert [q["variable"] for q in told["questions"]] == referral.table["variable"].tolist()


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        ("dvt", "cannot read the loss 'dvt'"),
        ("dtv=3", "did you mean 'dvt'"),
        ("dvt=-1", "allowed: 0 or more"),
    ],
)
def test_a_loss_that_cannot_be_is_one_error(
    capsys: pytest.CaptureFixture[str], loss: str, message: str
) -> None:
    code, _, error = run(capsys, "decide", "--missed", loss)
    assert (code, message in " ".join(error.split())) == (2, True)
