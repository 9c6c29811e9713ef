"""What docs/serving.md and the Containerfile say is so."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RECIPE = (ROOT / "Containerfile").read_text("utf-8")


def test_the_container_copies_only_what_there_is() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", RECIPE, re.MULTILINE)
    names = " ".join(copied).split()
    assert {"run.lock", "model", "dashboard", "data"} <= set(names)
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    for name in names:
        assert (ROOT / name).exists()
        assert f"!{name}" in ignored


def test_it_runs_as_a_user_without_rights_and_from_pinned_packages() -> None:
    last = RECIPE.rpartition("FROM ")[2]
    assert re.search(r"^USER hamknee$", last, re.MULTILINE)
    assert last.index("USER hamknee") < last.index("CMD [")
    assert "--require-hashes" in RECIPE
    assert 'CMD ["hamknee", "dashboard"' in RECIPE


@pytest.fixture
def below_knee() -> Iterator[str]:
    """The dashboard below a base path; its address without it."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "hamknee", "dashboard", "--port", str(port)],
        env=os.environ | {"STREAMLIT_SERVER_BASE_URL_PATH": "knee"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield f"http://localhost:{port}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()


def test_pages_and_health_are_below_the_base_path(below_knee: str) -> None:
    health = f"{below_knee}/knee/_stcore/health"
    for _ in range(600):
        try:
            assert urllib.request.urlopen(health).read() == b"ok"
            break
        except urllib.error.URLError:
            time.sleep(0.1)
    page = urllib.request.urlopen(f"{below_knee}/knee/").read().decode()
    assert "<title>" in page
    with pytest.raises(urllib.error.HTTPError, match="404") as elsewhere:
        urllib.request.urlopen(f"{below_knee}/")
    elsewhere.value.close()
