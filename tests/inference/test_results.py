"""What the engine answers, as numbers, tables and sentences that agree with each other."""

import numpy as np
import pandas as pd
import pytest

from hamknee.inference.model import Model
from hamknee.inference.results import Posterior, Scores
from hamknee.network.evidence import check_evidence
from tests.support.networks import asia, in_two_parts, network, tied, with_zeros


def certain(*probabilities: float) -> Posterior:
    """Return an answer with the probabilities given, of a target with as many states."""
    model = network({"target": ("", probabilities)}, "target")
    return model.posterior({})


# One case ---------------------------------------------------------------------------------------


def test_a_posterior_by_name_by_rank_and_by_row_is_the_same() -> None:
    posterior = with_zeros().posterior({"site": "side", "place": "clinic"})
    table = posterior.table
    assert table["cause"].tolist() == [posterior.target.state_names[i] for i in posterior.order]
    assert table["cause"][0] == posterior.top
    assert table["probability"].is_monotonic_decreasing
    assert table["probability"].sum() == pytest.approx(1)
    for row in table.itertuples():
        assert row.probability == posterior[row.cause]
        assert row.prior == posterior.prior[posterior.target.position[row.cause]]
        assert row.label == posterior.target.state(row.cause).label
    assert posterior.p_evidence == pytest.approx(np.exp(posterior.log_p_evidence))


def test_the_prior_of_a_posterior_is_that_of_its_context_alone() -> None:
    spec = {"place": ("", [0.7, 0.3]), "t": ("place", [[0.9, 0.1], [0.2, 0.8]])}
    model = network(spec | {"sign": ("t", [[0.6, 0.4], [0.1, 0.9]])}, "t", context=("place",))
    assert model.posterior({"sign": "no"}).prior == pytest.approx([0.69, 0.31])
    assert model.posterior({"sign": "no", "place": "yes"}).prior == pytest.approx([0.9, 0.1])
    halves = {"place": {"yes": 1, "no": 1}, "sign": "no"}
    assert model.posterior(halves).prior == pytest.approx([0.69, 0.31])


def test_what_is_equally_probable_stays_in_the_order_of_the_vocabulary() -> None:
    posterior = certain(0.2, 0.4, 0.4)
    assert posterior.order == [1, 2, 0]
    assert posterior.top == "b"


@pytest.mark.parametrize(
    ("probabilities", "text"),
    [
        ((0.7, 0.25, 0.05), "Most likely: A, 70 %, then B, 25 % and C, 5 % (starting"),
        ((0.7, 0.26, 0.04), "Most likely: A, 70 %, then B, 26 % (starting"),
        ((0.04, 0.92, 0.04), "Most likely: B, 92 % (starting probability of the first: 92 %)."),
        ((0.4, 0.3, 0.2, 0.1), "Most likely: A, 40 %, then B, 30 % and C, 20 % (starting"),
    ],
)
def test_the_sentence_names_at_most_two_rivals_that_count(
    probabilities: tuple[float, ...], text: str
) -> None:
    assert certain(*probabilities).text.startswith(text)


def test_findings_are_told_in_labels(model: Model) -> None:
    assert model.posterior({}).findings_text == "Nothing is known yet."
    told = model.posterior({"pop": "yes", "onset": {"sudden", "days"}}).findings_text
    assert told == "Pop at the start: Yes; Onset: In a moment or Over hours or days."


# Many cases -------------------------------------------------------------------------------------


def test_many_posteriors_have_a_row_for_each_case_and_state() -> None:
    frame = pd.DataFrame({"site": ["front", "all", None]}, index=["p1", "p2", 3])
    posteriors = with_zeros().posterior(frame)
    table = posteriors.table
    assert table["case"].tolist() == [case for case in ("p1", "p2", 3) for _ in range(3)]
    assert table["probability"].tolist() == posteriors.probabilities.ravel().tolist()
    assert table.groupby("case", sort=False)["probability"].sum().tolist() == pytest.approx([1] * 3)
    most = table.loc[table.groupby("case", sort=False)["probability"].idxmax(), "cause"]
    assert most.tolist() == posteriors.top
    assert posteriors.p_evidence == pytest.approx(np.exp(posteriors.log_p_evidence))


def test_many_cases_are_counted_by_what_comes_first() -> None:
    model = with_zeros()
    cases = [{"site": "front"}, {"cause": "c"}, {"cause": "c"}]
    assert model.posterior(cases).text == "3 cases; first comes C in 2, A in 1."
    assert model.posterior(cases[:1]).text == "1 case; first comes A in 1."
    assert model.posterior([]).text == "No cases."


def test_a_conflict_is_in_bits_and_none_where_nothing_fits_together() -> None:
    target = asia().vocabulary.target
    log = np.log([0.5, 0.25])
    scores = Scores(target, np.ones((2, 2)), np.array([log[1], -np.inf]), np.array([log[0], 0.0]))
    assert scores.impossible.tolist() == [False, True]
    assert scores.conflict[0] == pytest.approx(1)
    assert np.isnan(scores.conflict[1])


# Every variable ---------------------------------------------------------------------------------


def test_marginals_have_a_row_for_each_state_of_each_variable() -> None:
    model = in_two_parts()
    marginals = model.marginals({"sign": "yes"})
    table = marginals.table
    assert len(table) == sum(model.engine.sizes)
    assert table.groupby("variable")["probability"].sum().tolist() == pytest.approx([1] * 4)
    assert table.set_index(["variable", "state"])["probability"]["apart", "yes"] == 0.25
    assert marginals.text.startswith("Target: A, 42 %; Sign: Yes, 100 %; Apart: No, 75 %; Far_a")


def test_marginals_of_many_cases_name_the_case() -> None:
    marginals = in_two_parts().marginals([{"sign": "yes"}, {}])
    assert marginals["target"].shape == (2, 3)
    assert list(marginals.table) == ["variable", "state", "label", "probability", "case"]
    assert marginals.table.index.tolist() == list(range(18))
    assert marginals.table.query("variable == 'sign'")["case"].tolist() == [0, 0, 1, 1]
    assert marginals.text == "Probabilities of 4 variables in 2 cases."


def test_an_explanation_leaves_out_what_is_known_and_marks_what_is_tied() -> None:
    explanation = tied().most_probable_explanation({"coin": "no"})
    assert "coin" not in explanation.states
    assert explanation.table["variable"].tolist() == ["target", "other_coin", "third"]
    assert explanation.table["state"].tolist() == ["no", "no", "c"]
    assert not explanation.table["tied"].any()
    assert explanation.text == (
        "Together most probable (32 %): Target: No; Other_coin: No; Third: C."
    )


def test_results_hold_what_was_asked(model: Model) -> None:
    asked = check_evidence(model.vocabulary, {"age": 31})
    assert model.posterior(asked).evidence is asked
    assert dict(model.posterior({"age": 31}).evidence) == {"age": "under_40"}
