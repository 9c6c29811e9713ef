"""Networks as files of other programs, and as networks of pgmpy."""

from hamknee.formats.importing import as_files
from hamknee.formats.interchange import FORMATS, export, read_network, read_nodes
from hamknee.formats.pgmpy import difference_from_pgmpy, to_pgmpy

__all__ = [
    "FORMATS",
    "as_files",
    "difference_from_pgmpy",
    "export",
    "read_network",
    "read_nodes",
    "to_pgmpy",
]
