"""The crops of each sample for the report: a window at the place where the target has the most detail."""

from dataclasses import dataclass

import cv2
import numpy as np

from iqabench.images import Image, Part
from iqabench.models.core.restore_parts import RestoredParts
from iqabench.run.false_colour import stretch_of
from iqabench.samples import Sample

SIDE = 144
"""The side of the window in pixels of the target; divisible by every scale in use."""

_MIDDLE = 127
"""The value of a mask above which a pixel lies inside it."""
_OUTLINE = (255, 221, 0)
"""The colour of the edge of a mask, in red, green and blue."""


@dataclass(frozen=True)
class Crops:
    """The windows of one sample at the same place."""

    output: Image
    input: Image
    target: Image


def cut_crops(sample: Sample, restored: RestoredParts) -> Crops | None:
    """Return the windows of output, input and target; of clips three consecutive frames, side by side.

    Bands are shown in false colour and complex pixels as their magnitude, stretched as the target is. The
    edge of a mask is drawn on the input. None where there is no target of the output's size.
    """
    output, target_part = restored.parts.get("output"), sample.part("target")
    if output is None or target_part is None or output.shape[1:3] != target_part.shape[1:3]:
        return None
    target, source = target_part[0], sample.parts["input"][0]
    if target.shape[0] % source.shape[0]:
        return None  # at a fraction the window would lie between the pixels of the input
    stretch = stretch_of(target)
    if stretch is not None:
        if source.shape[2] != target.shape[2] or output.shape[3] != target.shape[2]:
            return None
        pictures = [stretch.picture(frame) for frame in (output[0], source, target)]
        output, source, target = pictures[0][None], pictures[1], pictures[2]
        target_part = target[None]
    scale = max(1, target.shape[0] // source.shape[0])
    top, left = detail_window(target, scale)
    window = (slice(top, top + SIDE), slice(left, left + SIDE))
    small = SIDE // scale
    of_input = (
        slice(top // scale, top // scale + small),
        slice(left // scale, left // scale + small),
    )
    if len(target_part) > 2 and len(output) == len(target_part) == len(sample.parts["input"]):
        parts = (output, sample.parts["input"], target_part)
        windows = (window, of_input, window)
        return Crops(*(_through_time(p, w) for p, w in zip(parts, windows, strict=True)))
    return Crops(output[0][window], _outlined(sample, source)[of_input], target[window])


def _outlined(sample: Sample, source: Image) -> Image:
    """Return the input with the edge of the sample's mask drawn on it, where it has one of that size."""
    mask = sample.part("mask")
    if mask is None or mask.shape[1:3] != source.shape[:2] or mask.dtype != np.uint8:
        return source
    inside = mask[0].max(axis=2) > _MIDDLE
    shrunk = cv2.erode(inside.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=1)
    outlined: Image = np.repeat(source, 3, axis=2) if source.shape[2] == 1 else source.copy()
    outlined[inside & (shrunk == 0)] = _OUTLINE
    return outlined


def _through_time(clip: Part, window: tuple[slice, slice]) -> Image:
    """Return the left thirds of a window in the three frames in the middle of a clip, side by side."""
    middle = len(clip) // 2
    frames = [clip[t][window] for t in (middle - 1, middle, middle + 1)]
    third = frames[0].shape[1] // 3
    strip: Image = np.concatenate([frame[:, :third] for frame in frames], axis=1)
    return strip


def detail_window(target: Image, scale: int) -> tuple[int, int]:
    """Return top and left of the window with the largest gradient energy, on the grid of the input.

    It depends only on the target, so that all models of all runs show the same place.
    """
    grey = target[:, :, target.shape[2] // 2]
    grey = grey if grey.dtype == np.uint8 else np.clip(grey, 0, 255).astype(np.uint8)
    grey = np.ascontiguousarray(grey)
    height, width = (max(n - SIDE, 0) for n in grey.shape)
    if not height and not width:
        return 0, 0
    edges = cv2.Laplacian(grey, cv2.CV_16S)
    sums = cv2.integral(np.minimum(np.abs(edges), 255).astype(np.uint8))
    rows, columns = np.arange(0, height + 1, scale), np.arange(0, width + 1, scale)
    ends_r, ends_c = (
        np.minimum(rows + SIDE, grey.shape[0]),
        np.minimum(columns + SIDE, grey.shape[1]),
    )
    energy = (
        sums[np.ix_(ends_r, ends_c)]
        - sums[np.ix_(rows, ends_c)]
        - sums[np.ix_(ends_r, columns)]
        + sums[np.ix_(rows, columns)]
    )
    row, column = np.unravel_index(int(energy.argmax()), energy.shape)
    return int(rows[row]), int(columns[column])
