"""Images and weights as tensors, and their precision, for all learned metrics."""

from pathlib import Path

import numpy as np
import safetensors.torch
import torch
from torch import Tensor

from iqabench.images import Image, Pair


def precision(device: str) -> torch.dtype:
    """Return double on Nvidia's GPUs, single elsewhere.

    Convolutions in single precision may run as TF32 there, as the precision of the model that shares
    the process has it, which moves a distance in its fourth digit; those in double never do.
    """
    return torch.float64 if torch.device(device).type == "cuda" else torch.float32


def tensors(pair: Pair, unit: float, offset: float = 0.0) -> tuple[Tensor, Tensor]:
    """Return output and target on the device as levels / unit + offset; grey as R = G = B.

    Shapes: (H, W, C) to (1, 3, H, W).
    """

    def tensor(image: Image) -> Tensor:
        scaled = image.astype(np.float32) / np.float32(unit) + np.float32(offset)
        coloured = np.broadcast_to(scaled, (*image.shape[:2], 3)).transpose(2, 0, 1)[None].copy()
        return torch.from_numpy(coloured).to(pair.device, precision(pair.device))

    return tensor(pair.output), tensor(pair.target)


def load_state(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a file of safetensors or torch, by name."""
    with path.open("rb") as file:
        named = file.read(9).endswith(b"{")  # safetensors: a length, then JSON
    if named:
        return safetensors.torch.load_file(path)
    state: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return state


def colours(*values: float) -> Tensor:
    """Return one value for each of R, G and B, to be combined with (N, 3, H, W)."""
    return torch.tensor(values).view(1, 3, 1, 1)
