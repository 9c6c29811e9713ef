"""One case is checked and coded once, and every verb takes it as it takes the mapping."""

import dataclasses
import math
import pickle
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import pytest

import hamknee
from hamknee.base.errors import HamkneeError
from hamknee.inference.case import AnyCase
from hamknee.inference.impossible import ImpossibleEvidenceError
from hamknee.inference.model import Model
from hamknee.network.cases import encode
from hamknee.network.evidence import EvidenceError, check_evidence
from hamknee.sensitivity.contributions import width_contributions
from hamknee.sensitivity.parameters import Parameter
from tests.support.by_hand import p_joint
from tests.support.networks import asia

PLAIN: dict[str, object] = {"setting": "sports_clinic", "onset": "sudden", "pop": "yes", "age": 31}
UNCERTAIN = {
    **PLAIN,
    "location": {"posteromedial", "posterolateral"},
    "warmth": {"yes": 1, "no": 3},
}
IMPOSSIBLE = {"lung": "yes", "either": "no"}

VERBS: dict[str, Callable[[Model, AnyCase], object]] = {
    "posterior": lambda model, case: model.posterior(case),
    "marginals": lambda model, case: model.marginals(case),
    "most_probable_explanation": lambda model, case: model.most_probable_explanation(case),
    "explain": lambda model, case: hamknee.explain(model, case, first(model)),
    "conflict": lambda model, case: hamknee.conflict(model, case, draws=20),
    "next_questions": lambda model, case: hamknee.next_questions(model, case),
    "question_budget": lambda model, case: hamknee.question_budget(model, case, 1),
    "same_decision_probability": lambda model, case: hamknee.same_decision_probability(
        model, case, draws=20
    ),
    "stop_rule": lambda model, case: hamknee.stop_rule(model, case, draws=20),
    "credible_interval": lambda model, case: hamknee.credible_interval(model, case, draws=20),
    "contributions": lambda model, case: width_contributions(model, case, first(model)),
    "tornado": lambda model, case: hamknee.tornado(model, case, first(model)),
    "sensitivity_function": lambda model, case: hamknee.sensitivity_function(
        model, case, first(model), numbers(model)[0]
    ),
    "two_way": lambda model, case: hamknee.two_way(model, case, first(model), *numbers(model)),
    "what_would_change": lambda model, case: hamknee.what_would_change(
        model, case, first(model), 0.3
    ),
}
"""Every verb on one case of any model, as briefly as it can be called."""

OTHER_MODELS = {"what_would_change", "contributions"}
"""Those that ask other models too, with numbers moved."""

GUIDING: dict[str, Callable[[Model, AnyCase], object]] = {
    "triage": lambda model, case: hamknee.triage(model, case),
    "advice": lambda model, case: hamknee.advice(model, case),
    "follow_up": lambda model, case: hamknee.follow_up(model, case, days=9, course="worse"),
    "summary": lambda model, case: hamknee.summary(model, case, days=9, course="worse"),
}
"""The verbs that need guidance, which only the shipped numbers have here."""

WHOLE = VERBS | GUIDING


def first(model: Model) -> str:
    return model.vocabulary.target.state_names[0]


def numbers(model: Model) -> list[Parameter]:
    """Return two numbers, each the first of the table of a variable."""
    names, vocabulary = list(model.vocabulary)[:2], model.vocabulary
    parents = [{p: vocabulary[p].state_names[0] for p in model.cpts[n].parents} for n in names]
    return [(n, vocabulary[n].state_names[0], p) for n, p in zip(names, parents, strict=True)]


# One for all ------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", WHOLE)
@pytest.mark.parametrize("known", [PLAIN, UNCERTAIN], ids=["plain", "uncertain"])
def test_a_verb_says_of_a_case_what_it_says_of_the_mapping(
    model: Model, verb: str, known: dict[str, object]
) -> None:
    of_case, of_mapping = (WHOLE[verb](model, k) for k in (model.case(known), known))
    assert of_case.text == of_mapping.text
    assert of_case.table.equals(of_mapping.table)


def test_the_probability_of_a_case_is_that_of_the_mapping(model: Model) -> None:
    assert model.p_evidence(model.case(UNCERTAIN)) == model.p_evidence(UNCERTAIN)
    assert asia().p_evidence(IMPOSSIBLE) == 0


def test_a_case_is_returned_as_it_is(model: Model) -> None:
    case = model.case(PLAIN)
    assert model.case(case) is case
    assert model.posterior(case) is case.posterior
    assert model.case(case.evidence).evidence is case.evidence


def test_a_case_says_what_is_known(model: Model) -> None:
    assert repr(model.case({"pop": "yes", "age": 31, "warmth": {"yes": 1, "no": 3}})) == (
        "Case(pop=yes, age=under_40, warmth=yes:1|no:3)"
    )


def test_frequencies_and_a_comparison_take_cases_as_well(model: Model) -> None:
    one, two = model.case(PLAIN), model.case(UNCERTAIN)
    assert hamknee.natural_frequencies(one).text == hamknee.natural_frequencies(one.posterior).text
    intervals = (hamknee.credible_interval(model, known) for known in (PLAIN, UNCERTAIN))
    assert hamknee.compare(one, two).text == hamknee.compare(*intervals).text


@pytest.mark.parametrize("verb", WHOLE)
def test_a_case_of_another_model_is_refused(model: Model, verb: str) -> None:
    with pytest.raises(HamkneeError, match=r"a case of Model\('lung', .*; allowed: a case of this"):
        WHOLE[verb](model, asia().case({}))


@pytest.mark.parametrize("verb", VERBS)
def test_what_is_impossible_is_refused(verb: str) -> None:
    with pytest.raises(ImpossibleEvidenceError, match="lung=yes, either=no"):
        VERBS[verb](asia(), IMPOSSIBLE)


def test_there_is_no_impossible_case() -> None:
    with pytest.raises(ImpossibleEvidenceError, match="lung=yes, either=no"):
        asia().case(IMPOSSIBLE)


@pytest.mark.parametrize("verb", WHOLE)
def test_what_is_no_evidence_is_refused(model: Model, verb: str) -> None:
    with pytest.raises(EvidenceError, match="did you mean 'onset'"):
        WHOLE[verb](model, {"onst": "sudden"})


# Immutable --------------------------------------------------------------------------------------


def test_a_case_does_not_change(model: Model) -> None:
    case = model.case(PLAIN)
    with pytest.raises(dataclasses.FrozenInstanceError):
        case.evidence = model.case({}).evidence  # type: ignore[misc]
    for shared in (case.codes, case.posterior.probabilities, case.posterior.prior):
        with pytest.raises(ValueError, match="read-only"):
            shared[0] = 1


def test_a_case_crosses_processes_with_its_model(model: Model) -> None:
    case = model.case(UNCERTAIN)
    again = pickle.loads(pickle.dumps(case))
    assert again.evidence == case.evidence
    assert again.evidence.vocabulary is again.model.vocabulary
    assert again.posterior.probabilities.tolist() == case.posterior.probabilities.tolist()
    assert again.model.posterior(again) is again.posterior


# Once ---------------------------------------------------------------------------------------------


@contextmanager
def counted(*functions: Callable[..., object]) -> Iterator[Counter[str]]:
    """Count the calls of functions, wherever they are called from."""
    names = {function.__code__: function.__name__ for function in functions}
    calls: Counter[str] = Counter()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code in names:
            calls[names[frame.f_code]] += 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield calls
    finally:
        sys.setprofile(before)


@pytest.mark.parametrize("known", [PLAIN, UNCERTAIN], ids=["plain", "uncertain"])
def test_a_whole_assessment_checks_and_codes_a_case_once(
    model: Model, known: dict[str, object]
) -> None:
    with counted(check_evidence, encode) as calls:
        case = model.case(known)
        for name in sorted(WHOLE.keys() - OTHER_MODELS):
            WHOLE[name](model, case)
    assert calls == {"check_evidence": 1, "encode": 1}


@pytest.mark.parametrize("verb", sorted(WHOLE.keys() - OTHER_MODELS))
def test_a_verb_by_itself_checks_and_codes_a_mapping_once(model: Model, verb: str) -> None:
    with counted(check_evidence, encode) as calls:
        WHOLE[verb](model, UNCERTAIN)
    assert calls == {"check_evidence": 1, "encode": 1}


@pytest.mark.parametrize("verb", sorted(WHOLE))
def test_answers_are_equal_where_the_cases_are(model: Model, verb: str) -> None:
    answer, same = (WHOLE[verb](model, PLAIN) for _ in range(2))
    assert answer == same
    assert answer != WHOLE[verb](model, {"onset": "gradual"})


# What it says of itself -------------------------------------------------------------------------

SURE = {"smoke": "yes", "dysp": "yes"}
UNSURE = {"smoke": "yes", "dysp": {"yes": 3.0, "no": 1.0}, "xray": {"yes": 0.5, "no": 2.0}}


@pytest.mark.parametrize("evidence", [{}, SURE, UNSURE, {**SURE, "lung": "yes"}])
def test_the_answer_is_that_of_all_worlds(evidence: dict[str, object]) -> None:
    model = asia()
    posterior = model.case(evidence).posterior
    joint = p_joint(model, evidence)
    assert posterior.probabilities == pytest.approx(joint / joint.sum(), abs=1e-12)
    assert posterior.log_p_evidence == pytest.approx(math.log(joint.sum()))


def test_what_is_open_has_no_definite_answer_and_is_not_the_target() -> None:
    model = asia()
    case = model.case({**UNSURE, "tub": "no"})
    number = model.vocabulary.index
    assert case.known == [number[name] for name in ("smoke", "dysp", "xray", "tub")]
    assert case.open == [number[name] for name in ("asia", "bronc", "either", "xray", "dysp")]
    assert case.open_without(["asia", "Xray"]) == [number[n] for n in ("bronc", "either", "dysp")]
    assert model.case({"lung": "yes"}).open == [n for name, n in number.items() if name != "lung"]
    with pytest.raises(EvidenceError, match="unknown variable 'smok'"):
        case.open_without(["smok"])
