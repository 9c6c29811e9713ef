"""The page for paper: one side of A4, however much is known, a part for each reader."""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from html import escape
from html.parser import HTMLParser
from random import Random

import pytest

from hamknee.guidance.guidance_file import guidance_for
from hamknee.guidance.printing import CELL, _rows_height, sign_lines
from hamknee.guidance.summarising import Summary, summary
from hamknee.inference.model import Model
from tests.support.guided import OVERUSE, TORN, no_signs

FLAGS = {"breathless_or_chest_pain": False, "worse_over_weeks": True, "cannot_bear_weight": None}


@pytest.fixture(scope="module")
def page(model: Model) -> Summary:
    return summary(model, TORN | {"age": 16, "location": {"calf", "popliteal"}}, FLAGS)


class Reader(HTMLParser):
    """Collects the words of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(html: str) -> str:
    """Return the words of a page."""
    reader = Reader()
    reader.feed(html)
    return " ".join(reader.words)


def test_the_page_is_well_formed_stands_alone_and_has_rules_for_paper(page: Summary) -> None:
    root = ElementTree.fromstring(page.html.removeprefix("<!DOCTYPE html>\n"))
    assert root.tag == "html"
    assert root.get("lang") == "en"
    assert "@media print" in page.html
    for outside in ("http:", "https:", "src=", "<script", "<link"):
        assert outside not in page.html


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


def test_items_are_lists_and_single_texts_paragraphs(
    page: Summary,
) -> None:
    words, html = page.advice.triage.guidance.words, page.html
    assert f"<h3>{words['findings']}</h3><p>" in html
    assert f"<h3>{words['seek_help']}</h3><ul><li>" in html
    assert f"<p>{escape(page.held_back)}</p>" in html
    assert "<h3></h3>" not in html


@pytest.mark.parametrize(("left", "named"), [(4, True), (5, False)])
def test_a_few_open_signs_are_named_and_many_are_counted(
    model: Model, left: int, named: bool
) -> None:
    flags = dict.fromkeys(list(guidance_for(model).flags)[left:], False)
    page = summary(model, {}, flags)
    signs = page.advice.triage.open
    assert len(signs) == left
    assert (signs[0].label in " ".join(sign_lines(page))) == named
    assert (f"{left} of them" in " ".join(sign_lines(page))) != named


@pytest.mark.parametrize("count", [1, 5])
def test_signs_that_are_there_are_named_however_many_they_are(model: Model, count: int) -> None:
    there = list(guidance_for(model).flags)[:count]
    page = summary(model, {}, no_signs(model) | dict.fromkeys(there, True))
    (signs,) = (line for line in sign_lines(page) if line.startswith("There: "))
    assert signs == f"There: {'; '.join(guidance_for(model).flags[n].label for n in there)}."


def test_the_paper_names_three_causes_and_three_reasons(model: Model) -> None:
    page = summary(model, OVERUSE, no_signs(model))
    told = page.advice.triage.guidance.words["of_people"]
    causes = [told.format(cause=r.label, people=r.now.removesuffix(" %")) for r in page.ranked[:4]]
    assert [escape(cause) in page.html for cause in causes] == [True, True, True, False]
    page = summary(model, TORN, dict.fromkeys(list(guidance_for(model).flags)[:6], True))
    assert len(page.reasons) > 3
    assert [escape(reason) in page.html for reason in page.reasons[:4]] == [True] * 3 + [False]


def test_a_name_of_two_lines_makes_its_row_as_high() -> None:
    rows = [("x" * CELL, "1 %"), ("x" * (CELL + 1), "1 %")]
    assert _rows_height(rows) == 1 + 1 + 2  # the header, too


def test_how_it_went_is_a_paragraph(model: Model) -> None:
    page = summary(model, TORN, FLAGS, days=3, course="better")
    assert page.followed is not None
    assert f"<p>{escape(page.followed.course_text)}</p>" in page.html


def test_the_ranking_steps_back_in_an_emergency(model: Model) -> None:
    page = summary(model, TORN, {"breathless_or_chest_pain": True})
    assert page.advice.level == "emergency"
    person = read(page.html).split("For whoever treats you")[0]
    assert "Of 100 people" not in person


def test_what_is_left_out_is_said_with_the_place_where_it_stands(page: Summary) -> None:
    person = read(page.html).split("For whoever treats you")[0]
    words, sections = page.advice.triage.guidance.words, page.advice.sections
    _, _, said = person.partition("The rest is on the screen, under “What to do”: ")
    said = said.split(".")[0]
    for name in ("do", "dont", "rehabilitation", "expect", "professional"):
        missing = [text for text in sections.get(name, ()) if text not in person]
        part = next((part for part in said.split("; ") if part.startswith(words[name])), "")
        if len(missing) == len(sections.get(name, ())):
            assert part == (words[name] if missing else "")
        else:
            assert part == (f"{words[name]} ({len(missing)} more)" if missing else "")
    assert said


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
