"""Broken copies of guidance.toml, each with the message it deserves."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import hamknee
from hamknee.base.errors import HamkneeError
from hamknee.base.files import shipped
from hamknee.guidance.guidance_file import (
    GuidanceError,
    find_guidance,
    guidance_for,
    read_guidance,
)
from hamknee.guidance.texts import Guidance
from hamknee.inference.model import Model
from hamknee.network.priors import CPT
from hamknee.network.vocabulary import State, Variable, Vocabulary

Read = Callable[[bytes], Guidance]

SHIPPED = shipped("data/guidance.toml").read_text(encoding="utf-8")


@pytest.fixture
def read(tmp_path: Path, vocabulary: Vocabulary, references: frozenset[str]) -> Read:
    def reading(content: bytes) -> Guidance:
        path = tmp_path / "guidance.toml"
        path.write_bytes(content)
        return read_guidance(path, vocabulary, references)

    return reading


def faults(read: Read, content: bytes) -> list[str]:
    with pytest.raises(GuidanceError) as raised:
        read(content)
    return [str(fault).removeprefix("guidance.toml, ") for fault in raised.value.faults]


def line_of(text: str, start: str) -> int:
    return next(n for n, line in enumerate(text.split("\n"), 1) if line.startswith(start))


# table, what stands in it, what is put there instead, key that is named, part of the message
BROKEN = {
    "an unknown level of a flag": (
        "flags.breathless_or_chest_pain", 'level = "emergency"', 'level = "emergncy"', "level",
        "unknown level 'emergncy' (did you mean 'emergency'?); allowed: emergency, same_day, ",
    ),
    "an unknown level of a rule": (
        "triage.clot_today", 'level = "same_day"', 'level = "today"', "level",
        "unknown level 'today'",
    ),
    "an unknown condition of a rule": (
        "triage.clot_today", 'condition = "dvt"', 'condition = "dvtt"', "condition",
        "unknown condition 'dvtt' (did you mean 'dvt'?); allowed: tendinopathy, ",
    ),
    "an unknown variable": (
        "flags.walking_or_daily_tasks_limited", "weight_bearing =", "weight_baring =",
        "answered_by", "unknown variable 'weight_baring' (did you mean 'weight_bearing'?)",
    ),
    "the target as a finding": (
        "flags.walking_or_daily_tasks_limited", 'weight_bearing = "impaired"',
        'condition = "dvt"', "answered_by", "unknown variable 'condition'",
    ),
    "an unknown state": (
        "flags.walking_or_daily_tasks_limited", '"impaired"', '"impared"', "answered_by",
        "'impared' is not a state of weight_bearing (did you mean 'impaired'?)",
    ),
    "no states": (
        "flags.walking_or_daily_tasks_limited", '"impaired"', "[]", "answered_by",
        "None is not a state of weight_bearing",
    ),
    "findings that are a text": (
        "flags.walking_or_daily_tasks_limited", '{ weight_bearing = "impaired" }', '"limp"',
        "answered_by", "found 'limp'; allowed: findings in braces",
    ),
    "an unknown source": (
        "professional.specialist", '"metcalf2019"', '"metcalf2018"', "source",
        "source 'metcalf2018' is not in references.bib (did you mean 'metcalf2019'?)",
    ),
    "an empty question": (
        "flags.no_better_with_self_care",
        'question = "Have you looked after it steadily for two weeks without it getting better?"',
        'question = ""', "question", "found an empty text; allowed: a text",
    ),
    "a number for a text": (
        "limits.adults",
        'text = "It is for adults with one main source of pain at the back or the sides of the '
        'knee."', "text = 18", "text", "found 18; allowed: a text",
    ),
    "a threshold above 1": (
        "triage.clot_today", "at_least = 0.1", "at_least = 20", "at_least",
        "found 20; allowed: a proportion above 0, up to 1",
    ),
    "a threshold of 0": (
        "conditions.rupture", "excluded_below = 0.05", "excluded_below = 0", "excluded_below",
        "found 0; allowed: a proportion",
    ),
    "a threshold that is no number": (
        "triage.clot_today", "at_least = 0.1", "at_least = nan", "at_least",
        "found nan; allowed: a finite number",
    ),
    "an unknown measure": (
        "conditions.rupture", '"stretching"', '"streching"', "avoid",
        "'streching' is not in [measures] (did you mean 'stretching'?)",
    ),
    "a measure named twice": (
        "conditions.dvt", 'helps = ["unload"]', 'helps = ["unload", "unload"]', "helps",
        "'unload' stands there twice",
    ),
    "a measure that helps and is to be avoided": (
        "conditions.dvt", 'helps = ["unload"]', 'helps = ["medicine"]', "avoid",
        "'medicine' stands also in helps; allowed: one of the two",
    ),
    "measures to avoid beside no list of those that help": (
        "conditions.dvt", 'helps = ["unload"]', "helps = 3", "helps",
        "found 3; allowed: a list in square brackets",
    ),
    "an unknown group": (
        "measures.ice", 'group = "self_care"', 'group = "self-care"', "group",
        "unknown group 'self-care' (did you mean 'self_care'?)",
    ),
    "an unknown course": (
        "follow_up.same_long", 'course = "same"', 'course = "sane"', "course",
        "unknown course 'sane'",
    ),
    "a negative day": (
        "follow_up.same_long", "from_days = 14", "from_days = -14", "from_days", "found -14",
    ),
    "two rules from one day": (
        "follow_up.same_long", "from_days = 14", "from_days = 0", "from_days",
        "same has another rule from day 0",
    ),
    "an unknown sign that the course raises": (
        "follow_up.worse_long", "worse_over_weeks", "worse_weeks", "raises",
        "'worse_weeks' is not in [flags]",
    ),
    "a level that is not true or false": (
        "levels.same_day", "rehabilitation = false", 'rehabilitation = "no"', "rehabilitation",
        "found 'no'; allowed: true or false",
    ),
    "a phrase without its place": (
        "words", 'open_flags = "Not answered yet, so not excluded: {flags}."',
        'open_flags = "Some are open."', "open_flags", "allowed: a text with {flags}",
    ),
    "a phrase with a place of its own": (
        "words", 'now = "What to do now"', 'now = "Do {what}"', "now", "a text with no braces",
    ),
    "a phrase with half a brace": (
        "words", 'now = "What to do now"', 'now = "Do {"', "now", "cannot read 'Do {'",
    ),
    "an unknown phrase": (
        "words", 'now = "What', 'nowadays = "What', "nowadays", "unknown key 'nowadays'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_entry_is_named_with_line_and_key(read: Read, kind: str) -> None:
    table, old, new, key, message = BROKEN[kind]
    head, mark, rest = SHIPPED.partition(f"\n[{table}]\n")
    assert old in rest
    broken = head + mark + rest.replace(old, new, 1)
    found = faults(read, broken.encode())
    start = line_of(broken, f"[{table}]")
    line = start + line_of("\n".join(broken.split("\n")[start:]), f"{key} =")
    assert any(
        fault.startswith(f"line {line}, column {table}.{key}: ") and message in fault
        for fault in found
    ), found
    assert len(found) <= 2  # a second one where two entries no longer go together


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("levels.same_day", "action"),
        ("flags.cannot_bear_weight", "why"),
        ("flags.cannot_bear_weight", "level"),
        ("triage.clot_today", "at_least"),
        ("measures.ice", "how_long"),
        ("conditions.strain", "recovery"),
        ("conditions.rupture", "because"),
        ("conditions.rupture", "excluded_below"),
        ("self_care", "likely_from"),
        ("professional.imaging", "label"),
        ("follow_up.worse_long", "text"),
        ("limits.adults", "source"),
        ("words", "because"),
    ],
)
def test_a_missing_text_is_named(read: Read, table: str, key: str) -> None:
    head, mark, rest = SHIPPED.partition(f"\n[{table}]\n")
    before, _, after = rest.partition(f"{key} = ")
    broken = head + mark + before + after.partition("\n")[2]
    expected = f"line {line_of(broken, f'[{table}]')}, column {table}: {key} is missing"
    assert [fault.partition(";")[0] for fault in faults(read, broken.encode())] == [expected]


def test_every_shipped_condition_is_written_about(model: Model) -> None:
    assert set(guidance_for(model).conditions) == set(model.vocabulary.target.state_names)


def test_a_condition_that_nothing_is_written_about_asks_for_a_professional(read: Read) -> None:
    start, end = SHIPPED.index("[conditions.snapping_tendon]"), SHIPPED.index("[conditions.bakers")
    guidance = read((SHIPPED[:start] + SHIPPED[end:]).encode())
    rule = guidance.triage["untold_snapping_tendon"]
    assert (rule.condition, rule.level) == ("snapping_tendon", "see_professional")
    assert rule.at_least == guidance.self_care.likely_from


def test_a_table_of_an_unknown_condition_is_named(read: Read) -> None:
    found = faults(read, SHIPPED.replace("[conditions.dvt]", "[conditions.dvtt]").encode())
    assert any("column conditions.dvtt: unknown condition 'dvtt' (did you mean 'dvt'?)" in f
               for f in found)  # fmt: skip


def test_a_course_without_a_first_day_is_named(read: Read) -> None:
    head, mark, rest = SHIPPED.partition("\n[follow_up.worse_early]\n")
    broken = head + mark + rest.replace("from_days = 0", "from_days = 1", 1)
    (fault,) = faults(read, broken.encode())
    assert "no rule for worse from day 0 on" in fault


def test_a_missing_part_and_an_unknown_one_are_named(read: Read) -> None:
    start, end = SHIPPED.index("[limits.informs]"), SHIPPED.index("# Headings")
    found = faults(read, ("[limit]\n" + SHIPPED[:start] + SHIPPED[end:]).encode())
    assert any("unknown key 'limit' (did you mean 'limits'?)" in fault for fault in found)


def test_faults_are_told_together(read: Read) -> None:
    broken = SHIPPED.replace("at_least = 0.1\n", "at_least = 1.1\n").replace(
        '"self_care"\n', '"s"\n'
    )
    assert len(faults(read, broken.encode())) > 3


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (SHIPPED.encode("utf-16"), "is not UTF-8"),
        (b"levels = 3\n", "found 3; allowed: a table"),
        (b"", "levels is missing"),
        (b"[levels\n", "not valid TOML"),
        (b"[levels]\nemergency = 3\n", "found 3; allowed: a table [levels.emergency]"),
        (b"\0", "NUL"),
    ],
)
def test_what_is_no_guidance_at_all_is_named(read: Read, content: bytes, message: str) -> None:
    assert any(message in fault for fault in faults(read, content))


@pytest.mark.parametrize(
    "content", [b"\xef\xbb\xbf" + SHIPPED.encode(), SHIPPED.replace("\n", "\r\n").encode()]
)
def test_what_does_not_matter_is_ignored(read: Read, content: bytes) -> None:
    assert read(content) == read(SHIPPED.encode())


def test_every_entry_of_the_shipped_file_names_its_source() -> None:
    for table in SHIPPED.split("\n[")[1:]:
        assert "\nsource = " in table or table.startswith(("words]", "worrying]")), table


def test_the_shipped_texts_speak_to_a_person_and_promise_nothing() -> None:
    for word in ("patient ", "guarantee", "will heal", "cure", "always works"):
        assert word not in SHIPPED


# Which guidance goes with a model ----------------------------------------------------------------


def test_a_model_of_something_else_has_no_guidance() -> None:
    states = (State("a", "A"), State("b", "B"))
    target = Variable("cause", "target", "Cause", states)
    cpt = CPT("cause", (), np.array([0.5, 0.5]), np.array(10.0))
    other = Model(Vocabulary((target,)), {"cause": cpt})
    assert find_guidance(other) is None
    with pytest.raises(HamkneeError, match=r"allowed: a guidance\.toml beside its priors\.csv"):
        hamknee.triage(other, {})


def test_a_guidance_beside_the_numbers_goes_with_them(tmp_path) -> None:
    text = shipped("data/guidance.toml").read_text(encoding="utf-8")
    (tmp_path / "priors.csv").write_bytes(shipped("data/priors.csv").read_bytes())
    (tmp_path / "guidance.toml").write_text(text.replace("Call an ambulance now", "Ring 112"))
    found = hamknee.triage(
        hamknee.load(tmp_path / "priors.csv"), {}, {"breathless_or_chest_pain": True}
    )
    assert found.text.startswith("Emergency. Ring 112.")
