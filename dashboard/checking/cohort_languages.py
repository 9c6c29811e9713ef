"""What columns and values are called in German, French and Spanish."""

import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

SAME_AS: Mapping[str, tuple[str, ...]] = {
    "yes": ("true", "ja", "oui", "si", "sí", "wahr", "vrai", "verdadero"),
    "no": ("false", "nein", "non", "falsch", "faux", "falso"),
    "female": ("f", "weiblich", "frau", "femme", "féminin", "mujer", "femenino"),
    "male": ("männlich", "mann", "homme", "masculin", "hombre", "masculino"),
}
"""Words for the commonest states that mean nothing else anywhere."""

TOGETHER: Sequence[Mapping[str, str]] = (
    {"1": "yes", "0": "no"},
    {"j": "yes", "n": "no"},
    {"o": "yes", "n": "no"},
    {"s": "yes", "n": "no"},
    {"m": "male", "f": "female"},
    {"m": "male", "w": "female"},
    {"h": "male", "f": "female"},
)
"""What means these states where both stand in a column, and nothing else that is as short: 1 may be
the no of somebody who counts from 1, m may be a mujer."""


@lru_cache(maxsize=1)
def headings() -> Mapping[str, str]:
    """Return our variable for each heading of the file, which is whole and without accents."""
    tables = tomllib.loads(Path(__file__).with_name("headings.toml").read_text("utf-8"))
    return {heading: name for name, texts in tables.items() for heading in texts}


def without_accents(text: str) -> str:
    """Return a text whose letters have no marks.

    >>> without_accents("Überwärmung à gauche")
    'Uberwarmung a gauche'
    """
    parts = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in parts if not unicodedata.combining(letter))
