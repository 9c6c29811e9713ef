"""Probabilities and what came true, for tests of how the two are compared."""

import numpy as np

from tests.support.by_hand import Array


def said_and_true(
    n: int, slope: float = 1.0, shift: float = 0.0, seed: int = 0
) -> tuple[Array, Array]:
    """Return probabilities, and truths drawn with log odds slope × said + shift."""
    rng = np.random.default_rng(seed)
    log_odds = rng.normal(-0.5, 1.5, n)
    true = 1 / (1 + np.exp(-(slope * log_odds + shift)))
    return 1 / (1 + np.exp(-log_odds)), (rng.random(n) < true).astype(float)


def several(n: int, seed: int = 0) -> tuple[Array, Array]:
    """Return calibrated probabilities of four conditions, and the true one of each case."""
    rng = np.random.default_rng(seed)
    p = rng.dirichlet([1.0, 1, 2, 0.5], n)
    return p, np.array([rng.multinomial(1, row) for row in p]).astype(float)
