"""The picture of the leg: data that fits the vocabulary, and never more than paths."""

from pathlib import Path

import pytest

from diagnosis.picture import find_picture
from hamknee.base.files import shipped
from hamknee.network.vocabulary import Vocabulary

SHIPPED = shipped("data/priors.csv")


def test_every_place_but_the_vague_one_can_be_pressed(vocabulary: Vocabulary) -> None:
    picture = find_picture(vocabulary, SHIPPED)
    assert picture is not None
    assert picture.variable == "location"
    assert [view.label for view in picture.views] == ["Back", "Inner side", "Outer side", "Front"]
    places = {place for view in picture.views for place in view.places}
    assert places == set(vocabulary["location"].state_names) - {"diffuse"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('variable = "location"', 'variable = "place"'),
        ("posteromedial =", "behind ="),
        ("height = 140", "height = tall"),
        ("height = 140", ""),
        ("height = 140", "height = 1e999"),
        ("height = 140", "height = -140"),
        ('variable = "location"', "variable = [1]"),
        ('label = "Back"', "label = 3"),
        ('outline = "M9 0', "outline = 3 # "),
        ("[views.places]\nposteromedial", "[other]\nposteromedial"),
        ("[[views]]", "[views]\na = 1\n[[view]]"),
        ('lines = ["M33 4', "lines = " + "[" * 3000 + "# "),
        ('label = "Back"', 'title = "Back"'),
        ('outline = "M9 0', 'outline = "url(https://example.org/x.svg) M9 0'),
        ('lines = ["M33 4', 'lines = ["<script>M33 4'),
    ],
)
def test_a_picture_that_does_not_fit_is_left_out(
    vocabulary: Vocabulary, tmp_path: Path, old: str, new: str
) -> None:
    text = shipped("data/leg.toml").read_text("utf-8")
    assert old in text
    (tmp_path / "leg.toml").write_text(text.replace(old, new), "utf-8")
    assert find_picture(vocabulary, tmp_path / "priors.csv") is None


def test_a_picture_of_ones_own_goes_before_the_shipped_one(
    vocabulary: Vocabulary, tmp_path: Path
) -> None:
    text = shipped("data/leg.toml").read_text("utf-8")
    (tmp_path / "leg.toml").write_text(text.replace('"Back"', '"From behind"'), "utf-8")
    picture = find_picture(vocabulary, tmp_path / "priors.csv")
    assert picture is not None
    assert picture.views[0].label == "From behind"
