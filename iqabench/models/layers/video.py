"""Steps that networks of video share: luma and chroma of frames, and warping by optical flow."""

import torch
from torch import Tensor
from torch.nn import functional

_LUMA = (65.738, 129.057, 25.064)
_BLUE = (-37.945, -74.494, 112.439)
_RED = (112.439, -94.154, -18.285)
"""The weights of red, green and blue (0..255) in Y - 16, Cb - 128 and Cr - 128, times 256, of BT.601."""


def _weighted(frames: Tensor, weights: tuple[float, float, float]) -> Tensor:
    factors = torch.tensor(weights, dtype=frames.dtype, device=frames.device) / 256
    return (frames * factors.view(1, 3, 1, 1)).sum(dim=1, keepdim=True)


def luma_of(frames: Tensor) -> Tensor:
    """Return BT.601 luma in 16..235 of colour frames in 0..255; (N, 3, H, W) to (N, 1, H, W)."""
    return _weighted(frames, _LUMA) + 16


def enlarge_chroma(frames: Tensor, scale: int) -> Tensor:
    """Return Cb - 128 and Cr - 128, enlarged by bicubic interpolation; (N, 3, H, W) to (N, 2, s H, s W)."""
    chroma = torch.cat([_weighted(frames, _BLUE), _weighted(frames, _RED)], dim=1)
    return functional.interpolate(chroma, scale_factor=scale, mode="bicubic", align_corners=False)


def rgb_of(luma: Tensor, chroma: Tensor) -> Tensor:
    """Return colour frames in 0..255, neither clipped nor rounded, from luma and chroma."""
    matrix = torch.tensor([_LUMA, _BLUE, _RED], dtype=torch.float64, device="cpu") / 256
    back = torch.linalg.inv(matrix).to(luma)
    return torch.einsum("ij,njhw->nihw", back, torch.cat([luma - 16, chroma], dim=1))


def warp(frames: Tensor, flow: Tensor, *, padding: str = "border") -> Tensor:
    """Return frames whose pixel p is taken from p + flow(p), bilinearly.

    Shapes: (N, C, H, W) and (N, 2, H, W), the flow as x and y in pixels, to (N, C, H, W).
    """
    height, width = frames.shape[2:]
    y, x = torch.meshgrid(
        torch.arange(height, dtype=flow.dtype, device=flow.device),
        torch.arange(width, dtype=flow.dtype, device=flow.device),
        indexing="ij",
    )
    across = 2 * (x + flow[:, 0]) / max(width - 1, 1) - 1
    down = 2 * (y + flow[:, 1]) / max(height - 1, 1) - 1
    grid = torch.stack([across, down], dim=-1)
    return functional.grid_sample(
        frames, grid, mode="bilinear", padding_mode=padding, align_corners=True
    )
