"""What many tests share: the shipped files and the model made of them."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

import hamknee
from hamknee.base.files import shipped
from hamknee.inference.model import Model
from hamknee.network.priors import Priors
from hamknee.network.priors_file import read_priors, read_references
from hamknee.network.vocabulary import Vocabulary, read_vocabulary

# The same examples on every machine and in every run.
settings.register_profile("hamknee", deadline=None, derandomize=True)
settings.load_profile("hamknee")


@pytest.fixture(scope="session", autouse=True)
def _no_numbers_of_ones_own() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("HAMKNEE_PRIORS", raising=False)
        yield


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return read_vocabulary(shipped("data/vocabulary.toml"))


@pytest.fixture(scope="session")
def references() -> frozenset[str]:
    return read_references(shipped("data/references.bib"))


@pytest.fixture(scope="session")
def priors(vocabulary: Vocabulary, references: frozenset[str]) -> Priors:
    return read_priors(shipped("data/priors.csv"), vocabulary, references)


@pytest.fixture(scope="session")
def model() -> Model:
    return hamknee.load()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of the browser; in CI a test that needs it may not be left out."""
    from tests.support.browser import CHROMIUM

    if CHROMIUM is None and os.environ.get("CI"):
        pytest.fail("no Chromium is installed, and in CI this test may not be left out")
    return CHROMIUM or pytest.skip("no Chromium is installed")
