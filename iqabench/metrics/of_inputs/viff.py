"""VIFF, visual information fidelity of fusion."""

from collections.abc import Sequence

import cv2
import numpy as np

from iqabench.images import InputsView
from iqabench.metrics.core.metric import against_inputs
from iqabench.metrics.shared.source_planes import Plane, source_planes

_SIZES = (17, 9, 5, 3)
_SHARES = (1 / 2.15, 0.0, 0.15 / 2.15, 1 / 2.15)
"""The weight of each scale, from fine to coarse."""
_NOISE = 0.005 * 255**2
_FLAT = 1e-10
_LEAST = 1e-7


@against_inputs(
    title="VIFF, visual information fidelity of fusion",
    better="higher",
    low=0.0,
    min_size=41,
    source="Han et al., A new image fusion performance metric based on visual information fidelity, "
    "Information Fusion 14(2), 2013",
    cost=300,
)
def viff(seen: InputsView) -> float:
    """Return the information on the sources that the fused image keeps, over four scales.

    In each window that source counts from which the output keeps the smaller share of contrast, as in the
    authors' program; where shares are equal, the mean of both counts, so that the order of sources does not
    matter. On luminance; the program takes L* of CIELAB for colour images.

    Range: 0 upwards.
    Source: Han et al., Information Fusion 14(2), 2013.
    Raises: MetricError when sources have another size.
    """
    output, sources = source_planes(seen)
    planes, total = [*sources, output], 0.0
    for size, share in zip(_SIZES, _SHARES, strict=True):
        if size != _SIZES[0]:
            planes = [_mean(plane, size)[::2, ::2].copy() for plane in planes]
        maps = [_information(source, planes[-1], size) for source in planes[:-1]]
        total += share * _kept(maps)
    return total


Maps = tuple[Plane, Plane, Plane]
"""Gain, information kept and information held, in each window."""


def _kept(maps: Sequence[Maps]) -> float:
    gains = np.stack([gain for gain, _, _ in maps])
    chosen = gains == gains.min(axis=0)
    share = chosen / chosen.sum(axis=0)
    kept = sum(
        float((part * (k + _LEAST)).sum()) for part, (_, k, _) in zip(share, maps, strict=True)
    )
    held = sum(
        float((part * (h + _LEAST)).sum()) for part, (_, _, h) in zip(share, maps, strict=True)
    )
    return kept / held


def _information(source: Plane, output: Plane, size: int) -> Maps:
    mean_s, mean_o = _mean(source, size), _mean(output, size)
    spread_s = np.maximum(_mean(source * source, size) - mean_s**2, 0)
    spread_o = np.maximum(_mean(output * output, size) - mean_o**2, 0)
    common = _mean(source * output, size) - mean_s * mean_o
    gain = common / (spread_s + _FLAT)
    rest = spread_o - gain * common
    flat = spread_s < _FLAT
    gain[flat], rest[flat], spread_s[flat] = 0, spread_o[flat], 0
    dark = spread_o < _FLAT
    gain[dark], rest[dark] = 0, 0
    rest[gain < 0] = spread_o[gain < 0]
    gain = np.maximum(gain, 0)
    rest = np.maximum(rest, _FLAT)
    return gain, np.log10(1 + gain**2 * spread_s / (rest + _NOISE)), np.log10(1 + spread_s / _NOISE)


def _mean(plane: Plane, size: int) -> Plane:
    """Return the Gaussian mean of each window within the plane, of a deviation of a fifth of its side."""
    distance = np.arange(size) - size // 2
    weights = np.exp(-0.5 * (distance / (size / 5)) ** 2)
    weights /= weights.sum()
    filtered = np.asarray(cv2.sepFilter2D(plane, cv2.CV_64F, weights, weights), dtype=np.float64)
    return filtered[size // 2 : -(size // 2), size // 2 : -(size // 2)]
