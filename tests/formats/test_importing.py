"""A network of another program as files of ours."""

import warnings
from pathlib import Path

import numpy as np
import pytest

import hamknee
from hamknee.base.errors import HamkneeError
from hamknee.formats.importing import as_files
from hamknee.network.priors import CPT
from hamknee.network.vocabulary import State, Variable, Vocabulary
from tests.support.network_files import distance, with_states
from tests.support.networks import with_zeros

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # its compiled part warns of itself


def test_hostile_names_become_identifiers_and_stay_as_labels(tmp_path: Path) -> None:
    model = with_states("<5", ">5", name='Größe "x"')
    imported = as_files(model, ess=3, note="from a test")
    imported.save(tmp_path)
    again = hamknee.load(tmp_path / "priors.csv").vocabulary["grosse_x"]
    assert again.label == 'Größe "x"'
    assert [(s.name, s.label) for s in again.states] == [("state_5", "<5"), ("state_5_2", ">5")]
    assert ('Größe "x"=>5', "state_5_2") in imported.renamed
    with pytest.raises(HamkneeError, match="is there already"):
        imported.save(tmp_path)


def test_names_that_stand_for_something_else_are_given_others(tmp_path: Path) -> None:
    imported = as_files(with_states("yes", "no", name="flag"), ess=3, note="from a test")
    imported.save(tmp_path)
    again = hamknee.load(tmp_path / "priors.csv").vocabulary["flag_2"]
    assert again.label == "flag"


def test_zeros_and_ones_of_an_imported_network_are_logical(tmp_path: Path) -> None:
    imported = as_files(with_zeros(), note="from a test")
    assert {row.basis for row in imported.priors.rows if row.probability in (0, 1)} == {"logical"}
    assert {row.basis for row in imported.priors.rows if 0 < row.probability < 1} == {"judgement"}
    assert {row.ess for row in imported.priors.rows} == {20}
    imported.save(tmp_path)
    assert distance(hamknee.load(tmp_path / "priors.csv"), with_zeros()) == 0


@pytest.mark.parametrize("name", ["label", "Label"])
def test_a_target_called_like_a_column_of_ours_is_given_another_name(
    tmp_path: Path, name: str
) -> None:
    model = with_states("yes", "no")
    target = Variable(name, "target", "label", (State("evidence", "e"), State("other", "o")))
    variables = (target, model.vocabulary["sign"])
    cpts = {
        name: CPT(name, (), np.array([0.2, 0.8])),
        "sign": CPT("sign", (name,), model.cpts["sign"].probabilities),
    }
    own = hamknee.Model(Vocabulary(variables), cpts)
    as_files(own, ess=3).save(tmp_path)
    again = hamknee.load(tmp_path / "priors.csv")
    assert again.vocabulary.target.name == "label_2"
    assert again.vocabulary.target.state_names == ("evidence_2", "other")
    assert list(again.posterior({"sign": "yes"}).table["label_2"]) == ["other", "evidence_2"]
