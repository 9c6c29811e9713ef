"""Networks as files of other programs, and as networks of pgmpy."""

from hamknee.formats.draft import NetworkFileError
from hamknee.formats.importing import Imported, as_files
from hamknee.formats.interchange import FORMATS, Export, export, read_network, read_nodes
from hamknee.formats.pgmpy import difference_from_pgmpy, from_pgmpy, to_pgmpy

__all__ = [
    "FORMATS",
    "Export",
    "Imported",
    "NetworkFileError",
    "as_files",
    "difference_from_pgmpy",
    "export",
    "from_pgmpy",
    "read_network",
    "read_nodes",
    "to_pgmpy",
]
