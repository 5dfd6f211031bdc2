"""The machine's state, read from made-up files, and the warnings that follow from two states."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from iqabench.probes.machine import cpu as _cpu
from iqabench.probes.machine import machine_state, timing_warnings
from iqabench.probes.timing import Times


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty /sys and /proc."""
    monkeypatch.setattr(_cpu, "SYS", tmp_path / "sys")
    monkeypatch.setattr(_cpu, "PROC", tmp_path / "proc")
    return tmp_path


def write(root: Path, **files: str) -> None:
    for path, text in files.items():
        place = root / path.replace("__", "/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)


def test_this_machines_state_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_WAIT_POLICY", "PASSIVE")
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", "/somebody/cache")
    monkeypatch.setenv("AWS_SECRET", "x")
    found = machine_state("cpu")
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["cpu"]["cores"] == os.cpu_count()
    assert found["settings"]["OMP_WAIT_POLICY"] == "PASSIVE"
    assert not {"AWS_SECRET", "TORCHINDUCTOR_CACHE_DIR"} & set(found["settings"])
    assert found["threads"]["torch"] >= 1
    assert "gpu" not in found
    assert "cuda" not in found["versions"]


def test_what_is_not_told_is_absent(system: Path) -> None:
    found = _cpu.cpu_facts()
    assert not {"name", "governor", "cores_quota"} & set(found)
    assert not {"quota_stopped_s", "throttles"} & set(found["counters"])
    assert None not in found.values()


def test_what_is_told_is_read(system: Path) -> None:
    write(system / "proc", cpuinfo="processor\t: 0\nmodel name\t: Made CPU\n")
    cpu = system / "sys/devices/system/cpu"
    write(cpu, cpu0__cpufreq__scaling_governor="powersave\n")
    write(cpu, cpu0__thermal_throttle__core_throttle_count="3\n")
    write(cpu, cpu1__thermal_throttle__core_throttle_count="4\n")
    found = _cpu.cpu_facts()
    assert (found["name"], found["governor"]) == ("Made CPU", "powersave")
    assert found["counters"]["throttles"] == 7


def test_sensors_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    sensors = {
        "k10temp": [SimpleNamespace(current=51.0), SimpleNamespace(current=62.5)],
        "nvme": [SimpleNamespace(current=80.0)],  # a disk
    }
    monkeypatch.setattr(psutil, "sensors_temperatures", lambda: sensors, raising=False)
    monkeypatch.setattr(psutil, "cpu_freq", lambda: SimpleNamespace(current=2900.0, max=4100.0))
    found = _cpu.cpu_facts()
    assert found["temperature_c"] == 62.5
    assert (found["clock_mhz"], found["clock_max_mhz"]) == (2900.0, 4100.0)


def test_a_quota_of_control_groups_2(system: Path) -> None:
    write(system / "proc", self__cgroup="0::/job\n")
    groups = system / "sys/fs/cgroup"
    write(groups, **{"cgroup.controllers": "cpu"})
    write(groups / "job", **{"cpu.max": "150000 100000\n", "cpu.stat": "throttled_usec 250000\n"})
    found = _cpu.cpu_facts()
    assert found["cores_quota"] == 1.5
    assert found["counters"]["quota_stopped_s"] == 0.25
    write(groups / "job", **{"cpu.max": "max 100000\n"})
    assert "cores_quota" not in _cpu.cpu_facts()


def test_a_quota_of_control_groups_1(system: Path) -> None:
    """Inside a container the path names a folder of the host's, which is not to be seen."""
    write(system / "proc", self__cgroup="4:memory:/x\n3:cpu,cpuacct:/host/path\n")
    group = system / "sys/fs/cgroup/cpu"
    write(group, **{"cpu.cfs_quota_us": "50000\n", "cpu.cfs_period_us": "100000\n"})
    write(group, **{"cpu.stat": "nr_throttled 3\nthrottled_time 1500000000\n"})
    found = _cpu.cpu_facts()
    assert found["cores_quota"] == 0.5
    assert found["counters"]["quota_stopped_s"] == 1.5
    write(group, **{"cpu.cfs_quota_us": "-1\n"})
    assert "cores_quota" not in _cpu.cpu_facts()


def test_own_work_and_that_of_children_is_not_others(system: Path) -> None:
    """A child that computes for a while is found in own_s; it may not be seen as another process."""
    first = _cpu.counters()
    subprocess.run([sys.executable, "-c", "sum(range(10**7))"], check=True)
    last = _cpu.counters()
    assert last["own_s"] - first["own_s"] > 0.05


def test_what_others_took_between_two_looks() -> None:
    first = {"at_s": 100.0, "busy_s": 50.0, "own_s": 10.0, "stolen_s": 1.0}
    last = {"at_s": 110.0, "busy_s": 65.0, "own_s": 20.0, "stolen_s": 3.0}
    assert _cpu.between(first, last) == {"others_cores": 0.5, "stolen_cores": 0.2}
    ticks = {**last, "busy_s": 59.9}  # the kernel's two counters may differ by a tick
    assert _cpu.between(first, ticks)["others_cores"] == 0.0


def at(seconds: float, gpu: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """Return a state in which only this process works, on one core."""
    counters = {"at_s": seconds, "busy_s": seconds, "own_s": seconds, "stolen_s": 0.0}
    cpu: dict[str, Any] = {"cores": 8, "counters": counters}
    for name, value in more.items():
        (counters if name in {*counters, "throttles", "quota_stopped_s"} else cpu)[name] = value
    return {"cpu": cpu, **({"gpu": gpu} if gpu else {})}


def quiet(count: int = 30, **more: Any) -> Times:
    samples = tuple(10.0 + 0.01 * (i % 3) for i in range(count))
    given = {"samples_ms": samples, "ended": "steady", "name": "rlfn", **more}
    return Times(warm_up=10, first_call_ms=20.0, overhead=0.0, **given)


def test_a_quiet_machine_is_not_warned_of() -> None:
    gpu = {"clock_mhz": 1980, "throttled_by": [], "throttled_s": {"power": 5.0}, "processes": 1}
    assert timing_warnings(at(0, gpu), at(10, gpu), [quiet()]) == []
    assert timing_warnings(at(0, clock_mhz=800.0), at(10, clock_mhz=3000.0), [quiet()]) == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (at(0), at(10, busy_s=15.0), "other processes took 0.5 of its 8 cores"),
        (at(0), at(10, stolen_s=2.0), "kept 0.2 cores from it"),
        (at(0, quota_stopped_s=1.0), at(10, quota_stopped_s=1.5), "quota stopped it for 0.5 s"),
        (at(0, throttles=3), at(10, throttles=5), "throttled 2 times because it was hot"),
        (at(0, clock_mhz=3000.0), at(10, clock_mhz=2700.0), "CPU's clock fell from 3000 to 2700"),
        (at(0, {"clock_mhz": 1980}), at(10, {"clock_mhz": 1500}), "GPU's clock fell from 1980"),
        (
            at(0, {"throttled_s": {"power": 1.0}}),
            at(10, {"throttled_s": {"power": 3.0}}),
            "GPU was throttled for 2 s by its power limit",
        ),
        (
            at(0, {"a": 1}),
            at(10, {"throttled_by": ["power cap"]}),
            "held down at the end by: power",
        ),
        (at(0, {"processes": 1}), at(10, {"processes": 2}), "2 processes were on the GPU"),
    ],
)
def test_a_noisy_machine_is_told(before: dict[str, Any], after: dict[str, Any], said: str) -> None:
    warnings = timing_warnings(before, after, [quiet()])
    assert len(warnings) == 1
    assert said in warnings[0]


def test_others_that_hardly_work_are_not_told() -> None:
    assert timing_warnings(at(0), at(10, busy_s=10.9), []) == []
    assert len(timing_warnings(at(0), at(10, busy_s=11.1), [])) == 1


def test_times_that_did_not_settle_are_told() -> None:
    swinging = quiet(samples_ms=(8.0, 12.0) * 15, ended="budget")
    assert (
        "rlfn: the median did not settle: its 95 % interval"
        in timing_warnings(at(0), at(1), [swinging])[0]
    )


def test_a_long_tail_is_told() -> None:
    tail = quiet(samples_ms=(*quiet().samples_ms, 30.0, 31.0))
    (said,) = timing_warnings(at(0), at(1), [quiet(), tail])
    assert said == "rlfn: p99 is 3.1 times p50."


def test_drift_is_told_of_enough_samples() -> None:
    drift = tuple(10.0 + 0.05 * i for i in range(30))
    (said,) = timing_warnings(at(0), at(1), [quiet(samples_ms=drift)])
    assert said == "rlfn: the median drifted by +9.8% from the first third to the last."


def test_few_samples_are_told_and_nothing_is_read_into_them() -> None:
    few = quiet(samples_ms=(10.0, 11.0, 12.0), ended="budget")
    (said,) = timing_warnings(at(0), at(1), [few])
    assert said.startswith("rlfn: the budget ended after 3 samples, too few to trust.")
