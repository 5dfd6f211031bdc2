"""Images of callers: numpy arrays, PIL images and torch tensors."""

from typing import Any

import numpy as np
from PIL import Image as PillowImage

from iqabench.errors import ImageError
from iqabench.images.read import Image


def as_image(thing: Any) -> Image:
    """Return a numpy array, PIL image or torch tensor as an image.

    Shapes: numpy uint8 (H, W), (H, W, 1) or (H, W, 3); PIL modes L and RGB; torch (C, H, W) or
        (1, C, H, W), float in [0, 1] or uint8. Torch is recognised by its methods, never imported.
    Raises: ImageError for any other type, shape or range, and for NaN.
    """
    if isinstance(thing, PillowImage.Image):
        if thing.mode not in ("L", "RGB"):
            raise ImageError(f"a PIL image of mode {thing.mode}; expected L or RGB.")
        return _shaped(np.asarray(thing))
    if isinstance(thing, np.ndarray):
        if thing.dtype != np.uint8:
            raise ImageError(
                f"a numpy array of {thing.dtype}; expected uint8. Pass floats in [0, 1] as a torch "
                "tensor (C, H, W), or round them yourself."
            )
        return _shaped(thing)
    if hasattr(thing, "detach") and hasattr(thing, "cpu"):
        return _from_torch(thing.detach().cpu())
    raise ImageError(
        f"a {type(thing).__name__}; expected a numpy array, a PIL image or a torch tensor."
    )


def _from_torch(tensor: Any) -> Image:
    if tensor.ndim == 4 and tensor.shape[0] == 1:
        tensor = tensor[0]
    if tensor.ndim != 3 or tensor.shape[0] not in (1, 3) or not tensor.numel():
        raise ImageError(
            f"a torch tensor of shape {tuple(tensor.shape)}; expected (C, H, W) with C = 1 or 3."
        )
    pixels: Image = np.moveaxis(
        tensor.numpy() if str(tensor.dtype) == "torch.uint8" else tensor.double().numpy(), 0, 2
    )
    if pixels.dtype == np.uint8:
        return pixels
    if not np.isfinite(pixels).all():
        raise ImageError("a torch tensor with NaN or infinite values.")
    low, high = float(pixels.min()), float(pixels.max())
    if low < -0.5 or high > 1.5:
        raise ImageError(f"a torch tensor with values in [{low:.4g}, {high:.4g}]; expected [0, 1].")
    return pixels * 255.0


def _shaped(pixels: Image) -> Image:
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    if pixels.ndim != 3 or pixels.shape[2] not in (1, 3) or not pixels.size:
        raise ImageError(
            f"an array of shape {pixels.shape}; expected (H, W), (H, W, 1) or (H, W, 3)."
        )
    return pixels
