"""The state of a GPU, as NVIDIA's management library reports it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import pynvml
import torch

T = TypeVar("T")

_REASONS = {
    pynvml.nvmlClocksThrottleReasonSwPowerCap: "power cap",
    pynvml.nvmlClocksThrottleReasonHwSlowdown: "hardware slowdown",
    pynvml.nvmlClocksThrottleReasonSyncBoost: "sync boost",
    pynvml.nvmlClocksThrottleReasonSwThermalSlowdown: "temperature (driver)",
    pynvml.nvmlClocksThrottleReasonHwThermalSlowdown: "temperature (hardware)",
    pynvml.nvmlClocksThrottleReasonHwPowerBrakeSlowdown: "power brake",
    pynvml.nvmlClocksThrottleReasonDisplayClockSetting: "display clocks",
}
"""Reasons that throttle a GPU. Low clocks of an idle GPU and clocks set by its owner are not among them."""


@contextmanager
def nvml(device: torch.device) -> Iterator[Any]:
    """Open the library's handle of a CUDA device, found by the device's own identity.

    Raises: pynvml.NVMLError when there is no such library, or it does not know the device.
    """
    pynvml.nvmlInit()
    try:
        yield _handle(str(torch.cuda.get_device_properties(device).uuid))
    finally:
        pynvml.nvmlShutdown()


def _handle(uuid: str) -> Any:
    with suppress(pynvml.NVMLError):
        return pynvml.nvmlDeviceGetHandleByUUID(f"GPU-{uuid}")
    return pynvml.nvmlDeviceGetHandleByUUID(f"MIG-{uuid}")  # a part of a GPU


def answer_or_none(question: Callable[..., T], *of: Any) -> T | None:
    """Return the library's answer, or None where this device, driver or user has none."""
    try:
        return question(*of)
    except pynvml.NVMLError:
        return None


def gpu_facts(device: torch.device) -> dict[str, Any]:
    """Return clocks, temperature, power and the reasons that hold the clocks down; unknown facts are absent.

    Units: MHz, degrees Celsius, watts; `throttled_s` counts since the driver was loaded.
    """
    try:
        with nvml(device) as handle:
            facts = _clocks(handle) | _power(handle) | _throttling(handle)
            facts["driver"] = answer_or_none(pynvml.nvmlSystemGetDriverVersion)
            processes = answer_or_none(pynvml.nvmlDeviceGetComputeRunningProcesses, handle)
            facts["processes"] = None if processes is None else len(processes)
    except pynvml.NVMLError as error:
        return {"nvml": str(error)}
    return {name: value for name, value in facts.items() if value is not None}


def _clocks(handle: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for name, kind in (("clock", pynvml.NVML_CLOCK_SM), ("memory_clock", pynvml.NVML_CLOCK_MEM)):
        facts[f"{name}_mhz"] = answer_or_none(pynvml.nvmlDeviceGetClockInfo, handle, kind)
        facts[f"{name}_max_mhz"] = answer_or_none(pynvml.nvmlDeviceGetMaxClockInfo, handle, kind)
    return facts


def _power(handle: Any) -> dict[str, Any]:
    draw = answer_or_none(pynvml.nvmlDeviceGetPowerUsage, handle)
    cap = answer_or_none(pynvml.nvmlDeviceGetEnforcedPowerLimit, handle)
    sensor = pynvml.NVML_TEMPERATURE_GPU
    return {
        "temperature_c": answer_or_none(pynvml.nvmlDeviceGetTemperature, handle, sensor),
        "power_w": None if draw is None else draw / 1000,
        "power_cap_w": None if cap is None else cap / 1000,
    }


def _throttling(handle: Any) -> dict[str, Any]:
    bits = answer_or_none(pynvml.nvmlDeviceGetCurrentClocksThrottleReasons, handle)
    lost = {}
    for name, kind in (
        ("power", pynvml.NVML_PERF_POLICY_POWER),
        ("temperature", pynvml.NVML_PERF_POLICY_THERMAL),
    ):
        status = answer_or_none(pynvml.nvmlDeviceGetViolationStatus, handle, kind)
        if status is not None:
            lost[name] = status.violationTime / 1e9
    reasons = None if bits is None else [reason for bit, reason in _REASONS.items() if bits & bit]
    return {"throttled_by": reasons, "throttled_s": lost or None}
