"""The pages made of the docstrings: every reference leads somewhere, and nothing is fetched."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

import hamknee

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "docs" / "make_reference.py"

FAULTY = """
import inspect, runpy, sys
import pdoc.render
from hamknee import reasoning

explain = inspect.unwrap(reasoning.explain)
explain.__doc__ = inspect.cleandoc(explain.__doc__)  # newer Pythons keep it without indentation
explain.__doc__ += "\\n\\nSee `Model.posterior`, `seed`, `against`, `exlpain` and ``exlpian``.\\n"
explain.__doc__ += "\\nSee Also\\n--------\\nnot_there : nothing\\n"
set_page = pdoc.render.html_module  # of this room alone, which is quicker
pdoc.render.html_module = lambda at, all: set_page(at, all) if at.name == "reasoning" else ""
pdoc.render.search_index = lambda rooms: ""
runpy.run_path({script!r})["main"](sys.argv[1:])
"""


class Page(HTMLParser):
    """What a page links to, loads, and can be linked to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.anchors |= {value for value in (values.get("id"), values.get("name")) if value}
        self.links += [values["href"] or ""] if tag == "a" and "href" in values else []
        self.loaded += [value for name in ("src", "srcset", "data") if (value := values.get(name))]
        self.loaded += [values["href"] or ""] if tag == "link" else []


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("build") / "reference"
    made = subprocess.run(
        [sys.executable, "-W", "error", SCRIPT, folder], capture_output=True, text=True
    )
    assert made.returncode == 0, made.stderr
    assert made.stdout.strip() == str(folder / "index.html")
    return folder


@pytest.fixture(scope="module")
def pages(folder: Path) -> dict[Path, Page]:
    return {path: Page(path) for path in folder.rglob("*.html")}


def test_every_room_has_a_page_with_all_that_its_door_shows(pages: dict[Path, Page]) -> None:
    shown = {path.stem: page.anchors for path, page in pages.items() if path.parent.name != ""}
    rooms = [room for room in hamknee.__all__ if hasattr(getattr(hamknee, room), "__path__")]
    assert set(shown) == {"index", "hamknee", "sklearn", *rooms}
    for room in rooms:
        assert set(getattr(hamknee, room).__all__) <= shown[room], room


def test_what_the_package_hands_on_is_told_once(pages: dict[Path, Page]) -> None:
    front = next(page for path, page in pages.items() if path.name == "hamknee.html")
    assert {"HamkneeError", "FaultsError"} <= front.anchors
    assert "explain" not in front.anchors
    assert "hamknee/reasoning.html#explain" in front.links
    assert "hamknee/sensitivity.html#difference" in front.links  # not the chart of that name


def test_every_link_and_anchor_is_there(pages: dict[Path, Page]) -> None:
    broken = []
    for path, page in pages.items():
        for link in page.links:
            file, _, anchor = link.partition("#")
            target = (path.parent / file).resolve() if file else path
            there = pages[target].anchors if target in pages else set[str]()
            if not target.exists() or (anchor and anchor not in there):
                broken.append(f"{path.name}: {link}")
    assert broken == []
    assert sum(len(page.links) for page in pages.values()) > 2000


def test_names_types_and_examples_lead_to_what_they_mean(folder: Path) -> None:
    page = (folder / "hamknee" / "reasoning.html").read_text(encoding="utf-8")
    case = '<a href="../hamknee/inference.html#Model.case">'
    assert f"<code>{case}Model.case</a></code>" in page
    assert ': <a href="../hamknee/inference.html#AnyCase">AnyCase</a>' in re.sub(
        "</?span.*?>", "", page
    )
    assert '<a href="#explain">explain</a></span>' in page


def test_no_file_names_a_host_and_nothing_is_loaded(folder: Path, pages: dict[Path, Page]) -> None:
    for path in (path for path in folder.rglob("*") if path.is_file()):
        text = path.read_text(encoding="utf-8")
        hosts = re.findall(r"(?:https?(?::|%3A)|wss?:)//([\w.-]+)", text)
        assert set(hosts) <= {"www.w3.org"}, path  # the name of the language SVG, not a place
        assert not re.search(r"@import|url\((?!\s*[\"']?data:)", text), path
    loaded = [source for page in pages.values() for source in page.loaded]
    assert [source for source in loaded if not source.startswith("data:")] == []


def test_a_name_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    code = FAULTY.format(script=str(SCRIPT))
    made = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True)
    assert made.returncode == 1
    assert made.stderr.splitlines() == [
        "no page shows:",
        "hamknee.reasoning.explain: `exlpain`",
        "hamknee.reasoning.explain: `not_there`",
    ]


@pytest.mark.usefixtures("chromium")
def test_the_search_works_from_a_file(folder: Path) -> None:
    from playwright.sync_api import expect, sync_playwright

    from tests.support.browser import CHROMIUM

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        page = browser.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto((folder / "index.html").as_uri())
        page.get_by_role("searchbox").fill("weights of the findings")
        expect(page.locator(".search-result").first).to_be_visible()
        page.get_by_role("searchbox").fill("tornado")
        first = page.locator(".search-result a").first
        expect(first).to_contain_text("hamknee.sensitivity.tornado")
        first.click()
        expect(page.locator("[id='tornado']")).to_be_visible()
        assert {url.partition(":")[0] for url in asked} == {"file"}
        browser.close()
