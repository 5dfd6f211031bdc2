"""The placement of work: the executor that a user asks for, its cluster, and the share of each worker."""

import math
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from numbers import Real
from typing import Any, Literal, get_args

from iqabench.arguments import as_whole_number
from iqabench.errors import UsageError

ExecutorName = Literal["local", "ray"]

ADDRESS_VARIABLE = "RAY_ADDRESS"
"""The variable of Ray that names a cluster where no address is given."""
_ADDRESS = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[^\s:/\[\]]+):(\d{1,5})")
"""HOST:PORT, with brackets around the numbers of IPv6."""
_LAST_PORT = 65_535
_OPTIONS = {
    "address": "--address",
    "workers": "--workers",
    "cpus_per_worker": "--cpus-per-worker",
    "gpus_per_worker": "--gpus-per-worker",
    "score_workers": "--score-workers",
    "image_limit_s": "--time-limit",
    "mixed_versions": "--mixed-versions",
}
"""The options of the command line, by the names of the fields that only Ray has a use for."""


@dataclass(frozen=True, kw_only=True)
class Placement:
    """The wishes of a user about where work is done; none of them affects a number or a key.

    `check` finds contradictions; whoever is given a placement calls it before any work.
    """

    executor: ExecutorName = "local"
    """`local` is this process, one cell after the other; `ray` is the workers of a Ray cluster."""
    address: str = ""
    """The cluster, as HOST:PORT or `auto`; empty for that of RAY_ADDRESS, else one that is started here."""
    workers: int | None = None
    """The number of workers that restore, count or score; None for as many as the cluster has room for."""
    cpus_per_worker: int = 1
    """The number of cores, and of threads, of a worker."""
    gpus_per_worker: float | None = None
    """The share of a GPU of a worker, or a whole number of GPUs; None for one where the device is a GPU."""
    score_workers: int | None = None
    """The number of further workers that only score, on CPUs; None for a number that fits the cluster."""
    image_limit_s: float | None = None
    """The longest time in seconds that one image may take in a worker; None for no limit."""
    mixed_versions: bool = False
    """True to take workers with other versions of iqabench, torch or Python, and to tell of them."""

    @property
    def cluster(self) -> str:
        """The address of the cluster, from RAY_ADDRESS where none is given; empty to start one here."""
        return self.address or os.environ.get(ADDRESS_VARIABLE, "").strip()

    def check(self, device: str = "auto") -> None:
        """Check that the wishes can be fulfilled together on this device, whatever the cluster has.

        Raises: UsageError for an unknown executor, for options that need Ray without it, for numbers out of
            range, for an address of an unknown form, and for a GPU that the device contradicts.
        """
        if self.executor not in get_args(ExecutorName):
            raise UsageError(f"there is no executor {self.executor!r}; expected local or ray.")
        self._check_numbers()
        if self.executor == "local":
            self._check_local()
        else:
            self._check_address()
            self._check_device(device)

    def _check_numbers(self) -> None:
        as_whole_number(self.cpus_per_worker, "cpus_per_worker", 1)
        for name, least in (("workers", 1), ("score_workers", 0)):
            if getattr(self, name) is not None:
                as_whole_number(getattr(self, name), name, least)
        limit, share = self.image_limit_s, self.gpus_per_worker
        if limit is not None and not (_is_number(limit) and limit > 0):
            raise UsageError(
                f"the time limit is {limit!r}; expected seconds above 0, as in --time-limit 60."
            )
        if share is None:
            return
        if not (_is_number(share) and share >= 0):
            raise UsageError(f"gpus_per_worker is {share!r}; expected a number of 0 or more.")
        if share > 1 and share != int(share):
            raise UsageError(
                f"a worker cannot have {share:g} GPUs: Ray shares one GPU between workers, or gives a worker "
                f"whole ones. Use --gpus-per-worker {math.ceil(share)}, or a fraction such as 0.5."
            )

    def _check_local(self) -> None:
        given = list(self._options_of_ray())
        if given:
            verb = "needs" if len(given) == 1 else "need"
            raise UsageError(
                f"{', '.join(given)} {verb} --executor ray: the local executor works in this process, "
                "without workers. Add --executor ray, or leave the option out."
            )

    def _options_of_ray(self) -> Iterator[str]:
        defaults = Placement()
        for name, option in _OPTIONS.items():
            if getattr(self, name) != getattr(defaults, name):
                yield option

    def _check_address(self) -> None:
        source = "--address" if self.address else ADDRESS_VARIABLE
        address = self.cluster
        if not isinstance(address, str):
            raise UsageError(f"the address is {address!r}; expected HOST:PORT or auto, as text.")
        if address in ("", "auto"):
            return
        if "://" in address:
            raise UsageError(
                f"{source} is '{address}'; Ray Client and web addresses are not supported. Expected "
                "HOST:PORT as 'ray start --head' prints it, as in 10.0.0.1:6379, or auto."
            )
        matched = _ADDRESS.fullmatch(address)
        if not matched or not 0 < int(matched[1]) <= _LAST_PORT:
            raise UsageError(
                f"{source} is '{address}'; expected HOST:PORT as 'ray start --head' prints it, as in "
                "10.0.0.1:6379, or auto for the cluster that runs on this machine."
            )

    def _check_device(self, device: str) -> None:
        if device == "cpu" and self.gpus_per_worker:
            raise UsageError(
                f"--gpus-per-worker {self.gpus_per_worker:g} and --device cpu contradict each other; leave "
                "one of them out."
            )
        if device.startswith("cuda:"):
            raise UsageError(
                f"--device {device} names one GPU, but Ray gives each worker a GPU of its own; use --device "
                "cuda."
            )
        if device == "cuda" and self.gpus_per_worker == 0:
            raise UsageError(
                "--gpus-per-worker 0 and --device cuda contradict each other; leave one of them out."
            )


LOCAL = Placement()
"""The placement of work in this process."""


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
