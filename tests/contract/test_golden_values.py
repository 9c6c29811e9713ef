"""Known numbers of the textbook network asia, worked out by writing out every combination."""

import pytest

from tests.support.networks import named

SIX_DIGITS = 5e-7


@pytest.mark.parametrize(
    ("evidence", "p_lung"),
    [
        ({}, 0.055),
        ({"dysp": "yes"}, 0.102759),
        ({"xray": "yes"}, 0.488711),
        ({"xray": "yes", "dysp": "yes"}, 0.621253),
        ({"xray": {"yes": 7, "no": 1}}, 0.227713),
    ],
    ids=["nothing known", "dyspnoea", "x-ray", "both", "x-ray seven to one"],
)
def test_the_probability_of_lung_cancer(evidence: dict[str, object], p_lung: float) -> None:
    assert named("asia").posterior(evidence)["yes"] == pytest.approx(p_lung, abs=SIX_DIGITS)


def test_jeffreys_rule_is_a_likelihood_of_wanted_over_present_probability() -> None:
    asia = named("asia")
    present = asia.marginals({})["xray"]
    yes = asia.vocabulary["xray"].position["yes"]
    ratio = (0.7 / present[yes]) / (0.3 / (1 - present[yes]))
    assert ratio == pytest.approx(18.823004, abs=SIX_DIGITS)
    evidence = {"xray": {"yes": ratio, "no": 1.0}}
    assert asia.marginals(evidence)["xray"][yes] == pytest.approx(0.7, abs=1e-12)
    assert asia.posterior(evidence)["yes"] == pytest.approx(0.342469, abs=SIX_DIGITS)


def test_the_probability_of_the_evidence() -> None:
    p = named("asia").p_evidence({"xray": "yes", "dysp": "yes"})
    assert p == pytest.approx(0.0706701, abs=5e-8)


def test_the_most_probable_explanation_of_dyspnoea() -> None:
    answer = named("asia").most_probable_explanation({"dysp": "yes"})
    assert answer.states == {
        "asia": "no",
        "tub": "no",
        "smoke": "yes",
        "lung": "no",
        "bronc": "yes",
        "either": "no",
        "xray": "no",
    }
    assert answer.probability == pytest.approx(0.461308, abs=SIX_DIGITS)
