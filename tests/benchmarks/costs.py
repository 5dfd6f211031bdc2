"""What each metric costs alone, on one thread: `python tests/benchmarks/costs.py`.

Milliseconds per megapixel of an RGB pair of 1024x680, the best of seven. `cost=` in each metric's decorator
repeats these figures to two digits: `iqabench list metrics` shows them, and the dearest are started first.
"""

import os
from time import perf_counter

os.environ["OMP_NUM_THREADS"] = "1"

import cv2
from test_twelve import SIZE, a_pair

from iqabench.errors import MetricError
from iqabench.images import Pair
from iqabench.metrics import metrics


def main() -> None:
    """Print name, measured and declared cost."""
    cv2.setNumThreads(1)
    output, target = a_pair()
    for part in metrics():
        best = float("inf")
        for _ in range(8):
            pair = Pair(output, target)
            start = perf_counter()
            try:
                part(pair)
            except MetricError as error:
                print(f"{part.name:10} {error}")  # noqa: T201
                break
            best = min(best, perf_counter() - start)
        else:
            per_megapixel = best * 1e3 / (SIZE[0] * SIZE[1] / 1e6)
            print(f"{part.name:10} {per_megapixel:8.2g} {part.cost:8.2g}")  # noqa: T201


if __name__ == "__main__":
    main()
