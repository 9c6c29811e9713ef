"""What an answer holds cannot be written to, so that no later answer is another one."""

import copy
import types
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from functools import cached_property, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest

import hamknee
from hamknee import estimation, evaluation, formats
from hamknee.base.frozen import CopiedField, FrozenMapping, _same
from hamknee.inference.model import Model
from hamknee.network.labelled import label
from hamknee.network.mapping import as_mapping
from hamknee.network.naming import read_headings

EVIDENCE = {"onset": "sudden", "pop": "yes", "setting": "emergency"}

POP = ("pop", "yes", {"condition": "strain", "onset": "sudden"})
OTHER_POP = ("pop", "yes", {"condition": "rupture", "onset": "sudden"})


def cohort(model: Model) -> pd.DataFrame:
    return hamknee.simulate(model, 60, known=0.6, seed=1)


def exported(model: Model, read: Callable[[Path], object]) -> object:
    with TemporaryDirectory() as folder:
        return read(hamknee.export(model, Path(folder, "knee.net")).path)


ANSWERS: Mapping[str, Callable[[Model], object]] = {
    "model": lambda m: m,
    "case": lambda m: m.case(EVIDENCE),
    "posteriors": lambda m: m.posterior([EVIDENCE, {}]),
    "marginals": lambda m: m.marginals([EVIDENCE, {}]),
    "explanation": lambda m: m.most_probable_explanation(EVIDENCE),
    "cases": lambda m: m.encode([EVIDENCE]),
    "scores": lambda m: m.scores(m.encode([EVIDENCE])),
    "explain": lambda m: hamknee.explain(m, EVIDENCE, "strain"),
    "conflict": lambda m: hamknee.conflict(m, EVIDENCE, draws=20),
    "questions": lambda m: hamknee.next_questions(m, EVIDENCE),
    "stop": lambda m: hamknee.stop_rule(m, EVIDENCE, draws=20),
    "budget": lambda m: hamknee.question_budget(m, EVIDENCE, 1, draws=20),
    "people": lambda m: hamknee.natural_frequencies(m.case(EVIDENCE)),
    "tornado": lambda m: hamknee.tornado(m, EVIDENCE, "strain"),
    "change": lambda m: hamknee.what_would_change(m, EVIDENCE, "rupture", 0.5),
    "interval": lambda m: hamknee.credible_interval(m, EVIDENCE, draws=20),
    "compare": lambda m: hamknee.compare(m.case({}), m.case(EVIDENCE)),
    "finding": lambda m: hamknee.finding_value(m, {}, "dvt", "swelling", "leg", draws=20),
    "triage": lambda m: hamknee.triage(m, EVIDENCE),
    "advice": lambda m: hamknee.advice(m, EVIDENCE),
    "evaluation": lambda m: hamknee.evaluate(m),
    "check": lambda m: hamknee.predictive_check(m, replicates=5),
    "dependence": lambda m: hamknee.residual_dependence(m, replicates=5),
    "difference": lambda m: hamknee.difference(m.priors, m.priors),
    "also": lambda m: hamknee.also_present(m, EVIDENCE),
    "same": lambda m: hamknee.same_decision_probability(m, EVIDENCE, draws=20),
    "level": lambda m: hamknee.level_questions(m, EVIDENCE),
    "function": lambda m: hamknee.sensitivity_function(m, EVIDENCE, "strain", POP),
    "two_way": lambda m: hamknee.two_way(m, EVIDENCE, "strain", POP, OTHER_POP),
    "ratios": lambda m: hamknee.likelihood_ratios(m, {}, findings=["pop"], draws=20),
    "studies": lambda m: hamknee.next_studies(m, 20, cases=20, draws=20),
    "follow_up": lambda m: hamknee.follow_up(m, EVIDENCE, days=3, course="same"),
    "summary": lambda m: hamknee.summary(m, EVIDENCE),
    "triage_check": lambda m: hamknee.triage_check(m),
    "validation": lambda m: hamknee.validate(m, cohort(m), against=m),
    "recalibration": lambda m: hamknee.recalibrate(m, cohort(m)),
    "update": lambda m: hamknee.update(m.priors, cohort(m)),
    "base rates": lambda m: m.with_base_rates({"dvt": 0.4}),
    "case mix": lambda m: evaluation.with_case_mix(m, {"dvt": 0.4}),
    "project": lambda _: hamknee.open_project(),
    "checked": lambda _: hamknee.open_project().check(),
    "feedback": lambda _: estimation.feedback(estimation.from_range(0.2, 0.4)),
    "labelled": lambda m: label(m.vocabulary, cohort(m).assign(source="A 2019")),
    "named cases": lambda m: m.encode(cohort(m).set_index("setting")),
    "mapping": lambda m: as_mapping(m.vocabulary, {"Pop": "pop"}),
    "headings": lambda m: read_headings(m.vocabulary, ["pop", "other"]),
    "files": lambda m: formats.as_files(m),
    "nodes": lambda m: exported(m, formats.read_nodes),
    "network": lambda m: exported(m, partial(hamknee.read_network, target="condition")),
    "priors": lambda m: m.priors,
}


def held(thing: object, path: str, seen: set[int]) -> Iterator[tuple[str, object]]:
    """Yield every array and mapping that something holds or has ready, and where."""
    if id(thing) in seen or isinstance(thing, str | types.FunctionType | type):
        return
    seen.add(id(thing))
    if isinstance(thing, np.ndarray):
        yield path, thing
    elif isinstance(thing, Mapping):
        yield path, thing
        for key, value in list(thing.items())[:30]:
            yield from held(value, f"{path}[{key!r}]", seen)
    elif isinstance(thing, tuple | list):
        for number, value in enumerate(thing[:8]):
            yield from held(value, f"{path}[{number}]", seen)
    elif type(thing).__module__.startswith("hamknee"):
        ready = [n for n, v in vars(type(thing)).items() if isinstance(v, cached_property)]
        for name in sorted(
            {*vars(thing), *ready} - {"html", "markdown", "text", "table", "states"}
        ):
            yield from held(getattr(thing, name, None), f"{path}.{name}", seen)


@pytest.mark.parametrize("name", ANSWERS)
def test_nothing_that_an_answer_holds_can_be_written_to(model: Model, name: str) -> None:
    every = list(held(ANSWERS[name](model), name, set()))
    arrays = [(path, thing) for path, thing in every if isinstance(thing, np.ndarray)]
    assert [path for path, array in arrays if array.size and array.flags.writeable] == []
    public = [(path, thing) for path, thing in every if "._" not in path]
    mappings = [(path, thing) for path, thing in public if isinstance(thing, MutableMapping)]
    assert [path for path, thing in mappings if not isinstance(thing, FrozenMapping)] == []


def test_no_mapping_that_later_answers_read_can_be_changed(model: Model) -> None:
    guidance = hamknee.triage(model, EVIDENCE).guidance
    variable = model.vocabulary["pop"]
    read_later = [
        *(model.cpts, model.priors.parents, model.vocabulary.index, variable.position),
        *(guidance.flags, guidance.levels, guidance.triage, guidance.words, guidance.worrying),
    ]
    for mapping in read_later:
        with pytest.raises(TypeError, match="cannot be changed"):
            mapping.clear()  # type: ignore[attr-defined]


def handed_out(thing: object, seen: set[int]) -> Iterator[tuple[object, str]]:
    """Yield every public table and list that something has, as its holder and the name."""
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, Mapping):
        for value in list(thing.values())[:10]:
            yield from handed_out(value, seen)
    elif isinstance(thing, tuple | list):
        for value in thing[:5]:
            yield from handed_out(value, seen)
    elif type(thing).__module__.startswith("hamknee") and not isinstance(thing, type):
        ready = [n for n, v in vars(type(thing)).items() if isinstance(v, cached_property)]
        own = [n for n, v in vars(type(thing)).items() if isinstance(v, CopiedField)]
        names = {*vars(thing), *ready, *own} - {"engine"}  # inside the model, as what begins with _
        for name in sorted(name for name in names if not name.startswith("_")):
            value = getattr(thing, name, None)
            if isinstance(value, pd.DataFrame | list | dict):
                yield thing, name
            else:
                yield from handed_out(value, seen)


def spoil(value: object) -> None:
    """Change a table, list or mapping in place, as far as it lets anybody."""
    if isinstance(value, pd.DataFrame):
        value.insert(0, "spoilt", 0)
        value.columns = range(len(value.columns))
    elif isinstance(value, list):
        value.append("spoilt")
        value.reverse()
    elif isinstance(value, FrozenMapping):
        for part in value.values():
            spoil(part)
    elif isinstance(value, dict):
        value.clear()


@pytest.mark.parametrize("name", ANSWERS)
def test_a_table_or_list_that_is_changed_is_the_callers_own(model: Model, name: str) -> None:
    for holder, attribute in handed_out(ANSWERS[name](model), set()):
        before = copy.deepcopy(getattr(holder, attribute))
        spoil(getattr(holder, attribute))
        assert _same(getattr(holder, attribute), before), f"{type(holder).__name__}.{attribute}"
