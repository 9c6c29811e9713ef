"""The classifier keeps scikit-learn's promises, and answers as the model does."""

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import (
    check_get_params_invariance,
    check_no_attributes_set_in_init,
    check_parameters_default_constructible,
    check_set_params,
)

import hamknee
from hamknee.base import HamkneeError
from hamknee.inference import simulate_cases
from hamknee.network import read_shipped_or_own
from hamknee.sklearn import Diagnoser

COUNT = 120


@pytest.fixture(scope="module")
def drawn() -> tuple[pd.DataFrame, list[str]]:
    """Simulated cases with everything known, and what was behind each."""
    model = hamknee.load()
    cases = simulate_cases(model, COUNT, known=1.0, seed=3)
    rows = [dict(cases.evidence(row)) for row in range(COUNT)]
    frame = pd.DataFrame(rows)[["onset", "pop", "swelling", "location"]]
    rng = np.random.default_rng(1)
    prior = model.posterior(frame).probabilities
    names = np.array(model.vocabulary.target.state_names)
    return frame, [str(rng.choice(names, p=p / p.sum())) for p in prior]


@pytest.mark.parametrize(
    "check",
    [
        check_get_params_invariance,
        check_no_attributes_set_in_init,
        check_parameters_default_constructible,
        check_set_params,
    ],
    ids=lambda check: str(check.__name__),
)
def test_the_checks_that_need_no_numbers_pass(check: object) -> None:
    check("Diagnoser", Diagnoser())  # type: ignore[operator]


def test_without_weight_it_is_the_model(drawn: tuple[pd.DataFrame, list[str]]) -> None:
    frame, diagnosed = drawn
    classifier = Diagnoser(weight=0).fit(frame, diagnosed)
    answer = hamknee.load().posterior(frame)
    order = np.argsort(hamknee.load().vocabulary.target.state_names)
    assert np.array_equal(classifier.predict_proba(frame), answer.probabilities[:, order])
    assert classifier.predict(frame).tolist() == list(answer.top)


def test_fitting_is_the_update(drawn: tuple[pd.DataFrame, list[str]]) -> None:
    frame, diagnosed = drawn
    learned = hamknee.update(read_shipped_or_own(), frame.assign(condition=diagnosed))
    classifier = Diagnoser().fit(frame, diagnosed)
    again = hamknee.load(learned.priors).posterior(frame).probabilities
    order = np.argsort(hamknee.load().vocabulary.target.state_names)
    assert np.allclose(classifier.predict_proba(frame), again[:, order], rtol=0, atol=1e-12)


def test_rows_are_distributions_over_all_conditions(drawn: tuple[pd.DataFrame, list[str]]) -> None:
    frame, diagnosed = drawn
    classifier = Diagnoser().fit(frame.head(3), diagnosed[:3])
    assert len(classifier.classes_) == 21
    assert list(classifier.classes_) == sorted(classifier.classes_)
    assert np.allclose(classifier.predict_proba(frame).sum(axis=1), 1)
    assert list(classifier.feature_names_in_) == list(frame.columns)


def test_it_is_cloned_pickled_searched_and_cross_validated(
    drawn: tuple[pd.DataFrame, list[str]],
) -> None:
    frame, diagnosed = drawn
    y = np.where(np.isin(diagnosed, ["meniscal_tear"]), "meniscal_tear", "osteoarthritis")
    classifier = clone(Diagnoser(keep=("condition",))).fit(frame, y)
    back = pickle.loads(pickle.dumps(classifier))
    assert np.array_equal(back.predict_proba(frame), classifier.predict_proba(frame))
    assert len(cross_val_score(Diagnoser(), frame, y, cv=2)) == 2
    search = GridSearchCV(Diagnoser(), {"weight": [0, 1]}, cv=2).fit(frame, y)
    assert search.best_params_["weight"] in (0, 1)
    assert log_loss(y, search.predict_proba(frame), labels=list(search.classes_)) < 3


def test_it_stands_in_a_pipeline(drawn: tuple[pd.DataFrame, list[str]]) -> None:
    frame, diagnosed = drawn
    coded = frame.replace({"sudden": "at once"})
    words = FunctionTransformer(lambda cases: cases.replace({"at once": "sudden"}))
    pipeline = make_pipeline(words, Diagnoser()).fit(coded, diagnosed)
    alone = Diagnoser().fit(frame, diagnosed)
    assert np.array_equal(pipeline.predict_proba(coded), alone.predict_proba(frame))


def test_what_cannot_be_is_refused(drawn: tuple[pd.DataFrame, list[str]]) -> None:
    frame, diagnosed = drawn
    with pytest.raises(NotFittedError):
        Diagnoser().predict(frame)
    with pytest.raises(HamkneeError, match="only in y"):
        Diagnoser().fit(frame.assign(condition="strain"), diagnosed)
    with pytest.raises(HamkneeError, match="120 cases and 1 diagnoses"):
        Diagnoser().fit(frame, ["strain"])
    with pytest.raises(HamkneeError, match="a DataFrame"):
        Diagnoser().fit(frame.to_numpy(), diagnosed)
    with pytest.raises(HamkneeError, match="a weight of -1"):
        Diagnoser(weight=-1).fit(frame, diagnosed)
    with pytest.raises(HamkneeError, match="did you mean 'strain'"):
        Diagnoser().fit(frame.head(1), ["strian"])


@pytest.mark.parametrize("kind", [pl.from_pandas, pa.Table.from_pandas], ids=["polars", "arrow"])
def test_frames_of_polars_and_arrow_are_taken(kind: Callable[[pd.DataFrame], Any]) -> None:
    cases = pd.DataFrame({"onset": ["sudden", "gradual"], "pop": ["yes", None]})
    diagnosed = ["strain", "tendinopathy"]
    ours = Diagnoser().fit(cases, diagnosed).predict_proba(cases)
    theirs = Diagnoser().fit(kind(cases), diagnosed).predict_proba(kind(cases))
    np.testing.assert_array_equal(ours, theirs)


def test_the_columns_are_counted_and_checked_even_where_nothing_is_learned() -> None:
    cases = pd.DataFrame({"onset": ["sudden"], "pop": ["yes"]})
    classifier = Diagnoser(weight=0).fit(cases, ["rupture"])
    assert classifier.n_features_in_ == 2
    with pytest.raises(HamkneeError, match="onsett"):
        Diagnoser(weight=0).fit(cases.rename(columns={"onset": "onsett"}), ["rupture"])


def test_it_says_that_cells_are_words_or_empty() -> None:
    tags = Diagnoser().__sklearn_tags__()
    cells = tags.input_tags
    assert (cells.string, cells.categorical, cells.allow_nan) == (True, True, True)
    assert tags.no_validation, "words are no matrix of numbers"
    assert tags.classifier_tags.poor_score, "nor are random numbers, which the checks would feed it"
