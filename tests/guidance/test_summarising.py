"""The summary of a case: its page is one side of A4, however much is known."""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from random import Random

import pytest

from hamknee.base.errors import HamkneeError
from hamknee.guidance.advising import advice_for
from hamknee.guidance.guidance_file import guidance_for
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


def read(html: str) -> str:
    """Return the words of a page."""
    reader = Reader()
    reader.feed(html)
    return " ".join(reader.words)


def test_the_page_for_paper_has_a_part_for_the_person_and_one_for_who_treats(
    model: Model, page: Summary
) -> None:
    person, treats = read(page.html).split("For whoever treats you")
    triage = page.advice.triage
    for part in (triage.about.label, triage.about.action, "Name", "Date", "Clinician"):
        assert part in person
    assert triage.reason_texts[0] in person
    assert "Of 100 people with these answers" in person
    urgent = [flag for flag in triage.guidance.urgent if flag not in triage.raised]
    assert all(flag.label in person for flag in urgent)
    for part in ("In a moment", "Hollow of the knee or Calf", "numbers are meant for 18"):
        assert part in treats
    for part in ("90 % interval", "does not diagnose or treat", model.sha256[:12]):
        assert part in treats
    assert all(row.label in treats for row in triage.interval.ranking[:5])
    assert all(flag.label in treats for flag in triage.raised)


def test_the_ranking_steps_back_in_an_emergency(model: Model) -> None:
    page = summary(model, TORN, {"breathless_or_chest_pain": True})
    assert page.advice.level == "emergency"
    person = read(page.html).split("For whoever treats you")[0]
    assert "Of 100 people" not in person


def test_the_note_is_plain_text_for_the_record(model: Model, page: Summary) -> None:
    triage = page.advice.triage
    assert page.note.startswith("Pain where the hamstring meets the knee. ")
    for part in (triage.about.action, "In a moment", model.sha256[:12], page.date_words):
        assert part in page.note
    for flag in triage.guidance.flags.values():
        assert flag.label in page.note
    for row in triage.interval.ranking[:5]:
        assert f"{row.label} {row.now} ({row.interval})" in page.note
    assert not re.search(r"[*#<>|\\]", page.note)
    assert len(page.note.splitlines()) <= 12


class Reader(HTMLParser):
    """Collects the words of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_page_is_well_formed_stands_alone_and_has_rules_for_paper(page: Summary) -> None:
    root = ElementTree.fromstring(page.html.removeprefix("<!DOCTYPE html>\n"))
    assert root.tag == "html"
    assert root.get("lang") == "en"
    assert "@media print" in page.html
    for outside in ("http:", "https:", "src=", "<script", "<link"):
        assert outside not in page.html


def test_html_and_markdown_in_the_texts_are_shown_as_they_are(model: Model) -> None:
    found = triage(model, {})
    evil = "<script>alert('&')</script> *x* | `y`"
    words = dict(found.guidance.words) | {"title": evil, "paper": evil, "nothing_known": evil}
    told = advice_for(replace(found, guidance=replace(found.guidance, words=words)))
    page = Summary(told, "0" * 64)
    assert "<script" not in page.html
    assert "&lt;script&gt;" in page.html
    ElementTree.fromstring(page.html.removeprefix("<!DOCTYPE html>\n"))
    assert "\\<script\\>" in page.markdown
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


# On paper ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sheets(chromium: str) -> Iterator[Callable[[str], int]]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()

        def count(html: str) -> int:
            page.set_content(html)
            return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))

        yield count
        browser.close()


@pytest.mark.parametrize("state", [0, -1], ids=["the first state", "the last state"])
def test_a_case_in_which_all_is_known_fits_on_one_sheet(
    model: Model, sheets: Callable[[str], int], state: int
) -> None:
    variables = model.vocabulary.having("context", "trait", "finding")
    case = {variable.name: variable.state_names[state] for variable in variables}
    flags = [f.name for f in guidance_for(model).flags.values() if f.level != "emergency"]
    page = summary(model, case, dict.fromkeys(flags, True), days=20, course="worse")
    assert sheets(page.html) == 1


def test_a_case_in_which_nothing_is_known_fits_on_one_sheet(
    model: Model, sheets: Callable[[str], int]
) -> None:
    assert sheets(summary(model, {}).html) == 1


def test_the_count_would_notice_a_second_sheet(model: Model, sheets: Callable[[str], int]) -> None:
    html = summary(model, {}).html
    assert sheets(html.replace("</body>", "<p>more</p>" * 20 + "</body>")) == 2


def test_any_case_fits_on_one_side_however_it_was_answered(
    model: Model, sheets: Callable[[str], int]
) -> None:
    random = Random(3)
    variables = model.vocabulary.having("context", "trait", "finding")
    for share in (0.3, 0.6, 0.9):
        case = {v.name: random.choice(v.state_names) for v in variables if random.random() < share}
        flags = {n: random.choice([True, False]) for n in guidance_for(model).flags}
        assert sheets(summary(model, case, flags).html) == 1


def test_nothing_is_smaller_than_ten_points(page: Summary) -> None:
    style = page.html.partition("<style>")[2].partition("</style>")[0]
    sizes = [float(size) for size in re.findall(r"(?:font|font-size): ([\d.]+)pt", style)]
    assert sizes
    assert min(sizes) >= 10
    assert "font-size: ." not in style
