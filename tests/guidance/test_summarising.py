"""The summary of a case: all of it as Markdown, and a note for the record."""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from datetime import date

import pytest

from hamknee.base.errors import HamkneeError
from hamknee.guidance.advising import advice_for
from hamknee.guidance.summarising import Summary, summary
from hamknee.guidance.triaging import triage
from hamknee.inference.model import Model
from tests.support.guided import OVERUSE, TORN

FLAGS = {"breathless_or_chest_pain": False, "worse_over_weeks": True, "cannot_bear_weight": None}


@pytest.fixture(scope="module")
def page(model: Model) -> Summary:
    return summary(model, TORN | {"age": 16, "location": {"calf", "popliteal"}}, FLAGS)


def test_the_whole_text_holds_everything(model: Model, page: Summary) -> None:
    shown = ["Onset", "In a moment", "Hollow of the knee or Calf", "numbers are meant for 18"]
    interval = page.advice.triage.interval
    shown += [state.label for state in interval.ranking[:5]]
    shown += [flag.question for flag in page.advice.triage.guidance.flags.values()]
    shown += ["90 % interval", "not asked", "does not diagnose or treat", model.sha256]
    shown += [item.text for item in page.advice.items if item.section != "limits"]
    for part in shown:
        assert part in page.markdown


def test_the_note_is_plain_text_for_the_record(model: Model, page: Summary) -> None:
    triage = page.advice.triage
    assert page.note.startswith("Pain where the hamstring meets the knee. ")
    for part in (triage.about.action, "In a moment", model.sha256[:12], page.date_words):
        assert part in page.note
    for flag in triage.guidance.flags.values():
        assert flag.label in page.note
    for row in page.ranked[:5]:
        assert f"{row.label} {row.now} ({row.interval})" in page.note
    assert not re.search(r"[*#<>|\\]", page.note)
    assert len(page.note.splitlines()) <= 12


def test_html_and_markdown_in_the_texts_are_shown_as_they_are(model: Model) -> None:
    found = triage(model, {})
    evil = "<script>alert('&')</script> *x* | `y`"
    words = dict(found.guidance.words) | {"title": evil, "paper": evil, "nothing_known": evil}
    flags = {name: replace(flag, question=evil) for name, flag in found.guidance.flags.items()}
    told = advice_for(replace(found, guidance=replace(found.guidance, words=words, flags=flags)))
    page = Summary(told, "0" * 64)
    assert "<script" not in page.html
    assert "&lt;script&gt;" in page.html
    ElementTree.fromstring(page.html.removeprefix("<!DOCTYPE html>\n"))
    assert "\\<script\\>" in page.markdown
    assert not re.search(r"(?<!\\)<script", page.markdown)
    assert "\\*x\\* \\| \\`y\\`" in page.markdown


def test_the_page_tells_how_it_went(model: Model) -> None:
    page = summary(model, OVERUSE, days=20, course="same")
    assert "After 20 days: about the same." in page.markdown
    assert "yes, by how it went" in page.markdown
    for text in (page.html, page.note):
        assert "After 20 days: about the same." in text
    with pytest.raises(HamkneeError, match="allowed: both or neither"):
        summary(model, OVERUSE, days=20)


def test_the_ranking_is_the_table(page: Summary) -> None:
    assert list(page.table.columns[:3]) == ["condition", "label", "probability"]
    assert page.text == page.markdown


@pytest.mark.parametrize(
    "case", [{}, OVERUSE, {"location": "calf", "swelling": "leg", "onset": "days"}]
)
def test_rows_are_those_that_may_be_two_in_a_hundred_and_five_at_least(
    model: Model, case: dict[str, object]
) -> None:
    page = summary(model, case)
    likely = int((page.advice.triage.interval.high >= 0.02).sum())
    _, rows = page.ranking_cells()
    assert len(rows) == max(likely, 5)


def test_the_page_says_what_is_not_known_and_when_it_was_made(model: Model) -> None:
    page = summary(model, {"onset": "sudden"}, not_known=["warmth", "pop"])
    warmth, pop = (model.vocabulary[name].label for name in ("warmth", "pop"))
    made = replace(page, made=date(2026, 3, 9))
    for text in (made.markdown, made.html, made.note):
        assert f"Asked, but not known: {warmth}; {pop}." in text
        assert "9 March 2026" in text
    assert page.made == date.today()
    assert "Asked, but not known" not in summary(model, {"onset": "sudden"}).markdown
    with pytest.raises(HamkneeError, match="warmt"):
        summary(model, {}, not_known=["warmt"])
