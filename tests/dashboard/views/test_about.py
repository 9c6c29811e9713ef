"""The About page: limits, method, sources, digest, citation."""

import tomllib

import hamknee
from hamknee.base.files import shipped
from hamknee.guidance.guidance_file import guidance_for
from hamknee.network.priors import Priors
from tests.support.at_page import at_page, words

ROOT = shipped("dashboard").parent


def test_warning_signs_are_those_of_the_guidance(model: hamknee.Model) -> None:
    text = words(at_page("about"))
    urgent = guidance_for(model)
    for flag in urgent.flags.values():
        assert (flag.label in text) == (not urgent.levels[flag.level].rehabilitation)


def test_every_fixed_text_is_there() -> None:
    text = words(at_page("about"))
    texts = tomllib.loads((shipped("dashboard") / "parts" / "texts.toml").read_text("utf-8"))
    for name in ("limits", "method", "stored", "accessibility", "privacy"):
        assert texts[name].strip().replace("\\", "") in text


def test_all_sources_that_the_numbers_name_are_listed(priors: Priors) -> None:
    named = {key for row in priors.rows for key in row.sources}
    labels = [expander.label for expander in at_page("about").expander]
    assert f"The {len(named)} sources, with how many numbers name each" in labels


def test_the_citation_is_that_of_the_repository(priors: Priors) -> None:
    text = words(at_page("about"))
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    for line in citation.splitlines():
        if line.startswith("title:") or line.lstrip("- ").startswith("name:"):
            assert line.partition(": ")[2].strip('"') in text
    assert f'version: "{hamknee.__version__}"' in citation
    assert f"version = {{{hamknee.__version__}}}" in text
    assert priors.sha256 in text
