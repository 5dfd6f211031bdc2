"""Growth of resident memory: of blocks of known size, and of a network with a known large intermediate."""

import gc
import platform
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from iqabench.probes import ProbedModel, ProbeResult, probes
from iqabench.probes.machine import resident_memory as _resident
from iqabench.probes.timing import Sampling

MIB = 2**20
THREAD = "a thread that looked"


class Wide(nn.Module):
    """One feature map of 64 channels, added up again: 64 MiB at 512 x 512, besides 1 MiB in and out."""

    def forward(self, batch: Tensor) -> Tensor:
        return batch.expand(-1, 64, -1, -1).contiguous().sum(1, keepdim=True)


def measured(call: nn.Module) -> ProbeResult:
    seen = ProbedModel("wide", call, torch.zeros(1, 1, 512, 512), call)
    seen.keep("sampling", Sampling(budget_s=0.01, warm_up_least_s=0.0, warm_up_most_s=0.01))
    return probes().get("memory_mib")(seen)


@pytest.fixture
def unmarked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that lets nobody reset the mark."""
    monkeypatch.setattr(_resident, "CLEAR", Path("/proc/self/none/clear_refs"))


def test_a_large_feature_map_is_seen() -> None:
    found = measured(Wide())
    if THREAD not in found.details["method"]:
        assert 63 < found.value < 72
    assert len(found.details["calls_mib"]) == 3


def test_it_is_seen_without_the_kernels_mark(unmarked: None) -> None:
    found = measured(Wide())
    assert THREAD in found.details["method"]
    assert 30 < found.value < 72  # what a thread misses, it misses below


@pytest.fixture
def marked() -> None:
    """A system whose mark can be reset."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        pytest.skip("NO MARK: this system does not reset the highest mark of resident memory")


@pytest.mark.usefixtures("marked")
def test_what_is_freed_before_the_end_counts() -> None:
    size, method = _resident.memory_growth(lambda: np.ones(80 * MIB, np.uint8).size)
    assert THREAD not in method
    assert 76 * MIB < size < 88 * MIB  # the kernel counts late, and in large pages


@pytest.mark.usefixtures("marked")
def test_what_was_freed_before_does_not_count() -> None:
    np.ones(80 * MIB, np.uint8)
    size, method = _resident.memory_growth(lambda: None)
    assert THREAD not in method
    assert size < 2 * MIB


@pytest.mark.usefixtures("marked")
def test_garbage_collected_meanwhile_hides_nothing() -> None:
    def call() -> None:
        gc.collect()
        np.ones(80 * MIB, np.uint8)

    gc.disable()
    try:
        waste: list[object] = [np.ones(80 * MIB, np.uint8)]
        waste.append(waste)
        del waste
        size, _ = _resident.memory_growth(call)
    finally:
        gc.enable()
    assert 76 * MIB < size < 88 * MIB


def blocks() -> list[bytearray]:
    """Allocate 80 MiB in pieces of 64 KiB, which the C library takes from its heap."""
    return [bytearray(b"1") * 65536 for _ in range(1280)]


@pytest.mark.usefixtures("marked")
@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="NO GLIBC: nothing is given back")
def test_freed_memory_that_the_c_library_keeps_is_given_back_first() -> None:
    last = blocks()[-1]  # it holds the heap's end up
    size, _ = _resident.memory_growth(blocks)
    assert size > 70 * MIB
    assert len(last) == 65536


def test_a_mark_that_was_not_reset_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Some sandboxes take the write and do nothing."""
    (tmp_path / "status").write_text("Name:\tpython\nVmHWM:\t  900000 kB\nVmRSS:\t  300000 kB\n")
    monkeypatch.setattr(_resident, "CLEAR", tmp_path / "clear_refs")
    monkeypatch.setattr(_resident, "STATUS", tmp_path / "status")
    assert THREAD in _resident.memory_growth(lambda: None)[1]
    (tmp_path / "status").write_text("VmHWM:\t  300000 kB\nVmRSS:\t  300200 kB\n")

    def call() -> None:
        (tmp_path / "status").write_text("VmHWM:\t  300100 kB\nVmRSS:\t  300050 kB\n")

    assert _resident.memory_growth(call) == (
        100 * 1024,
        "the kernel's highest mark of resident memory, reset",
    )
