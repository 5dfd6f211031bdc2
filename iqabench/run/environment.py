"""The environment of a number: device, versions and time, as every record contains them."""

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


def resolve_device(name: str) -> str:
    """Return the name of a device; `auto` becomes cuda when there is a GPU, else cpu.

    Raises: UsageError when there is no such device.
    """
    if not isinstance(name, str):
        raise UsageError(f"the device is {name!r}; expected auto, cpu, cuda or cuda:N, as text.")
    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise UsageError(
            f"'{name}' is not a device; expected auto, cpu, cuda or cuda:N."
        ) from error
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise UsageError(
            f"there is no device '{name}' here; torch finds {torch.cuda.device_count()} GPUs. "
            "Use --device cpu or another GPU."
        )
    if device.type not in ("cpu", "cuda"):
        raise UsageError(
            f"the device '{name}' is not supported; expected auto, cpu, cuda or cuda:N."
        )
    return name


def device_name(device: str) -> str:
    """Return the name of a device as its maker gives it."""
    if torch.device(device).type == "cuda":
        return torch.cuda.get_device_name(device)
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(x.split(":", 1)[1].strip() for x in lines if x.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def versions() -> str:
    """Return the versions of all packages that affect numbers, as JSON."""
    facts = {"iqabench": __version__, "python": platform.python_version()}
    for name in _PACKAGES:
        facts[name] = importlib.metadata.version(name)
    facts["system"] = platform.platform()
    facts["threads"] = str(torch.get_num_threads())
    return json.dumps(facts, separators=(",", ":"))


def now() -> str:
    """Return the time in UTC to the millisecond, in ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_run() -> str:
    """Return a unique name for a run; names sort by time."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.urandom(4).hex()}"
