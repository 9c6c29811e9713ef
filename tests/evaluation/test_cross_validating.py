"""Out-of-fold answers, held to scikit-learn's folds and log loss with the classifier."""

from functools import partial

import numpy as np
import pytest
from sklearn.metrics import log_loss
from sklearn.model_selection import PredefinedSplit

import hamknee
from hamknee.base.errors import HamkneeError
from hamknee.evaluation.cross_validating import cross_validate
from hamknee.inference.model import Model
from hamknee.network.labelled import CasesError
from hamknee.sklearn import Diagnoser
from tests.support.cohorts import flat


def test_out_of_fold_answers_are_those_of_scikit_learn(model: Model) -> None:
    cohort = hamknee.simulate(model, 80, known=0.5, seed=2)
    learn = partial(hamknee.update, weight=3.0)
    validated = cross_validate(model.priors, cohort, learn, folds=4)
    findings, diagnosed = cohort.drop(columns="condition"), cohort["condition"]
    theirs = np.empty_like(validated.after)
    for train, test in PredefinedSplit(validated.fold).split():
        classifier = Diagnoser(weight=3.0).fit(findings.iloc[train], diagnosed.iloc[train])
        theirs[test] = classifier.predict_proba(findings.iloc[test])
    order = np.argsort(model.vocabulary.target.state_names)
    np.testing.assert_allclose(validated.after[:, order], theirs, atol=1e-12)
    ours = validated.board.value("learned", "log_loss")
    classes = sorted(model.vocabulary.target.state_names)
    assert ours == pytest.approx(log_loss(cohort["condition"], theirs, labels=classes))


def test_learning_helps_those_who_know_nothing(model: Model) -> None:
    """Numbers that say nothing learn from patients of a model that does."""
    cohort = hamknee.simulate(model, 300, known=0.7, seed=3)
    learn = partial(hamknee.update, one_sided=tuple(model.vocabulary))
    validated = cross_validate(flat(model, ess=2), cohort, learn, folds=3)
    assert validated.helps
    assert validated.text.endswith("Learning from such cases helps.")


def test_what_spoils_the_numbers_is_told_as_such(model: Model) -> None:
    cohort = hamknee.simulate(model, 120, known=0.8, seed=4)
    spoil = lambda priors, _: hamknee.update(priors, cohort.assign(condition="other"), weight=50)  # noqa: E731
    validated = cross_validate(model.priors, cohort, spoil, folds=2)
    assert not validated.helps
    assert validated.text.endswith("makes it worse.")


@pytest.mark.parametrize(
    ("count", "folds", "error", "problem"),
    [(5, 10, CasesError, "found 5 cases"), (5, 1, HamkneeError, "found 1 folds")],
)
def test_too_few_cases_or_folds_are_refused(
    model: Model, count: int, folds: int, error: type[Exception], problem: str
) -> None:
    cohort = hamknee.simulate(model, count, seed=1)
    with pytest.raises(error, match=problem):
        cross_validate(model.priors, cohort, hamknee.update, folds=folds)


def test_each_case_may_be_a_fold_of_its_own(model: Model) -> None:
    cohort = hamknee.simulate(model, 5, seed=1)
    validated = cross_validate(model.priors, cohort, hamknee.update, folds=5)
    assert sorted(validated.fold) == list(range(5))
