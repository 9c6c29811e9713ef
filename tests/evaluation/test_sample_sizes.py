"""Sample sizes: the formulas of Riley and colleagues, by value and by simulation."""

import numpy as np
import pytest

from hamknee.base import HamkneeError
from hamknee.evaluation import calibration, needed_for_c, needed_for_ratio, needed_for_slope


def test_values_of_the_published_example() -> None:
    """Riley et al. (2021): 1.8 % with the event, c-statistic 0.8, log odds normal (-5, 2.5)."""
    assert needed_for_c(0.8, 0.018, width=0.1) == 4252
    log_odds = np.random.default_rng(1).normal(-5, 2.5, 1_000_000)
    assert needed_for_slope(1 / (1 + np.exp(-log_odds)), width=0.2) == pytest.approx(4544, rel=0.01)
    assert needed_for_ratio(0.018, width=1) == pytest.approx(905, abs=1)


def test_an_interval_of_the_slope_has_the_width_that_was_asked_for() -> None:
    rng = np.random.default_rng(4)
    everyone = 1 / (1 + np.exp(-rng.normal(-1, 1, 50_000)))
    n = needed_for_slope(everyone, width=0.4)
    widths = []
    for _ in range(10):
        p = rng.choice(everyone, n)
        slope = calibration(p, (rng.random(n) < p).astype(float)).slope
        widths.append(slope.high - slope.low)
    assert np.mean(widths) == pytest.approx(0.4, rel=0.05)


@pytest.mark.parametrize("share", [0, 1, -0.1, float("nan")])
def test_a_share_is_between_none_and_all(share: float) -> None:
    with pytest.raises(HamkneeError, match="between 0 and 1"):
        needed_for_ratio(share)


def test_what_has_no_answer_is_refused() -> None:
    with pytest.raises(HamkneeError, match="no spread"):
        needed_for_slope(np.array([0.2, 0.2]))
    with pytest.raises(HamkneeError, match=r"0\.5 to below 1"):
        needed_for_c(0.4, 0.1)
    with pytest.raises(HamkneeError, match="the width 0"):
        needed_for_ratio(0.1, width=0)
