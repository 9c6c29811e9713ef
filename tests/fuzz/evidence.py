"""What the readers of evidence promise: statements, the files of a project, base rates, layers."""

import json
import math
import time
import warnings
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from hamknee.base.frames import TableWarning
from hamknee.estimation import Derivation, read_dossier, read_statement
from hamknee.evaluation import read_recalibration, with_case_mix
from hamknee.inference.local_rates import read_base_rates
from hamknee.network.coexisting import read_coexisting
from hamknee.projects import Project, open_project

from . import small

SECONDS = 5
"""Longer than any statement may take."""


def statement(data: bytes, _: Path) -> None:
    """A column that can be: proportions inside of 0 and 1, a size, a sentence without NaN."""
    start = time.monotonic()
    column = read_statement(data.decode("utf-8", "replace"), without=0.1)
    assert time.monotonic() - start < SECONDS
    assert all(0 < p < 1 for p in column.probabilities)
    assert math.isclose(sum(column.probabilities), 1, rel_tol=1e-6)
    assert 0 < column.ess < math.inf
    assert "nan" not in column.text
    assert "inf" not in column.text
    assert column.table["low"].le(column.table["high"]).all()
    for _, level, value in column.stated:
        assert 0 < level < 1
        assert 0 <= value <= 1


# The files of a project ---------------------------------------------------------------------------


def evidence(data: bytes, folder: Path, *, name: str) -> None:
    """Whatever was read is written so that it reads back the same."""
    _write(folder)
    (folder / name).write_bytes(data)
    project = open_project(folder)
    dossier = project.dossier
    assert dossier is not None
    again = folder / "again"
    again.mkdir()
    for file, text in dossier.files().items():
        (again / file).write_text(text, encoding="utf-8", newline="")
    assert read_dossier(again, project.vocabulary).files() == dossier.files()
    for row in Derivation(dossier, project.vocabulary).rows():
        assert 0 <= row.probability <= 1
        assert 0 <= row.ess < math.inf
    for estimate in dossier.estimates:
        assert 0 <= estimate.low <= estimate.estimate <= estimate.high <= 1
        assert estimate.state in project.vocabulary[estimate.variable].state_names
    assert all(0 < a.odds_ratio < math.inf for a in dossier.associations)
    saved = project.save(folder / "saved")
    assert saved.files == project.files
    assert open_project(folder / "saved").dossier == dossier


def additions(data: bytes, folder: Path) -> None:
    """What was added is there, everything else too, and the numbers add up."""
    path = folder / "more.toml"
    path.write_bytes(data)
    before = _project()
    after = before.add(path)
    assert set(before.vocabulary) <= set(after.vocabulary)
    assert set(before.vocabulary.target.state_names) <= set(after.vocabulary.target.state_names)
    assert len(after.changes) > len(before.changes)
    for cpt in after.priors.cpts().values():
        np.testing.assert_allclose(cpt.probabilities.sum(axis=-1), 1, rtol=0, atol=1.1e-6)
    assert after.save(folder / "saved").priors.to_csv() == after.priors.to_csv()


def coexisting(data: bytes, folder: Path) -> None:
    """Causes that there are, ranges in order, and sources that are known."""
    path = folder / "coexisting.csv"
    path.write_bytes(data)
    for row in read_coexisting(path, small.vocabulary(), small.SOURCES):
        assert {row.main, row.also} <= set(small.vocabulary().target.state_names)
        assert 0 <= row.low <= row.estimate <= row.high <= 1
        assert set(row.sources) <= small.SOURCES
        for name, states in row.when.items():
            assert states <= set(small.vocabulary()[name].state_names)


def _write(folder: Path) -> None:
    (folder / "evidence").mkdir(parents=True)
    for name, text in {**FILES, "priors.csv": small.PRIORS}.items():
        (folder / name).write_text(text, encoding="utf-8")


@cache
def _project() -> Project:
    with TemporaryDirectory(prefix="hamknee-fuzz-") as folder:
        _write(Path(folder))
        return Project(open_project(folder).files)


ESTIMATES = "variable,state,given,estimate,low,high,basis,facts,why\n" + "\n".join(
    f"{variable},{state},{given},{p},{p / 2:g},{(1 + p) / 2:g},judgement,,"
    for variable, given, column in (
        ("place", "", {"home": 0.75, "clinic": 0.25}),
        ("cause", "place=home", {"strain": 0.7, "clot": 0.1, "other": 0.2}),
        ("cause", "place=clinic", {"strain": 0.3, "clot": 0.6, "other": 0.1}),
        ("age", "cause=strain", {"young": 0.8, "old": 0.2}),
        ("age", "cause=clot", {"young": 0.15, "old": 0.85}),
        ("age", "cause=other", {"young": 0.5, "old": 0.5}),
        ("sign", "cause=strain", {"yes": 0.625, "no": 0.375}),
        ("sign", "cause=clot", {"yes": 0.9, "no": 0.1}),
        ("sign", "cause=other", {"yes": 0.25, "no": 0.75}),
    )
    for state, p in column.items()
)
_SOURCED = '0.9,0.45,0.95,published,F1 F2,"as told, ""in full"""'
FILES = {
    "vocabulary.toml": small.VOCABULARY,
    "references.bib": small.REFERENCES,
    "evidence/estimates.csv": ESTIMATES.replace("0.9,0.45,0.95,judgement,,", _SOURCED) + "\n",
    "evidence/facts.csv": (
        "fact,source,condition,variable,state,numerator,denominator,value,low,high\n"
        "F1,smith2020,clot,sign,yes,9,10,0.9,0.45,0.95\n"
        'F2,jones1999,clot,sign,"a, b",,,0.9,,\n'
    ),
    "evidence/associations.csv": (
        "variable,state,parent,parent_state,given,odds_ratio,why\n"
        "sign,yes,age,old,,2.5,seen sooner\n"
        "sign,yes,age,old,cause=clot,0.8,\n"
    ),
}
ADDITIONS = """\
[condition.cyst]
label = "Cyst"
description = "A bag of fluid."
base_rate = "0.01 (0.004 to 0.03)"
"sign=yes" = "24 of 60"

[finding.warmth]
label = "Warmth"
question = "Is it warm?"
others = "1 of 10"
clot = "0.40 (0.25 to 0.55)"
"""
COEXISTING = (
    "main,main_part,also,also_part,estimate,low,high,basis,kind,background,when,sources,facts,"
    "background_facts,note\n"
    "strain,,clot,,0.0003,0.0001,0.0015,judgement,symptomatic,0.0002,,smith2020,,F1,rare\n"
    'clot,inner,other,,0.2,0.1,0.5,indirect,imaging,,sign=yes,jones1999,F1 F2,,"a, b"\n'
)
STATEMENTS = (
    "24 of 60",
    "24/60",
    "0.40 (0.25 to 0.55)",
    "40 % (95 % CI 25 to 55 %)",
    "0.25-0.55",
    "90% interval: 25; 55 %",
    "LR+ 3.1 (1.9 to 5.0)",
    "quartiles 0.3 0.4 0.5",
    "chips 0 3 10 6 1",
)


def checks() -> dict[str, Callable[[bytes, Path], None]]:
    """Return the readers of a project's evidence, by the name of the file."""
    names = ("estimates.csv", "facts.csv", "associations.csv")
    return {name: partial(evidence, name=f"evidence/{name}") for name in names}


# Base rates and recalibration ---------------------------------------------------------------------


def base_rates(data: bytes, _: Path) -> None:
    """Shares that are there in full."""
    text = data.decode("utf-8", "replace")
    _rates_are_those_of(text)


def base_rates_file(data: bytes, folder: Path) -> None:
    """The same of a file."""
    path = folder / "rates.csv"
    path.write_bytes(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TableWarning)
        _rates_are_those_of(path)


def _rates_are_those_of(text: str | Path) -> None:
    rates, counts = read_base_rates(small.model(), text)
    local = small.model().with_base_rates(text)
    assert all(math.isfinite(rate) for rate in rates.values())
    table = local.cpts["cause"].probabilities
    assert np.isfinite(table).all()
    assert ((table >= 0) & (table <= 1)).all()
    np.testing.assert_allclose(table.sum(axis=-1), 1, rtol=0, atol=1e-9)
    if not counts:
        for name, rate in rates.items():
            state = small.vocabulary().target.position[name]
            np.testing.assert_allclose(table[:, state], rate, rtol=1e-6)
    assert math.isclose(local.posterior({}).probabilities.sum(), 1, rel_tol=1e-9)


def recalibration(data: bytes, folder: Path) -> None:
    """A layer that gives answers which add up, and is the same once it is saved."""
    path = folder / "layer.json"
    path.write_bytes(data)
    layer = read_recalibration(small.model(), path)
    answer = layer.posterior(small.model(), {"sign": "yes"})
    assert math.isclose(answer.probabilities.sum(), 1, rel_tol=1e-9)
    layer.save(folder / "again.json")
    again = read_recalibration(small.model(), folder / "again.json")
    same = again.posterior(small.model(), {"sign": "yes"}).probabilities
    np.testing.assert_allclose(same, answer.probabilities, rtol=1e-9)
    assert again.text == layer.text


def layer_json() -> tuple[bytes, ...]:
    """Return layers as `hamknee recalibrate` writes them."""
    with TemporaryDirectory(prefix="hamknee-fuzz-") as folder:
        path = Path(folder, "layer.json")
        with_case_mix(small.model(), {"clot": 0.4}).save(path)
        mix = path.read_bytes()
    slope = json.loads(mix) | {"slope": 0.5, "kind": "temperature", "case_mix": None}
    return mix, small.as_json(slope)
