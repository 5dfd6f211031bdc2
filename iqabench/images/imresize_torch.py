"""The function `imresize` on tensors, on any device: one gather and one batched product a pass.

It has a file of its own, because the rest of this folder never imports torch.
"""

import numpy as np
import torch
from torch import Tensor

from iqabench.errors import ImageError
from iqabench.images.resampling import Band, Edge, Kernel, band


def imresize_torch(
    x: Tensor,
    scale: float | tuple[float, float],
    *,
    kernel: Kernel = "cubic",
    edge: Edge = "mirror",
) -> Tensor:
    """Resize `x` as `imresize` does, with the same pixels for uint8 and float64.

    Shapes: (N, C, H, W) to (N, C, ceil(scale H), ceil(scale W)).
    Range: uint8 is computed in float64, rounded half up and clipped after each pass; float32 and
        float64 are computed in their own precision, neither rounded nor clipped.
    Raises: ImageError for other tensors, UsageError for unknown names and for scales that are not
        positive.
    """
    if x.ndim != 4 or not x.numel():
        raise ImageError(
            f"imresize_torch was given a tensor of shape {tuple(x.shape)}; expected (N, C, H, W)."
        )
    if x.dtype not in (torch.uint8, torch.float32, torch.float64):
        raise ImageError(f"imresize_torch was given {x.dtype}; expected uint8, float32 or float64.")
    scales = scale if isinstance(scale, tuple) else (scale, scale)
    rows, columns = (band(x.shape[2 + i], float(scales[i]), kernel, edge) for i in (0, 1))
    if scales[0] <= scales[1]:
        return _columns(_rows(x, rows), columns)
    return _rows(_columns(x, columns), rows)


def _columns(x: Tensor, part: Band) -> Tensor:
    return _rows(x.mT, part).mT.contiguous()


def _rows(x: Tensor, part: Band) -> Tensor:
    """Resize along H."""
    eight_bit = x.dtype == torch.uint8
    blocks, block, taps = part.weights.shape
    index = torch.tensor(part.start[:, None] + np.arange(taps), device=x.device)
    dtype = torch.float64 if eight_bit else x.dtype
    weights = torch.tensor(part.weights, dtype=dtype, device=x.device)
    n, c, _, width = x.shape
    taken = x.index_select(2, index.flatten()).to(dtype).reshape(n, c, blocks, taps, width)
    out = torch.matmul(weights, taken).reshape(n, c, blocks * block, width)[:, :, : part.size]
    return (out + 0.5).clamp_(0.0, 255.0).to(torch.uint8) if eight_bit else out
