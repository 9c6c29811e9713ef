"""Learning from a cohort: exact counts, what blanks are worth, what stays, and what is said."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hamknee
from hamknee.estimation.learning import Update, update
from hamknee.inference.simulation import draw
from hamknee.network.labelled import label
from hamknee.network.priors import Priors
from hamknee.network.priors_file import read_priors
from tests.support.cohorts import blanked, priors_of, tallies
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


def numbers(learned: Update, variable: str) -> np.ndarray:
    return learned.priors.cpts()[variable].probabilities


# Complete cases --------------------------------------------------------------------------------


@SOME
@given(SEEDS)
def test_complete_cases_are_added_as_counts(seed: int) -> None:
    model = random_network(seed)
    priors = priors_of(model, ess=7.5)
    codes = draw(model, 40, np.random.default_rng(seed))
    learned = update(priors, model.cases(codes))
    assert learned.converged
    for name, counts in tallies(model, codes).items():
        new, reached = learned.priors.cpts()[name], counts.sum(axis=-1)
        exact = (7.5 * model.cpts[name].probabilities + counts) / (7.5 + reached)[..., None]
        np.testing.assert_allclose(new.probabilities, exact, atol=1e-12)
        np.testing.assert_allclose(new.ess, 7.5 + reached, rtol=1e-9)
        np.testing.assert_allclose(learned.counts[name], counts, atol=1e-9)


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
    learned = update(priors_of(pair()), MIXED.dropna(), method="map")
    assert numbers(learned, "t")[0] == pytest.approx((3.2 + 6 - 1) / (8 + 14 - 2))
    assert numbers(learned, "x")[1, 0] == pytest.approx((2.4 + 3 - 1) / (8 + 8 - 2))


# Cases with blanks -----------------------------------------------------------------------------


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
    learned = update(priors_of(pair()), MIXED, tolerance=1e-9)
    table = learned.table[learned.table["state"] == "yes"].set_index(["variable", "given"])
    reached = {("t", ""): learned.counts["t"].sum()}
    reached |= {
        ("x", "t=yes"): learned.counts["x"][0].sum(),
        ("x", "t=no"): learned.counts["x"][1].sum(),
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
    cases = label(priors.vocabulary, pd.DataFrame([{"cause": "a", "site": "side"}]))
    learned = update(priors, cases)
    assert rows_of(learned.priors, cause="b") == rows_of(priors, cause="b")
    assert rows_of(learned.priors, cause="c") == rows_of(priors, cause="c")
    moved = {row.variable for row in rows_of(learned.priors, cause="a") if row not in priors.rows}
    assert moved == {"site"}  # of the sign nothing is known
    assert learned.counts["test"].sum() == 0


def test_a_variable_that_is_blank_everywhere_and_leads_nowhere_stays() -> None:
    priors = priors_of(pair())
    learned = update(priors, cohort((9, {"t": "yes"}), columns="t x"))
    assert learned.priors.rows[2:] == priors.rows[2:]
    assert learned.priors.rows[0].ess == 17


def test_columns_of_zero_and_one_stay_and_so_do_zeros() -> None:
    model = with_zeros()
    codes = draw(model, 300, np.random.default_rng(1))
    learned = update(priors_of(model), blanked(model, codes, 0.3, 1))
    for name, cpt in model.cpts.items():
        assert ((numbers(learned, name) == 0) == (cpt.probabilities == 0)).all()
        assert ((numbers(learned, name) == 1) == (cpt.probabilities == 1)).all()
    certain = [row for row in priors_of(model).rows if row.variable == "test"][4:]
    assert [row for row in learned.priors.rows if row.variable == "test"][4:] == certain


def test_a_number_next_to_nothing_is_no_zero_and_learns() -> None:
    # 1 - 1e-20 is 1 in binary, so that the other state's number alone says that it can be
    model = network({"t": ("", [0.5, 0.5]), "f": ("t", [[1.0, 1e-20], [0.5, 0.5]])}, "t", ess=2)
    learned = update(priors_of(model), pd.DataFrame({"t": ["yes"] * 6, "f": ["no"] * 6}))
    column = learned.priors.cpts()["f"]
    assert column.probabilities[0] == pytest.approx([0.25, 0.75])
    assert column.ess is not None
    assert column.ess[0] == 8


def test_variables_can_be_kept() -> None:
    priors = priors_of(pair())
    learned = update(priors, MIXED, keep=["t"])
    assert learned.priors.rows[:2] == priors.rows[:2]
    assert numbers(learned, "x")[0, 0] != 0.8
    assert "Kept as asked: t." in learned.text


def test_rows_keep_their_sources_and_their_notes_say_what_they_were(priors: Priors) -> None:
    case = pd.DataFrame([{"condition": "strain", "setting": "sports_clinic", "pop": "yes"}])
    learned = update(priors, case, learn="setting", name="clinic.csv", source=SOURCE)
    changed = [(a, b) for a, b in zip(priors.rows, learned.priors.rows, strict=True) if a != b]
    assert {old.basis for old, _ in changed} >= {"published", "judgement"}
    assert {old.variable for old, _ in changed} >= {"condition", "setting", "pop"}
    for old, new in changed:
        if new.probability == old.probability:
            assert new.note in (f"before {name} moved: {old.note}" for name in ("onset", "pop"))
            continue
        assert new.sources == (*old.sources, SOURCE)
        assert new.basis == ("indirect" if old.basis == "published" else old.basis)
        assert new.note.startswith(f"was {old.probability:.4g} (ess {old.ess:.4g}) before ")
        assert new.note.endswith(f" cases of clinic.csv: {old.note}")  # its range is of what it was


def test_what_is_learned_can_be_saved_and_read_again(
    priors: Priors, references: frozenset[str], tmp_path: Path
) -> None:
    model = hamknee.load()
    learned = update(priors, blanked(model, draw(model, 500, np.random.default_rng(8)), 0.4, 8))
    learned.priors.save(tmp_path / "new.csv")
    again = read_priors(tmp_path / "new.csv", priors.vocabulary, references)
    assert (again.rows, again.sha256) == (learned.priors.rows, learned.priors.sha256)


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
    learned = update(priors_of(pair()), MIXED)
    table = learned.table
    assert list(table) == ["variable", "state", "given", "old", "new", "old_ess", "ess", "count"]
    assert len(table) == 6
    moves = (table["new"] - table["old"]).abs()
    assert moves.round(12).is_monotonic_decreasing
    assert table.groupby(["variable", "given"])["new"].sum().tolist() == pytest.approx([1, 1, 1])


def test_the_text_says_what_was_added_what_moved_and_what_is_assumed() -> None:
    text = update(priors_of(pair()), MIXED, name="clinic.csv").text
    assert text.startswith("Added from clinic.csv: 36 cases (14 complete, 22 with blanks). EM ")
    assert "(posterior mean) settled after" in text
    assert "Moved most: P(t=yes) from 0.4 to 0.493 (equivalent sample size 8 to 32)" in text
    assert "missing at random" in text
    exact = update(priors_of(pair()), MIXED.dropna(), weight=0.5).text
    assert "14 cases, which count as 7 (14 complete, 0 with blanks). Nothing is blank" in exact


def test_the_text_names_the_three_columns_that_moved_most() -> None:
    four = {"t": ("", [0.3, 0.3, 0.4]), "x": ("t", [[0.6, 0.4], [0.4, 0.6], [0.2, 0.8]])}
    learned = update(
        priors_of(network(four, "t", ess=8.0)),
        pd.DataFrame({"t": ["a", "b", "c"] * 20, "x": ["yes", "no"] * 30}),
    )
    moves = (learned.table["new"] - learned.table["old"]).abs()
    assert moves.groupby([learned.table["variable"], learned.table["given"]]).max().gt(0).sum() == 4
    assert learned.text.partition("Moved most: ")[2].count("(equivalent sample size") == 3


def test_an_em_that_has_not_settled_says_so() -> None:
    learned = update(priors_of(pair()), MIXED, iterations=1)
    assert not learned.converged
    assert learned.iterations == 1
    assert "had not settled when it was stopped after 1 iteration;" in learned.text


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"weight": 0}, "found a weight of 0; allowed: finite numbers above 0"),
        ({"weight": [1.0, math.nan]}, r"found weights of the shape \(2,\) for 36 cases"),
        ({"weight": [math.nan] * 36}, "found a weight of nan"),
        ({"method": "mode"}, "unknown method 'mode'; allowed: posterior_mean, map"),
        ({"iterations": 0}, "found iterations 0"),
        ({"tolerance": 0}, "tolerance 0"),
        ({"tolerance": 1}, "tolerance 1"),
        ({"source": "two words"}, "one key of references.bib"),
        ({"keep": ["z"]}, "allowed: t, x"),
        ({"keep": "z"}, "unknown variable 'z'; allowed: t, x"),
        ({"keep": 5}, "keep is 5; allowed: a name, or several, of t, x"),
        ({"learn": ["z"]}, "unknown variable 'z'"),
        ({"one_sided": ["z"]}, "unknown variable 'z'"),
        ({"keep": "t", "learn": "t"}, r"t \(asked for\); allowed: one of the two"),
        ({"name": "a;=1"}, "that a spreadsheet may run as a formula"),
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
