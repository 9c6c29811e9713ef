"""How urgent the answers alone make cases, beside what their diagnoses call for."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

import hamknee
from hamknee.base.errors import HamkneeError
from hamknee.evaluation.self_testing import simulate_labelled
from hamknee.guidance import checking
from hamknee.guidance.checking import TriageCheck, triage_check
from hamknee.guidance.guidance_file import guidance_for
from hamknee.inference.model import Model
from hamknee.network.labelled import CasesError, LabelledCases, read_labelled
from tests.support.guided import decided
from tests.support.networks import asia

QUIET = {"onset": "gradual", "pop": "no", "swelling": "none", "pain_timing": "after"}
QUIET |= {"location": "posteromedial", "warmth": "no", "weight_bearing": "normal"}
QUIET |= {"activity": "endurance", "age": "under_40"}
CLOT = {"swelling": "leg", "immobility_or_clot_risk": "yes"}
TORN = {"pop": "yes", "swelling": "effusion"}


def checked(model: Model, *cases: tuple[str, dict[str, str]]) -> TriageCheck:
    """Return the check of cases without warning signs, by diagnosis and what is known."""
    rows = [{"condition": diagnosis, **known} for diagnosis, known in cases]
    return triage_check(model, pd.DataFrame(rows), signs=True)


@pytest.fixture(scope="module")
def published(model: Model) -> TriageCheck:
    return triage_check(model)


@pytest.fixture(scope="module")
def published_signs(model: Model) -> TriageCheck:
    return triage_check(model, signs=True)


@pytest.mark.parametrize(
    ("diagnosis", "known", "called_for", "reached", "verdict"),
    [
        ("dvt", CLOT, "same_day", "same_day", "right"),
        ("dvt", QUIET, "same_day", "self_care", "under"),
        ("rupture", QUIET, "same_day", "self_care", "under"),
        ("meniscal_tear", QUIET, "see_professional", "self_care", "under"),
        ("tendinopathy", QUIET, "self_care", "self_care", "right"),
        ("tendinopathy", TORN, "self_care", "same_day", "over"),
        ("calf_strain", CLOT, "see_professional", "same_day", "over"),
        # The least demanding of several counts.
        ("rupture|strain", QUIET, "self_care", "self_care", "right"),
        ("rupture|meniscal_tear", QUIET, "see_professional", "self_care", "under"),
    ],
)
def test_the_level_reached_is_held_against_the_one_called_for(
    model: Model,
    diagnosis: str,
    known: dict[str, str],
    called_for: str,
    reached: str,
    verdict: str,
) -> None:
    (row,) = checked(model, (diagnosis, known)).table.to_dict(orient="records")
    assert (row["called_for"], row["reached"], row["verdict"]) == (called_for, reached, verdict)


def test_the_share_is_of_those_that_call_for_more_than_the_least(model: Model) -> None:
    found = checked(
        model,
        ("dvt", CLOT),
        ("dvt", QUIET),
        ("rupture", QUIET),
        ("strain", QUIET),
        ("strain", TORN),
    )
    assert (found.n, found.called, found.under, found.over) == (5, 3, 2, 1)
    share = found.share_under
    low, high = proportion_confint(2, 3, alpha=0.05, method="wilson")
    assert (share.value, share.low, share.high) == pytest.approx((2 / 3, low, high))
    assert found.text == (
        "5 cases, with the warning signs that the reports state; all others answered with no. "
        "Under-triaged: 2 of the "
        "3 whose diagnosis calls for more than “Self-care for now”, 67 % (95 % interval 21 to 94 %)"
        "; that is 2 of 3 that call for “See a doctor today” (21 to 94 %). Over-triaged: 1 of all "
        "5, 20 % (95 % interval 4 to 62 %); that is 0 of 3 that call for “See a doctor today” (0 "
        "to 56 %) and 1 of 2 that call for “Self-care for now” (9 to 91 %)."
    )


def test_the_table_of_diagnoses_counts_each_case_once(published: TriageCheck) -> None:
    levels = list(published.guidance.levels)
    by = published.by_diagnosis
    assert by["n"].sum() == published.n == 53
    assert by["under"].sum() == published.under
    assert (by[levels].sum(axis=1) == by["n"]).all()
    for row in by.to_dict(orient="records"):
        of = published.table[published.table["condition"] == row["condition"]]
        assert [int((of["reached"] == level).sum()) for level in levels] == [
            row[level] for level in levels
        ]


def test_the_table_of_levels_has_wilsons_intervals(published: TriageCheck) -> None:
    table = published.by_level.set_index("level")
    assert table["n"].sum() == published.n
    today = table.loc["same_day"]
    count = round(today["under"] * today["n"])
    ends = proportion_confint(count, today["n"], alpha=0.05, method="wilson")
    assert (today["under_low"], today["under_high"]) == pytest.approx(ends)
    assert np.isnan(table.loc["emergency", "under"])


def test_where_nothing_calls_for_more_no_share_is_given(model: Model) -> None:
    found = checked(model, ("strain", QUIET))
    assert np.isnan(found.share_under.value)
    assert "No diagnosis calls for more than “Self-care for now”." in found.text


def test_impossible_cases_get_no_level_and_count_as_the_least_urgent(model: Model) -> None:
    pop = model.cpts["pop"]
    never = np.zeros_like(pop.probabilities)
    never[..., list(model.vocabulary["pop"].state_names).index("no")] = 1
    popless = Model(model.vocabulary, model.cpts | {"pop": replace(pop, probabilities=never)})
    found = checked(popless, ("dvt", CLOT | {"pop": "yes"}), ("strain", TORN), ("dvt", CLOT))
    assert list(found.reached) == [None, None, "same_day"]
    assert found.table["reached"].isna().tolist() == [True, True, False]
    assert found.verdicts == ["under", "right", "right"]
    assert "2 with impossible findings got no level, and count as “Self-care for now”" in found.text
    assert list(found.by_diagnosis["n"]) == [1, 2]
    assert list(found.by_diagnosis["same_day"]) == [0, 1]


def test_a_diagnosis_that_is_not_known_is_left_out(model: Model) -> None:
    found = checked(model, ("dvt", CLOT), ("", QUIET))
    assert found.n == 1
    with pytest.raises(CasesError, match="0 have a known diagnosis"):
        checked(model, ("", QUIET))


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6), known=st.floats(0, 1))
def test_a_diagnosis_that_is_certain_is_never_under_triaged(
    model: Model, seed: int, known: float
) -> None:
    drawn = simulate_labelled(model, 8, known=known, seed=seed)
    certain = LabelledCases(drawn.with_diagnosis(), drawn.truth, drawn.about)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checking, "triage", decided)
        assert triage_check(model, certain).under == 0


@pytest.mark.parametrize(
    ("signs", "level", "n", "under", "over"),
    [
        (False, "same_day", 16, 3, 0),
        (False, "see_professional", 29, 0, 3),
        (False, "self_care", 8, 0, 8),
        (True, "same_day", 16, 0, 2),
        (True, "see_professional", 29, 0, 2),
        (True, "self_care", 8, 0, 3),
    ],
)
def test_figures_of_today(
    published: TriageCheck,
    published_signs: TriageCheck,
    signs: bool,
    level: str,
    n: int,
    under: int,
    over: int,
) -> None:
    """Stated to be known, not to be reached: no number is changed because a case came out wrong."""
    row = (published_signs if signs else published).by_level.set_index("level").loc[level]
    assert row["n"] == n
    assert (row["under"], row["over"]) == pytest.approx((under / n, over / n))


def test_what_is_stated_has_to_be_a_level_and_a_sign(model: Model) -> None:
    rows = pd.DataFrame({"condition": ["dvt"], "pop": ["no"], "urgency": ["today"]})
    with pytest.raises(CasesError, match="unknown urgency 'today'"):
        triage_check(model, rows)
    rows = pd.DataFrame({"condition": ["dvt"], "pop": ["no"], "red_flags": ["fever"]})
    with pytest.raises(CasesError, match="unknown warning sign 'fever'"):
        triage_check(model, rows, signs=True)


def test_the_level_is_that_of_the_triage(model: Model, published: TriageCheck) -> None:
    cases = read_labelled(model.vocabulary)
    stated = [row for row, level in enumerate(cases.about["urgency"]) if isinstance(level, str)]
    for place in (0, 8, 33):
        known = cases.cases.evidence(stated[place])
        in_vain = [name for name in model.vocabulary if name not in known]
        level = hamknee.triage(model, known, not_known=in_vain).level
        assert published.reached[place] == level


def test_what_cannot_be_checked_is_told(model: Model) -> None:
    for mass in (0, 1):
        with pytest.raises(HamkneeError, match=f"found a mass of {mass}"):
            triage_check(model, mass=mass)
    with pytest.raises(HamkneeError, match="found -1 findings at least"):
        triage_check(model, min_findings=-1)
    with pytest.raises(HamkneeError, match="there is no guidance"):
        triage_check(asia())


def test_the_rules_of_the_guidance_decide_what_is_called_for(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No condition is dangerous by its name: without rules none calls for anything."""
    ruleless = replace(guidance_for(model), triage={})
    monkeypatch.setattr(checking, "guidance_for", lambda _: ruleless)
    assert list(checked(model, ("dvt", QUIET)).called_for) == ["self_care"]
