"""Energy by counters of a made-up tree of files, and of a made-up GPU."""

from pathlib import Path

import pynvml
import pytest
import torch

from iqabench.errors import ProbeError
from iqabench.probes import ProbedModel, probes
from iqabench.probes.machine import energy as _energy
from iqabench.probes.timing import Sampling

from .simulated_time import SimulatedTime

CPU = torch.device("cpu")


class Zone:
    """A counter as the kernel shows it."""

    def __init__(self, root: Path, path: str, name: str, uj: int, most: int) -> None:
        self.folder = root / path
        self.folder.mkdir()
        self.most = most
        (self.folder / "name").write_text(f"{name}\n")
        (self.folder / "max_energy_range_uj").write_text(f"{most}\n")
        self.set(uj)

    def set(self, uj: int) -> None:
        self.uj = uj
        (self.folder / "energy_uj").write_text(f"{uj}\n")

    def gain(self, uj: int) -> None:
        self.set((self.uj + uj) % self.most)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(_energy, "POWERCAP", tmp_path)
    return tmp_path


def test_packages_and_memory_are_added_and_cores_are_within(root: Path) -> None:
    package = Zone(root, "intel-rapl:0", "package-0", 5_000_000, 10**9)
    cores = Zone(root, "intel-rapl:0:0", "core", 1_000_000, 10**9)
    memory = Zone(root, "intel-rapl:0:1", "dram", 0, 10**9)
    again = Zone(root, "intel-rapl-mmio:0", "package-0", 5_000_000, 10**9)
    with _energy.energy_counter(CPU) as counter:
        assert counter.joules() == 0
        for zone, uj in ((package, 3_000_000), (cores, 2_000_000), (memory, 500_000), (again, 9)):
            zone.gain(uj)
        assert counter.joules() == 3.5
        assert counter.name == "RAPL, dram + package-0"


def test_a_counter_that_begins_again_goes_on(root: Path) -> None:
    """From 9.5 J of 10 J to 0.25 J: 0.75 J; and once more."""
    zone = Zone(root, "intel-rapl:0", "package-0", 9_500_000, 10_000_000)
    counter = _energy.PackageCounter()
    zone.set(250_000)
    assert counter.joules() == 0.75
    zone.set(9_000_000)
    assert counter.joules() == 9.5
    zone.set(0)
    assert counter.joules() == 10.5


def test_no_counter_is_told_with_its_reason(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ProbeError, match=r"no readable energy counter: .* has no package"):
        _energy.PackageCounter()
    monkeypatch.setattr(_energy, "POWERCAP", root / "none")
    with pytest.raises(ProbeError, match=r"no readable energy counter: .*/none is absent"):
        _energy.PackageCounter()


def test_a_counter_for_root_alone_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Zone(root, "intel-rapl:0", "package-0", 0, 10)
    read = Path.read_text

    def guarded(path: Path, *more: str) -> str:
        if path.name == "energy_uj":
            raise PermissionError(13, "Permission denied")
        return read(path, *more)

    monkeypatch.setattr(Path, "read_text", guarded)
    with pytest.raises(ProbeError, match=r"energy_uj: Permission denied.*sudo chmod a\+r"):
        _energy.PackageCounter()


def seen(simulated_time: SimulatedTime, zone: Zone, ms: float, watts: float) -> ProbedModel:
    """Return a model at x2 whose calls take that time and energy, with 1 Mpx of output."""

    def call(batch: torch.Tensor) -> torch.Tensor:
        simulated_time.pass_ms(ms)
        zone.gain(round(ms * watts * 1e3))
        return batch

    one = ProbedModel("made", call, torch.zeros(1, 1, 500, 500), scale=2)
    one.keep("sampling", Sampling(least_s=0.0, warm_up_least_s=0.0))
    return one


def test_joules_a_megapixel(root: Path, simulated_time: SimulatedTime) -> None:
    """25 W over 40 ms are 1 J a call, which makes 1 Mpx; 10 J is all the counter holds."""
    zone = Zone(root, "intel-rapl:0", "package-0", 0, 10_000_000)
    found = probes().get("energy_j_per_mpx")(seen(simulated_time, zone, 40.0, 25.0))
    assert found.value == pytest.approx(1.0)
    assert found.details["watts"] == pytest.approx(25.0)
    assert found.details["seconds"] == pytest.approx(3.0)
    assert found.details["calls"] == 75


def test_a_counter_that_steps_seldom_is_read_from_step_to_step(
    root: Path, simulated_time: SimulatedTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A counter that shows whole 7 J, each of them 280 ms of 25 W: 3 s end between two steps."""
    zone = Zone(root, "intel-rapl:0", "package-0", 1_700_000, 10**9)
    fine = _energy.PackageCounter.joules
    monkeypatch.setattr(_energy.PackageCounter, "joules", lambda self: fine(self) // 7 * 7.0)
    found = probes().get("energy_j_per_mpx")(seen(simulated_time, zone, 40.0, 25.0))
    assert found.value == pytest.approx(1.0)
    assert found.details["joules"] == 77  # eleven steps


def test_a_counter_that_stands_still_is_no_answer(
    root: Path, simulated_time: SimulatedTime
) -> None:
    zone = Zone(root, "intel-rapl:0", "package-0", 0, 10**9)
    with pytest.raises(ProbeError, match=r"counter \(RAPL, package-0\) stood still for 6 s"):
        probes().get("energy_j_per_mpx")(seen(simulated_time, zone, 40.0, 0.0))


def test_a_machine_without_nvidias_library_has_no_gpu_counter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def absent() -> None:
        raise pynvml.NVMLError(pynvml.NVML_ERROR_LIBRARY_NOT_FOUND)

    monkeypatch.setattr(pynvml, "nvmlInit", absent)
    with (
        pytest.raises(ProbeError, match="no readable energy counter: NVML says"),
        _energy.energy_counter(torch.device("cuda:0")),
    ):
        pass
