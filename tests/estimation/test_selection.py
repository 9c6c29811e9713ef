"""What a cohort may not move: where it comes from, what it was chosen by, and what leads there."""

import numpy as np
import pandas as pd
import pytest

import hamknee
from hamknee.base.errors import HamkneeError
from hamknee.estimation.learning import Update, update
from hamknee.estimation.selection import ancestors, kept_variables
from hamknee.inference.simulation import draw
from hamknee.network.cases import Cases
from hamknee.network.priors import Priors
from tests.support.cohorts import priors_of, recoded
from tests.support.networks import asia, network


@pytest.fixture(scope="module")
def drawn(model: hamknee.Model) -> Cases:
    """Return patients of the shipped numbers, complete."""
    return model.cases(draw(model, 40_000, np.random.default_rng(14)))


def of_state(cases: Cases, name: str, state: str, most: int) -> Cases:
    """Return the first cases with one state of a variable."""
    vocabulary = cases.vocabulary
    rows = cases.codes[:, vocabulary.index[name]] == vocabulary[name].position[state]
    return cases[np.flatnonzero(rows)[:most]]


def setting(learned: Update) -> list[float]:
    return [row.probability for row in learned.priors.column("setting")]


SHIPPED = [0.6, 0.25, 0.15]

# Where the cases were seen ----------------------------------------------------------------------


def test_one_clinic_is_not_the_world(priors: Priors, drawn: Cases) -> None:
    clinic = of_state(drawn, "setting", "emergency", 400)
    learned = update(priors, clinic)
    assert setting(learned) == SHIPPED
    assert "Kept too: setting (it says where the cases were seen" in learned.text
    # P(emergency) by conjugacy, from the file's 0.15 worth 17.1 patients
    assert setting(update(priors, clinic, learn=["setting"]))[2] == pytest.approx(
        (17.1 * 0.15 + 400) / (17.1 + 400)
    )


def test_what_a_clinic_tells_of_its_patients_is_learned_all_the_same(
    priors: Priors, drawn: Cases
) -> None:
    clinic = of_state(drawn, "setting", "emergency", 400)
    learned = update(priors, clinic)
    old, new = (
        numbers.column("condition", {"setting": "emergency"})
        for numbers in (priors, learned.priors)
    )
    assert old != new
    assert new[0].ess == pytest.approx(old[0].ess + 400)


def test_what_leads_to_a_context_stays_with_it() -> None:
    spec = {
        "town": ("", [0.5, 0.5]),
        "clinic": ("town", [[0.8, 0.2], [0.1, 0.9]]),
        "ill": ("clinic", [[0.3, 0.7], [0.6, 0.4]]),
    }
    priors = priors_of(network(spec, "ill", context=("clinic",), ess=10))
    kept = kept_variables(priors.vocabulary, priors.parents, (), ())
    assert list(kept) == ["town", "clinic"]
    assert kept["town"] == "it leads to clinic"


# What they were chosen by -----------------------------------------------------------------------


@pytest.mark.parametrize("keep", ["condition", ["condition"], ("condition",), {"condition"}])
def test_cases_chosen_by_diagnosis_do_not_move_the_setting(
    priors: Priors, drawn: Cases, keep: object
) -> None:
    not_known = len(drawn.vocabulary["setting"].states)
    ruptures = recoded(of_state(drawn, "condition", "rupture", 245), "setting", not_known)
    learned = update(priors, ruptures, keep=keep)  # type: ignore[arg-type]
    assert setting(learned) == SHIPPED
    unmoved = {"condition", "setting"}
    moved = {
        old.variable
        for old, new in zip(priors.rows, learned.priors.rows, strict=True)
        if old != new
    }
    assert moved == set(priors.vocabulary) - unmoved
    assert "Kept as asked: condition. Kept too: setting" in learned.text


def test_all_that_leads_to_what_they_were_chosen_by_stays_and_nothing_else() -> None:
    priors = priors_of(asia())
    kept = kept_variables(priors.vocabulary, priors.parents, ["either"], ())
    assert kept == {
        "asia": "it leads to either",
        "tub": "it leads to either",
        "smoke": "it leads to either",
        "lung": "it leads to either",
        "either": "asked for",
    }
    assert set(ancestors(priors.parents, "dysp")) == set(priors.vocabulary) - {"dysp", "xray"}


def test_tables_below_and_beside_are_as_in_the_world_however_cases_were_chosen() -> None:
    """The law behind it: to choose by x changes P(v | parents) of x and what leads to it alone."""
    model = asia()
    chosen = {"either": "yes"}
    above = {"asia", "tub", "smoke", "lung", "either"}
    for name, cpt in model.cpts.items():
        same = []
        for place in np.ndindex(cpt.probabilities.shape[:-1]):
            states = [model.vocabulary[p].state_names for p in cpt.parents]
            given = {p: s[i] for p, s, i in zip(cpt.parents, states, place, strict=True)}
            if given.get("either", "yes") != "yes":
                continue
            try:
                among = model.marginals(given | chosen)[name]
            except hamknee.ImpossibleEvidenceError:
                continue
            same.append(np.allclose(among, cpt.probabilities[place], atol=1e-9))
        assert name in above or all(same), name


def test_to_learn_what_has_to_be_kept_is_refused(priors: Priors) -> None:
    with pytest.raises(HamkneeError, match=r"setting \(it leads to condition\); allowed: one of"):
        kept_variables(priors.vocabulary, priors.parents, "condition", "setting")


def test_nothing_is_kept_where_nothing_is_context() -> None:
    clinic = pd.DataFrame({"t": ["yes", "no"], "x": ["yes", "yes"]})
    spec = {"t": ("", [0.4, 0.6]), "x": ("t", [[0.8, 0.2], [0.3, 0.7]])}
    learned = update(priors_of(network(spec, "t", ess=8)), clinic)
    assert dict(learned.kept) == {}
    assert "Kept" not in learned.text
