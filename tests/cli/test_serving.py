"""The command `dashboard`: where it serves, and that it ends with its server."""

import os
import socket
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest

from hamknee.base.errors import HamkneeError
from hamknee.cli import serving
from hamknee.cli.serving import check_place
from tests.support.command_line import run


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("address", ["localhost", "0.0.0.0"])
def test_dashboard_starts_from_any_folder_asks_nothing_and_prints_its_address(
    tmp_path: Path, address: str
) -> None:
    port = free_port()
    command = [sys.executable, "-m", "hamknee", "dashboard", "--port", str(port)]
    command += ["--address", address]
    # A home without Streamlit's files is a first start: the moment it would ask for an e-mail.
    environment = os.environ | {"HOME": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        watchdog = threading.Timer(60, process.kill)  # a start that hangs ends, and fails below
        watchdog.start()
        try:
            assert process.stdout is not None
            printed = ""
            for line in process.stdout:
                printed += line
                if f"http://localhost:{port}" in line:
                    break
            with urllib.request.urlopen(f"http://localhost:{port}/_stcore/health") as answer:
                assert answer.read() == b"ok"
        finally:
            watchdog.cancel()
            process.terminate()  # this process alone
            printed += process.stdout.read()  # until nobody is left to print
    assert f"http://localhost:{port}" in printed
    assert "mail" not in printed.lower()
    assert "external" not in printed.lower()  # neither its address nor that none could be had
    assert "Traceback" not in printed
    assert "runtime" not in printed.lower()  # what Streamlit misses says nothing to a visitor
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://localhost:{port}/_stcore/health")


@pytest.mark.parametrize(
    "address",
    [
        *["", " ", "0", "*", "::%1", "::ffff:0.0.0.0"],  # these could mean every address
        *["http://0.0.0.0", "0.0.0.0:8698", "203.0.113.5", "localhost ", "unix:///a"],
    ],
)
def test_an_address_that_is_none_of_this_machine_is_refused_in_a_sentence(
    capsys: pytest.CaptureFixture[str], address: str
) -> None:
    code, printed, err = run(capsys, "dashboard", "--address", address, "--port", "8698")
    assert (code, printed) == (2, "")
    assert err == (
        f"Error: {address!r} is no address of this machine; allowed: localhost, 0.0.0.0 for "
        "everybody, or an address of this machine\n"
    )


@pytest.mark.parametrize(
    ("address", "opened"),
    [("127.0.0.1", None), ("::1", "[::1]"), ("0.0.0.0", "localhost")],
)
def test_the_address_that_is_printed_can_be_opened(
    monkeypatch: pytest.MonkeyPatch, address: str, opened: str | None
) -> None:
    started: list[dict[str, str]] = []
    monkeypatch.delenv("STREAMLIT_BROWSER_SERVER_ADDRESS", raising=False)
    monkeypatch.setattr(serving, "check_place", lambda *_: None)  # not every machine has IPv6
    monkeypatch.setattr(serving, "become", lambda _command, _folder, env: started.append(env))
    serving.dashboard(address=address)
    assert started[0].get("STREAMLIT_BROWSER_SERVER_ADDRESS") == opened


@pytest.mark.parametrize("address", ["localhost", "127.0.0.1", "0.0.0.0"])
def test_an_address_of_this_machine_will_do(address: str) -> None:
    check_place(address, None)
    check_place(address, free_port())


def test_a_port_that_is_taken_is_told_in_a_sentence() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(HamkneeError, match=f"^port {port} is taken; allowed: another port"):
            check_place("localhost", port)
