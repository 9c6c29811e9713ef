"""What every room stands on: errors, words, array types, files, TOML and tables.

Nothing here knows what a network is.
"""

from hamknee.base.errors import MOST, Fault, FaultsError, HamkneeError, ProblemsError
from hamknee.base.files import (
    PART,
    decode,
    other_separator,
    read_bytes,
    shipped,
    whole_file,
    write_whole,
    writing,
)
from hamknee.base.frames import COMMAS, EMPTY, TableError, not_commas, parse_table, read_table
from hamknee.base.frozen import FrozenMapping
from hamknee.base.toml import NUMBER, Keys, TomlReader
from hamknee.base.types import Array, Codes, Mask
from hamknee.base.words import (
    fine_range,
    listing,
    percent,
    percent_range,
    round_factor,
    round_percent,
    stated_percent,
    suggestion,
    times,
)

__all__ = [
    "COMMAS",
    "EMPTY",
    "MOST",
    "NUMBER",
    "PART",
    "Array",
    "Codes",
    "Fault",
    "FaultsError",
    "FrozenMapping",
    "HamkneeError",
    "Keys",
    "Mask",
    "ProblemsError",
    "TableError",
    "TomlReader",
    "decode",
    "fine_range",
    "listing",
    "not_commas",
    "other_separator",
    "parse_table",
    "percent",
    "percent_range",
    "read_bytes",
    "read_table",
    "round_factor",
    "round_percent",
    "shipped",
    "stated_percent",
    "suggestion",
    "times",
    "whole_file",
    "write_whole",
    "writing",
]
