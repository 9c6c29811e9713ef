"""The pictures of the documents are those that the script makes, and the script runs."""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"


@pytest.fixture(scope="module")
def make() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_images", IMAGES / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.path", [*sys.path])  # the script adds to it
        spec.loader.exec_module(module)
    return module


def size(data: bytes) -> tuple[int, int]:
    """Return width and height of a PNG, from its header."""
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])


def test_every_picture_is_made_by_the_script_and_shown(make: ModuleType) -> None:
    documents = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    texts = [path.read_text(encoding="utf-8") for path in documents]
    shown = {name for text in texts for name in re.findall(r"images/([\w-]+\.png)", text)}
    assert shown == set(make.PICTURES)
    assert {path.name for path in IMAGES.glob("*.png")} == set(make.PICTURES)


def test_a_picture_has_the_size_that_is_asked_for(make: ModuleType) -> None:
    for name, picture in make.PICTURES.items():
        width, height, scale = picture.screen
        assert size((IMAGES / name).read_bytes()) == (width * scale, height * scale)


@pytest.mark.usefixtures("chromium")
def test_the_script_makes_them(
    make: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name = "diagnose-phone.png"
    monkeypatch.setattr(make, "PICTURES", {name: make.PICTURES[name]})
    make.main([str(tmp_path)])
    taken = (tmp_path / name).read_bytes()
    assert size(taken) == (780, 1688)
    assert len(taken) > 50_000  # an empty page has a tenth of it
