"""Energy counters: a GPU's from its driver, a CPU's from its package."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import pynvml
import torch

from iqabench.errors import ProbeError
from iqabench.probes.machine.nvml import nvml

POWERCAP = Path("/sys/class/powercap")


class Counter(Protocol):
    """A counter of the joules that a device has used since some moment."""

    name: str

    def joules(self) -> float:
        """Return the joules so far; they never fall."""


@contextmanager
def energy_counter(device: torch.device) -> Iterator[Counter]:
    """Open the energy counter of the device.

    Raises: ProbeError with the reason when there is none that can be read.
    """
    if device.type == "cuda":
        try:
            with nvml(device) as handle:
                yield GpuCounter(handle)
        except pynvml.NVMLError as error:
            raise ProbeError(f"no readable energy counter: NVML says '{error}'.") from error
    else:
        yield PackageCounter()


class GpuCounter:
    """NVML's total energy, of the whole board."""

    name = "NVML, the whole board"

    def __init__(self, handle: Any) -> None:
        self._handle = handle

    def joules(self) -> float:
        """Return the joules since the driver was loaded."""
        return float(pynvml.nvmlDeviceGetTotalEnergyConsumption(self._handle)) / 1e3


class PackageCounter:
    """RAPL: CPU packages with their caches, and memory where it is told; whatever runs on them.

    The counters begin again at zero, within minutes on a big machine, so they must be read often.

    Raises: ProbeError with the reason when they cannot be read.
    """

    def __init__(self) -> None:
        self._zones = _zones()
        self._last = [self._read(zone) for zone in self._zones]
        self._total = 0
        names = sorted((zone / "name").read_text().strip() for zone in self._zones)
        self.name = f"RAPL, {' + '.join(names)}"

    def joules(self) -> float:
        """Return the joules since this object was made."""
        for i, zone in enumerate(self._zones):
            reading = self._read(zone)
            increase = reading - self._last[i]
            self._total += increase if increase >= 0 else increase + _range(zone)
            self._last[i] = reading
        return self._total / 1e6

    @staticmethod
    def _read(zone: Path) -> int:
        try:
            return int((zone / "energy_uj").read_text())
        except OSError as error:
            raise ProbeError(
                f"no readable energy counter: {zone / 'energy_uj'}: {error.strerror}. Its owner can let it "
                f"be read with 'sudo chmod a+r {POWERCAP}/intel-rapl:*/energy_uj'."
            ) from error


def _zones() -> list[Path]:
    """Return the zones of packages and of memory outside them; cores are within packages and would count
    twice.
    """
    if not POWERCAP.is_dir():
        raise ProbeError(
            f"no readable energy counter: {POWERCAP} is absent. The energy of a CPU is measured on Linux "
            "only."
        )
    zones = [
        path.parent
        for path in sorted(POWERCAP.glob("intel-rapl:*/name"))
        if path.read_text().startswith(("package", "dram"))
    ]
    if not zones:
        raise ProbeError(f"no readable energy counter: {POWERCAP} has no package of a CPU.")
    return zones


def _range(zone: Path) -> int:
    return int((zone / "max_energy_range_uj").read_text())
