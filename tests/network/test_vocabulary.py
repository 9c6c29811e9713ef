"""The words of the model, as the shipped file has them; broken copies, each told once."""

from dataclasses import replace
from pathlib import Path

import pytest

from hamknee.network.vocabulary import (
    GROUPS,
    ROLES,
    State,
    Variable,
    Vocabulary,
    VocabularyError,
    read_vocabulary,
)
from tests.support.broken_vocabulary import BROKEN, SHIPPED, put, together


def test_there_is_one_target_of_21_conditions(vocabulary: Vocabulary) -> None:
    assert vocabulary.having("target") == (vocabulary.target,)
    assert vocabulary.target.name == "condition"
    assert vocabulary.target.state_names == (
        "tendinopathy",
        "strain",
        "rupture",
        "pes_bursitis",
        "snapping_tendon",
        "bakers_cyst",
        "meniscal_tear",
        "osteoarthritis",
        "patellofemoral_pain",
        "dvt",
        "calf_strain",
        "mcl_sprain",
        "cruciate_tear",
        "iliotibial_band",
        "popliteus_gastrocnemius",
        "bone_stress_injury",
        "nerve_or_referred",
        "artery_disease",
        "inflamed_joint",
        "skin_or_vein_inflammation",
        "other",
    )


def test_there_are_27_variables_and_the_setting_is_the_context(vocabulary: Vocabulary) -> None:
    assert len(vocabulary) == len(list(vocabulary)) == 27
    (setting,) = vocabulary.having("context")
    assert setting.name == "setting"
    assert setting.state_names == ("primary_care", "sports_clinic", "emergency")
    assert len(vocabulary.having("trait", "finding")) == 25


def test_the_six_core_findings_are_always_in_view(vocabulary: Vocabulary) -> None:
    core = {variable.name for variable in vocabulary.variables if variable.core}
    assert core == {"onset", "pop", "swelling", "warmth", "location", "activity"}


def test_only_the_location_takes_several_answers(vocabulary: Vocabulary) -> None:
    assert [v.name for v in vocabulary.variables if v.several] == ["location"]


def test_everything_that_is_asked_has_a_question_with_help_a_place_and_a_cost(
    vocabulary: Vocabulary,
) -> None:
    for variable in vocabulary.having(*ROLES[1:]):
        assert variable.question.endswith("?"), variable.name
        assert variable.help.endswith("."), variable.name
        assert variable.group in GROUPS, variable.name
        assert 0 < variable.minutes <= 5, variable.name


def test_every_state_says_what_is_meant(vocabulary: Vocabulary) -> None:
    for variable in vocabulary.variables:
        for state in variable.states:
            assert state.description.endswith("."), (variable.name, state.name)


def test_what_people_read_does_not_begin_small_and_has_no_stray_spaces(
    vocabulary: Vocabulary,
) -> None:
    for variable in vocabulary.variables:
        texts = [variable.label, variable.question, variable.help]
        texts += [text for state in variable.states for text in (state.label, state.description)]
        for text in filter(None, texts):
            assert text[0].isupper() or text[0].isdigit(), text
            assert text == " ".join(text.split()), text


def test_identifiers_never_reach_the_reader(vocabulary: Vocabulary) -> None:
    for variable in vocabulary.variables:
        for state in variable.states:
            assert "_" not in variable.label + variable.question + variable.help
            assert "_" not in state.label + state.description


@pytest.mark.parametrize(
    ("years", "band"),
    [
        (0, "under_40"),
        (39.9, "under_40"),
        (40, "40_to_59"),
        (59, "40_to_59"),
        (60, "60_and_over"),
        (120, "60_and_over"),
        (121, None),
        (-1, None),
    ],
)
def test_an_age_falls_into_its_band(years: float, band: str | None, vocabulary: Vocabulary) -> None:
    assert vocabulary["age"].bin(years) == band


def test_a_variable_without_bins_has_none(vocabulary: Vocabulary) -> None:
    assert vocabulary["pop"].bin(1) is None


def test_a_vocabulary_is_a_mapping_in_the_order_of_the_file(vocabulary: Vocabulary) -> None:
    assert list(vocabulary)[:3] == ["condition", "setting", "age"]
    assert "pop" in vocabulary
    assert "popp" not in vocabulary
    assert vocabulary["onset"].position == {"sudden": 0, "days": 1, "gradual": 2}
    assert vocabulary["onset"].state("days").label == "Over hours or days"


def test_likelihoods_of_states_are_shared_and_cannot_be_written_to(vocabulary: Vocabulary) -> None:
    sex = vocabulary.plain_weights[vocabulary.index["sex"]]
    assert sex.tolist() == [[1, 0], [0, 1], [1, 1]]
    with pytest.raises(ValueError, match="read-only"):
        sex[0] = 0.5


def test_a_label_that_several_have_means_none_of_them() -> None:
    states = (State("a", "One"), State("b", "Two"), State("c", "One"))
    x, y = Variable("x", "target", "X", states), Variable("y", "finding", "X", states)
    assert dict(x.by_label) == {"Two": "b"}
    assert dict(Vocabulary((x, y, replace(x, name="z", label="Z"))).by_label) == {"Z": "z"}


SMALL = """[torn]
role = "target"
label = "Torn"
[torn.states]
yes = {label = "Yes"}
no = {label = "No"}
[age]
role = "context"
label = "Age"
question = "How old?"
group = "background"
minutes = 1.0
unit = "years"
minimum = 0
maximum = 99
intended_minimum = 0
[age.states]
young = {label = "Young", from = 0, below = 40}
old = {label = "Old", from = 40, below = 100}
"""


def test_what_a_file_leaves_out_is_as_in_code(tmp_path: Path) -> None:
    vocabulary = read(tmp_path, SMALL.encode())
    assert vocabulary["torn"] == Variable(
        "torn", "target", "Torn", (State("yes", "Yes"), State("no", "No"))
    )
    torn = vocabulary["torn"]
    assert (torn.core, torn.several, torn.demographic, torn.minutes) == (False, False, False, 1)


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("intended_minimum = 0", "intended_minimum = 99", None),
        ("intended_minimum = 0", "intended_minimum = 100", "age.intended_minimum"),
        ("intended_minimum = 0", "intended_minimum = -1", "age.intended_minimum"),
        ("from = 40, below = 100", "from = 40, below = 40", "age.states.old"),
        ('question = "How old?"\n', "", "age"),
        ('group = "background"\n', "", "age"),
        ("minutes = 1.0\n", "", "age"),
    ],
)
def test_numbers_keep_to_their_bounds_and_what_is_asked_says_how(
    old: str, new: str, column: str | None, tmp_path: Path
) -> None:
    assert old in SMALL
    text = SMALL.replace(old, new).encode()
    if column is None:
        assert read(tmp_path, text)["age"].intended_minimum == 99
    else:
        assert any(f"column {column}: " in fault for fault in faults(tmp_path, text))


# Broken copies ------------------------------------------------------------------------------------


def read(folder: Path, content: bytes) -> Vocabulary:
    path = folder / "vocabulary.toml"
    path.write_bytes(content)
    return read_vocabulary(path)


def faults(folder: Path, content: bytes) -> list[str]:
    with pytest.raises(VocabularyError) as raised:
        read(folder, content)
    return [
        str(fault).removeprefix("vocabulary.toml").lstrip(",: ") for fault in raised.value.faults
    ]


def places(broken: str) -> dict[str, int | None]:
    """Return what the placeholders of the expected messages stand for."""
    old, new = SHIPPED.split("\n"), broken.split("\n")
    changed = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), 0) + 1
    return {
        "line": changed,
        "end": len(broken.rstrip("\n").split("\n")),
        "age": old.index("[age]") + 1,
        "age_maximum": old.index("maximum = 120") + 1,
        "pop": old.index("[pop]") + 1,
        "states": old.index("[pop.states]") + 1,
        "last": old.index("[prior_hamstring_injury]") + 1,
    }


@pytest.mark.parametrize("kind", BROKEN)
def test_each_kind_of_broken_file_is_told_once_with_place_finding_and_remedy(
    kind: str, tmp_path: Path
) -> None:
    edit, expected = BROKEN[kind]
    broken = edit(SHIPPED)
    assert broken != SHIPPED
    assert faults(tmp_path, broken.encode()) == [expected.format(**places(broken))]


def test_five_independent_faults_are_told_together_in_the_order_of_the_lines(
    tmp_path: Path,
) -> None:
    edit = together(
        put("minutes = 0", "minutes = 0.1", after="[setting]"),
        put("from = 41", "from = 40", after="[age]"),
        put('"findings"', '"finding"', after="[onset]"),
        put('core = "yes"', "core = true", after="[pop]"),
        put('group = "exam"', 'group = "examination"', after="[swelling]"),
    )
    with pytest.raises(VocabularyError, match=r"vocabulary\.toml: 5 faults") as raised:
        read(tmp_path, edit(SHIPPED).encode())
    assert [fault.column for fault in raised.value.faults] == [
        "setting.minutes",
        "age.states.40_to_59",
        "onset.role",
        "pop.core",
        "swelling.group",
    ]


def test_a_misspelt_role_of_the_target_is_told_once(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, SHIPPED.replace('"target"', '"targt"').encode())
    assert "unknown role 'targt' (did you mean 'target'?)" in fault


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (SHIPPED.encode("utf-16"), "line 1: byte 0xff is not UTF-8; allowed: text saved as UTF-8"),
        (b"# \xe4\n" + SHIPPED.encode(), "line 1: byte 0xe4 is not UTF-8; allowed: text saved"),
    ],
    ids=["UTF-16", "Latin-1"],
)
def test_another_encoding_is_named(content: bytes, expected: str, tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, content)
    assert fault.startswith(expected)


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + SHIPPED.encode(),
        SHIPPED.replace("\n", "\r\n").encode(),
        "# a line separator\u2028inside a comment\n".encode() + SHIPPED.encode(),
    ],
    ids=["a byte-order mark", "carriage returns", "odd line separators"],
)
def test_what_does_not_matter_is_ignored(
    content: bytes, tmp_path: Path, vocabulary: Vocabulary
) -> None:
    assert read(tmp_path, content) == vocabulary


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    broken = "# a line separator\u2028inside\n" + SHIPPED.replace('"target"', '"targt"')
    (fault,) = faults(tmp_path, broken.encode())
    line = broken.split("\n").index('role = "targt"') + 1
    assert fault.startswith(f"line {line}, column condition.role: ")


def test_a_line_that_is_not_toml_is_shown_as_an_editor_shows_it(tmp_path: Path) -> None:
    broken = "# a line separator\u2028inside\ncore = True\n"
    (fault,) = faults(tmp_path, broken.encode())
    assert "line 2, column character 8: not valid TOML: Invalid value in 'core = True'" in fault


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match="there is no file"):
        read_vocabulary(tmp_path / "vocabulary.toml")
    with pytest.raises(VocabularyError, match=r"cannot be read: .*; allowed: a readable file"):
        read_vocabulary(tmp_path)


def test_a_vocabulary_shows_its_target_and_its_size(vocabulary: Vocabulary) -> None:
    assert repr(vocabulary).startswith(f"Vocabulary('condition', {len(vocabulary)} variables, ")
