"""The literature behind the numbers, as lines to read."""

import re
from collections import Counter
from pathlib import Path

from hamknee.priors import Priors
from hamknee.shipped import shipped
from texts import plain


def source_lines(priors: Priors) -> list[str]:
    """Return every source that the numbers name, in Markdown, those behind most numbers first.

    Parameters
    ----------
    priors : Priors
        The numbers. A references.bib beside their file is read before the shipped one.
    """
    counts = Counter(key for row in priors.rows for key in row.sources)
    beside = Path(priors.source).with_name("references.bib")
    path = beside if beside.is_file() else shipped("data/references.bib")
    entries = _entries(path.read_text("utf-8-sig"))
    return [f"{_line(key, entries.get(key, {}))} ({n})" for key, n in counts.most_common()]


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


def _line(key: str, fields: dict[str, str]) -> str:
    title = plain(fields.get("title", key))
    if link := _link(fields):
        title = f"[{title}]({link})"
    rest = [
        fields[name] for name in ("author", "journal", "howpublished", "year") if name in fields
    ]
    return f"- {title}. {plain(', '.join(rest))}" if rest else f"- {title}"


def _link(fields: dict[str, str]) -> str:
    if "doi" in fields:
        return f"https://doi.org/{fields['doi']}"
    if "pmid" in fields:
        return f"https://pubmed.ncbi.nlm.nih.gov/{fields['pmid']}"
    return fields.get("url", "")
