"""One number stated anew: split, followed, traced, and refused where it cannot be."""

import pytest
from scipy import stats

import hamknee
from hamknee.base import HamkneeError
from hamknee.projects import Project, open_project


@pytest.fixture(scope="module")
def shipped_project() -> Project:
    return open_project()


def test_a_count_of_ones_own_is_the_average_over_the_second_parent(
    shipped_project: Project,
) -> None:
    project = shipped_project.state("pop", "strain", "24 of 60")
    marginal = project.model.marginals({"condition": "strain"})["pop"][0]
    assert marginal == pytest.approx(24.5 / 61, abs=1e-3)
    assert (
        "24 of 60" in project.priors.column("pop", {"condition": "strain", "onset": "days"})[0].note
    )
    assert project.changes == (
        "P(pop=yes | condition=strain) is now 0.402 (24 of 60, worth 61 patients; it was 0.25), "
        "over onset sudden 0.448, days 0.075, gradual 0.039.",
    )


def test_the_average_of_a_child_stays_when_its_parent_is_stated(shipped_project: Project) -> None:
    pop = {"condition": "strain"}
    before = shipped_project.model.marginals(pop)["pop"][0]
    project = shipped_project.state("onset=sudden", "strain", "0.5 (0.4 to 0.6)")
    after = project.model.marginals(pop)
    assert after["onset"][0] == pytest.approx(0.5, abs=1e-6)
    assert after["pop"][0] == pytest.approx(before, abs=1e-3)


def test_odds_ratios_between_parent_states_stay(shipped_project: Project) -> None:
    project = shipped_project.state("pop", "strain", "24 of 60")

    def odds(onset: str) -> float:
        column = project.priors.column("pop", {"condition": "strain", "onset": onset})
        return column[0].probability / column[1].probability

    assert odds("days") / odds("sudden") == pytest.approx(0.1, rel=0.02)


def test_nothing_else_moves(shipped_project: Project) -> None:
    project = shipped_project.state("sex=female", "rupture", "0.3 (0.2 to 0.4)")
    rows = zip(shipped_project.priors.rows, project.priors.rows, strict=True)
    moved = {new.name for old, new in rows if old != new}
    assert moved == {"P(sex=female | condition=rupture)", "P(sex=male | condition=rupture)"}


@pytest.mark.parametrize(
    ("statement", "source", "basis"),
    [
        ("24 of 60", None, "cohort"),
        ("24 of 60", "decary2017", "published"),
        ("0.40 (0.25 to 0.55)", None, "judgement"),
    ],
)
def test_basis_and_source_stand_beside_the_number(
    shipped_project: Project, statement: str, source: str | None, basis: str
) -> None:
    project = shipped_project.state("overweight", "rupture", statement, source=source)
    row = project.priors.column("overweight", {"condition": "rupture"})[0]
    assert (row.basis, row.sources) == (basis, (source,) if source else ())
    assert project.dossier is not None
    assert (project.dossier.facts[-1]["fact"] == "OWN001") == (source is not None)


def test_the_range_of_a_count_is_that_of_its_beta(shipped_project: Project) -> None:
    project = shipped_project.state("overweight", "rupture", "12 of 40")
    assert project.dossier is not None
    rows = {e.state: e for e in project.dossier.columns["overweight", "condition=rupture"]}
    for state, p in (("yes", 12.5 / 41), ("no", 28.5 / 41)):
        low, high = stats.beta.ppf([0.05, 0.95], 41 * p, 41 * (1 - p))
        assert rows[state].estimate == pytest.approx(p, abs=1e-6)
        assert (rows[state].low, rows[state].high) == pytest.approx((low, high), rel=1e-3)


def test_a_likelihood_ratio_multiplies_what_other_causes_have(shipped_project: Project) -> None:
    project = shipped_project.state("overweight", "rupture", "LR+ 0.5 (0.3 to 0.8)")
    model = shipped_project.model
    share = model.marginals({})["condition"][model.vocabulary["condition"].position["rupture"]]
    with_it = model.marginals({"condition": "rupture"})["overweight"][0]
    others = (model.marginals({})["overweight"][0] - share * with_it) / (1 - share)
    row = project.priors.column("overweight", {"condition": "rupture"})[0]
    assert row.probability == pytest.approx(0.5 * others, abs=1e-4)


def test_a_base_rate_is_stated_for_a_setting(shipped_project: Project) -> None:
    project = shipped_project.state("condition=strain", "primary_care", "0.05 (0.02 to 0.1)")
    assert project.model.posterior({"setting": "primary_care"})["strain"] == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("finding", "given", "statement", "message"),
    [
        ("popp", "strain", "1 of 2", "did you mean 'pop'"),
        ("pop", "strian", "1 of 2", "did you mean 'strain'"),
        ("location", "strain", "1 of 2", "9 states; allowed: one of them, such as 'location=poste"),
        ("location=calff", "strain", "1 of 2", "did you mean 'calf'"),
        ("pop", "strain", "a third", "cannot read 'a third'"),
        ("pop", "strain", "70 of 60", "found 70 of 60"),
        ("condition=strain", "primary_care", "LR+ 2 (1 to 3)", "a likelihood ratio is about"),
    ],
)
def test_what_cannot_be_is_refused(
    shipped_project: Project, finding: str, given: str, statement: str, message: str
) -> None:
    with pytest.raises(HamkneeError, match=message):
        shipped_project.state(finding, given, statement)


def test_a_network_without_evidence_takes_a_column_of_one_parent() -> None:
    whole = open_project()
    files = {n: t for n, t in whole.files.items() if not n.startswith("evidence")}
    bare = Project(files)
    project = bare.state("sex=female", "rupture", "0.3 (0.2 to 0.4)")
    assert project.model.marginals({"condition": "rupture"})["sex"][0] == pytest.approx(0.3)
    with pytest.raises(HamkneeError, match="pop hangs on condition, onset"):
        bare.state("pop", "rupture", "0.3 (0.2 to 0.4)")


def test_a_note_that_a_spreadsheet_would_run_is_refused(shipped_project: Project) -> None:
    for note in ("=1+1", "seen\n@sum"):
        with pytest.raises(HamkneeError, match="a spreadsheet may run"):
            shipped_project.state("sex=female", "rupture", "3 of 10", note=note)


def test_the_errand_takes_three_lines() -> None:
    project = hamknee.open_project()
    project = project.state("pop", "strain", "0.40 (0.25 to 0.55)", note="24 of my 60 patients")
    assert project.model.posterior({"onset": "sudden", "pop": "yes"})["strain"] > 0
