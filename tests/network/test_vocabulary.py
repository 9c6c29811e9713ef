"""The words of the model, as the shipped vocabulary.toml has them."""

import pytest

from hamknee.network.vocabulary import GROUPS, ROLES, Vocabulary


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
