"""Where a number was made: device, versions and time, as they stand in every record."""

import importlib.metadata
import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path

import torch

from iqabench import __version__
from iqabench.errors import UsageError

_PACKAGES = ("torch", "torchvision", "numpy", "opencv-python-headless", "piq", "lpips", "spandrel")


def resolve_device(asked: str) -> str:
    """`auto` as cuda when there is one, else cpu.

    Raises: UsageError when the device is not there.
    """
    if asked == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(asked)
    except RuntimeError as error:
        raise UsageError(f"'{asked}' is no device; expected auto, cpu, cuda or cuda:N.") from error
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise UsageError(
            f"there is no device '{asked}' here; {torch.cuda.device_count()} GPUs are seen."
        )
    if device.type not in ("cpu", "cuda"):
        raise UsageError(f"'{asked}' is not supported; expected auto, cpu, cuda or cuda:N.")
    return asked


def device_name(device: str) -> str:
    """The name that its maker gave the device."""
    if torch.device(device).type == "cuda":
        return torch.cuda.get_device_name(device)
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(x.split(":", 1)[1].strip() for x in lines if x.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def versions() -> str:
    """JSON of everything that was installed and matters."""
    found = {"iqabench": __version__, "python": platform.python_version()}
    for name in _PACKAGES:
        found[name] = importlib.metadata.version(name)
    found["system"] = platform.platform()
    found["threads"] = str(torch.get_num_threads())
    return json.dumps(found, separators=(",", ":"))


def now() -> str:
    """UTC to the millisecond, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_run() -> str:
    """A name for a run that no other run has, sorted by time."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.urandom(4).hex()}"
