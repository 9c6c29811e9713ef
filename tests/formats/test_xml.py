"""XML as trees: no entities, no tags from elsewhere."""

from pathlib import Path

import pytest

from hamknee.formats.interchange import export
from tests.support.network_files import assert_refused, distance, read, with_states


def test_a_list_of_tags_in_front_of_xmlbif_is_skipped(tmp_path: Path) -> None:
    export(with_states("yes", "no"), tmp_path / "good.xml")
    text = (tmp_path / "good.xml").read_text(encoding="utf-8")
    listed = text.replace("<BIF", "<!DOCTYPE BIF [<!ELEMENT BIF (NETWORK)*>]>\n<BIF", 1)
    assert distance(read(tmp_path, "xml", listed), with_states("yes", "no")) == 0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("<BIF", '<!DOCTYPE BIF [<!ENTITY a "b">]><BIF', "found the entity 'a'"),
        ("<BIF", '<!DOCTYPE BIF [<!ENTITY a SYSTEM "/etc/hosts">]><BIF', "found the entity 'a'"),
        ("<NAME>t", "<NAME>&a;t", "not valid XML: undefined entity"),
        ("</NETWORK>", "", "not valid XML: mismatched tag"),
        ("BIF", "biff", "the root is 'biff'"),
    ],
)
def test_xml_that_is_broken_or_could_ask_for_more_is_told_as_such(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert_refused(tmp_path, "xmlbif", old, new, message)
