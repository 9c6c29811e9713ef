"""A network as it is read: columns that do not add up."""

import warnings
from pathlib import Path

import numpy as np
import pytest

from hamknee.formats.draft import NetworkFileError
from hamknee.formats.interchange import read_network
from tests.support.network_files import BIF

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # its compiled part warns of itself


def test_a_column_within_the_tolerance_is_rescaled_only_when_that_was_asked_for(
    tmp_path: Path,
) -> None:
    path = tmp_path / "net.bif"
    path.write_text(BIF.replace("0.2, 0.8", "0.2, 0.799"))
    with pytest.raises(NetworkFileError, match=r"P\(t\) adds up to 0\.999;"):
        read_network(path, target="t")
    model = read_network(path, target="t", tolerance=0.01)
    assert model.cpts["t"].probabilities == pytest.approx([0.2 / 0.999, 0.799 / 0.999])
    assert np.array_equal(model.cpts["sign"].probabilities, [[0.1, 0.9], [0.3, 0.7]])


def test_a_column_of_zeros_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "net.bif"
    path.write_text(BIF.replace("0.2, 0.8", "0.0, 0.0"))
    with pytest.raises(NetworkFileError, match=r"P\(t\) adds up to 0;"):
        read_network(path, target="t", tolerance=0.01)
