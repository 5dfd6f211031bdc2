"""One network under six evaluations that differ in one habit each: what PReNet has on Rain100H.

The means are those of the hundred images; `tests/benchmarks/rain100h_axes.py` computes them anew.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from iqabench.protocol import Protocol
from iqabench.protocols import protocol

Floats = NDArray[np.float64]

_STUDIO = np.array([65.481, 128.553, 24.966])
_FULL = np.array([0.299, 0.587, 0.114])


class Axis(NamedTuple):
    """An evaluation, and the same written without the package."""

    protocol: Protocol
    mean: float
    """The mean PSNR of PReNet over the hundred images of Rain100H, in dB."""
    plain: Callable[[Floats, Floats], float]
    """The PSNR of an output and a target, both (H, W, 3) floats in units of 0..1, in dB."""


def psnr(x: Floats, y: Floats) -> float:
    return float(-10 * np.log10(np.mean((x - y) ** 2)))


def studio(image: Floats) -> Floats:
    return np.asarray((image @ _STUDIO + 16) / 255)


def cut(image: Floats) -> Floats:
    return np.asarray(np.floor(np.clip(image, 0, 1) * 255) / 255)


def rounded(image: Floats) -> Floats:
    return np.floor(np.clip(image, 0, 1) * 255 + 0.5) / 255


def axes() -> dict[str, Axis]:
    """Return the authors' evaluation and five that deviate from it."""
    own = protocol("prenet-y")
    return {
        "as the authors": Axis(own, 29.4599, lambda x, y: psnr(studio(cut(x)), studio(y))),
        "outputs rounded": Axis(
            protocol("y"), 29.4995, lambda x, y: psnr(studio(rounded(x)), studio(y))
        ),
        "outputs as floats, luma clipped": Axis(
            own.model_copy(update={"truncate": False, "quantise": False, "clip": True}),
            29.4993,
            lambda x, y: psnr(np.clip(studio(x), 16 / 255, 235 / 255), studio(y)),
        ),
        "luma rounded": Axis(
            own.model_copy(update={"round_luma": True}),
            29.4476,
            lambda x, y: psnr(rounded(studio(cut(x))), rounded(studio(y))),
        ),
        "luma of full range": Axis(
            own.model_copy(update={"channels": "luma-full"}),
            28.1380,
            lambda x, y: psnr(cut(x) @ _FULL, y @ _FULL),
        ),
        "RGB": Axis(
            own.model_copy(update={"channels": "rgb"}), 28.0517, lambda x, y: psnr(cut(x), y)
        ),
    }
