"""One model may be shared by processes: every answer and every error is that of a single one."""

import multiprocessing
import pickle
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

import hamknee
from hamknee.base.errors import HamkneeError
from hamknee.guidance.triaging import triage
from hamknee.inference.model import Model
from hamknee.network.priors_file import parse_priors
from tests.inference.test_model_threads import mixed_cases


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
