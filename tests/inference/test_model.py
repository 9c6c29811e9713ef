"""What a model is made of and refuses, many cases at once, and one model shared by many."""

import dataclasses
import math
import multiprocessing
import pickle
import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hamknee
from hamknee.base.errors import HamkneeError
from hamknee.base.files import shipped
from hamknee.guidance.triaging import triage
from hamknee.inference.engine import CASES_WORTH_A_LOOKUP
from hamknee.inference.impossible import ImpossibleEvidenceError
from hamknee.inference.model import Model
from hamknee.inference.simulation import draw, simulate_cases
from hamknee.network.priors import CPT, Priors
from hamknee.network.priors_file import parse_priors
from hamknee.reasoning.conflicts import conflict
from tests.support.drawn import soft_cases
from tests.support.networks import Spec, deterministic, independent_findings, named, network

MANY = 4 * CASES_WORTH_A_LOOKUP
"""Enough for likelihoods to be looked up as well."""

SHIPPED = shipped("data/priors.csv")
THREADS, EACH = 8, 150

# Tables -------------------------------------------------------------------------------------------


def test_rows_that_leave_gaps_make_no_model(priors: Priors) -> None:
    without_pop = Priors(priors.vocabulary, tuple(r for r in priors.rows if r.variable != "pop"))
    with pytest.raises(HamkneeError, match="the table of pop holds a NaN"):
        Model(priors.vocabulary, without_pop.cpts())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda cpts: cpts.pop("pop"), "pop has no table; allowed: one CPT for each variable"),
        (
            lambda cpts: cpts.update(pop=CPT("pop", (), np.full(3, 1 / 3))),
            r"the table of pop has the shape \(3,\); allowed: \(2,\)",
        ),
        (
            lambda cpts: cpts.update(pop=CPT("pop", (), np.array([1.5, -0.5]))),
            "a number below 0; allowed: neither",
        ),
        (
            lambda cpts: cpts.update(pop=CPT("pop", (), np.array([0.5, 0.4]))),
            "a column of pop does not add up to 1; allowed: within 0.000001",
        ),
        (
            lambda cpts: cpts.update(pop=CPT("pop", ("onst",), np.full((3, 2), 0.5))),
            r"unknown variable 'onst' \(did you mean 'onset'\?\)",
        ),
    ],
    ids=["left out", "shape", "negative", "sum", "unknown parent"],
)
def test_tables_that_are_no_distributions_make_no_model(
    change: Callable[[dict[str, CPT]], object], message: str, priors: Priors
) -> None:
    cpts = priors.cpts()
    change(cpts)
    with pytest.raises(HamkneeError, match=message):
        Model(priors.vocabulary, cpts)


# Which file is read -------------------------------------------------------------------------------


def test_another_file_can_be_loaded_by_its_path(tmp_path: Path, model: Model) -> None:
    own = tmp_path / "mine.csv"
    own.write_text(SHIPPED.read_text().replace(",17.1,", ",17.2,"))
    assert hamknee.load(own).source == str(own)
    assert hamknee.load(str(own)).sha256 != model.sha256


def test_the_environment_can_name_another_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "mine.csv"
    shutil.copy(SHIPPED, own)
    monkeypatch.setenv("HAMKNEE_PRIORS", str(own))
    assert hamknee.load().source == str(own)
    assert hamknee.load(SHIPPED).source == str(SHIPPED)


def test_a_vocabulary_and_references_beside_the_file_go_with_it(tmp_path: Path) -> None:
    (tmp_path / "priors.csv").write_text(
        "variable,state,given,probability,ess,basis,sources,note\n"
        "cause,a,,0.3,10,published,me2020,\n"
        "cause,b,,0.7,10,published,me2020,\n"
    )
    (tmp_path / "references.bib").write_text("@misc{me2020,\n}\n")
    (tmp_path / "vocabulary.toml").write_text(
        '[cause]\nrole = "target"\nlabel = "Cause"\n'
        'states = { a = { label = "A" }, b = { label = "B" } }\n'
    )
    own = hamknee.load(tmp_path / "priors.csv")
    assert own.posterior({}).probabilities.tolist() == [0.3, 0.7]
    (tmp_path / "references.bib").unlink()
    with pytest.raises(hamknee.FaultsError, match="unknown source 'me2020'"):
        hamknee.load(tmp_path / "priors.csv")


# Many cases ---------------------------------------------------------------------------------------


def test_a_known_target_is_evidence_like_any_other(model: Model) -> None:
    cases = simulate_cases(model, MANY, known=0.4, seed=4)
    codes = cases.codes.copy()
    codes[::3, model.engine.target] = draw(model, MANY, np.random.default_rng(4))[::3, 0]
    found = model.scores(model.cases(codes))
    before = model.posterior(cases)
    for row in range(0, MANY, 3 * 97):
        state = codes[row, model.engine.target]
        p = before.probabilities[row, state]
        np.testing.assert_allclose(
            found.probabilities[row],
            np.eye(model.engine.sizes[model.engine.target])[state],
            atol=1e-12,
        )
        log_p = before.log_p_evidence[row] + math.log(p)
        assert found.log_p_evidence[row] == pytest.approx(log_p, abs=1e-10)


@pytest.mark.parametrize("name", ["shipped", "asia", "in two parts"])
def test_scores_are_the_posterior_and_the_conflict_of_each_case(name: str) -> None:
    model = named(name)
    cases = soft_cases(model, 60, seed=5)
    found = model.scores(cases)
    assert not found.impossible.any()
    for row in range(0, 60, 5):
        evidence = cases.evidence(row)
        alone = model.posterior(evidence)
        np.testing.assert_allclose(found.probabilities[row], alone.probabilities, atol=1e-12)
        assert found.log_p_evidence[row] == pytest.approx(alone.log_p_evidence, abs=1e-10)
        assert found.conflict[row] == pytest.approx(
            conflict(model, evidence, draws=1).bits, abs=1e-9
        )


def test_nothing_known_is_no_conflict(model: Model) -> None:
    blank = model.scores(model.cases(np.array([model.engine.sizes])))
    assert blank.log_p_alone[0] == 0
    assert blank.conflict[0] == pytest.approx(0, abs=1e-12)


def test_impossible_cases_have_no_probabilities_and_their_neighbours_keep_theirs() -> None:
    model = deterministic()
    known = [{"target": "yes", "copy": "no"}, {"left": "yes"}, {"sign": "c", "copy": "yes"}]
    found = model.scores(model.encode(known))
    assert found.impossible.tolist() == [True, False, True]
    assert np.isneginf(found.log_p_evidence[[0, 2]]).all()
    assert np.isnan(found.probabilities[[0, 2]]).all()
    assert np.isnan(found.conflict[[0, 2]]).all()
    alone = model.posterior(known[1])
    np.testing.assert_allclose(found.probabilities[1], alone.probabilities, atol=1e-12)


def test_one_impossible_case_among_many_is_an_error_that_names_it() -> None:
    model = deterministic()
    codes = np.tile(model.engine.sizes, (MANY, 1))
    target, copy = (list(model.vocabulary).index(name) for name in ("target", "copy"))
    codes[MANY - 5, [target, copy]] = [0, 1]
    with pytest.raises(ImpossibleEvidenceError, match=f"case {MANY - 5}"):
        model.posterior(model.cases(codes))


def test_narrow_columns_give_the_same_numbers_as_wide_rows(model: Model) -> None:
    cases = simulate_cases(model, 9000, known=0.5, seed=7)
    narrow = dataclasses.replace(cases, codes=np.asfortranarray(cases.codes.astype(np.uint8)))
    np.testing.assert_array_equal(
        model.posterior(narrow).probabilities, model.posterior(cases).probabilities
    )
    np.testing.assert_array_equal(model.scores(narrow).conflict, model.scores(cases).conflict)


def test_every_code_up_to_not_known_is_one() -> None:
    model = independent_findings(seed=1, count=4, states=2)
    sizes = np.array(model.engine.sizes)
    codes = np.stack([0 * sizes, sizes - 1, sizes])
    assert model.cases(codes).codes.tolist() == codes.tolist()


def test_cases_are_those_of_any_model_with_the_same_states_in_the_same_order() -> None:
    spec: Spec = {"t": ("", [0.2, 0.8]), "x": ("t", [[0.9, 0.1], [0.3, 0.7]])}
    model, alike = network(spec, "t"), network({**spec, "t": ("", [0.5, 0.5])}, "t")
    cases = alike.encode([{"x": "yes"}])
    assert model.posterior(cases).probabilities[0, 0] == pytest.approx(0.18 / 0.42)
    turned = network({"x": ("t", spec["x"][1]), "t": ("", [0.2, 0.8])}, "t")
    with pytest.raises(HamkneeError, match="other variables or states, or in another order"):
        model.posterior(turned.encode([{"x": "yes"}]))


@pytest.mark.parametrize("code", [-1, 3])
def test_codes_that_a_variable_does_not_have_are_named(code: int) -> None:
    model = independent_findings(seed=1, count=4, states=2)
    codes = np.tile(model.engine.sizes, (6, 1))
    codes[4, 0] = code
    with pytest.raises(HamkneeError, match=rf"case 4: t has the code {code}; allowed: 0 to 2"):
        model.cases(codes)


@pytest.mark.parametrize("kind", [float, bool, object])
def test_codes_that_are_no_integers_are_refused(kind: type) -> None:
    model = independent_findings(seed=1, count=4, states=2)
    codes = np.zeros((1, len(model.vocabulary)), dtype=kind)
    with pytest.raises(HamkneeError, match="; allowed: integers"):
        model.cases(codes)


def test_codes_of_another_shape_are_refused(model: Model) -> None:
    with pytest.raises(HamkneeError, match=rf"shape \(2, 3\).*{len(model.vocabulary)} columns"):
        model.cases(np.zeros((2, 3), dtype=np.intp))
    with pytest.raises(HamkneeError, match="a row for each case"):
        model.cases(np.array(model.engine.sizes))


def test_no_cases_have_no_answers(model: Model) -> None:
    none = model.scores(model.cases(np.empty((0, len(model.vocabulary)), dtype=np.uint8)))
    assert none.probabilities.shape == (0, len(model.vocabulary.target.states))
    assert none.conflict.shape == (0,)


# Threads and processes ----------------------------------------------------------------------------


def mixed_cases(model: Model, count: int, seed: int) -> list[dict[str, Any]]:
    """Return cases of hard, one-of, likelihood and missing evidence in turn."""
    rng = np.random.default_rng(seed)
    cases = []
    for row in draw(model, count, rng):
        case: dict[str, Any] = {}
        for variable, state in zip(model.vocabulary.variables, row, strict=True):
            if variable.role == "target" or rng.random() < 0.6:
                continue
            name, names = variable.state_names[state], variable.state_names
            case[variable.name] = (
                name,
                {name, names[0]},
                {other: float(rng.uniform(0.1, 1)) for other in names},
                None,
            )[rng.integers(4)]
        cases.append(case)
    return cases


def answers(model: Model, number: int, case: dict[str, Any]) -> list[Any]:
    """Ask for the posterior of a case, and of every tenth for everything there is to ask."""
    posterior = model.posterior(case)
    found = [
        posterior.probabilities.tolist(),
        posterior.prior.tolist(),
        posterior.log_p_evidence,
    ]
    if number % 10:
        return found
    marginals, explanation = model.marginals(case), model.most_probable_explanation(case)
    everything = {name: marginals[name].tolist() for name in model.vocabulary}
    return [*found, everything, dict(explanation.states), explanation.probability]


def test_eight_threads_get_exactly_the_answers_of_one(model: Model) -> None:
    cases = mixed_cases(model, THREADS * EACH, seed=1)
    kinds = {type(value) for case in cases for value in case.values()}
    assert kinds == {str, set, dict, type(None)}
    alone = [answers(model, number, case) for number, case in enumerate(cases)]
    with ThreadPoolExecutor(THREADS) as pool:
        together = list(pool.map(lambda case: answers(model, *case), enumerate(cases)))
    assert together == alone


def test_threads_that_share_a_model_get_the_same_numbers(model: Model) -> None:
    parts = [soft_cases(model, 2000, seed) for seed in range(8)]
    expected = [model.scores(part) for part in parts]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(model.scores, parts))
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one.probabilities, other.probabilities)
        np.testing.assert_array_equal(one.conflict, other.conflict)


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_two_processes_get_exactly_the_answers_of_one(model: Model, start: str) -> None:
    if start not in multiprocessing.get_all_start_methods():
        pytest.skip(f"this system cannot {start}")
    cases = mixed_cases(model, 60, seed=2)
    alone = [model.posterior(case) for case in cases]
    context = multiprocessing.get_context(start)
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        together = list(pool.map(model.posterior, cases, chunksize=15))
    for mine, theirs in zip(alone, together, strict=True):
        assert theirs.probabilities.tolist() == mine.probabilities.tolist()
        assert theirs.log_p_evidence == mine.log_p_evidence
        assert theirs.text == mine.text


def test_a_model_travels_as_what_it_was_made_of(model: Model) -> None:
    sent = pickle.dumps(model)
    assert len(sent) < 100_000  # compiled it is some 600 kB
    again = pickle.loads(sent)
    assert (again.source, again.sha256, repr(again)) == (model.source, model.sha256, repr(model))
    cases = model.encode(mixed_cases(model, 60, seed=3))
    for mine, theirs in zip(model.engine.groups, again.engine.groups, strict=True):
        assert (theirs.messages is None) == (mine.messages is None)
        assert mine.messages is None or theirs.messages.tobytes() == mine.messages.tobytes()
    assert again.log_joint(cases).tobytes() == model.log_joint(cases).tobytes()


def no_reference(model: Model) -> None:
    data = Path(model.source).read_bytes()
    parse_priors(data, model.vocabulary, frozenset(), source="priors.csv")


REFUSED: dict[str, Callable[[Model], object]] = {
    "evidence": lambda model: model.posterior({"pop": "perhaps", "onst": "sudden"}),
    "impossible evidence": lambda model: model.posterior({"condition": "dvt", "onset": "x"}),
    "numbers": no_reference,
    "a warning sign": lambda model: triage(model, {}, {"no_sign": True}),
    "a file": lambda _: hamknee.load("/no/such/priors.csv"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_an_error_crosses_processes_as_it_is(kind: str, model: Model) -> None:
    with pytest.raises(HamkneeError) as raised:
        REFUSED[kind](model)
    again = pickle.loads(pickle.dumps(raised.value))
    assert type(again) is type(raised.value)
    assert str(again) == str(raised.value)
    assert vars(again) == vars(raised.value)
