"""What all tests share: a home of their own, no network, and the mirror of real data if there is one."""

import os
import warnings
from pathlib import Path

import cv2
import numpy as np
import pytest

from iqabench.images import write_image

REAL_MIRROR = os.environ.get("IQABENCH_MIRROR", "")


def pytest_configure() -> None:
    """Libraries of others may announce their own retirements; ours must be silent."""
    warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"(piq|lpips|spandrel)\b")


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has an empty cache and store folder of its own, no mirror and no network."""
    monkeypatch.setenv("IQABENCH_HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("IQABENCH_OFFLINE", "1")
    monkeypatch.delenv("IQABENCH_MIRROR", raising=False)
    monkeypatch.delenv("IQABENCH_STORE", raising=False)


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> str:
    """The mirror of real test images and weights, switched on; the test is skipped without one."""
    folders = [p for p in REAL_MIRROR.split(os.pathsep) if Path(p, "sha256").is_dir()]
    if not folders:
        pytest.skip(
            "NO MIRROR: set IQABENCH_MIRROR to a content-addressed folder of the real files"
        )
    absolute = os.pathsep.join(str(Path(p).resolve()) for p in folders)
    monkeypatch.setenv("IQABENCH_MIRROR", absolute)
    return absolute


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Three small pictures with some detail, to learn from."""
    folder = tmp_path / "photos"
    folder.mkdir()
    rng = np.random.default_rng(5)
    for name in "abc":
        spots = rng.integers(0, 256, (40, 44, 3), dtype=np.uint8)
        write_image(folder / f"{name}.png", cv2.resize(spots, (220, 200)))
    return folder


@pytest.fixture
def in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder as the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
