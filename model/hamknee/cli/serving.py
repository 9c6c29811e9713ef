"""The command `dashboard`."""

import errno
import os
import re
import socket
import subprocess
import sys
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from hamknee.base import HamkneeError, shipped
from hamknee.cli.terminal import PriorsOption
from hamknee.inference import load

app = typer.Typer()

EVERYBODY = ("0.0.0.0", "::")
"""Addresses that mean every address of this machine, which has to be meant."""


@app.command()
def dashboard(
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port; 8501 or the next free one.")
    ] = None,
    address: Annotated[
        str, typer.Option(help="Address to serve on; only this machine can reach localhost.")
    ] = "localhost",
    priors: PriorsOption = None,
) -> None:
    """Open the dashboard; the address is printed."""
    model = load(priors)
    check_place(address, port)
    folder = shipped("dashboard")
    command = [sys.executable, str(folder / "start.py")]
    command += ["--server.headless=true", f"--server.address={address}"]
    command += ["--browser.gatherUsageStats=false"]
    command += [f"--server.port={port}"] if port else []
    environment = os.environ | {"HAMKNEE_PRIORS": str(Path(model.source).resolve())}
    if address in EVERYBODY:  # or Streamlit asks a server elsewhere what address to print
        environment.setdefault("STREAMLIT_BROWSER_SERVER_ADDRESS", "localhost")
    elif ":" in address:  # or the address that is printed cannot be opened
        environment.setdefault("STREAMLIT_BROWSER_SERVER_ADDRESS", f"[{address}]")
    become(command, folder, environment)


def check_place(address: str, port: int | None) -> None:
    """Raise in a sentence if nothing can be served at an address.

    Parameters
    ----------
    address : str
        As it was given.
    port : int or None
        None where a free one will be looked for.

    Raises
    ------
    HamkneeError
        If the address is empty, not of this machine, or means more than it says; or the port is
        taken or not allowed.
    """
    allowed = "allowed: localhost, 0.0.0.0 for everybody, or an address of this machine"
    try:
        places = socket.getaddrinfo(address, port or 0, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        places = []
    meant = [place for place in places if address in EVERYBODY or not _for_everybody(place)]
    if not meant or not re.fullmatch(r"[\w.:%-]+", address):
        raise HamkneeError(f"{address!r} is no address of this machine; {allowed}")
    codes = [_refusal(place) for place in meant]  # localhost may be two addresses, one of them off
    if errno.EADDRINUSE in codes:
        raise HamkneeError(f"port {port} is taken; allowed: another port, or none")
    if errno.EACCES in codes:
        raise HamkneeError(f"port {port} is not yours to use; allowed: 1024 to 65535")
    if all(codes):
        raise HamkneeError(f"{address!r} is no address of this machine; {allowed}")


def _for_everybody(place: tuple[Any, ...]) -> bool:
    """Tell whether a place is every address of this machine, as ``::ffff:0.0.0.0`` is, too."""
    numbers = ip_address(place[4][0].partition("%")[0])
    mapped = numbers.ipv4_mapped if isinstance(numbers, IPv6Address) else None
    return (mapped or numbers).is_unspecified


def _refusal(place: tuple[Any, ...]) -> int:
    """Return the number of the error with which the system refuses a place, 0 if it does not."""
    family, kind, _, _, where = place
    try:
        with socket.socket(family, kind) as trial:
            if os.name == "posix":  # elsewhere it would let two servers have one port
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(where)
    except OSError as why:
        return why.errno or -1
    return 0


def become(command: list[str], folder: Path, environment: dict[str, str]) -> NoReturn:
    """Run a program in place of this one, so that who ends this one ends it."""
    if os.name == "posix":
        os.chdir(folder)
        sys.stdout.flush()
        os.execve(command[0], command, environment)
    try:
        raise typer.Exit(subprocess.run(command, cwd=folder, env=environment).returncode)
    except KeyboardInterrupt:
        raise typer.Exit from None
