"""Names that a format cannot hold are refused, each of them."""

import re
from pathlib import Path

import pytest

from hamknee.base.errors import HamkneeError
from hamknee.formats.interchange import export
from tests.support.network_files import BROKEN, NAMED, with_states


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("kind", NAMED)
def test_a_name_that_cannot_be_seen_is_refused_everywhere(
    tmp_path: Path, kind: str, name: str
) -> None:
    with pytest.raises(HamkneeError, match=re.escape(repr(name))):
        export(with_states(name), tmp_path / f"net.{kind}")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", NAMED)
def test_two_states_of_one_name_are_refused(tmp_path: Path, kind: str) -> None:
    with pytest.raises(HamkneeError, match="'sign' has the states 'yes', 'yes'; allowed: at least"):
        export(with_states("yes", "yes"), tmp_path / f"net.{kind}")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("kind", "name"),
    [("bif", "≥3 mm (full)"), ("bif", "a,b"), ("bif", "table"), ("net", "é"), ("net", 'a"b')],
)
def test_a_state_that_others_would_mistake_is_refused(tmp_path: Path, kind: str, name: str) -> None:
    with pytest.raises(HamkneeError, match=re.escape(f"the state {name!r} of 'sign'")):
        export(with_states(name), tmp_path / f"net.{kind}")


@pytest.mark.parametrize("kind", NAMED)
def test_a_label_is_refused_where_it_would_be_written_and_is_mistaken(
    tmp_path: Path, kind: str
) -> None:
    model = with_states("yes", label='5" wide')
    if kind == "net":
        with pytest.raises(HamkneeError, match="the label '5\" wide' of 'sign' has no safe form"):
            export(model, tmp_path / "net.net")
    else:  # in XML quotes are written otherwise, and BIF has no labels
        export(model, tmp_path / f"net.{kind}")
    if kind not in ("bif", "net"):
        with pytest.raises(HamkneeError, match="the label 'a\\\\nb' of 'sign' holds characters"):
            export(with_states("yes", label="a\nb"), tmp_path / f"net.{kind}")
