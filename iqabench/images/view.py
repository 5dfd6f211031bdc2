"""A protocol applied to an output and to its target: the result is the argument of a metric."""

import numpy as np
from numpy.typing import NDArray

from iqabench.errors import ImageError
from iqabench.images.alignment import align
from iqabench.images.bands import view_bands
from iqabench.images.brightness import match_brightness
from iqabench.images.crop import crop_to_multiple
from iqabench.images.luma import luma, luma_counts, luma_cut, luma_unit, matlab_grey
from iqabench.images.pair import OutputView, Pair
from iqabench.images.read import Image
from iqabench.images.resizing import resized
from iqabench.images.rounding import as_compared, quantise, truncate
from iqabench.protocol import Protocol
from iqabench.tasks import Ratio


def view(
    protocol: Protocol,
    output: Image,
    target: Image,
    scale: Ratio = 1,
    mask: Image | None = None,
) -> Pair:
    """Return the pair that `protocol` compares, under its variant of structural similarity.

    Shapes: output and target (H, W, C) in units of 0..255; mask (H, W, 1), 0 outside.
    Returns: a pair of equal shapes, (H', W', 1) or (H', W', 3); (N, 1, C) for the N pixels inside a mask.
    Raises: ImageError when sizes or channels differ, or when nothing is left after the shave or inside the
        mask. Images are never resized to fit.
    """
    return _pair(protocol, output, target, scale, mask).in_variant(protocol.ssim)


def _pair(
    protocol: Protocol, output: Image, target: Image, scale: Ratio, mask: Image | None
) -> Pair:
    if protocol.channels in ("bands", "magnitude"):
        _require_comparable(protocol, output, target)
        output, target = _shaved(protocol, output, scale), _shaved(protocol, target, scale)
        return view_bands(protocol, output, target)
    output, target = _in_levels(protocol, output), _in_levels(protocol, target)
    _require_8_bits(protocol, output, target)
    output, target = as_compared(protocol, output), _target(protocol, target)
    if protocol.domain == "resized-16":
        target = _resized(protocol, output, target)
    _require_comparable(protocol, output, target)
    if protocol.brightness != "none":
        output = match_brightness(protocol.brightness, output, target)
        output = truncate(output) if protocol.cut_matched else output
    if protocol.align != "none":
        return _aligned_pair(protocol, output, target, scale)
    output, target = _shaved(protocol, output, scale), _shaved(protocol, target, scale)
    if protocol.region == "mask":
        inside = _inside(protocol, output, None if mask is None else _shaved(protocol, mask, scale))
        output, target = output[inside][:, None], target[inside][:, None]
    return _in_channels(protocol, output, target)


def _aligned_pair(protocol: Protocol, output: Image, target: Image, scale: Ratio) -> Pair:
    """Return the pair after the alignment; it knows the pixels that count."""
    channels = max(output.shape[2], target.shape[2])
    aligned = align(_expand(output, channels), _expand(target, channels))
    pair = _in_channels(protocol, *(_shaved(protocol, image, scale) for image in aligned[:2]))
    pair.inside = _shaved(protocol, aligned.inside, scale)
    if not pair.inside.any():
        raise ImageError(
            f"the alignment of the output leaves no pixel that protocol '{protocol.name}' compares."
        )
    return pair


def _in_channels(protocol: Protocol, output: Image, target: Image) -> Pair:
    """Return the pair of the channels that are compared."""
    if protocol.channels in ("rgb", "grey"):
        channels = max(output.shape[2], target.shape[2])
        return Pair(_expand(output, channels), _expand(target, channels))
    if protocol.channels == "rgb2gray":
        return Pair(quantise(matlab_grey(output)), quantise(matlab_grey(target)))
    if protocol.channels == "luma-cut":
        return Pair(luma_cut(output), luma_cut(target))
    (output, target), unit, offset = _luma_counts(protocol, output, target)
    return Pair(output, target, unit, offset)


def view_output(protocol: Protocol, output: Image, scale: Ratio = 1) -> OutputView:
    """Return the view of an output without a target under `protocol`.

    Shapes: output (H, W, C) in units of 0..255.
    Raises: ImageError when the protocol wants another kind of image, or nothing is left after the shave.
    """
    if protocol.channels in ("bands", "magnitude"):
        return view_bands(protocol, _shaved(protocol, output, scale))
    output = _in_levels(protocol, output)
    _require_8_bits(protocol, output)
    output = as_compared(protocol, output)
    _require_grey(protocol, output)
    output = _shaved(protocol, output, scale)
    if protocol.channels in ("rgb", "grey"):
        return OutputView(output)
    if protocol.channels == "rgb2gray":
        return OutputView(quantise(matlab_grey(output)))
    if protocol.channels == "luma-cut":
        return OutputView(luma_cut(output))
    [counts], unit, offset = _luma_counts(protocol, output)
    return OutputView(counts, unit=unit, offset=offset)


def _in_levels(protocol: Protocol, image: Image) -> Image:
    """Return an image of 16 bits as floats in units of 0..255 where the protocol compares such images."""
    is_deep = protocol.deep and image.dtype == np.uint16 and image.shape[2] in (1, 3)
    return image / (65535.0 / 255.0) if is_deep else image


def _resized(protocol: Protocol, output: Image, target: Image) -> Image:
    """Return the target resized as the images were that the model restored.

    Raises: ImageError when the output has another size.
    """
    smaller = resized(target)
    if output.shape[:2] != smaller.shape[:2]:
        raise ImageError(
            f"the output is {_size(output)}, its target {_size(target)}; protocol '{protocol.name}' compares "
            "outputs of images that were resized before they were restored, to "
            f"{_size(smaller)} here. Restore the resized images, or name a protocol that does not resize, as "
            "in psnr@y."
        )
    return smaller


def _target(protocol: Protocol, target: Image) -> Image:
    """Return the target of 8 bits, or as floats where the output is."""
    return quantise(target) if protocol.quantise else target


def _shaved(protocol: Protocol, image: Image, scale: Ratio) -> Image:
    """Return the part of an image that is compared."""
    if protocol.crop_multiple > 1:
        image = _cropped(protocol, image)
    border = protocol.shave(scale)
    if border < 0:
        raise ImageError(f"the scale is {scale}; a border of {border} pixels cannot be left out.")
    height, width = image.shape[:2]
    if min(height, width) <= 2 * border:
        raise ImageError(
            f"an image of {_size(image)} has nothing left after protocol '{protocol.name}' shaves "
            f"{border} pixels from every side."
        )
    return image[border : height - border, border : width - border]


def _cropped(protocol: Protocol, image: Image) -> Image:
    """Return the image with sides that are multiples of the protocol's number.

    Raises: ImageError when a side is shorter than that.
    """
    multiple = protocol.crop_multiple
    if min(image.shape[:2]) < multiple:
        raise ImageError(
            f"an image of {_size(image)} has nothing left after protocol '{protocol.name}' crops its "
            f"sides to multiples of {multiple} pixels."
        )
    return crop_to_multiple(image, multiple, centred=protocol.crop_from == "centre")


def _inside(protocol: Protocol, output: Image, mask: Image | None) -> NDArray[np.bool_]:
    """Return the places inside the mask, (H, W).

    Raises: ImageError when there is no mask, when it has another size, and when it is empty.
    """
    if mask is None:
        raise ImageError(
            f"protocol '{protocol.name}' compares only the pixels inside a mask, and the sample has none."
        )
    if mask.shape[:2] != output.shape[:2]:
        raise ImageError(f"the output is {_size(output)}, its mask {_size(mask)}.")
    inside = np.asarray(mask[:, :, 0] > 0)
    if not inside.any():
        raise ImageError("the mask is empty, so no pixel is compared; the sample is left out.")
    return inside


def _luma_counts(protocol: Protocol, *images: Image) -> tuple[list[Image], float, float]:
    """Return the luma of each image in counts, the value of one count, and the value of zero counts."""
    full = protocol.channels == "luma-full"
    if not protocol.round_luma and all(image.dtype == np.uint8 for image in images):
        return [luma_counts(image) for image in images], *luma_unit(full=full)
    values: list[Image] = [luma(image, full=full, dtype=np.float64) for image in images]
    if protocol.clip:
        values = [value.clip(*((0, 255) if full else (16, 235))) for value in values]
    return [quantise(v) for v in values] if protocol.round_luma else values, 1.0, 0.0


def _require_8_bits(protocol: Protocol, *images: Image) -> None:
    """Raise ImageError for images of sensors, whose values and bands an 8-bit protocol would cut off."""
    for image in images:
        bands = image.shape[2]
        if image.dtype == np.uint16 or np.iscomplexobj(image) or bands not in (1, 3):
            raise ImageError(
                f"protocol '{protocol.name}' compares images of 8 bits with 1 or 3 bands; this one is "
                f"{image.dtype.name} with {bands}. Name another protocol, as in psnr@bands-11 for bands of "
                "11 bits or psnr@magnitude for complex images."
            )


def _require_comparable(protocol: Protocol, output: Image, target: Image) -> None:
    if output.shape[:2] != target.shape[:2]:
        raise ImageError(
            f"the output is {_size(output)}, its target {_size(target)}; they are never resized to fit."
        )
    _require_grey(protocol, output, target)


def _require_grey(protocol: Protocol, *images: Image) -> None:
    if protocol.channels == "grey" and any(image.shape[2] != 1 for image in images):
        shapes = ", the ".join(
            f"{who} has {image.shape[2]} channels" if at == 0 else f"{who} {image.shape[2]}"
            for at, (who, image) in enumerate(zip(("output", "target"), images, strict=False))
        )
        raise ImageError(f"protocol '{protocol.name}' compares one-channel images; the {shapes}.")


def _expand(image: Image, channels: int) -> Image:
    return np.repeat(image, channels, axis=2) if image.shape[2] < channels else image


def _size(image: Image) -> str:
    return f"{image.shape[1]}x{image.shape[0]}"
