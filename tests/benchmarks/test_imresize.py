"""What MATLAB's imresize costs; yardsticks of others compute something close, for their time only.

pytest tests/benchmarks/test_imresize.py --benchmark-group-by=group
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from skimage.transform import resize

from iqabench.degradations.bicubic import imresize
from iqabench.images.imresize_torch import imresize_torch

Run = Callable[[], object]
TARGET: NDArray[np.uint8] = np.random.default_rng(0).integers(
    0, 256, (1024, 1024, 3), dtype=np.uint8
)


def ours(image: NDArray[np.uint8], scale: float) -> Run:
    return lambda: imresize(image, scale)


def ours_on_tensors(image: NDArray[np.uint8], scale: float) -> Run:
    x = torch.from_numpy(image).permute(2, 0, 1)[None].contiguous()
    return lambda: imresize_torch(x, scale)


def torch_antialias(image: NDArray[np.uint8], scale: float) -> Run:
    x = torch.from_numpy(image).permute(2, 0, 1)[None].double()
    return lambda: torch.nn.functional.interpolate(
        x, scale_factor=scale, mode="bicubic", antialias=True
    )


def skimage_cubic(image: NDArray[np.uint8], scale: float) -> Run:
    size = [round(scale * n) for n in image.shape[:2]]
    untyped: Callable[..., object] = resize
    return lambda: untyped(image, size, order=3, mode="symmetric", anti_aliasing=scale < 1)


@pytest.mark.parametrize("run", [ours, ours_on_tensors, torch_antialias, skimage_cubic])
@pytest.mark.parametrize("scale", [0.25, 0.5, 2, 4])
def test_imresize(benchmark: Any, run: Callable[..., Run], scale: float) -> None:
    """One megapixel on the larger side."""
    side = int(1024 / max(scale, 1))
    image = TARGET[:side, :side].copy()
    benchmark.group = f"x{scale:g}"
    benchmark.pedantic(run(image, scale), rounds=5, warmup_rounds=1)
