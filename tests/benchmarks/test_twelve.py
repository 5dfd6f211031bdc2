"""Twelve full-reference metrics together, against piq's twelve.

    python tests/benchmarks/test_twelve.py          both in turns, in milliseconds per megapixel
    pytest tests/benchmarks/test_twelve.py          each alone, by pytest-benchmark

On RGB pairs of the size of Urban100's images, as uint8 in memory; two threads for either side.
"""

from collections.abc import Callable
from time import perf_counter
from typing import Any

import cv2
import numpy as np
import piq
import pytest
import torch
from numpy.typing import NDArray

from iqabench.images import Case
from iqabench.metrics import column, scores

Pixels = NDArray[np.uint8]
Theirs = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]

SIZE = (1024, 680)
THREADS = 2


def _with_range(function: Any, **options: Any) -> Theirs:
    return lambda x, y: function(x, y, data_range=255.0, **options)


THEIRS: dict[str, Theirs] = {
    "psnr": _with_range(piq.psnr),
    "ssim": _with_range(piq.ssim, downsample=False),
    "ms_ssim": _with_range(piq.multi_scale_ssim),
    "iw_ssim": _with_range(piq.information_weighted_ssim),
    "fsim": _with_range(piq.fsim, chromatic=False),
    "vsi": _with_range(piq.vsi),
    "vifp": _with_range(piq.vif_p),
    "gmsd": _with_range(piq.gmsd),
    "mdsi": _with_range(piq.mdsi),
    "haarpsi": _with_range(piq.haarpsi),
    "dss": _with_range(piq.dss),
    "sr_sim": _with_range(piq.srsim),
}


def photograph(width: int, height: int) -> Pixels:
    """Detail of every size, falling with frequency as in photographs."""
    rng = np.random.default_rng(0)
    image = np.zeros((height, width, 3))
    for octave in range(8):
        small = rng.normal(0, 1, (height >> octave or 1, width >> octave or 1, 3))
        image += cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC) * 2**octave
    return np.asarray(np.clip(128 + 40 * image / image.std(), 0, 255), np.uint8)


def a_pair() -> tuple[Pixels, Pixels]:
    target = photograph(*SIZE)
    return np.asarray(cv2.GaussianBlur(target, (0, 0), 1.2), np.uint8), target


def ours(names: list[str], output: Pixels, target: Pixels) -> list[float]:
    return scores([column(f"{name}@rgb") for name in names], Case(output, target))


def theirs(names: list[str], output: Pixels, target: Pixels) -> list[float]:
    x, y = (
        torch.from_numpy(image.transpose(2, 0, 1)[None].astype(np.float32))
        for image in (output, target)
    )
    return [float(THEIRS[name](x, y)) for name in names]


@pytest.fixture(autouse=True)
def _threads() -> None:
    cv2.setNumThreads(THREADS)
    torch.set_num_threads(THREADS)


@pytest.mark.parametrize("way", [ours, theirs], ids=["ours", "piq"])
@pytest.mark.parametrize("name", [*THEIRS, "all"])
def test_twelve(benchmark: Any, name: str, way: Callable[..., list[float]]) -> None:
    names = list(THEIRS) if name == "all" else [name]
    benchmark.pedantic(way, (names, *a_pair()), rounds=3, warmup_rounds=1)


def _ms(way: Callable[..., list[float]], names: list[str], *pair: Pixels) -> tuple[float, float]:
    start = perf_counter()
    values = way(names, *pair)
    return (perf_counter() - start) * 1e3 / (SIZE[0] * SIZE[1] / 1e6), values[0]


def main(rounds: int = 5) -> None:
    """Print the best of some rounds in turn."""
    cv2.setNumThreads(THREADS)
    torch.set_num_threads(THREADS)
    pair = a_pair()
    print(f"{'metric':10} {'ours':>9} {'piq':>9} {'ratio':>7}   values of both")
    for name in [*THEIRS, "all"]:
        names = list(THEIRS) if name == "all" else [name]
        turns = [(_ms(ours, names, *pair), _ms(theirs, names, *pair)) for _ in range(rounds)]
        mine, piqs = (min(turn[side][0] for turn in turns) for side in (0, 1))
        values = f"{turns[0][0][1]:.6f} {turns[0][1][1]:.6f}" if name != "all" else ""
        print(f"{name:10} {mine:9.1f} {piqs:9.1f} {piqs / mine:7.1f}   {values}")


if __name__ == "__main__":
    main()
