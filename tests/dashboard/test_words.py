"""No page shows what only the code is made of: raw names, and percent finer than anyone knows."""

import re
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from hamknee.guidance.texts import Guidance
from hamknee.inference.model import Model
from tests.support.at_page import VIEWS, at_page, go, press, sound
from tests.support.shown import shown

CASES = {
    "no case": {},
    "a case": {"age": "71", "swelling": "leg|focal", "onset": "days", "warmth": "yes:0.7|no:0.3"},
    "an expert's": {"age": "71", "location": "calf", "onset": "days", "expert": "yes"},
    "at odds": {"onset": "gradual", "pop": "yes", "bruising": "yes", "swelling": "leg"},
}

SECTIONS = ("to-do", "why", "people", "print")
FOR_EXPERTS = ("teaching", "questions", "names", "numbers", "weights")

FOLDED = (
    *(f"section-{section}" for section in (*SECTIONS, *FOR_EXPERTS)),
    *("later", "any", "try", "stepped-back", "group-signs", "note"),
    *(f"answer-group-{group}" for group in ("history", "examination", "background")),
)
"""What has to be opened on the first page; elsewhere everything is made."""

FINE = re.compile(r"[1-9]\d*\.\d{3,} ?%|0\.0*[1-9]\d{2,} ?%")
"""A percent with more digits than any number behind it has."""


@pytest.fixture(scope="module")
def raw(model: Model, guidance: Guidance) -> re.Pattern[str]:
    """The names in data and addresses that no label happens to hold as a word."""
    vocabulary = model.vocabulary
    names = {name for v in vocabulary.variables for name in (v.name, *v.state_names)}
    names |= {*guidance.flags, *guidance.levels, *guidance.measures, *guidance.professional}
    labels = " ".join(f"{s.label} {s.description}" for v in vocabulary.variables for s in v.states)
    labels += " ".join(f"{v.question} {v.help}" for v in vocabulary.variables)
    labels = f"{labels} {' '.join(flag.question for flag in guidance.flags.values())}".lower()
    causes = {name for name in vocabulary.target.state_names if name not in labels}
    telling = sorted({name for name in names if "_" in name} | causes)
    assert {"pes_bursitis", "dvt", "60_and_over", "cannot_bear_weight"} <= set(telling)
    return re.compile(rf"(?<![\w-])({'|'.join(telling)})(?![\w-])")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_no_page_shows_raw_names_or_needless_digits(
    view: str, case: dict[str, str], raw: re.Pattern[str]
) -> None:
    for state, page in everything(at_page(view, **case)):
        texts = shown(page)
        assert len(texts) > 10
        names = [text for text in texts if raw.search(text)]
        assert names == [], state
        assert [text for text in texts if FINE.search(text)] == [], state


def test_edited_numbers_are_shown_in_as_few_digits(raw: re.Pattern[str]) -> None:
    page = at_page("tune", onset="days", swelling="leg", location="calf")
    sound(page.button_group("tune-panel").set_value("What would have to change").run())
    press(page, "Try it")
    assert any("→" in text for text in shown(page))
    for view in ("tune", "model"):
        texts = shown(go(page, view))
        assert [text for text in texts if FINE.search(text) or raw.search(text)] == []


def everything(page: AppTest) -> Iterator[tuple[str, AppTest]]:
    """Yield a page with everything unfolded, once for each panel it can show."""
    panels = [g for g in page.button_group if g.key and g.key.endswith("panel")]
    if not panels:
        yield "whole", _unfolded(page)
    for group in panels:
        for option in group.options:
            at = group.key or ""
            sound(page.button_group(at).set_value(option).run())
            yield option, _unfolded(page)


def _unfolded(page: AppTest) -> AppTest:
    for key in FOLDED:
        page.session_state[key] = True
    return sound(page.run())


def test_raw_names_would_be_seen(raw: re.Pattern[str]) -> None:
    assert VIEWS
    assert raw.search("P(pop=yes | condition=pes_bursitis)")
    assert not raw.search("Pes anserine bursitis; yes, a pop in the calf")
    assert FINE.search("99.9173 %")
    assert FINE.search("0.527 %")
    assert not FINE.search("99.9 %, 0.25 %, 12.5 %, 0.0017 %, 100 %, 0.100 mm")
