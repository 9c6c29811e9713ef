"""Ctrl-C while the command is loaded ends it with code 130 and says nothing."""

import signal
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are sent")

INSTALLED = ["-c", "from hamknee_command import main; main()"]
"""What the script does that an installer writes."""

MODULE = ["-m", "hamknee"]


@pytest.mark.parametrize(
    ("start", "words", "loaded"),
    [
        (INSTALLED, ["diagnose", "onset=sudden"], "numpy.linalg"),
        (INSTALLED, ["diagnose", "onset=sudden"], "hamknee.network"),
        (INSTALLED, ["diagnose", "onset=sudden"], "typer"),
        (MODULE, ["score", "in.csv", "-o", "out.csv"], "numpy.linalg"),
        (MODULE, ["score", "in.csv", "-o", "out.csv"], "hamknee.cli.terminal"),
        (MODULE, ["dashboard"], "hamknee.inference"),
    ],
)
def test_who_stops_it_early_sees_nothing_of_it(
    start: list[str], words: list[str], loaded: str
) -> None:
    command = [sys.executable, "-X", "importtime", *start, *words]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.rpartition("|")[2].strip() == loaded:
                break
        else:
            raise AssertionError(f"{loaded} was not loaded")
        process.send_signal(signal.SIGINT)
        out, rest = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert [line for line in rest.splitlines() if not line.startswith("import time:")] == []


def test_a_program_that_uses_the_library_keeps_its_own_way_to_stop() -> None:
    program = "import signal, hamknee; print(signal.getsignal(2) is signal.default_int_handler)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "True\n"


def test_who_ignores_it_goes_on_to() -> None:
    program = "; ".join(
        (
            "import signal, hamknee_command",
            "signal.signal(2, signal.SIG_IGN)",
            "hamknee_command.leave_quietly()",
            "print(signal.getsignal(2) is signal.SIG_IGN)",
        )
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "True\n"
