"""What a file is by what it holds, where its ending tells something else, or that of nobody."""

import re
from pathlib import Path
from typing import NamedTuple

from hamknee.formats.draft import Draft

READ = "BIF, XMLBIF, NET (HUGIN), XDSL (GeNIe) or UAI"
_BY_GENIE = "GeNIe opens it and saves it as .xdsl"


class _Foreign(NamedTuple):
    """What is not read: its name, its endings, how it starts or its root, and what to do."""

    what: str
    endings: tuple[str, ...] = ()
    start: str | None = None
    root: str | None = None
    allowed: str = READ


_FOREIGN = (
    _Foreign("a network of Elvira", (".elv",), r"(?://[^\n]*\n\s*)*bnet\s*\""),
    _Foreign("a network of Netica", (".dne", ".dnet"), r"// ~->\[DNET|bnet\s", None, _BY_GENIE),
    _Foreign(
        "a network of Netica in bytes of its own",
        (".neta",),
        allowed=f"Netica saves it as .dne; {_BY_GENIE}",
    ),
    _Foreign("a network of Ergo", (".erg", ".ergo"), allowed=_BY_GENIE),
    _Foreign("a network in the Lisp of IDEAL", (), r"(?:;[^\n]*\n\s*)*\(network\s+'"),
    _Foreign("a network of MSBNx (XBN)", (".xbn",), root="ANALYSISNOTEBOOK"),
    _Foreign("a network of OpenMarkov", (".pgmx",), root="ProbModelXML"),
    _Foreign(
        "a network in GeNIe's format before XDSL",
        (".dsl",),
        r"net\s+\w+\s*\{\s*HEADER\s*=",
        allowed="GeNIe saves it as .xdsl",
    ),
    _Foreign(
        "a network in an XML of UnBBayes's own",
        (),
        r"(?:<\?xml\s[^>]*\?>\s*)?<(?:mstns:)?BIF(?:\s[^>]*)?>\s*<(?:mstns:)?HEADER",
        allowed="UnBBayes saves it as .net",
    ),
    _Foreign("a network that HUGIN compiled", (".hkb",), allowed="HUGIN saves it as .net"),
    _Foreign("an object of R", (".rds", ".rda", ".rdata"), allowed="in R write.bif of bnlearn"),
    _Foreign(
        "an object of Python",
        (".pkl", ".pickle", ".joblib"),
        allowed="hamknee.formats.from_pgmpy, where it is a network of pgmpy",
    ),
    _Foreign("a zip archive", (".zip",), r"PK\x03\x04", allowed="what is in it; .gz is read"),
    _Foreign("evidence, and no network", (".evid",)),
    _Foreign("JSON", (".json",), r"[{\[]"),
    _Foreign("a graph of Pajek", (), r"\*(?i:vertices|network)\b"),
    _Foreign(
        "a web page", (".html", ".htm"), r"(?i:<!doctype html|<html)", allowed="the file alone"
    ),
    _Foreign(
        "a note of Git LFS on a file that is elsewhere",
        (),
        r"version https://git-lfs",
        allowed="the file itself, as git lfs pull brings it",
    ),
)

_COMMENTS = r"(?>\s+|//[^\n]*|/\*(?s:.*?)\*/|%[^\n]*)*+"
_STARTS = {
    "bif": re.compile(_COMMENTS + r"(?:network\b[^{;]{0,200}\{|belief\s+network\b)"),
    "net": re.compile(_COMMENTS + r"(?:net\s*|class\s+\w+\s*)\{"),
    "uai": re.compile(r"\s*(?i:bayes)\s+[0-9]"),
}
_ROOTS = {"BIF": "xmlbif", "smile": "xdsl"}
_ROOT = re.compile(
    r"(?>\s+|<\?(?s:.*?)\?>|<!--(?s:.*?)-->|<!DOCTYPE[^\[>]*(?>\[(?s:.*?)\]\s*)?>)*+<([A-Za-z_][\w.:-]*)"
)


def refuse_foreign_ending(path: Path, draft: Draft) -> None:
    """Raise at a file whose ending is that of a program whose files are not read."""
    for foreign in _FOREIGN:
        if path.suffix.lower() in foreign.endings:
            draft.stop(None, f"{path.suffix} is the ending of {foreign.what}", foreign.allowed)


def format_by_content(text: str, draft: Draft) -> str | None:
    """Return the short name of the format that a text is in, None where that cannot be told.

    Parameters
    ----------
    text : str
        What the file holds.
    draft : Draft
        Which knows the name of the file.

    Raises
    ------
    NetworkFileError
        If it is something else that is known, with what to do.
    """
    match = _ROOT.match(text)
    root = match[1] if match else None
    for foreign in _FOREIGN:
        starts = foreign.start is not None and re.match(rf"\s*(?:{foreign.start})", text)
        if starts or (root is not None and root == foreign.root):
            draft.stop(1, f"this is {foreign.what}", foreign.allowed)
    if root in _ROOTS:
        return _ROOTS[root]
    return next((name for name, start in _STARTS.items() if start.match(text)), None)
