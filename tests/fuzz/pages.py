"""What the dashboard promises of an address: the case in it, or words about what it left out."""

import importlib.util
import json
import math
import re
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlencode

from hamknee.base.errors import HamkneeError
from hamknee.base.files import shipped
from hamknee.guidance.guidance_file import read_guidance
from hamknee.inference.impossible import ImpossibleEvidenceError
from hamknee.inference.model import load
from hamknee.network.evidence import check_evidence, parse_value

from . import small
from .words import shipped_words


@cache
def page_module(name: str) -> ModuleType:
    """Return a module of the dashboard, under a name of its own."""
    folder = shipped("dashboard")
    spec = importlib.util.spec_from_file_location(f"fuzzed_{name}", folder / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    sys.path.insert(0, str(folder))  # what it imports stands beside it
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(folder))
    return module


@cache
def _world() -> tuple[Any, Any]:
    vocabulary, references = shipped_words()
    return load(), read_guidance(shipped("data/guidance.toml"), vocabulary, references)


def address(data: bytes, _: Path) -> None:
    """Everything is taken or named, and what is taken makes an address that says the same."""
    model, guidance = _world()
    pages = page_module("state/case")
    parameters = parse_qs(data.decode("utf-8", "replace"), keep_blank_values=True)
    found = pages.read_case(model.vocabulary, parameters, guidance)
    assert all(isinstance(text, str) and text.strip() for text in found.ignored)
    # The link that is copied, through a browser's encoding and back.
    copied = parse_qs(urlencode(found.address), keep_blank_values=True)
    again = pages.read_case(model.vocabulary, copied, guidance)
    assert again.evidence == found.evidence
    assert (again.flags, again.not_known) == (found.flags, found.not_known)
    assert again.ignored == ()
    given = {n: parse_value(model.vocabulary[n], text) for n, text in found.texts.items()}
    assert check_evidence(model.vocabulary, given) == found.evidence
    try:
        total = model.posterior(found.evidence).probabilities.sum()
    except ImpossibleEvidenceError:
        return
    assert math.isclose(total, 1, rel_tol=1e-9)


def leg_toml(data: bytes, folder: Path) -> None:
    """A picture whose places answer the question and whose paths are no more than that; or none."""
    (folder / "leg.toml").write_bytes(data)
    vocabulary = small.vocabulary()
    picture = page_module("diagnosis/picture").find_picture(vocabulary, folder / "priors.csv")
    if picture is None:
        raise HamkneeError("no picture; allowed: none")
    states = vocabulary[picture.variable].state_names
    assert picture.views
    assert 0 < picture.height <= 1000
    for view in picture.views:
        json.dumps({**vars(view), "places": dict(view.places)}, allow_nan=False)
        assert all(isinstance(text, str) for text in (view.label, view.left, view.right))
        assert set(view.places) <= set(states)
        for path in (view.outline, *view.lines, *view.places.values()):
            assert re.fullmatch(r"[A-Za-z0-9 ,.\-]+", path)


LEG = """\
variable = "sign"
height = 140

[[views]]
label = "Back"
left = "inner"
right = "outer"
outline = "M9 0 C11 26 17 40 16 60 Z"
lines = ["M33 4 C34 30", "M67 4 C66 30"]

[views.places]
yes = "M18 36 C24 33 31 33 36 37 Z"

[[views]]
label = "Front"
outline = "M9 0 L1 1"

[views.places]
no = "M1 1 h-2 v.5"
"""
