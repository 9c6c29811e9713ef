"""The wheel holds what it needs: built, installed elsewhere, and run away from the checkout."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

import hamknee

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    """Return an environment in which nothing leads to a checkout or to numbers of one's own."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("HAMKNEE", "PYTHON"))}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(command, check=True)
    (built,) = folder.glob("hamknee-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(
    wheel: Path, environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return the Python of a new environment that has the wheel and sees today's dependencies."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    asked = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    answer = subprocess.run(asked, env=environment, check=True, capture_output=True, text=True)
    site = answer.stdout.strip()
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    subprocess.run([*command, "--no-deps", "--no-index", str(wheel)], env=environment, check=True)
    # The line adds a folder to the path but does not follow its own .pth files, so that the
    # checkout, which is installed there as editable, stays out of sight.
    Path(site, "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


def test_the_wheel_holds_the_shipped_files_as_they_are(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        for folder in ("data", "dashboard"):
            for path in (ROOT / folder).rglob("*"):
                if path.is_file() and "__pycache__" not in path.parts:
                    inside = f"hamknee/{path.relative_to(ROOT).as_posix()}"
                    assert inside in names
                    assert archive.read(inside) == path.read_bytes()
        top = {name.split("/")[0] for name in names}
        top = {name for name in top if not name.endswith(".dist-info")}
        assert top == {"hamknee", "hamknee_command.py"}
        assert "hamknee/py.typed" in names


def test_an_installed_copy_diagnoses_away_from_the_checkout(installed, environment, tmp_path):
    command = [str(installed.parent / "hamknee"), "diagnose", "--json", "onset=sudden", "pop=yes"]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    answer = json.loads(done.stdout)
    source = Path(answer["priors"]["source"])
    assert source.is_relative_to(installed.parents[1])
    assert source.read_bytes() == (ROOT / "data" / "priors.csv").read_bytes()
    expected = hamknee.load().posterior({"onset": "sudden", "pop": "yes"})
    assert answer["conditions"][0]["condition"] == expected.top
    assert answer["conditions"][0]["probability"] == pytest.approx(
        expected[expected.top], abs=1e-15
    )


def test_an_installed_copy_finds_its_dashboard(installed, environment, tmp_path):
    code = "from hamknee.base.files import shipped; print(shipped('dashboard/app.py'))"
    done = subprocess.run(
        [str(installed), "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    path = Path(done.stdout.strip())
    assert path.is_file()
    assert path.is_relative_to(installed.parents[1])
