"""The commands `export` and `import`."""

import warnings
from pathlib import Path

import numpy as np
import pytest

import hamknee
from hamknee.base.files import shipped
from hamknee.inference.model import Model
from tests.support.command_line import run
from tests.support.network_files import BIF, distance

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # its compiled part warns of itself


def test_the_shipped_model_goes_out_and_comes_in_with_the_same_posteriors(
    model: Model, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, "export", tmp_path / "knee.xdsl")[0] == 0
    assert (
        run(
            capsys,
            "import",
            tmp_path / "knee.xdsl",
            "--target",
            "condition",
            "--ess",
            12,
            "-o",
            tmp_path,
        )[0]
        == 0
    )
    again = hamknee.load(tmp_path / "priors.csv")
    cases = [{}, {"pop": "yes", "onset": "sudden"}, {"age": "40_to_59", "warmth": "yes"}]
    for case in cases:
        difference = again.posterior(case).probabilities - model.posterior(case).probabilities
        assert np.abs(difference).max() <= 1e-12
    assert all(cpt.ess is not None and (cpt.ess == 12).all() for cpt in again.cpts.values())


def test_with_the_vocabulary_even_uai_comes_back_with_all_its_words(
    model: Model, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, "export", tmp_path / "knee.uai")[0] == 0
    words = shipped("data/vocabulary.toml")
    assert (
        run(
            capsys,
            "import",
            tmp_path / "knee.uai",
            "--vocabulary",
            words,
            "--ess",
            1,
            "-o",
            tmp_path / "new",
        )[0]
        == 0
    )
    again = hamknee.load(tmp_path / "new" / "priors.csv")
    assert again.vocabulary == model.vocabulary
    assert distance(again, model) == 0


@pytest.mark.parametrize("words", [(), ("--vocabulary", shipped("data/vocabulary.toml"))])
def test_import_tells_of_placeholders_where_it_made_them(
    words: tuple[object, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    network = tmp_path / "knee.bif"
    assert run(capsys, "export", network)[0] == 0
    given = words or ("--target", "condition")
    code, printed, _ = run(capsys, "import", network, *given, "--ess", 1, "-o", tmp_path / "new")
    assert code == 0
    assert ("are placeholders" in printed) == (not words)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--target", "t"], "an equivalent sample size (--ess N)"),
        (["--target", "t", "--ess", "0"], "found an ess of 0.0"),
        (["--target", "x", "--ess", "5"], "the network has no variable 'x'"),
        (["--ess", "5"], "which variable is asked for"),
    ],
)
def test_import_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    (tmp_path / "net.bif").write_text(BIF)
    code, _, err = run(capsys, "import", tmp_path / "net.bif", "-o", tmp_path / "new", *arguments)
    assert code == 2
    assert message in err
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["knee.txt", "no/such/folder/knee.bif"])
def test_export_that_cannot_be_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    code, _, err = run(capsys, "export", tmp_path / name)
    assert code == 2
    assert "allowed: " in err
