"""A GPU as NVIDIA's management library sees it."""

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
"""What throttles. An idle GPU's clocks are low too, and so may its owner have set them: neither is told."""


@contextmanager
def nvml(device: torch.device) -> Iterator[Any]:
    """The library's handle of a CUDA device, found by the device's own identity.

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


def asked(question: Callable[..., T], *of: Any) -> T | None:
    """What the library answers, None where this device, driver or user has no answer."""
    try:
        return question(*of)
    except pynvml.NVMLError:
        return None


def gpu_facts(device: torch.device) -> dict[str, Any]:
    """Clocks, temperature, power and what holds the clocks down; what is not known is not there.

    Units: MHz, degrees Celsius, watts; `throttled_s` counts since the driver was loaded.
    """
    try:
        with nvml(device) as handle:
            found = _clocks(handle) | _power(handle) | _throttling(handle)
            found["driver"] = asked(pynvml.nvmlSystemGetDriverVersion)
            processes = asked(pynvml.nvmlDeviceGetComputeRunningProcesses, handle)
            found["processes"] = None if processes is None else len(processes)
    except pynvml.NVMLError as error:
        return {"nvml": str(error)}
    return {name: value for name, value in found.items() if value is not None}


def _clocks(handle: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, kind in (("clock", pynvml.NVML_CLOCK_SM), ("memory_clock", pynvml.NVML_CLOCK_MEM)):
        found[f"{name}_mhz"] = asked(pynvml.nvmlDeviceGetClockInfo, handle, kind)
        found[f"{name}_max_mhz"] = asked(pynvml.nvmlDeviceGetMaxClockInfo, handle, kind)
    return found


def _power(handle: Any) -> dict[str, Any]:
    draw = asked(pynvml.nvmlDeviceGetPowerUsage, handle)
    cap = asked(pynvml.nvmlDeviceGetEnforcedPowerLimit, handle)
    sensor = pynvml.NVML_TEMPERATURE_GPU
    return {
        "temperature_c": asked(pynvml.nvmlDeviceGetTemperature, handle, sensor),
        "power_w": None if draw is None else draw / 1000,
        "power_cap_w": None if cap is None else cap / 1000,
    }


def _throttling(handle: Any) -> dict[str, Any]:
    bits = asked(pynvml.nvmlDeviceGetCurrentClocksThrottleReasons, handle)
    lost = {}
    for name, kind in (
        ("power", pynvml.NVML_PERF_POLICY_POWER),
        ("temperature", pynvml.NVML_PERF_POLICY_THERMAL),
    ):
        status = asked(pynvml.nvmlDeviceGetViolationStatus, handle, kind)
        if status is not None:
            lost[name] = status.violationTime / 1e9
    reasons = None if bits is None else [said for bit, said in _REASONS.items() if bits & bit]
    return {"throttled_by": reasons, "throttled_s": lost or None}
