"""One running dashboard for the tests that look at every page of it, and numbers of one's own."""

import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from streamlit import config
from streamlit.components.v2 import manifest_scanner

from hamknee.base.files import shipped
from hamknee.guidance.guidance_file import guidance_for
from hamknee.guidance.texts import Guidance
from hamknee.inference.model import Model
from tests.support.at_page import VIEWS
from tests.support.browser import Served, Watched, launched, served, visiting

sys.path.insert(0, str(shipped("dashboard")))  # as Streamlit does, so that tests import its rooms


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what opens a browser, so that it may run beside the rest."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


@pytest.fixture(scope="session", autouse=True)
def _without_a_browser() -> Iterator[None]:
    """What Streamlit does for every page without a browser, and takes longer than the page.

    It compiles the page for a feature that the dashboard has turned off in its settings, and it
    asks every installed package whether it brings components; no package comes or goes meanwhile.
    """
    once = cache(manifest_scanner.scan_component_manifests)
    magic = config.get_option("runner.magicEnabled")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", once)
        config.set_option("runner.magicEnabled", False)
        yield
    config.set_option("runner.magicEnabled", magic)


@pytest.fixture(autouse=True)
def _the_same_program() -> Iterator[None]:
    """Streamlit puts each page in its place, and who starts a process would start that."""
    program = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = program


@pytest.fixture(scope="session")
def running(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:  # noqa: ARG001
    """The dashboard, started once; its pages keep nothing, so tests may share it."""
    with served(tmp_path_factory.mktemp("dashboard")) as dashboard:
        yield dashboard


@pytest.fixture(scope="module")
def browser(running: Served) -> Iterator[Browser]:  # noqa: ARG001 - starts first
    """A browser, for all visitors of a file."""
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def watched(browser: Browser) -> Iterator[Watched]:
    """One visitor with one page, for all tests of a file in turn."""
    with visiting(browser) as visitor:
        yield visitor


@pytest.fixture(params=VIEWS)
def view(request: pytest.FixtureRequest) -> str:
    """Each page in turn."""
    return str(request.param)


@pytest.fixture(scope="session")
def guidance(model: Model) -> Guidance:
    return guidance_for(model)


@pytest.fixture
def own_priors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Return what makes the dashboard use a file of the given text."""

    def use(text: str) -> Path:
        path = tmp_path / "priors.csv"
        path.write_text(text, encoding="utf-8")
        monkeypatch.setenv("HAMKNEE_PRIORS", str(path))
        return path

    return use
