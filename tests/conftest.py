"""What many tests share: the shipped files and the model made of them."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

import hamknee
from hamknee.inference import Model
from hamknee.priors import Priors
from hamknee.reading import read_priors, read_references
from hamknee.shipped import shipped
from hamknee.vocabulary import Vocabulary, read_vocabulary

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
