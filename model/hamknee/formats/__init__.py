"""Networks as files of other programs, and as networks of pgmpy."""

from hamknee.formats.draft import NetworkFileError
from hamknee.formats.importing import Imported, as_files
from hamknee.formats.interchange import FORMATS, Export, export, read_network, read_nodes
from hamknee.formats.pgmpy import (
    difference_from_pgmpy,
    from_pgmpy,
    pgmpy_pseudo_counts,
    to_pgmpy,
)
from hamknee.formats.pgmpy_structure import (
    ImpliedIndependences,
    Independence,
    StructureSearch,
    implied_independences,
    markov_blanket,
    search_structure,
)

__all__ = [
    "FORMATS",
    "Export",
    "ImpliedIndependences",
    "Imported",
    "Independence",
    "NetworkFileError",
    "StructureSearch",
    "as_files",
    "difference_from_pgmpy",
    "export",
    "from_pgmpy",
    "implied_independences",
    "markov_blanket",
    "pgmpy_pseudo_counts",
    "read_network",
    "read_nodes",
    "search_structure",
    "to_pgmpy",
]
