"""The CPU and what else runs on it."""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psutil

SYS = Path("/sys")
PROC = Path("/proc")
_LOOK_S = 0.3
_AWAY = ("idle", "iowait", "steal", "guest", "guest_nice")
"""Parts of a CPU's time in which no process of this system worked; guests are counted among the users
already."""
_SENSORS = ("coretemp", "k10temp", "zenpower", "cpu_thermal")


def cpu_facts() -> dict[str, Any]:
    """Return model, clock, temperature, load and the share of other processes; unknown facts are absent.

    `others_cores` is how many cores' worth of time other processes took over 0.3 s in which this process
    slept, `stolen_cores` what the machine below a virtual one kept for itself. `counters` are sums since the
    start of the machine, for differences; `own_s` includes child processes such as compilers.

    Units: MHz, degrees Celsius, cores, seconds.
    """
    first = counters()
    sleep(_LOOK_S)
    last = counters()
    facts = {
        "name": _answer_or_none(_model),
        "cores": psutil.cpu_count(),
        "cores_usable": _answer_or_none(lambda: len(os.sched_getaffinity(0))),
        "cores_quota": _answer_or_none(_quota),
        **_clock(),
        "governor": _answer_or_none(
            lambda: _text("devices/system/cpu/cpu0/cpufreq/scaling_governor")
        ),
        "temperature_c": _temperature(),
        "load_average": _answer_or_none(lambda: list(os.getloadavg())),
        **between(first, last),
        "counters": last,
    }
    return {name: value for name, value in facts.items() if value is not None}


def counters() -> dict[str, float]:
    """Return seconds and events since the machine started, and this process's own seconds."""
    times = psutil.cpu_times()
    facts: dict[str, float | None] = {
        "at_s": monotonic(),
        "busy_s": sum(v for name, v in times._asdict().items() if name not in _AWAY),
        "stolen_s": getattr(times, "steal", None),
        "own_s": _own_s(),
        "quota_stopped_s": _answer_or_none(_quota_stopped_s),
        "throttles": _answer_or_none(_throttles),
    }
    return {name: value for name, value in facts.items() if value is not None}


def between(first: dict[str, float], last: dict[str, float]) -> dict[str, float]:
    """Return the cores' worth of time that other processes took between two readings of the counters."""
    seconds = last["at_s"] - first["at_s"]
    increase = {name: last[name] - first[name] for name in first.keys() & last.keys()}
    facts = {"others_cores": max(0.0, increase["busy_s"] - increase["own_s"]) / seconds}
    if "stolen_s" in increase:
        facts["stolen_cores"] = increase["stolen_s"] / seconds
    return {name: round(value, 3) for name, value in facts.items()}


def _own_s() -> float:
    """Return the CPU seconds of this process, of its children, and of the children it had."""
    process = psutil.Process()
    total = 0.0
    for one in (process, *process.children(recursive=True)):
        with suppress(psutil.Error):  # it may end while it is looked at
            times = one.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def _model() -> str | None:
    lines = (PROC / "cpuinfo").read_text().splitlines()
    return next((x.split(":", 1)[1].strip() for x in lines if x.startswith("model name")), None)


def _clock() -> dict[str, float | None]:
    """Return the mean clock of all cores; psutil gives 0 where it does not know."""
    clock = _answer_or_none(psutil.cpu_freq)
    return {"clock_mhz": clock.current, "clock_max_mhz": clock.max or None} if clock else {}


def _temperature() -> float | None:
    """Return the highest temperature of the CPU's own sensors."""
    sensors: Callable[[], dict[str, Sequence[Any]]] | None = getattr(
        psutil, "sensors_temperatures", None
    )
    known = (_answer_or_none(sensors) if sensors else None) or {}
    facts = [s.current for name in _SENSORS for s in known.get(name, [])]
    return max(facts, default=None)


def _group(controller: str) -> Path:
    """Return the folder of this process's control group: version 2 where it is mounted, else version 1."""
    root = SYS / "fs/cgroup"
    lines = [x.split(":", 2) for x in (PROC / "self/cgroup").read_text().splitlines()]
    if (root / "cgroup.controllers").exists():
        own = next((path for number, _, path in lines if number == "0"), "/")
        folder = root / own.strip("/")
    else:
        own = next((path for _, names, path in lines if controller in names.split(",")), "/")
        root = root / controller
        folder = root / own.strip("/")
    return folder if folder.is_dir() else root  # a container sees its own group as the root


def _quota() -> float | None:
    """Return the cores' worth of time that the container may use, or None without a limit."""
    folder = _group("cpu")
    if (folder / "cpu.max").exists():
        quota, period = (folder / "cpu.max").read_text().split()
    else:
        quota, period = (
            (folder / f"cpu.cfs_{x}_us").read_text().strip() for x in ("quota", "period")
        )
    return None if quota in ("max", "-1") else int(quota) / int(period)


def _quota_stopped_s() -> float | None:
    """Return the seconds for which the container's processes were stopped because their quota was used up."""
    fields = dict(x.split() for x in (_group("cpu") / "cpu.stat").read_text().splitlines())
    if "throttled_usec" in fields:
        return int(fields["throttled_usec"]) / 1e6
    return int(fields["throttled_time"]) / 1e9 if "throttled_time" in fields else None


def _throttles() -> float | None:
    """Return how often cores were slowed down because they were hot."""
    files = list(SYS.glob("devices/system/cpu/cpu*/thermal_throttle/core_throttle_count"))
    return float(sum(int(file.read_text()) for file in files)) if files else None


def _text(path: str) -> str:
    return (SYS / path).read_text().strip()


def _answer_or_none(question: Callable[[], Any]) -> Any:
    """Return the answer to a question, or None where this system has none."""
    try:
        return question()
    except (OSError, ValueError, AttributeError, NotImplementedError):
        return None
