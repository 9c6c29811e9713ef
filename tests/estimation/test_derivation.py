"""What is derived from evidence is what is shipped, and says what the evidence says."""

from dataclasses import replace

import pytest

from hamknee.base import FaultsError, HamkneeError, shipped
from hamknee.estimation import Derivation, Dossier, StatedEstimate, derive, read_dossier
from hamknee.inference import Model
from hamknee.network import Priors, Vocabulary, read_shipped_or_own


@pytest.fixture(scope="module")
def priors() -> Priors:
    return read_shipped_or_own()


@pytest.fixture(scope="module")
def dossier(priors: Priors) -> Dossier:
    return read_dossier(shipped("data/evidence"), priors.vocabulary)


def restated(dossier: Dossier, variable: str, given: str, **estimates: float) -> Dossier:
    def anew(old: StatedEstimate) -> StatedEstimate:
        if (old.variable, old.given) != (variable, given):
            return old
        share = estimates[old.state]
        return replace(old, estimate=share, low=share / 2, high=(1 + share) / 2)

    return replace(dossier, estimates=tuple(map(anew, dossier.estimates)))


def test_the_shipped_numbers_follow_byte_for_byte(dossier: Dossier, priors: Priors) -> None:
    assert priors.references is not None
    assert derive(dossier, priors.vocabulary, priors.references).sha256 == priors.sha256


def test_an_average_stays_when_the_further_parent_moves(dossier: Dossier, priors: Priors) -> None:
    """P(pop | strain) is what was stated, however strains begin."""
    moved = restated(dossier, "onset", "condition=strain", sudden=0.5, days=0.3, gradual=0.2)
    assert priors.references is not None
    numbers = derive(moved, priors.vocabulary, priors.references)
    (stated,) = (e for e in dossier.columns["pop", "condition=strain"] if e.state == "yes")
    model = Model(priors.vocabulary, numbers.cpts())
    marginal = model.marginals({"condition": "strain"})
    assert marginal["onset"][0] == pytest.approx(0.5)
    assert marginal["pop"][0] == pytest.approx(stated.estimate, abs=1e-3)


def test_only_columns_that_hang_on_it_change(dossier: Dossier, priors: Priors) -> None:
    moved = restated(dossier, "onset", "condition=strain", sudden=0.5, days=0.3, gradual=0.2)
    before, after = (Derivation(d, priors.vocabulary).rows() for d in (dossier, moved))
    changed = {row.variable for row, new in zip(before, after, strict=True) if row != new}
    assert "onset" in changed
    assert changed <= {"onset", "pop", "bruising", "weakness", "weight_bearing"}


def test_a_source_that_is_no_reference_is_refused(dossier: Dossier, priors: Priors) -> None:
    with pytest.raises(FaultsError, match="unknown source 'decary2017'"):
        derive(dossier, priors.vocabulary, ["knapik2018"])


def test_ratios_that_no_average_survives_are_refused(
    dossier: Dossier, vocabulary: Vocabulary
) -> None:
    steep = [
        replace(a, odds_ratio=1e-300 if a.odds_ratio < 1 else 1.0) for a in dossier.associations
    ]
    with pytest.raises(HamkneeError, match="odds ratios too far apart"):
        list(Derivation(replace(dossier, associations=tuple(steep)), vocabulary).rows())
