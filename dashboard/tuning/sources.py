"""The literature behind the numbers: what each key of references.bib stands for, and its link."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import quote

from hamknee.base import shipped
from hamknee.network import Priors, beside
from parts.texts import in_html, plain


@dataclass(frozen=True)
class Reference:
    """One source.

    Parameters
    ----------
    key : str
        As priors.csv names it.
    title : str
        Its title; the key where there is none.
    about : str
        Authors, journal and year, as far as they are known.
    note : str
        What kind of study it is.
    link : str
        Where to read it: DOI, PubMed or another address; empty if none is known.
    cited : str
        Author and year; empty where no author is known.
    """

    key: str
    title: str
    about: str = ""
    note: str = ""
    link: str = ""
    cited: str = ""

    @property
    def short(self) -> str:
        """Author and year, or the key, as a link in HTML whose title has key and title.

        It opens beside the page, which keeps the session.
        """
        words, title = in_html(self.cited or self.key), escape(f"{self.key}: {self.title}")
        if not self.link:
            return f'<span title="{title}">{words}</span>'
        return f'<a href="{escape(self.link)}" target="_blank" title="{title}">{words}</a>'

    @property
    def line(self) -> str:
        """Title, authors and year as a line to read, in Markdown."""
        parts = [_linked(self.title, self.link), plain(self.about), plain(self.note)]
        return ". ".join(filter(None, parts))

    @property
    def line_with_key(self) -> str:
        """The line, and how priors.csv names the source, in Markdown."""
        return f"{self.line} ({plain(self.key)})"


def references(priors: Priors) -> dict[str, Reference]:
    """Return what is known of every source that could be named, by its key.

    Parameters
    ----------
    priors : Priors
        The numbers. A references.bib beside their file is read before the shipped one.
    """
    own = Path(priors.source).with_name("references.bib")
    path = own if own.is_file() else shipped("data/references.bib")
    entries = _entries(path.read_text("utf-8-sig"))
    return {key: _reference(key, fields) for key, fields in entries.items()}


def citable(priors: Priors) -> list[str]:
    """Return the keys that a number may name as its sources.

    With words of its own and no references beside them a network is about something else: there
    the shipped sources are not offered, but for those that its numbers name.
    """
    cited = {key for row in priors.rows for key in row.sources}
    own = beside(priors.source, "vocabulary.toml") and not beside(priors.source, "references.bib")
    return sorted(cited if own else {*(priors.references or ()), *cited})


def named(known: Mapping[str, Reference], keys: Iterable[str]) -> list[Reference]:
    """Return the references of some keys, with a bare one for a key that is not known."""
    return [known.get(key, Reference(key, key)) for key in keys]


def source_lines(priors: Priors) -> list[str]:
    """Return every source that the numbers name, in Markdown, those behind most numbers first."""
    counts = Counter(key for row in priors.rows for key in row.sources)
    sources = named(references(priors), (key for key, _ in counts.most_common()))
    return [f"- {reference.line} ({counts[reference.key]})" for reference in sources]


def _entries(text: str) -> dict[str, dict[str, str]]:
    """Return the fields of each BibTeX entry that stand on a line of their own."""
    entries: dict[str, dict[str, str]] = {}
    fields: dict[str, str] = {}
    for line in text.splitlines():
        if entry := re.match(r"\s*@\w+\s*\{\s*([^,\s]+)\s*,", line):
            fields = entries.setdefault(entry[1], {})
        elif field := re.match(r"\s*(\w+)\s*=\s*[{\"](.*)[}\"]\s*,?\s*$", line):
            fields[field[1].lower()] = re.sub(r"[{}]", "", field[2])
    return entries


def _reference(key: str, fields: Mapping[str, str]) -> Reference:
    names = ("author", "journal", "howpublished", "year")
    about = ", ".join(fields[name] for name in names if name in fields)
    title, note = fields.get("title", key), fields.get("note", "")
    return Reference(key, title, about, note, _link(fields), _cited(key, fields))


def _cited(key: str, fields: Mapping[str, str]) -> str:
    """Return author and year as a text cites them; nothing where no author is known."""
    authors = fields.get("author", "").split(" and ")
    first, *others = (author.partition(",")[0].strip() for author in authors)
    if not first:
        return ""
    if len(others) == 1 and others != ["others"]:
        first = f"{first} and {others[0]}"
    elif others:
        first = f"{first} et al."
    year = fields.get("year", "")
    # Keys tell two papers of a year apart by a letter.
    letter = re.search(rf"{re.escape(year)}([a-z]?)$", key) if year else None
    return f"{first} {year}{letter[1] if letter else ''}" if year else f"{first}, undated"


def _link(fields: Mapping[str, str]) -> str:
    if "doi" in fields:
        return f"https://doi.org/{_safe(fields['doi'])}"
    if "pmid" in fields:
        return f"https://pubmed.ncbi.nlm.nih.gov/{_safe(fields['pmid'])}"
    url = fields.get("url", "")
    return _safe(url) if url.startswith(("https://", "http://")) else ""


def _safe(address: str) -> str:
    """Return an address without what would end a Markdown link."""
    return quote(address, safe="/:?&=#%~+,;@!$*'.-_")


def _linked(text: str, link: str) -> str:
    return f"[{plain(text)}]({link})" if link else plain(text)
