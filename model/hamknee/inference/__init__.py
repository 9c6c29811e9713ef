"""The exact engine, the model one asks, and its results."""

from hamknee.inference.case import AnyCase, Case, entropy
from hamknee.inference.engine import TIE, Engine, conditioned, log_total, normalised, relative
from hamknee.inference.groups import BLOCK_CELLS, Group
from hamknee.inference.impossible import ImpossibleEvidenceError, contradiction
from hamknee.inference.junction_tree import Differential, JunctionTree
from hamknee.inference.local_rates import read_base_rates
from hamknee.inference.model import A_MODEL, Model, load
from hamknee.inference.results import Explanation, Marginals, Posterior, Posteriors, Scores
from hamknee.inference.simulation import draw, draw_given, drawn_tables, simulate, simulate_cases
from hamknee.inference.wide import Wide

__all__ = [
    "A_MODEL",
    "BLOCK_CELLS",
    "TIE",
    "AnyCase",
    "Case",
    "Differential",
    "Engine",
    "Explanation",
    "Group",
    "ImpossibleEvidenceError",
    "JunctionTree",
    "Marginals",
    "Model",
    "Posterior",
    "Posteriors",
    "Scores",
    "Wide",
    "conditioned",
    "contradiction",
    "draw",
    "draw_given",
    "drawn_tables",
    "entropy",
    "load",
    "log_total",
    "normalised",
    "read_base_rates",
    "relative",
    "simulate",
    "simulate_cases",
]
