"""The report is whole by itself: no script, no address, nothing fetched."""

import re

import pytest

from hamknee.evaluation import Validation, validate
from hamknee.inference import Model


@pytest.fixture(scope="module")
def published(model: Model) -> Validation:
    return validate(model)


def test_the_page_fetches_nothing(published: Validation) -> None:
    assert not re.search(r"<script|<link|src=|https?://", published.html)


def test_tables_have_as_many_cells_as_columns(published: Validation) -> None:
    for block in re.findall(r"(?:^\|.*\|\n?)+", published.markdown, re.MULTILINE):
        widths = {len(re.split(r"(?<!\\)\|", line)) for line in block.strip().splitlines()}
        assert len(widths) == 1


def test_what_is_not_known_is_an_empty_cell(published: Validation) -> None:
    assert "<td></td>" in published.html
    assert ">nan<" not in published.html.lower()
    assert "| nan |" not in published.markdown.lower()
