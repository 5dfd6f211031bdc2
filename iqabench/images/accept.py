"""Images of callers: numpy arrays, PIL images and torch tensors."""

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from iqabench.errors import ImageError
from iqabench.images.pillow_images import pillow_pixels
from iqabench.images.read import Image
from iqabench.images.value_range import DataRange, as_levels, bounds_of, likely_range

_FLOATS = ("torch.float16", "torch.bfloat16", "torch.float32", "torch.float64")
_INTEGERS = ("torch.bool", "torch.int8", "torch.int16", "torch.int32", "torch.int64")
_WIDE_INTEGERS = ("torch.uint16", "torch.uint32", "torch.uint64")

_CHANNELS = (1, 3)


def as_image(thing: Any, role: str = "output", data_range: DataRange | None = None) -> Image:
    """Return a numpy array, PIL image or torch tensor as an image.

    `role` stands for it in messages; only an "output" may overshoot its range, as `OVERSHOOT` says, and a
    protocol then clips it. `data_range` declares black and white for arrays and tensors of other types than
    uint8: 255 for 0..255, (-1, 1) for [-1, 1].

    Shapes: numpy (H, W), (H, W, 1) or (H, W, 3), uint8, or any real type with a data_range; PIL modes L and
        RGB, and 1, P, LA, RGBA without transparency; torch (C, H, W) or (1, C, H, W), uint8, float in
        [0, 1], or any real type with a data_range. Torch is recognised by its methods, never imported.
    Raises: ImageError for any other type, shape or range, and for NaN; UsageError for a data_range that is
        none.
    """
    if data_range is not None:
        bounds_of(data_range)
    if isinstance(thing, PillowImage.Image):
        return pillow_pixels(thing, role)
    if isinstance(thing, (np.ndarray, np.generic)):
        return _from_numpy(np.asanyarray(thing), role, data_range)
    if hasattr(thing, "detach") and hasattr(thing, "cpu"):
        return _from_torch(thing, role, data_range)
    hints: dict[type, str] = {
        str: " Read a file with iqabench.images.read_image(Path(...)).",
        list: " Pass several to iqabench.score.",
    }
    hint = hints.get(type(thing), "")
    raise ImageError(
        f"the {role} is a {type(thing).__name__}; expected a numpy array, a PIL image or a torch tensor."
        f"{hint}"
    )


def _from_numpy(array: NDArray[Any], role: str, data_range: DataRange | None) -> Image:
    if isinstance(array, np.ma.MaskedArray) and np.ma.is_masked(array):
        raise ImageError(f"the {role} is a masked array; fill what is masked: array.filled(0).")
    array = np.asarray(array)
    kind = f"a numpy array of {array.dtype}"
    if array.dtype.kind not in "biuf":
        raise ImageError(
            f"the {role} is {kind}; expected uint8, or real numbers with a data_range."
        )
    pixels = array[:, :, None] if array.ndim == 2 else array
    if pixels.ndim != 3 or pixels.shape[2] not in _CHANNELS or not pixels.size:
        raise ImageError(
            f"the {role} is an array of shape {array.shape}; expected (H, W), (H, W, 1) or (H, W, 3)."
            f"{_hint_of_shape(array.shape, 'array.transpose(1, 2, 0)', channels_last=True)}"
        )
    if pixels.dtype == np.uint8:
        return _eight_bit(pixels, role, data_range)
    if data_range is None:
        raise ImageError(f"the {role} is {kind}; expected uint8. {_advice(pixels)}")
    return as_levels(pixels, data_range, role, kind)


def _from_torch(tensor: Any, role: str, data_range: DataRange | None) -> Image:
    kind = _checked_kind(tensor, role)
    shape = tuple(int(side) for side in tensor.shape)
    if len(shape) == 4 and shape[0] == 1:
        tensor, shape = tensor[0], shape[1:]
    if len(shape) != 3 or shape[0] not in _CHANNELS or 0 in shape:
        raise ImageError(
            f"the {role} is a torch tensor of shape {shape}; expected (C, H, W) with C = 1 or 3."
            f"{_hint_of_shape(shape, 'tensor.permute(2, 0, 1)', channels_last=False)}"
        )
    if tensor.requires_grad:
        warnings.warn(
            f"the {role} requires a gradient, and values of iqabench are numbers without one. Pass "
            f"{role}.detach() for the number; as a loss take torch.nn.functional, or the packages piq and "
            "lpips.",
            stacklevel=4,
        )
    pixels = np.moveaxis(_values(tensor, role), 0, 2)
    if pixels.dtype == np.uint8:
        return _eight_bit(pixels, role, data_range)
    if data_range is None and str(tensor.dtype) not in _FLOATS:
        raise ImageError(
            f"the {role} is {kind}; expected uint8, or floats in [0, 1]. {_advice(pixels)}"
        )
    return as_levels(pixels, 1.0 if data_range is None else data_range, role, kind)


def _checked_kind(tensor: Any, role: str) -> str:
    """Return the type of a tensor in words.

    Raises: ImageError for tensors that hold no plain real numbers: sparse, quantised, complex, meta ones.
    """
    layout, dtype = str(getattr(tensor, "layout", "torch.strided")), str(tensor.dtype)
    kind = f"a torch tensor of {dtype.removeprefix('torch.')}"
    if str(tensor.device) == "meta":
        raise ImageError(
            f"the {role} is on the device 'meta', which holds no values; pass real ones."
        )
    if layout != "torch.strided" or getattr(tensor, "is_nested", False):
        layout = "nested" if layout == "torch.strided" else layout.removeprefix("torch.")
        raise ImageError(
            f"the {role} is a tensor of the layout {layout}; expected a plain one: tensor.to_dense()."
        )
    if getattr(tensor, "is_quantized", False):
        raise ImageError(f"the {role} is quantised, {kind}; pass {role}.dequantize().")
    if dtype != "torch.uint8" and dtype not in (*_FLOATS, *_INTEGERS, *_WIDE_INTEGERS):
        raise ImageError(f"the {role} is {kind}; expected uint8, or floats in [0, 1].")
    return kind


def _values(tensor: Any, role: str) -> NDArray[Any]:
    """Return the values of a plain tensor on any device: uint8, or float64."""
    try:
        values = tensor.detach().cpu()
        array: NDArray[Any] = (
            values if str(tensor.dtype) == "torch.uint8" else values.double()
        ).numpy()
    except Exception as error:  # fake tensors, those of vmap, of a device that was lost ...
        raise ImageError(
            f"the {role}, a {type(tensor).__name__}, has no values: {error}"
        ) from error
    return array


def _eight_bit(pixels: Image, role: str, data_range: DataRange | None) -> Image:
    """Return pixels of uint8, whose range is known.

    Raises: ImageError where a declared range says something else of the same values.
    """
    if data_range is not None:
        black, white = bounds_of(data_range)
        largest = int(pixels.max())
        if white < 255 and largest <= white and (largest, black) != (0, 0):
            raise ImageError(
                f"the {role} is uint8, whose levels are 0 to 255, but its largest is {largest}, and "
                f"data_range={data_range} says otherwise. Convert it to float, or multiply it."
            )
    return np.ascontiguousarray(pixels)


def _advice(pixels: NDArray[Any]) -> str:
    """Return the way out for values whose type does not tell their range."""
    if not np.isfinite(pixels).all():
        return "It holds NaN or infinite values."
    low, high = float(pixels.min()), float(pixels.max())
    likely = likely_range(low, high)
    if likely:
        return f"Its values are {low:.4g} to {high:.4g}. {likely}"
    return "Declare black and white with data_range=(LOW, HIGH)."


def _hint_of_shape(shape: tuple[int, ...], turn: str, *, channels_last: bool) -> str:
    """Return the likely cause of a wrong shape, and the way out."""
    if 0 in shape:
        return " It has no pixels."
    channels = 0 if channels_last else -1
    if len(shape) == 3 and shape[channels] in _CHANNELS:
        order = "(C, H, W)" if channels_last else "(H, W, C)"
        return f" It looks like {order}: pass {turn}."
    if len(shape) == 3 and shape[-1 - channels] == 4:
        return " Its fourth channel looks like alpha: leave it out."
    if len(shape) == 4:
        return " It looks like a batch: pass one image at a time, or the batch to iqabench.score."
    if len(shape) == 2:
        return " Add the channel: tensor[None]."
    return ""
