"""The figures of protocols as a whole, by the package's own metrics: those with an axis that is no habit."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import log10

import numpy as np

from iqabench.errors import IqabenchError
from iqabench.explain.brightness import Images
from iqabench.explain.figures import ReadingFigures
from iqabench.explain.reading import Reading
from iqabench.images import Case, Image
from iqabench.metrics import column
from iqabench.metrics.core.column import Column, scores
from iqabench.protocol import Protocol

_ROUNDING_ERROR = 1 / 12
"""The mean squared error of rounding to whole numbers."""


def whole_figures(
    protocols: Sequence[Protocol], images: Images, scale: int, usual: Reading
) -> list[ReadingFigures]:
    """Return PSNR and SSIM under each protocol that gives them for every image.

    A protocol that compares floats has a second figure: that before the outputs were rounded, an estimate.
    """
    pairs = {
        name: [column(f"{metric}@{name}") for metric in ("psnr", "ssim")]
        for name in (protocol.name for protocol in protocols)
    }
    values: dict[str, list[tuple[float, float]]] = {name: [] for name in pairs}
    for output, target in images():
        for name in list(values):
            both = _scores(pairs[name], output, target, scale)
            if both is None:
                del values[name]
            else:
                values[name].append(both)
    figures = []
    for protocol in protocols:
        if protocol.name not in values:
            continue
        psnr, ssim = np.mean(values[protocol.name], axis=0).tolist()
        reading = replace(
            usual, channels="RGB", region="none", files="as they are", protocol=protocol.name
        )
        figures.append(ReadingFigures(reading, psnr, ssim))
        if not protocol.quantise and protocol.channels == "rgb":
            unrounded = _before_rounding(p for p, _ in values[protocol.name])
            figures.append(ReadingFigures(replace(reading, rounding="floats"), unrounded, ssim))
    return figures


def _scores(
    columns: list[Column], output: Image, target: Image, scale: int
) -> tuple[float, float] | None:
    try:
        psnr, ssim = scores(columns, Case(output, target, scale))
    except IqabenchError:
        return None
    return psnr, ssim


def _before_rounding(decibels: Iterable[float]) -> float:
    errors = (255**2 / 10 ** (db / 10) for db in decibels)
    unrounded = (max(error - _ROUNDING_ERROR, 1e-9) for error in errors)
    return float(np.mean([10 * log10(255**2 / error) for error in unrounded]))
