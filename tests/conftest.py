"""Fixtures of all tests: a home of their own, no network, and the mirror of real data if there is one.

Tests run in several processes at once (`pytest -n auto`), so each computes with one thread, and so do the
processes that it starts. A test that is about threads sets their number itself.
"""

import os

# Read when torch, MKL and OpenMP are loaded, which the imports below do.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"
os.environ["OMP_WAIT_POLICY"] = "PASSIVE"

import contextlib
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest
from filelock import FileLock

from iqabench.images import write_image

REAL_MIRROR = os.environ.get("IQABENCH_MIRROR", "")
WORKER_GIB = 2
"""What one process of the suite needs, torch and a browser included."""


LONG = (
    "cluster/test_sweeps.py",
    "models/test_contract.py",
    "cluster/test_loopback.py",
    "metrics/test_contract_no_reference.py",
    "golden/test_golden.py",
    "cli/test_profile.py",
    "models/test_weights_files.py",
)
"""The files that take longest, the longest first: each is a unit that one process runs to its end."""


def pytest_configure(config: pytest.Config) -> None:
    """Libraries of others may announce their own retirements; ours must be silent."""
    config.option.loadscopereorder = False  # xdist would begin with the files of most tests
    warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"(piq|lpips|spandrel)\b")
    cv2.setNumThreads(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files, so that no process waits for another one at the end."""
    places = {Path(__file__).parent / name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path, len(LONG)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process for each processor that this one may use, as far as the memory suffices."""
    affinity = getattr(os, "sched_getaffinity", None)
    processors = len(affinity(0)) if affinity else os.cpu_count() or 1
    return max(1, min(processors, int(psutil.virtual_memory().total / 2**30 / WORKER_GIB)))


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """`made_once(name, make)`: a folder that `make(folder)` fills once for all processes, to be read."""
    top = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        top = top.parent

    def shared(name: str, make: Callable[[Path], object]) -> Path:
        folder = top / f"shared-{name}"
        with FileLock(top / f"{name}.lock"):
            if not (folder / ".complete").exists():
                folder.mkdir(exist_ok=True)
                make(folder)
                (folder / ".complete").touch()
        return folder

    return shared


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has an empty cache and store folder of its own, no mirror and no network."""
    monkeypatch.setenv("IQABENCH_HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("IQABENCH_OFFLINE", "1")
    monkeypatch.delenv("IQABENCH_MIRROR", raising=False)
    monkeypatch.delenv("IQABENCH_STORE", raising=False)


@pytest.fixture
def mirror_if_any(monkeypatch: pytest.MonkeyPatch) -> str:
    """The mirror of real test images and weights, switched on; an empty string without one."""
    folders = [p for p in REAL_MIRROR.split(os.pathsep) if Path(p, "sha256").is_dir()]
    absolute = os.pathsep.join(str(Path(p).resolve()) for p in folders)
    if absolute:
        monkeypatch.setenv("IQABENCH_MIRROR", absolute)
    return absolute


@pytest.fixture
def mirror(mirror_if_any: str) -> str:
    """The mirror of real test images and weights, switched on; the test is skipped without one."""
    if not mirror_if_any:
        pytest.skip(
            "NO MIRROR: set IQABENCH_MIRROR to a content-addressed folder of the real files"
        )
    return mirror_if_any


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


@pytest.fixture
def open_path() -> Iterator[Path]:
    """Give a folder that every user may enter, which `tmp_path` is not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextlib.contextmanager
def _without_rights(path: Path, mode: int) -> Iterator[None]:
    """Take rights on a folder from this process, also when it is the superuser's."""
    user, before = os.geteuid(), path.stat().st_mode
    path.chmod(mode)
    if not user:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)
        path.chmod(before)


@pytest.fixture
def without_rights() -> Callable[[Path, int], contextlib.AbstractContextManager[None]]:
    """Return a context manager that takes rights on a folder from this process."""
    return _without_rights
