"""Sensitivity and specificity, likelihood ratios and predictive values say the same thing."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import class_likelihood_ratios

from hamknee.base.errors import HamkneeError
from hamknee.estimation.accuracy import (
    Accuracy,
    from_likelihood_ratios,
    from_rates,
    predictive_values,
)
from hamknee.estimation.statements import from_counts

rates = st.floats(0.01, 0.99)


@given(positive=st.floats(1.001, 500), negative=st.floats(0.002, 0.999), flip=st.booleans())
def test_likelihood_ratios_come_back_out(positive: float, negative: float, flip: bool) -> None:
    if flip:  # a finding that speaks against the condition
        positive, negative = negative, positive
    accuracy = from_likelihood_ratios(positive, negative, n_with=30, n_without=50)
    assert accuracy.positive_ratio == pytest.approx(positive, rel=1e-12)
    assert accuracy.negative_ratio == pytest.approx(negative, rel=1e-12)
    for column in (accuracy.present, accuracy.absent):
        assert sum(column.probabilities) == pytest.approx(1, abs=1e-12)


@given(sensitivity=rates, specificity=rates)
def test_the_ratios_of_two_rates_give_the_rates_back(
    sensitivity: float, specificity: float
) -> None:
    assume(abs(sensitivity + specificity - 1) > 0.01)  # else the finding tells nothing
    stated = from_rates(sensitivity, specificity, n_with=30, n_without=50)
    accuracy = from_likelihood_ratios(
        stated.positive_ratio, stated.negative_ratio, n_with=30, n_without=50
    )
    assert accuracy.sensitivity == pytest.approx(sensitivity, abs=1e-10)
    assert accuracy.specificity == pytest.approx(specificity, abs=1e-10)
    assert (accuracy.present.ess, accuracy.absent.ess) == (30, 50)


def test_ratios_of_a_table_of_counts_are_those_of_scikit_learn() -> None:
    truth = np.repeat([1, 1, 0, 0], [36, 14, 12, 68])
    answer = np.repeat([1, 0, 1, 0], [36, 14, 12, 68])
    positive, negative = class_likelihood_ratios(truth, answer)
    accuracy = Accuracy(
        from_counts({"yes": 36, "no": 14}, imagined=0),
        from_counts({"yes": 12, "no": 68}, imagined=0),
    )
    assert accuracy.positive_ratio == pytest.approx(positive, rel=1e-12)
    assert accuracy.negative_ratio == pytest.approx(negative, rel=1e-12)


@given(sensitivity=rates, specificity=rates, base=rates)
def test_predictive_values_are_prior_odds_times_the_ratio(
    sensitivity: float, specificity: float, base: float
) -> None:
    accuracy = from_rates(sensitivity, specificity, n_with=30, n_without=50)
    values = predictive_values(accuracy, {"here": base}, draws=10)
    for value, ratio in zip(
        values.values[0], (accuracy.positive_ratio, accuracy.negative_ratio), strict=True
    ):
        assert value / (1 - value) == pytest.approx(base / (1 - base) * ratio, rel=1e-9)


def test_the_answers_average_back_to_the_base_rate() -> None:
    accuracy = from_rates(0.7, 0.9, n_with=30, n_without=50)
    ((positive, negative),) = predictive_values(accuracy, {"here": 0.2}).values
    share = 0.2 * 0.7 + 0.8 * 0.1
    assert share * positive + (1 - share) * negative == pytest.approx(0.2, abs=1e-12)


def test_ranges_hold_the_value_and_are_narrower_with_more_patients() -> None:
    tables = [
        predictive_values(
            from_rates(0.7, 0.9, n_with=n, n_without=n), {"rare": 0.02, "common": 0.4}
        ).table
        for n in (30, 300)
    ]
    for table in tables:
        assert (
            (table["low"] < table["probability"]) & (table["probability"] < table["high"])
        ).all()
        assert list(table["state"]) == ["yes", "no", "yes", "no"]
    few, many = ((table["high"] - table["low"]).to_numpy() for table in tables)
    assert (many < few / 2).all()


def test_the_sentence_counts_people() -> None:
    accuracy = from_rates(0.8, 0.9, n_with=40, n_without=60)
    text = predictive_values(accuracy, {"Clinic": 0.1}).text
    # 100 of 1,000 have it, 80 of them answer yes; so do 90 of the 900 others; 80 / 170 = 47 %.
    assert "Clinic: of 1,000 people 100 have the condition; 170 answer 'yes', 80 of them" in text
    assert "(47 %, 90 % range" in text
    assert "multiplies the odds by 8" in accuracy.text


@pytest.mark.parametrize(
    ("positive", "negative", "message"),
    [
        (0.8, 0.5, "with LR+ = 0.8 an LR- above 1, or with LR- = 0.5 an LR+ above 1"),
        (4, 2, "with LR+ = 4 an LR- below 1, or with LR- = 2 an LR+ below 1"),
        (1, 0.5, "with LR+ = 1 an LR- of 1, or with LR- = 0.5 an LR+ above 1"),
        (1, 1, "which every finding that tells nothing has"),
        (0, 2, "found an LR+ of 0; allowed: above 0 and finite"),
        (3, -1, "found an LR- of -1; allowed: above 0 and finite"),
        (float("inf"), 0.5, "found an LR+ of inf; allowed"),
        (float("nan"), 0.5, "found an LR+ of nan; allowed"),
    ],
)
def test_ratios_that_no_finding_has_are_refused(
    positive: float, negative: float, message: str
) -> None:
    with pytest.raises(HamkneeError) as raised:
        from_likelihood_ratios(positive, negative, n_with=30, n_without=50)
    assert message in str(raised.value)


def test_rates_sizes_and_base_rates_out_of_range_are_refused() -> None:
    with pytest.raises(HamkneeError, match="found a specificity of 1; allowed: strictly between"):
        from_rates(0.8, 1, n_with=30, n_without=50)
    with pytest.raises(HamkneeError, match="found a sensitivity of 0; allowed: strictly between"):
        from_rates(0, 0.9, n_with=30, n_without=50)
    with pytest.raises(HamkneeError, match="found 0 patients; allowed: above 0"):
        from_rates(0.8, 0.9, n_with=0, n_without=50)
    accuracy = from_rates(0.8, 0.9, n_with=30, n_without=50)
    with pytest.raises(HamkneeError, match="found the base rates here: 1; allowed: strictly"):
        predictive_values(accuracy, {"here": 1})
    with pytest.raises(HamkneeError, match="found the base rates here: 0; allowed: strictly"):
        predictive_values(accuracy, {"there": 0.5, "here": 0})
    with pytest.raises(HamkneeError, match="found the base rates none; allowed"):
        predictive_values(accuracy, {})
    with pytest.raises(HamkneeError, match="found 0 draws; allowed: 1 or more"):
        predictive_values(accuracy, {"here": 0.5}, draws=0)
    assert predictive_values(accuracy, {"here": 0.5}, draws=1).values.shape == (1, 2)
    with pytest.raises(HamkneeError, match="found the states yes, no and a, b; allowed: the same"):
        Accuracy(accuracy.present, from_counts({"a": 1, "b": 2}))
