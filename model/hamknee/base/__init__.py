"""What every room stands on: errors, words, array types, files, TOML and tables.

Nothing here knows what a network is.
"""

from hamknee.base.csv_dialect import EMPTY, OLDER_WORKBOOK, Dialect, TableError, read_dialect
from hamknee.base.csv_rows import BrokenRow, read_rows
from hamknee.base.errors import MOST, Fault, FaultsError, HamkneeError, ProblemsError
from hamknee.base.files import (
    PART,
    alone,
    decode,
    other_separator,
    read_bytes,
    shipped,
    whole_file,
    write_whole,
    writing,
)
from hamknee.base.frames import (
    Sheet,
    TableWarning,
    as_frame,
    kind_of,
    parse_sheet,
    parse_table,
    read_sheet,
    read_table,
)
from hamknee.base.frozen import FrozenMapping, KeptArrays, compares_arrays, keep_arrays, read_only
from hamknee.base.kinds import (
    A_FRAME,
    A_PATH,
    A_TABLE,
    FRAMES,
    Kind,
    KindError,
    in_pandas,
    takes,
    thing,
)
from hamknee.base.parquet import parquet_table
from hamknee.base.showing import shown
from hamknee.base.threads import in_runs, workers_here
from hamknee.base.toml import NUMBER, Keys, TomlReader
from hamknee.base.types import Array, Codes, Mask
from hamknee.base.words import (
    as_seen,
    fine_range,
    listing,
    part_suggestion,
    percent,
    percent_range,
    round_factor,
    round_percent,
    short_digest,
    stated_percent,
    suggestion,
    times,
)

__all__ = [
    "A_FRAME",
    "A_PATH",
    "A_TABLE",
    "EMPTY",
    "FRAMES",
    "MOST",
    "NUMBER",
    "OLDER_WORKBOOK",
    "PART",
    "Array",
    "BrokenRow",
    "Codes",
    "Dialect",
    "Fault",
    "FaultsError",
    "FrozenMapping",
    "HamkneeError",
    "KeptArrays",
    "Keys",
    "Kind",
    "KindError",
    "Mask",
    "ProblemsError",
    "Sheet",
    "TableError",
    "TableWarning",
    "TomlReader",
    "alone",
    "as_frame",
    "as_seen",
    "compares_arrays",
    "decode",
    "fine_range",
    "in_pandas",
    "in_runs",
    "keep_arrays",
    "kind_of",
    "listing",
    "other_separator",
    "parquet_table",
    "parse_sheet",
    "parse_table",
    "part_suggestion",
    "percent",
    "percent_range",
    "read_bytes",
    "read_dialect",
    "read_only",
    "read_rows",
    "read_sheet",
    "read_table",
    "round_factor",
    "round_percent",
    "shipped",
    "short_digest",
    "shown",
    "stated_percent",
    "suggestion",
    "takes",
    "thing",
    "times",
    "whole_file",
    "workers_here",
    "write_whole",
    "writing",
]
