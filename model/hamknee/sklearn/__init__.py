"""The network as an estimator of scikit-learn: ``from hamknee.sklearn import Diagnoser``."""

from hamknee.sklearn.diagnoser import Diagnoser

__all__ = ["Diagnoser"]
