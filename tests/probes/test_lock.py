"""One measurement at a time on a device, across real processes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from iqabench.errors import BusyError, FetchError
from iqabench.probes.machine import hold_device
from iqabench.probes.machine.lock import device_identity

HOLDER = """
import sys
from iqabench.probes.machine import hold_device
with hold_device("cpu"):
    print("held", flush=True)
    sys.stdin.read()
"""
WAITER = """
from iqabench.probes.machine import hold_device
print("waits", flush=True)
with hold_device("cpu", wait=True):
    print("held", flush=True)
"""


def start(code: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.fixture
def holder() -> Iterator["subprocess.Popen[str]"]:
    """Another process, which measures on the CPU."""
    with start(HOLDER) as process:
        assert line(process) == "held"
        yield process
        process.kill()


def test_a_second_process_is_told_who_measures(holder: "subprocess.Popen[str]") -> None:
    said = (
        rf"The device cpu is being measured by process {holder.pid} since 20\d\d-.*Z; .* add --wait"
    )
    with pytest.raises(BusyError, match=said), hold_device("cpu"):
        pytest.fail("two hold the device")


def test_a_killed_process_leaves_no_lock(holder: "subprocess.Popen[str]") -> None:
    holder.kill()
    holder.wait()
    with hold_device("cpu"):
        pass


def test_who_waits_gets_it_when_it_is_free() -> None:
    with hold_device("cpu"):
        waiter = start(WAITER)
        assert line(waiter) == "waits"
        assert waiter.poll() is None
    assert line(waiter) == "held"
    assert waiter.communicate()[0] == ""
    assert waiter.returncode == 0


def test_it_is_free_again_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), hold_device("cpu"):
        raise ZeroDivisionError
    with hold_device("cpu"):
        pass


def test_this_process_cannot_hold_it_twice() -> None:
    with hold_device("cpu"):
        pass  # a holder before, whose name must not stand in the way
    said = f"by process {os.getpid()} since"
    with (
        hold_device("cpu"),
        pytest.raises(BusyError, match=said),
        hold_device(torch.device("cpu")),
    ):
        pytest.fail("held twice")


def test_a_holder_that_has_not_signed_is_another_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("iqabench.probes.machine.lock.write_holder", lambda path: None)
    with (
        hold_device("cpu"),
        pytest.raises(BusyError, match="by another process"),
        hold_device("cpu"),
    ):
        pytest.fail("held twice")


def test_gpus_are_told_apart_by_what_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """CUDA_VISIBLE_DEVICES=1 makes the second GPU cuda:0."""
    monkeypatch.setattr(
        torch.cuda, "get_device_properties", lambda d: SimpleNamespace(uuid=f"uuid-{d.index}")
    )
    assert device_identity(torch.device("cuda:1")) == "gpu-uuid-1"
    with hold_device("cuda:0"), hold_device("cuda:1"), hold_device("cpu"):
        pass


def test_a_folder_that_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("IQABENCH_HOME", str(tmp_path / "file"))
    with pytest.raises(FetchError, match="cannot be written"), hold_device("cpu"):
        pass
