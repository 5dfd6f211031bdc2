"""The state of the machine around a measurement, and warnings where a measurement cannot be trusted."""

import os
import platform
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import torch

from iqabench.probes.machine.cpu import between, cpu_facts
from iqabench.probes.machine.nvml import gpu_facts
from iqabench.probes.timing.times import Times

_SETTINGS = re.compile(
    r"(OMP|GOMP|KMP|MKL|OPENBLAS|ONEDNN|DNNL|ATEN|MALLOC|NVIDIA_TF32)_.*|LD_PRELOAD|CUBLAS_WORKSPACE_CONFIG"
    r"|CUDA_(LAUNCH_BLOCKING|VISIBLE_DEVICES|DEVICE_ORDER)|PYTORCH_.*ALLOC_CONF|TORCHINDUCTOR_(?!.*_DIR).*"
)
"""Environment variables that change how fast the same code runs."""

_BUSY_CORES = 0.1
_LOST_S = 0.01
_FALL = 0.05
"""The fall of a clock, as a share, that is reported."""
_TAIL = 1.5
"""The ratio of p99 to p50 that is reported."""
_DRIFT = 0.03
"""The relative difference between the medians of the first and the last third that is reported."""
_FEW = 9
"""The number of samples below which neither the interval nor the medians of the thirds say much."""


def machine_state(device: torch.device | str) -> dict[str, Any]:
    """Return device, clocks, load, versions and settings at this moment, which takes 0.3 s.

    What this machine does not tell is absent.
    """
    device = torch.device(device)
    facts: dict[str, Any] = {"at": datetime.now(UTC).isoformat(timespec="seconds")}
    if device.type == "cuda":  # first: a GPU that is done cools and clocks down at once
        facts["gpu"] = {"name": torch.cuda.get_device_name(device), **gpu_facts(device)}
    facts["cpu"] = cpu_facts()
    facts["device"] = facts["gpu" if device.type == "cuda" else "cpu"].get("name", device.type)
    facts["threads"] = {
        "torch": torch.get_num_threads(),
        "between": torch.get_num_interop_threads(),
    }
    facts["settings"] = {k: v for k, v in sorted(os.environ.items()) if _SETTINGS.fullmatch(k)}
    facts["versions"] = _versions(device)
    return facts


def timing_warnings(
    before: dict[str, Any], after: dict[str, Any], times: Sequence[Times]
) -> list[str]:
    """Return sentences on what speaks against the times, and none when nothing was seen."""
    warnings = [*_load_warnings(before, after), *_clock_warnings(before, after)]
    for one in times:
        warnings += _time_warnings(one)
    return warnings


def _load_warnings(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    first, last = (state["cpu"]["counters"] for state in (before, after))
    took = between(first, last)
    if took["others_cores"] > _BUSY_CORES:
        yield (
            f"The machine was not quiet: other processes took {took['others_cores']:.2g} of its "
            f"{before['cpu'].get('cores', '?')} cores while it was measured."
        )
    if took.get("stolen_cores", 0) > _BUSY_CORES:
        yield f"The host of this virtual machine kept {took['stolen_cores']:.2g} cores from it meanwhile."
    stopped = last.get("quota_stopped_s", 0) - first.get("quota_stopped_s", 0)
    if stopped > _LOST_S:
        yield f"The container's CPU quota stopped it for {stopped:.2g} s while it was measured."
    processes = max(state.get("gpu", {}).get("processes", 0) for state in (before, after))
    if processes > 1:
        yield f"{processes} processes were on the GPU."


def _clock_warnings(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    for part in ("gpu", "cpu"):
        first, last = (state.get(part, {}).get("clock_mhz") for state in (before, after))
        if first and last and last < (1 - _FALL) * first:  # an idle device's clock rises: not told
            yield f"The {part.upper()}'s clock fell from {first:.0f} to {last:.0f} MHz meanwhile."
    hot = [state["cpu"]["counters"].get("throttles", 0) for state in (before, after)]
    if hot[1] > hot[0]:
        yield f"The CPU was throttled {hot[1] - hot[0]:.0f} times because it was hot."
    first, last = (state.get("gpu", {}) for state in (before, after))
    for reason, seconds in last.get("throttled_s", {}).items():
        lost = seconds - first.get("throttled_s", {}).get(reason, seconds)
        if lost > _LOST_S:
            yield f"The GPU was throttled for {lost:.2g} s by its {reason} limit."
    if last.get("throttled_by"):
        yield f"The GPU's clocks were held down at the end by: {', '.join(last['throttled_by'])}."


def _time_warnings(times: Times) -> Iterator[str]:
    name = times.name or "the model"
    count = len(times.samples_ms)
    if count < _FEW:
        yield f"{name}: the budget ended after {count} samples, too few to trust. Give it more with --budget."
    elif times.ended != "steady":
        yield (
            f"{name}: the median did not settle: its 95 % interval is still {times.within:.1%} wide on one "
            "side. Give it more time with --budget, or a quieter machine."
        )
    if times.p99 > _TAIL * times.p50:
        yield f"{name}: p99 is {times.p99 / times.p50:.1f} times p50."
    third = count // 3
    if count >= _FEW:
        early, late = (np.median(s) for s in (times.samples_ms[:third], times.samples_ms[-third:]))
        if abs(late / early - 1) > _DRIFT:
            yield f"{name}: the median drifted by {late / early - 1:+.1%} from the first third to the last."


def _versions(device: torch.device) -> dict[str, str]:
    versions = {"system": platform.platform(), "python": platform.python_version()}
    versions["torch"] = torch.__version__
    onednn = re.search(r"(?:oneDNN|MKL-DNN\)?) v(\S+)", torch.__config__.show())
    if onednn:
        versions["onednn"] = onednn[1]
    if device.type == "cuda":
        cudnn = torch.backends.cudnn.version()  # type: ignore[no-untyped-call]  # torch has none here
        versions |= {"cuda": str(torch.version.cuda)} | ({"cudnn": str(cudnn)} if cudnn else {})
    return versions
