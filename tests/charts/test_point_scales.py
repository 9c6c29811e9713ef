"""Points and probabilities of a nomogram, held to pgmpy and to logarithms."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pgmpy.inference import VariableElimination

from hamknee.base.errors import HamkneeError
from hamknee.charts.point_scales import SHARES, _step, nomogram, nomogram_rows, nomogram_text
from hamknee.charts.style import DARK, LIGHT
from hamknee.formats.pgmpy import to_pgmpy
from hamknee.inference.model import Model
from hamknee.network.priors import CPT
from hamknee.network.vocabulary import State, Variable, Vocabulary
from hamknee.sensitivity.ratio_table import RatioTable, likelihood_ratios


@pytest.fixture(scope="module")
def naive() -> Model:
    """Return two conditions and three findings that do not move with each other."""
    answers = (State("yes", "Yes"), State("no", "No"))
    grades = (State("low", "Low"), State("mid", "Middle"), State("high", "High"))
    torn = Variable("torn", "target", "Torn", answers)
    pop = Variable("pop", "finding", "Pop", answers)
    grade = Variable("grade", "finding", "Grade", grades)
    warm = Variable("warm", "finding", "Warm", answers)
    ess = np.full(2, 30.0)
    cpts = {
        "torn": CPT("torn", (), np.array([0.1, 0.9]), np.array(30.0)),
        "pop": CPT("pop", ("torn",), np.array([[0.8, 0.2], [0.1, 0.9]]), ess),
        "grade": CPT("grade", ("torn",), np.array([[0.1, 0.3, 0.6], [0.5, 0.3, 0.2]]), ess),
        "warm": CPT("warm", ("torn",), np.array([[0.4, 0.6], [0.5, 0.5]]), ess),
    }
    return Model(Vocabulary((torn, pop, grade, warm)), cpts)


@pytest.fixture(scope="module")
def ratios(naive: Model) -> RatioTable:
    return likelihood_ratios(naive, {}, conditions=["yes"], draws=20)


CASES = [
    {"pop": "yes", "grade": "high", "warm": "no"},
    {"pop": "no", "grade": "mid", "warm": "yes"},
    {"pop": "yes", "grade": "low", "warm": "yes"},
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_sum_of_the_points_is_at_the_probability_of_pgmpy(
    naive: Model, ratios: RatioTable, case: dict[str, str]
) -> None:
    rows = nomogram_rows(ratios, "yes")
    labels = [
        (naive.vocabulary[n].label, naive.vocabulary[n].state(s).label) for n, s in case.items()
    ]
    finding = rows[rows["kind"] == "finding"].set_index(["label", "words"])
    total = sum(finding.loc[place, "points"] for place in labels)
    scale = rows[rows["kind"] == "probability"]
    shares = scale["words"].str.removesuffix(" %").astype(float) / 100
    log_odds = np.log(shares / (1 - shares))
    slope, start = np.polyfit(scale["points"], log_odds, 1)  # a straight scale
    answer = VariableElimination(to_pgmpy(naive)).query(["torn"], case).values[0]
    assert slope * total + start == pytest.approx(math.log(answer / (1 - answer)), abs=0.02)


def test_the_finding_that_tells_most_spans_a_hundred_points(ratios: RatioTable) -> None:
    rows = nomogram_rows(ratios, "yes").query("kind == 'finding'")
    spans = rows.groupby("label", sort=False)["points"].agg(["min", "max"])
    assert spans.index.tolist() == ["Pop", "Grade", "Warm"]
    assert spans["min"].tolist() == [0, 0, 0]
    expected = [math.log(0.8 / 0.1 * 0.9 / 0.2), math.log(3 * 5), math.log(0.6 / 0.5 * 0.5 / 0.4)]
    assert spans["max"].tolist() == pytest.approx(100 * np.array(expected) / expected[0])
    assert len(nomogram_rows(ratios, "yes", most=1).query("kind == 'finding'")) == 2


def test_the_scale_of_points_runs_from_0_to_100_in_equal_steps(ratios: RatioTable) -> None:
    points = nomogram_rows(ratios, "yes").query("kind == 'points'")["points"]
    assert (points.iloc[0], points.iloc[-1]) == (0, 100)
    assert points.diff().nunique() == 1


def test_a_probability_is_marked_where_its_opposite_is() -> None:
    assert list(SHARES) == pytest.approx([1 - share for share in reversed(SHARES)])


def test_it_says_in_words_what_it_shows(ratios: RatioTable) -> None:
    rows = nomogram_rows(ratios, "yes")
    text = nomogram_text(rows)
    assert text.startswith("Pop: No 0 points, Yes 100. Grade: Low 0 points, Middle ")
    assert "Total points to probability: " in text
    assert nomogram(rows).to_dict()["description"] == text


@pytest.mark.parametrize("dark", [False, True])
def test_it_is_drawn_in_the_colours_of_its_ground(ratios: RatioTable, dark: bool) -> None:
    spec = str(nomogram(nomogram_rows(ratios, "yes"), dark=dark).to_dict())
    ours, other = (DARK, LIGHT) if dark else (LIGHT, DARK)
    assert ours.bar in spec
    assert other.bar not in spec


def test_words_close_together_stand_on_other_heights(model: Model) -> None:
    ratios = likelihood_ratios(model, {}, findings=["activity"], conditions=["dvt"], draws=20)
    line = nomogram_rows(ratios, "dvt").query("kind == 'finding'").sort_values("x")
    for _, row in line.groupby("lift"):
        sizes, room = row["words"].str.len().to_numpy(), row["x"].diff().to_numpy()[1:]
        assert (room >= (sizes[1:] + sizes[:-1]) / 2 * 0.01).all()
    assert line["lift"].nunique() > 1


@given(st.floats(1e-3, 1e6))
@example(8)
@example(16)
@example(40)
@example(80)
def test_the_steps_of_a_scale_are_round_and_not_too_many(whole: float) -> None:
    step = _step(whole)
    assert f"{step:e}"[:8] in ("1.000000", "2.000000", "5.000000")
    assert 3 < whole / step < 8 + 1e-9


def test_a_length_of_eight_units_has_steps_of_one() -> None:
    assert [_step(8 * unit) for unit in (1, 2, 5, 10)] == [1, 2, 5, 10]


def test_what_it_cannot_draw_is_refused(ratios: RatioTable) -> None:
    with pytest.raises(HamkneeError, match="no ratios for 'no'; allowed: yes"):
        nomogram_rows(ratios, "no")
