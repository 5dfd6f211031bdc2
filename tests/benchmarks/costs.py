"""What each metric costs alone, on one thread.

    python tests/benchmarks/costs.py                all but the dearest, which take minutes
    python tests/benchmarks/costs.py lpips_vgg      these

Milliseconds per megapixel of an RGB pair of 1024x680, the best of seven. `cost=` in each metric's decorator
repeats these figures to two digits: `iqabench list metrics` shows them, and the dearest are started first.
Metrics of outputs alone look at one image; what is computed once of a pool is not counted; metrics over a set
look at output and target, and their distance is not counted. Weights that are missing are told.
"""

import os
import sys
from collections.abc import Callable
from functools import partial
from time import perf_counter

os.environ["OMP_NUM_THREADS"] = "1"

import cv2
import numpy as np
from test_twelve import SIZE, a_pair

from iqabench.errors import MetricError
from iqabench.images import Image, OutputView, Pair, Pool, PoolView
from iqabench.metrics import Metric, SetMetric, any_metric, metrics, set_metrics

DEAR = 10_000
"""Declared milliseconds per megapixel from which a metric is measured only when it is named."""
ROUNDS, SECONDS = 8, 60
"""The first round, which loads weights and fills caches, does not count; no more begin after so long."""
MEGAPIXELS = SIZE[0] * SIZE[1] / 1e6


def noisy(target: Image) -> Image:
    """With errors that are seen: mad ends early where none are."""
    noise = np.random.default_rng(0).normal(0, 20, target.shape)
    return np.asarray(np.clip(target + noise, 0, 255).round(), np.uint8)


def call_of(part: Metric | SetMetric, output: Image, target: Image) -> Callable[[], object]:
    """What is timed; every call begins with images that nothing was computed of."""
    if isinstance(part, SetMetric):
        return lambda: [part.look(OutputView(image)) for image in (output, target)]
    if part.reference == "none":
        return lambda: part(OutputView(output))
    if part.reference == "pool":
        pool = Pool(
            "mirrored", "0", [partial(np.flip, target, axis) for axis in ((0,), (1,), (0, 1))]
        )
        return lambda: part(PoolView(OutputView(output), pool))
    if part.name == "mad":
        output = noisy(target)
    return lambda: part(Pair(output, target))


def best(call: Callable[[], object]) -> float:
    """Milliseconds per megapixel."""
    times: list[float] = []
    end = perf_counter() + SECONDS
    while len(times) < 2 or (len(times) < ROUNDS and perf_counter() < end):
        start = perf_counter()
        call()
        times.append(perf_counter() - start)
    return min(times[1:]) * 1e3 / MEGAPIXELS


def main(names: list[str]) -> None:
    """Print name, measured and declared cost."""
    cv2.setNumThreads(1)
    output, target = a_pair()
    parts = [any_metric(name) for name in names] or [*metrics(), *set_metrics()]
    for part in parts:
        if part.cost >= DEAR and not names:
            print(f"{part.name:16} {'':>8} {part.cost:8.2g}  dear: measured when it is named")
            continue
        try:
            found = best(call_of(part, output, target))
        except MetricError as error:
            print(f"{part.name:16} {error}", flush=True)
        else:
            print(f"{part.name:16} {found:8.2g} {part.cost:8.2g}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
