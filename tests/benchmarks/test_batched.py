"""What batched metrics cost on a GPU, in megapixels a second: each alone, and twelve together.

    pytest tests/benchmarks/test_batched.py -s

On RGB pairs of 1920 x 1080, as uint8 in the host's memory; their way to the device counts.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch
from twelve import TWELVE

from iqabench.images import Pair
from iqabench.metrics import metrics
from iqabench.metrics.core.batch_scores import batch_scores
from iqabench.metrics.core.batched import has_batched_form

HEIGHT, WIDTH, COUNT = 1080, 1920, 24

pytestmark = pytest.mark.skipif(
    not torch.cuda.is_available(), reason="NO GPU: batched metrics are measured on one alone"
)


def pairs() -> list[Pair]:
    """Smooth shapes and noise; what is in them does not change the time."""
    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH, :1][:2]
    found = []
    for number in range(COUNT):
        waves = np.sin(rows / (20 + number)) + np.sin(columns / (31 + number))
        target = 128 + 50 * waves + rng.normal(0, 3, (HEIGHT, WIDTH, 3))
        output = target + rng.normal(0, 6, target.shape)
        found.append(Pair(*(np.clip(x, 0, 255).astype(np.uint8) for x in (output, target))))
    return found


PAIRS = pairs() if torch.cuda.is_available() else []


NAMES = [metric.name for metric in metrics() if has_batched_form(metric)]


@pytest.mark.parametrize("some", [TWELVE, *((name,) for name in NAMES)], ids="+".join)
def test_batched(benchmark: Any, some: Sequence[str]) -> None:
    torch.cuda.reset_peak_memory_stats()
    benchmark.group = "twelve" if len(some) > 1 else "one"
    benchmark.pedantic(
        lambda: batch_scores([metrics().get(name) for name in some], PAIRS, "cuda"),
        rounds=5,
        warmup_rounds=1,
    )
    pixels = HEIGHT * WIDTH * COUNT / 1e6
    memory = torch.cuda.max_memory_allocated() / 2**30
    speed = pixels / benchmark.stats.stats.median
    benchmark.extra_info["MP/s"] = round(speed, 1)
    print(
        f"\n{'+'.join(some)}: {speed:.1f} MP/s on {torch.cuda.get_device_name()}, {memory:.1f} GiB"
    )
