"""The view of images of sensors: any number of bands, more than 8 bits, complex pixels.

Metrics are written for values of 0..255. The view maps the protocol's peak to 255 by the unit of its counts,
so that every metric is that of the protocol's own range, and none needs to know another one.
"""

from typing import overload

import numpy as np
from numpy.typing import NDArray

from iqabench.errors import ImageError
from iqabench.images.pair import OutputView, Pair
from iqabench.images.read import Image
from iqabench.protocol import Protocol

WHITE = 255.0
"""The value that metrics take for white."""


@overload
def view_bands(protocol: Protocol, output: Image, target: Image) -> Pair: ...


@overload
def view_bands(protocol: Protocol, output: Image) -> OutputView: ...


def view_bands(protocol: Protocol, output: Image, target: Image | None = None) -> OutputView:
    """Return the pair, or only the output without a target, that a protocol of bands or magnitudes compares.

    Shapes: (H, W, C), alike, in the units of the files.
    Raises: ImageError when bands differ, when values exceed the peak, and when the peak is that of a target
        and there is none.
    """
    numbers = _numbers(protocol, output, "output")
    if target is None:
        if protocol.peak == "target":
            raise ImageError(
                f"protocol '{protocol.name}' takes the maximum of the target for white, and there is none."
            )
        return OutputView(_rounded(protocol, numbers), unit=WHITE / protocol.peak)
    wanted = _numbers(protocol, target, "target")
    if numbers.shape[2] != wanted.shape[2]:
        raise ImageError(
            f"the output has {numbers.shape[2]} bands, its target {wanted.shape[2]}; expected the same bands."
        )
    peak = _peak(protocol, wanted)
    return Pair(_rounded(protocol, numbers), _rounded(protocol, wanted), unit=WHITE / peak)


def _numbers(protocol: Protocol, image: Image, name: str) -> NDArray[np.float64]:
    """Return real numbers in double precision.

    Raises: ImageError for complex pixels under a protocol of bands, and for NaN or infinite values.
    """
    if protocol.channels == "magnitude":
        kind = np.complex128 if np.iscomplexobj(image) else np.float64
        image = np.abs(image.astype(kind))
    elif np.iscomplexobj(image):
        raise ImageError(
            f"the {name} has complex pixels, and protocol '{protocol.name}' compares real ones; "
            "psnr@magnitude compares their absolute values."
        )
    numbers = image.astype(np.float64)
    if not np.isfinite(numbers.sum()):
        raise ImageError(f"the {name} holds NaN or infinite values.")
    return numbers


def _peak(protocol: Protocol, target: NDArray[np.float64]) -> float:
    highest = float(target.max())
    if protocol.peak == "target":
        if highest <= 0:
            raise ImageError("the target is black everywhere, so that its maximum is no peak.")
        return highest
    if highest > protocol.peak:
        raise ImageError(
            f"the target holds values up to {highest:g}; protocol '{protocol.name}' compares values up to "
            f"{protocol.peak}. Use a protocol of the bits that the files have, or convert the files."
        )
    return protocol.peak


def _rounded(protocol: Protocol, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return whole numbers from 0 to the peak where the protocol rounds."""
    if not protocol.quantise or protocol.peak == "target":
        return numbers
    return np.clip(np.floor(numbers + 0.5), 0, protocol.peak)
