"""A GPU that is none: torch.cuda and NVML, as far as probes speak with them."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pynvml
import pytest
import torch

from .simulated_time import SimulatedTime

DEVICE = torch.device("cuda:0")


_ASKED = (
    "ClockInfo",
    "MaxClockInfo",
    "PowerUsage",
    "EnforcedPowerLimit",
    "Temperature",
    "CurrentClocksThrottleReasons",
    "ViolationStatus",
    "ComputeRunningProcesses",
    "TotalEnergyConsumption",
)


class SimulatedGpu:
    """Work is queued and takes its time when the device is synchronised, as on a real one."""

    def __init__(self, time: SimulatedTime) -> None:
        self.time = time
        self.queue: list[Callable[[], None]] = []
        self.held = 1000
        self.peak = 1000
        self.log: list[str] = []

    def work(self, ms: float, peak: int = 0) -> None:
        """Queue work; its peak of memory is allocated as the host asks for it."""
        self.log.append("work")
        self.peak = max(self.peak, self.held + peak)
        self.queue.append(lambda: self.time.pass_ms(ms))

    def synchronize(self, device: torch.device) -> None:
        assert device == DEVICE
        self.log.append("synchronize")
        for done in self.queue:
            done()
        self.queue.clear()

    def reset_peak_memory_stats(self, device: torch.device) -> None:
        self.peak = self.held

    def event(self, *, enable_timing: bool) -> "MadeEvent":
        assert enable_timing
        return MadeEvent(self)


class MadeEvent:
    """Knows when the device reached it, and nothing before."""

    def __init__(self, gpu: SimulatedGpu) -> None:
        self.gpu = gpu
        self.at_ns: int | None = None

    def record(self, stream: object) -> None:
        assert stream == "stream of cuda:0"
        self.gpu.log.append("event")
        self.at_ns = None
        self.gpu.queue.append(self._reached)

    def _reached(self) -> None:
        self.at_ns = self.gpu.time.ns

    def elapsed_time(self, last: "MadeEvent") -> float:
        assert self.at_ns is not None, "the first event was not reached"
        assert last.at_ns is not None, "the last event was not reached"
        return (last.at_ns - self.at_ns) / 1e6


def pretend_torch(monkeypatch: pytest.MonkeyPatch, gpu: SimulatedGpu) -> None:
    """Make torch.cuda report the simulated GPU."""
    for name, stand_in in (
        ("Event", gpu.event),
        ("synchronize", gpu.synchronize),
        ("current_stream", lambda device: f"stream of {device}"),
        ("memory_allocated", lambda device: gpu.held),
        ("max_memory_allocated", lambda device: gpu.peak),
        ("reset_peak_memory_stats", gpu.reset_peak_memory_stats),
        ("get_device_properties", lambda device: SimpleNamespace(uuid="1-2")),
        ("get_device_name", lambda device: "Made GPU"),
    ):
        monkeypatch.setattr(torch.cuda, name, stand_in)


def pretend_nvml(monkeypatch: pytest.MonkeyPatch, answers: dict[str, Any]) -> None:
    """Make NVML give these answers, found by the ends of its functions' names, and no others."""

    def made(name: str) -> Callable[..., Any]:
        def answer(*of: Any) -> Any:
            if name not in answers:
                raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)
            found = answers[name]
            return found(*of) if callable(found) else found

        return answer

    def by_uuid(uuid: str) -> str:
        if uuid != "GPU-1-2":
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_FOUND)
        return "handle"

    monkeypatch.setattr(pynvml, "nvmlInit", lambda: None)
    monkeypatch.setattr(pynvml, "nvmlShutdown", lambda: None)
    monkeypatch.setattr(pynvml, "nvmlSystemGetDriverVersion", lambda: "600.1")
    monkeypatch.setattr(pynvml, "nvmlDeviceGetHandleByUUID", by_uuid)
    for name in _ASKED:
        assert hasattr(pynvml, f"nvmlDeviceGet{name}")
        monkeypatch.setattr(pynvml, f"nvmlDeviceGet{name}", made(name))
