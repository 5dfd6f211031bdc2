"""Workers of a Ray cluster beside one process: `python tests/benchmarks/ray_workers.py [ROUNDS]`.

On this machine, in turn, every round: this process with one thread; one worker; two workers; this process
with two threads. Images per second of RLFN on Set14 x4, and, for the cost of each image on its way, bicubic
interpolation on Set5 and Set14 five times. The workers have started, and loaded their model, before the
first round. The start of the cluster and of its workers is told, too.

Needs the files of `rlfn_x4`, `set5` and `set14` (`iqabench fetch rlfn_x4 set5 set14`).
"""

import os
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import torch

from iqabench.run import Options, plan
from iqabench.run.evaluate import evaluate_on
from iqabench.run.executors.executor import executor_of
from iqabench.run.executors.job import Executor
from iqabench.run.executors.placement import Placement
from iqabench.store import Store

MODELS = {"rlfn": ["set14"], "bicubic": ["set5", "set14"]}
"""The sets by the model that restores them."""


def images_per_second(executor: Executor, model: str, repeats: int) -> float:
    """Return the images per second of a model on its sets, which are restored that many times."""
    cells = plan([model], MODELS[model], ["psnr@sr-y", "ssim@sr-y"], 4)
    start, images = time.perf_counter(), 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(repeats):
            store = Store(Path(folder, str(number)))
            outcome = evaluate_on(executor, cells, store, Options(progress=False), {})
            assert not outcome.failures, outcome.failures
            images += outcome.done
    return images / (time.perf_counter() - start)


def main() -> None:
    """Print the medians of all rounds, and the figures that follow from them."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    found: dict[tuple[str, str], list[float]] = {}
    with ExitStack() as stack:
        start = time.perf_counter()
        ways: dict[str, Executor] = {
            "1 worker": stack.enter_context(
                executor_of(Placement(executor="ray", workers=1), "cpu")
            )
        }
        started = time.perf_counter() - start  # within the block standard output is Ray's
        start = time.perf_counter()
        images_per_second(ways["1 worker"], "bicubic", 1)
        first_worker = time.perf_counter() - start
        local = stack.enter_context(executor_of(device="cpu"))
        for number in range(rounds + 1):
            for way, threads in (("1 thread", 1), ("2 threads", 2), ("1 worker", 0)):
                torch.set_num_threads(threads or 1)
                executor = ways.get(way, local)
                for model, repeats in (("rlfn", 1), ("bicubic", 5)):
                    rate = images_per_second(executor, model, repeats)
                    if number:
                        found.setdefault((way, model), []).append(rate)
    with executor_of(Placement(executor="ray", workers=2), "cpu") as both:
        for number in range(rounds + 1):
            for model, repeats in (("rlfn", 1), ("bicubic", 5)):
                rate = images_per_second(both, model, repeats)
                if number:
                    found.setdefault(("2 workers", model), []).append(rate)
    print(
        f"start of a cluster: {started:.1f} s; of its first worker, with 19 images: {first_worker:.1f} s"
    )
    print(f"{os.cpu_count()} processors, {rounds} rounds, medians; images per second")
    medians = {key: statistics.median(rates) for key, rates in found.items()}
    for (way, model), rate in sorted(medians.items(), key=lambda item: item[0][::-1]):
        low, high = min(found[way, model]), max(found[way, model])
        print(f"{model:8} {way:10} {rate:8.2f}  ({low:.2f} to {high:.2f})")
    print(f"two workers / one: {medians['2 workers', 'rlfn'] / medians['1 worker', 'rlfn']:.2f}")
    print(
        f"two workers / two threads: {medians['2 workers', 'rlfn'] / medians['2 threads', 'rlfn']:.2f}"
    )
    more = 1e3 / medians["1 worker", "bicubic"] - 1e3 / medians["1 thread", "bicubic"]
    print(f"more per image than this process: {more:.1f} ms")


main()
