"""Choices about a file, saved and used again."""

import pytest

from checking.cohort_columns import UNREAD
from checking.cohort_reading import read_cohort
from checking.cohort_saving import choose, mapping_toml, read_choices
from checking.cohort_upload import Upload
from hamknee.base.errors import HamkneeError
from hamknee.inference.model import Model
from hamknee.network.mapping import ColumnMapping

FILE = b'Wer,"Be""ginn",Knall\n1,akut,ja\n2,langsam,nein\n'


def upload_of(model: Model, columns: dict[str, str]) -> Upload:
    return Upload("cohort.csv", read_cohort(FILE, "cohort.csv"), model.vocabulary, columns, "Wer")


def test_what_was_chosen_comes_back_whatever_the_names(model: Model) -> None:
    upload = upload_of(model, {"onset": 'Be"ginn', "pop": "Knall"})
    upload.meanings['Be"ginn', "onset"] = {"akut": "sudden", "langsam": UNREAD}
    text = mapping_toml(upload.mapping)
    mapping = read_choices(model.vocabulary, text.encode())
    assert mapping.columns == {"Wer": "", 'Be"ginn': "onset", "Knall": "pop"}
    assert mapping.values["onset"] == {"akut": "sudden"}
    again = upload_of(model, {"pop": "Knall"})
    choose(again, mapping)
    assert again.columns == upload.columns
    assert again.meanings['Be"ginn', "onset"] == {"akut": "sudden", "langsam": UNREAD}
    assert again.mapping.columns == upload.mapping.columns


def test_columns_that_the_next_file_lacks_are_left_aside(model: Model) -> None:
    upload = upload_of(model, {"pop": "Knall"})
    choose(upload, ColumnMapping({"Alter": "age", "Knall": ""}))
    assert upload.columns == {}


def test_a_wrong_file_is_refused_with_its_faults(model: Model) -> None:
    with pytest.raises(HamkneeError, match="did you mean 'onset'"):
        read_choices(model.vocabulary, b'[columns]\nBeginn = "onse"\n')
    with pytest.raises(HamkneeError, match="not valid TOML"):
        read_choices(model.vocabulary, b"[columns")
    with pytest.raises(HamkneeError, match="bytes"):
        read_choices(model.vocabulary, b"#" * 2**21)
