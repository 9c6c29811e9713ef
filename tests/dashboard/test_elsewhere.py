"""A network of another subject is its own product on every page."""

import re
from pathlib import Path
from typing import Any

import pytest

from hamknee.base.files import shipped
from hamknee.formats.importing import as_files
from hamknee.formats.interchange import read_network
from tests.support.at_page import VIEWS, address, at_page, choose, go, words
from tests.support.networks import network

CAR = """network car { }
variable fault { type discrete[5] { battery, evidence, case, top, conflict }; }
variable lamps { type discrete[2] { bright, dim }; }
probability ( fault ) { table 0.5, 0.2, 0.1, 0.1, 0.1; }
probability ( lamps | fault ) { table 0.1, 0.8, 0.3, 0.4, 0.5, 0.9, 0.2, 0.7, 0.6, 0.5; }
"""


@pytest.fixture
def car(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an imported network, which the dashboard opens."""
    (tmp_path / "car.bif").write_text(CAR)
    model = read_network(tmp_path / "car.bif", target="fault")
    as_files(model, ess=20).save(tmp_path / "car")
    monkeypatch.setenv("HAMKNEE_PRIORS", str(tmp_path / "car" / "priors.csv"))
    return tmp_path / "car"


@pytest.mark.usefixtures("car")
@pytest.mark.parametrize("view", VIEWS)
def test_no_page_speaks_of_knees_warning_signs_or_how_it_was_checked(view: str) -> None:
    text = words(at_page(view))
    spoken = re.sub(r"hamknee(-\w+)?|published cases do not fit|Published cases", "", text)
    assert not re.search(r"knee|hamstring|doctor|emergency|on published cases", spoken, re.I)


@pytest.mark.usefixtures("car")
def test_no_source_of_the_knee_is_offered_for_a_number() -> None:
    (sources,) = [field for field in at_page("tune").multiselect if field.label == "Sources"]
    assert sources.options == []


@pytest.mark.usefixtures("car")
def test_the_heading_is_what_is_asked_for() -> None:
    assert at_page("diagnose").title[0].value == "fault"


def test_the_signs_stay_on_any_doubt_but_not_beside_words_of_another_target(car: Path) -> None:
    (car / "priors.csv").write_text("nothing\n")
    assert "doctor" not in words(at_page("about"))
    knee = (shipped("data") / "vocabulary.toml").read_text(encoding="utf-8")
    (car / "vocabulary.toml").write_text(knee, encoding="utf-8")
    assert "doctor" in words(at_page("about"))
    (car / "vocabulary.toml").write_text("broken")
    assert "doctor" in words(at_page("about"))


def test_variables_called_like_what_an_address_says_are_answered_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = ("case", "edits", "embed", "embed_options", "expert")
    below = [[0.9, 0.1], [0.2, 0.8]]
    spec: dict[str, tuple[str, Any]] = dict.fromkeys(theirs, ("t", below))
    as_files(network({"t": ("", [0.5, 0.5]), **spec}, "t", ess=20)).save(tmp_path)
    monkeypatch.setenv("HAMKNEE_PRIORS", str(tmp_path / "priors.csv"))
    names = {f"{name}_2": "yes" for name in theirs}
    page = at_page("diagnose")
    for name in names:
        page = choose(page, name, "yes")
    assert address(page) == names
    assert not [*page.warning, *page.error]
    assert set(names) <= {*re.findall(r"(\w+)=yes", address(go(page, "tune"))["case"])}
