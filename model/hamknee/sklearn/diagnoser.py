"""A classifier that starts from stated numbers, and learns from labelled cases by adding them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from hamknee.base import HamkneeError, in_pandas
from hamknee.estimation import update
from hamknee.inference import load
from hamknee.network import Priors, read_shipped_or_own

if TYPE_CHECKING:
    from pathlib import Path


class Diagnoser(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """The Bayesian network as a scikit-learn classifier.

    Rows are cases, columns findings by their names; cells are what `Model.posterior` takes, and
    empty ones are not known. Fitting adds the cases to the numbers (`hamknee.update`), so that few
    cases change little; with ``weight=0`` the numbers are used as they are.

    Parameters
    ----------
    priors : str, Path, Priors or None
        The numbers to start from; the shipped ones by default.
    weight : float
        For how many cases each counts, 0 or more.
    keep : tuple of str
        Variables whose numbers stay, such as the condition where cases were chosen by diagnosis.

    Attributes
    ----------
    classes_ : ndarray of str
        Every condition of the network, sorted, whether a case has it or not.
    model_ : Model
        What is asked.
    feature_names_in_ : ndarray of str
        The columns of the cases.
    n_features_in_ : int
        How many they are.

    Examples
    --------
    >>> import pandas as pd
    >>> from hamknee.sklearn import Diagnoser
    >>> cases = pd.DataFrame({"onset": ["sudden", "gradual", ""], "pop": ["yes", "", "no"]})
    >>> diagnosed = ["strain", "tendinopathy", "osteoarthritis"]
    >>> classifier = Diagnoser().fit(cases, diagnosed)
    >>> classifier.predict_proba(cases).shape
    (3, 21)
    >>> classifier.predict(pd.DataFrame({"onset": ["sudden"], "location": ["calf"]})).tolist()
    ['calf_strain']
    """

    def __init__(
        self,
        priors: str | Path | Priors | None = None,
        *,
        weight: float = 1.0,
        keep: tuple[str, ...] = (),
    ) -> None:
        self.priors = priors
        self.weight = weight
        self.keep = keep

    def __sklearn_tags__(self) -> Tags:
        """Say that cells are states or empty."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        tags.input_tags.allow_nan = True
        tags.classifier_tags.poor_score = True
        tags.no_validation = True
        return tags

    def fit(self, X: pd.DataFrame, y: Any) -> Self:  # noqa: N803
        """Add labelled cases to the numbers.

        Parameters
        ----------
        X : DataFrame, shape (cases, findings)
            What is known of each.
        y : sequence of str, shape (cases,)
            What was behind each: a condition of the network.

        Raises
        ------
        HamkneeError
            If a column, a cell or a diagnosis is none of the network, or a weight is below 0.
        """
        numbers = self._numbers()
        target = numbers.vocabulary.target.name
        frame = _frame(X)
        if target in frame:
            raise HamkneeError(f"X holds the diagnosis ({target}); allowed: only in y")
        if len(frame) != len(y):
            sizes = f"{len(frame)} cases and {len(y)} diagnoses"
            raise HamkneeError(f"found {sizes}; allowed: as many of both")
        if not self.weight >= 0:
            raise HamkneeError(f"found a weight of {self.weight}; allowed: 0 or more")
        labelled = frame.assign(**{target: np.asarray(y, dtype=object)})
        if self.weight > 0:
            numbers = update(numbers, labelled, weight=self.weight, keep=self.keep).priors
        self.model_ = load(numbers)
        self.model_.posterior(
            labelled.head(0)
        )  # the columns are checked even where none is learned
        self.classes_ = np.array(sorted(self.model_.vocabulary.target.state_names))
        self.feature_names_in_ = np.array(list(frame.columns), dtype=object)
        self.n_features_in_ = frame.shape[1]
        return self

    def predict_proba(self, X: pd.DataFrame) -> npt.NDArray[np.float64]:  # noqa: N803
        """Return P(condition | case).

        Parameters
        ----------
        X : DataFrame, shape (cases, findings)
            What is known of each; columns may be others than those of the cases it learned from.

        Returns
        -------
        ndarray, shape (cases, classes)
            In the order of ``classes_``.

        Raises
        ------
        NotFittedError
            Before `fit`.
        HamkneeError
            If a column or cell is none of the network, or a case is impossible.
        """
        check_is_fitted(self)
        target = self.model_.vocabulary.target
        order = [target.position[name] for name in self.classes_]
        return self.model_.posterior(_frame(X)).probabilities[:, order]

    def predict(self, X: pd.DataFrame) -> npt.NDArray[np.str_]:  # noqa: N803
        """Return the most likely condition of each case."""
        best = self.predict_proba(X).argmax(axis=1)
        chosen: npt.NDArray[np.str_] = np.array(self.classes_)[best]
        return chosen

    def _numbers(self) -> Priors:
        return self.priors if isinstance(self.priors, Priors) else read_shipped_or_own(self.priors)


def _frame(cases: object) -> pd.DataFrame:
    frame = in_pandas(cases)
    if not isinstance(frame, pd.DataFrame):
        kind = type(cases).__name__
        raise HamkneeError(f"found a {kind}; allowed: a DataFrame, with a finding a column")
    return frame
