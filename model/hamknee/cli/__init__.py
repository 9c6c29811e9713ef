"""The command `hamknee`, a file for each subject."""

from hamknee.cli.command import main

__all__ = [
    "main",
]
