"""Networks as files: which names are hard, what two networks differ by, and files by hand."""

import re
import warnings
from pathlib import Path

import numpy as np
import pytest

from hamknee.formats.draft import NetworkFileError
from hamknee.formats.interchange import FORMATS, export, read_network
from hamknee.inference.model import Model
from hamknee.network.priors import CPT
from hamknee.network.vocabulary import State, Variable, Vocabulary

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # its compiled part warns of itself


NAMED = [name for name in FORMATS if name != "uai"]


HOSTILE = ["≥3 mm (full)", "0-5/10", "é", "a b", "a,b", "{x}", "<&>", "it's", "table", "5", "%x;"]


BROKEN = ["", " a", "a\nb", "a\x00b", "\ud800", "a\u200bb"]


def tables(model: Model) -> dict[str, dict[frozenset[tuple[str, str]], float]]:
    """Return every probability of a model by the names it is about, whatever the order."""
    by_name = {}
    for name, cpt in model.cpts.items():
        members = (*cpt.parents, name)
        states = [model.vocabulary[member].state_names for member in members]
        by_name[name] = {
            frozenset((m, s[i]) for m, s, i in zip(members, states, place, strict=True)): float(p)
            for place, p in np.ndenumerate(cpt.probabilities)
        }
    return by_name


def distance(a: Model, b: Model) -> float:
    """Return the largest difference of a number; names must be the same."""
    ours, theirs = tables(a), tables(b)
    assert ours.keys() == theirs.keys()
    assert all(ours[name].keys() == theirs[name].keys() for name in ours)
    return max(abs(ours[n][k] - theirs[n][k]) for n in ours for k in ours[n])


def with_states(first: str, second: str = "other", name: str = "sign", label: str = "") -> Model:
    """Return a target with one finding of the given names."""
    target = Variable("t", "target", "t", (State("q", "q"), State("r", "r")))
    states = (State(first, first), State(second, second))
    finding = Variable(name, "finding", label or name, states)
    table = np.array([[0.1, 0.9], [0.3, 0.7]])
    cpts = {"t": CPT("t", (), np.array([0.2, 0.8])), name: CPT(name, ("t",), table)}
    return Model(Vocabulary((target, finding)), cpts)


BIF = """network x { // by hand
}
variable t { type discrete [ 2 ] { q, r }; }
variable sign { type discrete [ 2 ] { yes, no }; property a = b; }
probability ( t ) { table 0.2, 0.8; }
probability ( sign | t ) {
  (q) 0.1, 0.9;
  (r) 0.3, 0.7;
}
"""
"""What `with_states("yes", "no")` is in BIF, by hand."""


def read(folder: Path, kind: str, text: str) -> Model:
    """Return what is read from a file of a format that holds a text."""
    path = folder / f"net.{kind}"
    path.write_bytes(text.encode())
    return read_network(path, target="v0" if kind == "uai" else "t")


def assert_refused(folder: Path, kind: str, old: str, new: str, message: str) -> None:
    """Hold a reader to a message about a file in which one text was replaced by another."""
    export(with_states("yes", "no"), folder / f"good.{kind}")
    good = (folder / f"good.{kind}").read_text(encoding="utf-8")
    text = BIF if kind == "bif" else good
    assert old in text
    read(folder, kind, text)
    with pytest.raises(NetworkFileError, match=re.escape(message)):
        read(folder, kind, text.replace(old, new))
