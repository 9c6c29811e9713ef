"""Explanations name what a case leaves open, in words; that they are right is `contract/`'s."""

from collections.abc import Mapping, Sequence

import pytest

from hamknee.inference.explaining import explanations
from hamknee.inference.model import Model
from hamknee.inference.results import Explanation
from tests.support.networks import asia, tied

EVIDENCE: Sequence[Mapping[str, object]] = [
    {"smoke": "yes", "dysp": "yes"},
    {},
    {"bronc": {"yes": 1.0, "no": 0.25}},
]


def asked(model: Model, evidence: Sequence[Mapping[str, object]]) -> list[Explanation]:
    cases = model.encode(evidence)
    return explanations(model.vocabulary, model.engine, cases, model.log_p_evidence(cases))


def test_each_case_has_its_own_and_its_share_of_what_is_possible() -> None:
    model = asia()
    answers = asked(model, EVIDENCE)
    assert answers == model.most_probable_explanation(EVIDENCE)
    for evidence, answer in zip(EVIDENCE, answers, strict=True):
        hard = {name for name, value in evidence.items() if isinstance(value, str)}
        assert set(answer.states) == set(model.vocabulary) - hard
        share = model.p_evidence({**evidence, **dict(answer.states)}) / model.p_evidence(evidence)
        weight = evidence.get("bronc")
        if isinstance(weight, dict):  # which a definite answer in its place does not count
            share *= weight[answer.states["bronc"]]
        assert answer.probability == pytest.approx(share)


def test_only_what_is_open_is_named_as_tied() -> None:
    free, coin = asked(tied(), [{}, {"coin": "no"}])
    assert "coin" in free.tied
    assert "coin" not in {*coin.states, *coin.tied}


def test_probabilities_too_small_for_a_float_have_their_share() -> None:
    model = asia()
    weak = {name: dict.fromkeys(("yes", "no"), 1e-300) for name in ("smoke", "xray", "dysp")}
    (answer,), (plain,) = asked(model, [weak]), asked(model, [{}])
    assert model.p_evidence(weak) == 0.0
    assert answer.probability == pytest.approx(plain.probability)


def test_no_cases_have_none() -> None:
    assert asked(asia(), []) == []
