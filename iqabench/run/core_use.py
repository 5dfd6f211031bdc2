"""The use of processors: one process with all threads of torch, beside a worker of one thread for each core.

A small network on small images does little between two layers, so its threads wait for each other more than
they work. Then workers that restore different images are faster. What is measured here are threads that
restore images of their own with one thread of torch each: workers in processes do the same, but for their
start and the way of their results.
"""

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec

import torch

from iqabench.models.core.model import Model
from iqabench.run.natural_image import natural_batch
from iqabench.run.overlap import usable_cores

SIDE = 128
"""The side of the measured input in pixels."""
CLEAR_GAIN = 1.1
"""The least ratio of speeds that is worth an advice."""
_ROUNDS = 5


@dataclass(frozen=True)
class CoreUse:
    """The speeds of one model on the CPU in images per second."""

    model: str
    cores: int
    threads: int
    """The threads of torch in one process."""
    process_speed: float
    """The speed of one process with all its threads."""
    workers_speed: float
    """The speed of one worker of one thread for each core, all together."""

    @property
    def gain(self) -> float:
        """The speed of the workers divided by that of the process."""
        return self.workers_speed / self.process_speed

    @property
    def favours_workers(self) -> bool:
        """True when workers are clearly faster."""
        return self.cores > 1 and self.gain >= CLEAR_GAIN


def measure_core_use(model: Model, seconds: float = 1.0) -> CoreUse:
    """Return the speeds of a model on the CPU, measured in turns in about this time."""
    cores, threads = usable_cores(), torch.get_num_threads()
    batch = natural_batch((1, model.card.planes, SIDE, SIDE), model.card.range)

    def forward() -> None:
        with torch.inference_mode():
            model.forward(batch)

    forward()  # the first call prepares
    calls = max(1, round(seconds / (2 * _ROUNDS) / _seconds_of(forward, 1)))
    together, apart = [], []
    try:
        with ThreadPoolExecutor(cores, thread_name_prefix="worker") as pool:
            for _ in range(_ROUNDS):
                torch.set_num_threads(threads)
                together.append(calls / _seconds_of(forward, calls))
                torch.set_num_threads(1)
                apart.append(cores * calls / _seconds_of_all(pool, forward, calls, cores))
    finally:
        torch.set_num_threads(threads)
    speeds = statistics.median(together), statistics.median(apart)
    return CoreUse(model.card.id, cores, threads, *speeds)


def advice(use: CoreUse) -> str:
    """Return the sentence about one process and several workers, with what was measured and what to type."""
    threads = f"{use.threads} threads" if use.threads > 1 else "one thread"
    measured = (
        f"measured on {use.model} with inputs of {SIDE}x{SIDE}, in images per second: "
        f"{use.process_speed:.3g} one after the other with {threads}, {use.workers_speed:.3g} with "
        f"{use.cores} at a time of one thread each"
    )
    if not use.favours_workers:
        return f"{measured}; workers would not be faster here"
    lack = "" if find_spec("ray") else "; Ray is not installed: pip install 'iqabench[ray]'"
    return (
        f"{measured}; for small models on the CPU add --executor ray --workers {use.cores} "
        f"--cpus-per-worker 1 to 'iqabench run'{lack}"
    )


def _seconds_of(call: Callable[[], None], calls: int) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        call()
    return time.perf_counter() - start


def _seconds_of_all(
    pool: ThreadPoolExecutor, call: Callable[[], None], calls: int, workers: int
) -> float:
    start = time.perf_counter()
    for future in [pool.submit(_seconds_of, call, calls) for _ in range(workers)]:
        future.result()
    return time.perf_counter() - start
