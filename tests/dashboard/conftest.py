"""One running dashboard for the tests that look at every page of it."""

from collections.abc import Iterator

import pytest

from hamknee.shipped import shipped

from .browser import Served, Watched, browsing, served

VIEWS = sorted(path.stem for path in (shipped("dashboard") / "views").glob("*.py"))
"""Every page there is, found by its file, so that a new one is tested as well."""


@pytest.fixture(scope="session")
def running(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:  # noqa: ARG001
    """The dashboard, started once; its pages keep nothing, so tests may share it."""
    with served(tmp_path_factory.mktemp("dashboard")) as dashboard:
        yield dashboard


@pytest.fixture(scope="module")
def watched(running: Served) -> Iterator[Watched]:  # noqa: ARG001 - starts first
    """A browser with one page, for all tests of a file in turn."""
    with browsing() as browser:
        yield browser


@pytest.fixture(params=VIEWS)
def view(request: pytest.FixtureRequest) -> str:
    """Each page in turn."""
    return str(request.param)
