"""Fixtures of the set tests: a catalogue, images, and a mirror that holds them."""

import hashlib
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from iqabench.files.cache import blob
from iqabench.sets import catalogue

Pixels = NDArray[np.uint8]
HEAD = "level,role,sample,path,bytes,sha256\n"


def picture(height: int, width: int, channels: int = 3, seed: int = 0) -> Pixels:
    """Return a smooth image with some texture."""
    rng = np.random.default_rng(seed)
    noise = rng.integers(0, 255, (height, width, channels)).astype(np.float32)
    smooth = np.atleast_3d(cv2.GaussianBlur(noise, (0, 0), 2.0))
    return np.asarray((smooth - smooth.min()) * (255 / np.ptp(smooth)), dtype=np.uint8)


def write(path: Path, pixels: Pixels) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), pixels[:, :, ::-1])
    return path


class Shelf:
    """A catalogue that a test fills: manifests, and a mirror with the files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mirror = folder / "mirror"
        self.catalogue = folder / "datasets.yaml"
        self.lines: list[str] = []
        (folder / "manifests").mkdir()

    def add(self, pixels: Pixels, role: str, sample: str, level: str = "") -> Path:
        """Put an image into the mirror and a line into the manifest."""
        path = write(self.folder / "made" / f"{sample}_{role}_{level}.png", pixels)
        sha256 = self.keep(path)
        line = [level, role, sample, f"dir/{path.name}", str(path.stat().st_size), sha256]
        self.lines.append(",".join(line))
        return blob(self.mirror, sha256)

    def keep(self, path: Path) -> str:
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        there = blob(self.mirror, sha256)
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_bytes(path.read_bytes())
        return sha256

    def zip(self, name: str, images: dict[str, Pixels]) -> Path:
        path = self.folder / name
        with zipfile.ZipFile(path, "w") as archive:
            for member, pixels in images.items():
                archive.write(write(self.folder / "made" / member, pixels), f"inside/{member}")
        return path

    def declare(self, yaml: str) -> None:
        self.catalogue.write_text(yaml)
        (self.folder / "manifests" / "mine.csv").write_text(HEAD + "\n".join(self.lines) + "\n")


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    """Return an empty catalogue that replaces `datasets.yaml`."""
    made = Shelf(tmp_path)
    monkeypatch.setattr(catalogue, "catalogue_file", lambda: made.catalogue)
    monkeypatch.setattr(catalogue, "_SETS_FOLDER", made.folder)
    monkeypatch.setenv("IQABENCH_MIRROR", str(made.mirror))
    forget()
    yield made
    forget()


def forget() -> None:
    for function in (catalogue._declared, catalogue._by_any_name):
        function.cache_clear()


def facts(**changes: str) -> str:
    """Return the YAML of a set called 'mine'; a change to '' leaves the fact out."""
    said = {
        "name": "mine",
        "title": "Mine",
        "task": "sr",
        "size": "1",
        "levels": "[x2, x3]",
        "level": "x2",
        "protocol": "sr-y",
        "licence": "CC0",
        "citation": "none",
        "page": "https://example.org",
        "input": "{degradation: bicubic, edge: mirror}",
        "files": "[{manifest: mine.csv, url: 'https://example.org/{path}'}]",
    } | changes
    lines = [f"{key}: {value}" for key, value in said.items() if value]
    return "- " + "\n  ".join(lines) + "\n"


Facts = Callable[..., str]
