"""The command line, run in this process."""

import pytest

from hamknee.cli.command import main


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Return the exit code of the command with some arguments, and what it wrote."""
    with pytest.raises(SystemExit) as exit_:
        main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return int(exit_.value.code or 0), captured.out, captured.err
