"""A condition or a finding more: in every command, with what is assumed said."""

from statistics import mode

import pytest

import hamknee
from hamknee.base import HamkneeError
from hamknee.projects import Project, open_project

PLICA = {"onset=gradual": "0.7 (0.5 to 0.85)", "location=anteromedial": "0.6 (0.4 to 0.8)"}


@pytest.fixture(scope="module")
def shipped_project() -> Project:
    return open_project()


@pytest.fixture(scope="module")
def grown(shipped_project: Project) -> Project:
    project = shipped_project.add_condition("plica", "Plica", "0.01 (0.004 to 0.03)", PLICA)
    often = {"plica": "0.6 (0.4 to 0.8)", "meniscal_tear": "30 of 75"}
    return project.add_finding("click", "Click", "Does it click?", often, others="1 of 10")


def test_the_others_make_room_in_proportion(shipped_project: Project, grown: Project) -> None:
    for setting in shipped_project.vocabulary["setting"].state_names:
        before = shipped_project.model.posterior({"setting": setting})
        after = grown.model.posterior({"setting": setting})
        assert after["plica"] == pytest.approx(0.01, abs=1e-6)
        for name in ("strain", "osteoarthritis", "other"):
            assert after[name] == pytest.approx(0.99 * before[name], abs=2e-6)


def test_the_ranges_of_the_others_shrink_as_they_do(
    shipped_project: Project, grown: Project
) -> None:
    assert shipped_project.dossier is not None
    assert grown.dossier is not None
    place = ("condition", "setting=primary_care")
    before = {e.state: e for e in shipped_project.dossier.columns[place]}
    after = {e.state: e for e in grown.dossier.columns[place]}
    for name, old in before.items():
        assert after[name].low == pytest.approx(0.99 * old.low)
        assert after[name].high == pytest.approx(0.99 * old.high)


def test_every_verb_works_with_it(grown: Project) -> None:
    model, case = grown.model, {"location": "anteromedial", "onset": "gradual", "click": "yes"}
    assert model.posterior(case).top == "plica"
    assert hamknee.credible_interval(model, case).text
    assert hamknee.next_questions(model, case).text
    assert hamknee.explain(model, case, "plica").text
    assert hamknee.also_present(model, case) is not None
    assert hamknee.evaluate(model).text.startswith("111 of 111 cases")


def test_a_cause_that_nothing_is_written_about_calls_for_a_professional(grown: Project) -> None:
    """The others' levels cannot speak for it, so it never ends at self-care."""
    case = {"location": "anteromedial", "onset": "gradual", "click": "yes"}
    advice = hamknee.advice(grown.model, case)
    assert advice.level == "see_professional"
    assert "Plica: Nothing is written here yet" in advice.text
    everywhere = [item for item in advice.items if item.measure and not item.only_for]
    assert everywhere == []


def test_what_nobody_stated_is_flat_and_counted(grown: Project) -> None:
    checked = grown.check()
    assert len(checked.flat) == 23
    assert "age | plica" in checked.flat
    assert checked.untold == ("Plica",)
    states = [len(grown.vocabulary[column.split(" | ")[0]].states) for column in checked.flat]
    assert any(f"; {sum(states)} of its numbers are flat." in change for change in grown.changes)
    assert grown.model.marginals({"condition": "plica"})["bruising"][0] == pytest.approx(0.5, 1e-3)
    row = grown.priors.column("sex", {"condition": "plica"})[0]
    assert (row.probability, row.basis) == (0.5, "judgement")
    assert row.ess <= 2


def test_a_new_question_takes_as_long_as_most_do(grown: Project) -> None:
    variables = grown.vocabulary.variables
    asked = [v.minutes for v in variables if v.group == "history" and v.name != "click"]
    assert grown.vocabulary["click"].minutes == mode(asked)


def test_old_numbers_stay_but_for_the_base_rates(shipped_project: Project, grown: Project) -> None:
    before = {row.name: row for row in shipped_project.priors.rows}
    after = {row.name: row for row in grown.priors.rows}
    changed = {before[name].variable for name in before if before[name] != after[name]}
    assert changed == {"condition"}


def test_the_vocabulary_keeps_its_comments_and_order(
    shipped_project: Project, grown: Project
) -> None:
    old = shipped_project.vocabulary_text.splitlines()
    new = grown.vocabulary_text.splitlines()
    assert [line for line in new if line in old][: len(old)] == old
    added = [line for line in new if line and line not in old]
    assert added[0].startswith("plica = {")


@pytest.mark.parametrize(
    ("statements", "message"),
    [
        ({"click": "1 of 2"}, "unknown variable 'click'"),
        ({"location": "1 of 2"}, "location has several states"),
        ({"onset=days": "9 of 10", "onset=sudden": "9 of 10"}, "adds up to"),
        ({"onset=days": "0.5 (0.4 to 0.6)", "onset=sudden": "0.5 (0.4 to 0.6)"}, "allowed: less"),
        ({"sex=female": "9 of 10", "sex=male": "9 of 10"}, "adds up to 173 %; allowed: 100 %"),
        ({"onset=days": "often"}, "cannot read 'often'"),
    ],
)
def test_a_statement_that_cannot_be_is_refused(
    shipped_project: Project, statements: dict[str, str], message: str
) -> None:
    with pytest.raises(HamkneeError, match=message):
        shipped_project.add_condition("plica", "Plica", "1 of 200", statements)


def test_all_states_may_be_stated_if_they_add_up(shipped_project: Project) -> None:
    both = {"sex=female": "0.6 (0.5 to 0.7)", "sex=male": "0.4 (0.3 to 0.5)"}
    project = shipped_project.add_condition("plica", "Plica", "1 of 200", both)
    rows = project.priors.column("sex", {"condition": "plica"})
    assert {row.state: row.probability for row in rows} == {"female": 0.6, "male": 0.4}


def test_names_are_new_and_known(shipped_project: Project) -> None:
    with pytest.raises(HamkneeError, match="there is a 'strain' already"):
        shipped_project.add_condition("strain", "Strain again", "1 of 200")
    with pytest.raises(HamkneeError, match="there is a 'pop' already"):
        shipped_project.add_finding("pop", "Pop", "A pop?", {})
    with pytest.raises(HamkneeError, match="there is no condition 'plica'"):
        shipped_project.add_finding("click", "Click", "A click?", {"plica": "1 of 2"})
    with pytest.raises(HamkneeError, match="no base rate for 'sports_clinic'"):
        shipped_project.add_condition("plica", "Plica", {"primary_care": "1 of 200"})
