"""`imresize` on tensors against `imresize` on arrays."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from iqabench.degradations.bicubic import imresize
from iqabench.errors import ImageError, UsageError
from iqabench.images.imresize_torch import imresize_torch
from iqabench.images.resampling import Edge, Kernel


def noisy(*shape: int) -> NDArray[np.uint8]:
    return np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)


def as_tensor(images: NDArray[np.generic]) -> Tensor:
    return torch.from_numpy(images).permute(0, 3, 1, 2)


@pytest.mark.parametrize("edge", ["mirror", "clamp"])
@pytest.mark.parametrize("scale", [1 / 8, 0.25, 1 / 3, 0.5, 2, 3, 4, 8, (0.5, 0.25), (2.0, 0.5)])
def test_same_pixels_as_numpy(scale: float | tuple[float, float], edge: Edge) -> None:
    images = noisy(2, 37, 50, 3)
    out = imresize_torch(as_tensor(images), scale, edge=edge)
    expected = np.stack([imresize(image, scale, edge=edge) for image in images])
    assert out.dtype == torch.uint8
    assert torch.equal(out, as_tensor(expected))


@pytest.mark.parametrize("kernel", ["cubic", "lanczos3", "nearest"])
@pytest.mark.parametrize("scale", [0.25, 0.7, 1.3, 3.0])
def test_floats_keep_their_precision(scale: float, kernel: Kernel) -> None:
    images = noisy(1, 21, 30, 1).astype(np.float64) - 40.0
    expected = as_tensor(imresize(images[0], scale, kernel=kernel)[None])
    double = imresize_torch(as_tensor(images), scale, kernel=kernel)
    single = imresize_torch(as_tensor(images).float(), scale, kernel=kernel)
    assert (double.dtype, single.dtype) == (torch.float64, torch.float32)
    torch.testing.assert_close(double, expected, rtol=0, atol=1e-10)
    torch.testing.assert_close(single.double(), expected, rtol=0, atol=2e-4)


def test_bad_requests_are_explained() -> None:
    with pytest.raises(ImageError, match=r"\(3, 8, 8\).*\(N, C, H, W\)"):
        imresize_torch(torch.zeros(3, 8, 8), 2)
    with pytest.raises(ImageError, match=r"int64.*expected uint8"):
        imresize_torch(torch.zeros(1, 3, 8, 8, dtype=torch.int64), 2)
    with pytest.raises(UsageError, match="above 0"):
        imresize_torch(torch.zeros(1, 3, 8, 8), 0)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="NO GPU: nothing to compare the CPU with")
@pytest.mark.parametrize("scale", [0.25, 1 / 3, 0.5, 2, 3, 4])
def test_same_pixels_on_the_gpu(scale: float) -> None:
    images = as_tensor(noisy(2, 64, 48, 3))
    assert torch.equal(imresize_torch(images.cuda(), scale).cpu(), imresize_torch(images, scale))
