"""Learning from a cohort: exact counts, EM's laws, what stays, and what people are told."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hamknee
from hamknee.base.files import shipped
from hamknee.cli.command import main
from hamknee.estimation.em import NoModeError
from hamknee.estimation.learning import METHODS, Update, update
from hamknee.inference.simulation import draw
from hamknee.network.labelled import label
from hamknee.network.priors import Priors
from hamknee.network.priors_file import read_priors
from tests.support.cohorts import blanked, expected_by_listing, flat, priors_of, tallies
from tests.support.drawn import drawn
from tests.support.networks import asia, network, random_network, with_zeros

SEEDS = st.integers(0, 10**6)
SOME = settings(max_examples=25)
SOURCE = "acute_knee_injuries_hospital_1991"


def pair(ess: float = 8.0) -> hamknee.Model:
    spec = {"t": ("", [0.4, 0.6]), "x": ("t", [[0.8, 0.2], [0.3, 0.7]])}
    return network(spec, "t", ess=ess)


def cohort(*cases: tuple[int, dict[str, object]], columns: str = "t x") -> pd.DataFrame:
    """Return a frame in which each case stands a number of times."""
    rows = [case for count, case in cases for _ in range(count)]
    return pd.DataFrame(rows, columns=columns.split())


MIXED = cohort(
    (6, {"t": "yes", "x": "yes"}),
    (3, {"t": "no", "x": "yes"}),
    (5, {"t": "no", "x": "no"}),
    (10, {"x": "yes"}),
    (8, {"x": "no"}),
    (4, {"t": "yes"}),
)


def numbers(found: Update, variable: str) -> np.ndarray:
    return found.priors.cpts()[variable].probabilities


# Complete cases --------------------------------------------------------------------------------


@SOME
@given(SEEDS)
def test_complete_cases_are_added_as_counts(seed: int) -> None:
    model = random_network(seed)
    priors = priors_of(model, ess=7.5)
    codes = draw(model, 40, np.random.default_rng(seed))
    found = update(priors, model.cases(codes))
    assert found.converged
    for name, counts in tallies(model, codes).items():
        new, reached = found.priors.cpts()[name], counts.sum(axis=-1)
        exact = (7.5 * model.cpts[name].probabilities + counts) / (7.5 + reached)[..., None]
        np.testing.assert_allclose(new.probabilities, exact, atol=1e-12)
        np.testing.assert_allclose(new.ess, 7.5 + reached, rtol=1e-9)
        np.testing.assert_allclose(found.counts[name], counts, atol=1e-9)


def test_two_cohorts_one_after_the_other_are_one_cohort() -> None:
    model = asia()
    codes = draw(model, 60, np.random.default_rng(4))
    at_once = update(priors_of(model), model.cases(codes))
    first = update(priors_of(model), model.cases(codes[:25]))
    then = update(first.priors, model.cases(codes[25:]))
    for name in model.vocabulary:
        np.testing.assert_allclose(numbers(then, name), numbers(at_once, name), atol=1e-12)


def test_a_weight_of_two_is_every_case_twice() -> None:
    twice = update(priors_of(pair()), pd.concat([MIXED, MIXED]), tolerance=1e-12)
    weighed = update(priors_of(pair()), MIXED, weight=2, tolerance=1e-12)
    each = update(priors_of(pair()), MIXED, weight=[2.0] * len(MIXED), tolerance=1e-12)
    for name in ("t", "x"):
        np.testing.assert_allclose(numbers(weighed, name), numbers(twice, name), atol=1e-10)
        np.testing.assert_array_equal(numbers(weighed, name), numbers(each, name))
    assert [row.ess for row in weighed.priors.rows] == pytest.approx(
        [row.ess for row in twice.priors.rows], rel=1e-8
    )


def test_the_mode_of_complete_cases_is_the_textbook_formula() -> None:
    found = update(priors_of(pair()), MIXED.dropna(), method="map")
    assert numbers(found, "t")[0] == pytest.approx((3.2 + 6 - 1) / (8 + 14 - 2))
    assert numbers(found, "x")[1, 0] == pytest.approx((2.4 + 3 - 1) / (8 + 8 - 2))


# Cases with blanks -----------------------------------------------------------------------------


@SOME
@given(SEEDS, st.sampled_from([0.3, 0.7]))
def test_em_ends_where_the_textbooks_em_would_not_move(seed: int, known: float) -> None:
    # Listing every world, with every blank counted, also those of which nothing follows.
    model = random_network(seed, count=5)
    cases = drawn(model, 12, known=known, seed=seed, soft=True)
    weights = np.random.default_rng(seed).uniform(0.2, 3, len(cases))
    priors = priors_of(model, ess=6.0)
    found = update(priors, model.encode(cases), weight=weights, tolerance=1e-11, iterations=20_000)
    assert found.converged
    learned = hamknee.Model(priors.vocabulary, found.priors.cpts())
    counts, log_likelihood = expected_by_listing(learned, cases, weights)
    assert found.log_likelihood[-1] == pytest.approx(log_likelihood, rel=1e-9)
    for name, cpt in priors.cpts().items():
        total = 6.0 * cpt.probabilities + counts[name]
        again = total / total.sum(axis=-1, keepdims=True)
        np.testing.assert_allclose(numbers(found, name), again, atol=1e-8)


@SOME
@given(SEEDS, st.sampled_from([0.2, 0.6]), st.sampled_from(sorted(METHODS)))
def test_the_log_posterior_never_falls(seed: int, known: float, method: str) -> None:
    model = random_network(seed)
    cases = drawn(model, 15, known=known, seed=seed, soft=True)
    # The mode needs counts above 1, and the random columns have small entries.
    priors = flat(model, 3.5) if method == "map" else priors_of(model, ess=2.0)
    found = update(priors, model.encode(cases), method=method, iterations=25)
    slack = 1e-12 * np.abs(found.log_posterior).max()
    assert (np.diff(found.log_posterior) >= -slack).all()


@SOME
@given(SEEDS)
def test_the_likelihood_of_what_was_observed_never_falls_below_where_it_began(seed: int) -> None:
    model = random_network(seed)
    cases = drawn(model, 15, known=0.5, seed=seed)
    found = update(priors_of(model, ess=3.0), model.encode(cases), iterations=25)
    assert (found.log_likelihood[1:] >= found.log_likelihood[0] - 1e-9).all()


def test_with_hardly_any_prior_the_likelihood_itself_never_falls() -> None:
    model = random_network(3)
    codes = draw(model, 200, np.random.default_rng(3))
    found = update(priors_of(model, ess=1e-9), blanked(model, codes, 0.4, 3), iterations=60)
    assert (np.diff(found.log_likelihood) >= -1e-7).all()


def test_learning_recovers_the_truth_from_more_and_more_cases_with_blanks() -> None:
    truth = random_network(11, count=5)
    codes = draw(truth, 30_000, np.random.default_rng(2))
    far = []
    for count in (100, 1_500, 30_000):
        found = update(flat(truth, 1.0), blanked(truth, codes[:count], 0.4, count))
        new = found.priors.cpts()
        gaps = [np.abs(new[n].probabilities - truth.cpts[n].probabilities) for n in new]
        far.append(float(np.concatenate([gap.ravel() for gap in gaps]).mean()))
    assert far[0] > 2 * far[1] > 4 * far[2]
    assert far[2] < 0.03


def exact_by_a_grid(steps: int = 60) -> dict[tuple[str, str], tuple[float, float]]:
    """Return mean and equivalent sample size of P(t) and P(x | t) by adding up their posterior."""
    axis = (np.arange(steps) + 0.5) / steps
    t, x, y = np.meshgrid(axis, axis, axis, indexing="ij")
    log = np.zeros_like(t)
    for p, mean in ((t, 0.4), (x, 0.8), (y, 0.3)):
        log += (8 * mean - 1) * np.log(p) + (8 * (1 - mean) - 1) * np.log(1 - p)
    for case in MIXED.to_dict(orient="records"):
        one = {"yes": (t * x, (1 - t) * y), "no": (t * (1 - x), (1 - t) * (1 - y))}
        both = one.get(case["x"], (t, 1 - t))
        log += np.log({"yes": both[0], "no": both[1]}.get(case["t"], both[0] + both[1]))
    weights = np.exp(log - log.max())
    weights /= weights.sum()
    exact = {}
    for key, p in ((("t", ""), t), (("x", "t=yes"), x), (("x", "t=no"), y)):
        mean = float((weights * p).sum())
        exact[key] = mean, mean * (1 - mean) / float((weights * (p - mean) ** 2).sum()) - 1
    return exact


def test_blanks_are_worth_less_than_their_counts_and_about_what_an_exact_answer_says() -> None:
    found = update(priors_of(pair()), MIXED, tolerance=1e-9)
    table = found.table[found.table["state"] == "yes"].set_index(["variable", "given"])
    reached = {("t", ""): found.counts["t"].sum()}
    reached |= {
        ("x", "t=yes"): found.counts["x"][0].sum(),
        ("x", "t=no"): found.counts["x"][1].sum(),
    }
    for key, (mean, ess) in exact_by_a_grid().items():
        assert table.loc[key, "new"] == pytest.approx(mean, abs=0.005)
        assert abs(table.loc[key, "ess"] - ess) < 0.5 * abs(8 + reached[key] - ess)
        assert 8 < table.loc[key, "ess"] < 8 + reached[key]


# What stays ------------------------------------------------------------------------------------


def rows_of(priors: Priors, **parents: str) -> list[object]:
    """Return the rows with these parents among the given ones."""
    return [row for row in priors.rows if parents.items() <= dict(row.given).items()]


def test_a_column_that_no_case_reaches_stays_exactly_as_it_is() -> None:
    priors = priors_of(with_zeros(ess=12.3))
    found = update(priors, label(priors.vocabulary, pd.DataFrame([{"cause": "a", "site": "side"}])))
    assert rows_of(found.priors, cause="b") == rows_of(priors, cause="b")
    assert rows_of(found.priors, cause="c") == rows_of(priors, cause="c")
    moved = {row.variable for row in rows_of(found.priors, cause="a") if row not in priors.rows}
    assert moved == {"site"}  # of the sign nothing is known
    assert found.counts["test"].sum() == 0


def test_a_variable_that_is_blank_everywhere_and_leads_nowhere_stays() -> None:
    priors = priors_of(pair())
    found = update(priors, cohort((9, {"t": "yes"}), columns="t x"))
    assert found.priors.rows[2:] == priors.rows[2:]
    assert found.priors.rows[0].ess == 17


def test_columns_of_zero_and_one_stay_and_so_do_zeros() -> None:
    model = with_zeros()
    codes = draw(model, 300, np.random.default_rng(1))
    found = update(priors_of(model), blanked(model, codes, 0.3, 1))
    for name, cpt in model.cpts.items():
        assert ((numbers(found, name) == 0) == (cpt.probabilities == 0)).all()
        assert ((numbers(found, name) == 1) == (cpt.probabilities == 1)).all()
    certain = [row for row in priors_of(model).rows if row.variable == "test"][4:]
    assert [row for row in found.priors.rows if row.variable == "test"][4:] == certain


def test_variables_can_be_kept() -> None:
    priors = priors_of(pair())
    found = update(priors, MIXED, keep=["t"])
    assert found.priors.rows[:2] == priors.rows[:2]
    assert numbers(found, "x")[0, 0] != 0.8
    assert "Kept as asked: t." in found.text


def test_rows_keep_their_sources_and_their_notes_say_what_they_were(priors: Priors) -> None:
    case = pd.DataFrame([{"condition": "strain", "setting": "sports_clinic", "pop": "yes"}])
    found = update(priors, case, name="clinic.csv", source=SOURCE)
    changed = [(a, b) for a, b in zip(priors.rows, found.priors.rows, strict=True) if a != b]
    assert {old.basis for old, _ in changed} >= {"published", "judgement"}
    assert {old.variable for old, _ in changed} >= {"condition", "setting", "pop"}
    for old, new in changed:
        assert new.sources == (*old.sources, SOURCE)
        assert new.basis == ("indirect" if old.basis == "published" else old.basis)
        assert new.note.startswith(old.note)
        assert f"{old.probability:.4g} (ess {old.ess:.4g}) before" in new.note
        assert new.note.endswith("cases of clinic.csv")


def test_what_is_learned_can_be_saved_and_read_again(
    priors: Priors, references: frozenset[str], tmp_path: Path
) -> None:
    model = hamknee.load()
    found = update(priors, blanked(model, draw(model, 500, np.random.default_rng(8)), 0.4, 8))
    found.priors.save(tmp_path / "new.csv")
    again = read_priors(tmp_path / "new.csv", priors.vocabulary, references)
    assert (again.rows, again.sha256) == (found.priors.rows, found.priors.sha256)


# What it is called with and what it says -------------------------------------------------------


def test_labelled_cases_a_frame_and_coded_cases_are_the_same_cohort() -> None:
    priors = priors_of(pair())
    frame = MIXED.assign(doctor="A")
    labelled = label(priors.vocabulary, frame)
    as_frame = update(priors, frame)
    assert as_frame.priors.rows == update(priors, labelled).priors.rows
    assert as_frame.priors.rows == update(priors, labelled.with_diagnosis()).priors.rows
    assert as_frame.unused == ("doctor",)


def test_likelihoods_of_a_diagnosis_count_as_such() -> None:
    soft = update(priors_of(pair()), cohort((50, {"t": "yes:0.9|no:0.1", "x": "yes"})))
    one_of = update(priors_of(pair()), cohort((50, {"x": "yes"})))
    assert numbers(soft, "t")[0] > numbers(one_of, "t")[0] + 0.05


def test_the_table_has_a_row_for_each_number_the_one_that_moved_most_first() -> None:
    found = update(priors_of(pair()), MIXED)
    table = found.table
    assert list(table) == ["variable", "state", "given", "old", "new", "old_ess", "ess", "count"]
    assert len(table) == 6
    moves = (table["new"] - table["old"]).abs()
    assert moves.is_monotonic_decreasing
    assert table.groupby(["variable", "given"])["new"].sum().tolist() == pytest.approx([1, 1, 1])


def test_the_text_says_what_was_added_what_moved_and_what_is_assumed() -> None:
    text = update(priors_of(pair()), MIXED, name="clinic.csv").text
    assert text.startswith("Added from clinic.csv: 36 cases (14 complete, 22 with blanks). EM ")
    assert "(posterior mean) settled after" in text
    assert "Moved most: P(t=yes) from 0.4 to 0.493 (equivalent sample size 8 to 32)" in text
    assert "missing at random" in text
    exact = update(priors_of(pair()), MIXED.dropna(), weight=0.5).text
    assert "14 cases, which count as 7 (14 complete, 0 with blanks). Nothing is blank" in exact


def test_an_em_that_has_not_settled_says_so() -> None:
    found = update(priors_of(pair()), MIXED, iterations=2)
    assert not found.converged
    assert found.iterations == 2
    assert "had not settled when it was stopped after 2 iterations" in found.text


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"weight": 0}, "found a weight of 0; allowed: finite numbers above 0"),
        ({"weight": [1.0, math.nan]}, r"found weights of the shape \(2,\) for 36 cases"),
        ({"weight": [math.nan] * 36}, "found a weight of nan"),
        ({"method": "mode"}, "unknown method 'mode'; allowed: posterior_mean, map"),
        ({"iterations": 0}, "found iterations 0"),
        ({"tolerance": 0}, "tolerance 0"),
        ({"source": "two words"}, "one key of references.bib"),
        ({"keep": ["z"]}, "allowed: t, x"),
        ({"cohort": MIXED.drop(columns="t")}, "no column 't'"),
        ({"cohort": MIXED[:0]}, "the cohort has no cases; allowed: at least one"),
        ({"cohort": MIXED.replace("no", "nay")}, "allowed: yes, no"),
        ({"cohort": [{"t": "yes"}]}, "a cohort cannot be a list"),
        ({"cohort": asia().encode([{}])}, "another vocabulary"),
    ],
)
def test_what_cannot_be_is_refused_with_what_is_allowed(
    changed: dict[str, object], message: str
) -> None:
    arguments = {"cohort": MIXED, **changed}
    with pytest.raises(hamknee.HamkneeError, match=message):
        update(priors_of(pair()), **arguments)


def test_an_impossible_case_is_named() -> None:
    frame = pd.DataFrame({"t": ["yes", "no"], "x": ["yes", "yes"]}, index=["A1", "A2"])
    spec = {"t": ("", [0.4, 0.6]), "x": ("t", [[0.8, 0.2], [0, 1]])}
    with pytest.raises(hamknee.ImpossibleEvidenceError, match=r"case A2: .* t=no, x=yes"):
        update(priors_of(network(spec, "t", ess=5)), frame)


def test_a_mode_on_the_edge_is_refused_but_only_where_cases_come() -> None:
    spec = {"t": ("", [0.5, 0.5]), "x": ("t", [[0.9, 0.1], [0.5, 0.5]])}
    priors = priors_of(network(spec, "t", ess=5))
    with pytest.raises(
        NoModeError, match=r"1 numbers have ess × probability of 1 or less.*x \(1\)"
    ):
        update(priors, cohort((3, {"t": "yes", "x": "yes"})), method="map")
    found = update(priors, cohort((3, {"t": "no", "x": "yes"})), method="map")
    assert found.priors.rows[2:4] == priors.rows[2:4]
    assert numbers(found, "x")[1, 0] == pytest.approx((2.5 + 3 - 1) / (5 + 3 - 2))


# On the command line ---------------------------------------------------------------------------


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as exit_:
        main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return int(exit_.value.code or 0), captured.out, captured.err


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    """A file of three cases."""
    path = tmp_path / "clinic.csv"
    path.write_text(
        "case_id,condition,setting,age,onset,pop,doctor\n"
        "A1,strain,sports_clinic,31,sudden,yes,B\n"
        "A2,,sports_clinic,55,sudden,,B\n"
        "A3,strain|rupture,emergency,40,sudden,yes,C\n",
        encoding="utf-8",
    )
    return path


def test_update_writes_a_file_that_the_other_commands_read(capsys, clinic, tmp_path):
    new = tmp_path / "new.csv"
    code, out, err = run(capsys, "update", clinic, "-o", new, "--source", SOURCE)
    assert (code, err) == (0, "")
    assert out.startswith("Added from clinic.csv: 3 cases (0 complete, 3 with blanks).")
    assert "Not used, as no variables of the model: doctor." in out
    assert hamknee.load(new).sha256[:12] in out
    assert run(capsys, "diagnose", "pop=yes", "--priors", new)[0] == 0
    again = tmp_path / "again.csv"
    assert run(capsys, "update", clinic, "-o", again, "--priors", new)[0] == 0
    assert hamknee.load(again).sha256 != hamknee.load(new).sha256


def test_json_holds_every_number_and_how_it_was_learned(capsys, clinic, tmp_path):
    arguments = ["--weight", "0.5", "--keep", "condition", "--json"]
    code, out, _ = run(capsys, "update", clinic, "-o", tmp_path / "new.csv", *arguments)
    answer = json.loads(out)
    assert code == 0
    assert (answer["cases"], answer["complete"], answer["weight"]) == (3, 0, 1.5)
    assert answer["converged"] is True
    assert len(answer["log_likelihood"]) == answer["iterations"] + 1
    assert answer["output"]["sha256"] == hamknee.load(tmp_path / "new.csv").sha256
    assert len(answer["numbers"]) == 927
    assert all(n["old"] == n["new"] for n in answer["numbers"] if n["variable"] == "condition")


def test_the_published_cases_are_not_to_be_learned_from(capsys, tmp_path):
    published = shipped("data/cases.csv")
    copy = tmp_path / "mine.csv"
    copy.write_bytes(published.read_bytes())
    for path in (published, copy):
        code, _, err = run(capsys, "update", path, "-o", tmp_path / "new.csv")
        assert code == 2
        assert "there to check the numbers" in err
    assert not (tmp_path / "new.csv").exists()


def test_an_input_is_not_overwritten(capsys, clinic, tmp_path):
    own = tmp_path / "own.csv"
    own.write_bytes(shipped("data/priors.csv").read_bytes())
    before = clinic.read_bytes()
    for output in (clinic, own, shipped("data/priors.csv")):
        code, _, err = run(capsys, "update", clinic, "-o", output, "--priors", own)
        assert (code, "would be overwritten; allowed: the name of a new file" in err) == (2, True)
    assert clinic.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.csv", "-o", "new.csv"], "there is no file 'nowhere.csv'"),
        (["clinic.csv", "-o", "no/new.csv"], "cannot be written"),
        (["clinic.csv", "-o", "new.csv", "--source", "acute_knee"], "unknown source 'acute_knee'"),
        (["clinic.csv", "-o", "new.csv", "--method", "map"], "posterior_mean"),
        (["clinic.csv", "-o", "new.csv", "--weight", "-1"], "found a weight of -1"),
    ],
)
def test_what_cannot_be_done_ends_with_code_2(
    capsys, clinic, monkeypatch, arguments: list[str], message: str
):
    monkeypatch.chdir(clinic.parent)
    code, out, err = run(capsys, "update", *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert not Path("new.csv").exists()
