"""The crops of each sample for the report: a window at the place where the target has the most detail."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np

from iqabench.images import Image, Part
from iqabench.models.core.restore_parts import RestoredParts
from iqabench.run.crop_window import CropWindow, detail_window
from iqabench.run.false_colour import stretch_of
from iqabench.samples import Sample
from iqabench.tasks import LARGEST_SCALE

_MIDDLE = 127
"""The value of a mask above which a pixel lies inside it."""
_OUTLINE = (255, 221, 0)
"""The colour of the edge of a mask, in red, green and blue."""
_PAPER = 225
"""The grey outside of a mask, in the picture of a foreground."""
_FOREGROUND = "foreground"
_MOST = 3
"""The most sources, or references, that are shown."""


@dataclass(frozen=True)
class Crops:
    """The windows of one sample at the same place."""

    output: Image
    input: Image
    target: Image | None
    """The window of the target; None for a set without targets."""
    outputs: Mapping[str, Image] = field(default_factory=dict)
    """The windows of further outputs, by their roles."""
    parts: Mapping[str, Image] = field(default_factory=dict)
    """The windows of further parts: `mask`, `pan`, and `input-2` for the second frame of an input ..."""


def cut_crops(
    sample: Sample, restored: RestoredParts, marks: str = "", independent: Collection[str] = ()
) -> Crops | None:
    """Return the windows of outputs, inputs and targets; of clips three consecutive frames, side by side.

    Bands are shown in false colour and complex pixels as their magnitude, stretched as the target is. The
    edge of a mask is drawn on the input. `marks` is the thing that masks mark: a foreground is shown by
    itself, too. Parts of `independent` roles, such as references, are shown whole, made smaller. Without a
    target the place is that at which a panchromatic image, or the first source, has the most detail. None
    where the output has another size than the target, or the input a fraction of it.
    """
    output, source, target = (
        restored.parts.get("output"),
        sample.parts["input"],
        sample.part("target"),
    )
    guide = _guide(sample, output)
    if output is None or output.shape[1:3] != guide.shape[1:3] or guide.shape[1] % source.shape[1]:
        return None
    stretch = stretch_of((source if target is None else target)[0])
    if stretch is not None and source.shape[3] != output.shape[3]:
        return None
    bound = [part for role, part in sample.parts.items() if role not in independent]
    place = detail_window(_plain(guide[0]), _step(bound, guide))
    window = CropWindow(place, (guide.shape[1], guide.shape[2]), stretch, len(output) > 2)
    inputs = _inputs(sample, window)
    parts = {f"input-{number}": one for number, one in enumerate(inputs[1:], start=2)}
    others = {role: part for role, part in sample.parts.items() if _is_shown(role, source)}
    whole = {role: others.pop(role) for role in independent if role in others}
    cut = window.of(output)
    return Crops(
        cut,
        inputs[0],
        None if target is None else window.of(target),
        window.of_each({r: part for r, part in restored.parts.items() if r != "output"}),
        parts
        | window.of_each(others)
        | _foreground(sample, window, marks)
        | _whole(whole, (cut.shape[0], cut.shape[1])),
    )


def _guide(sample: Sample, output: Part | None) -> Part:
    """Return the part that decides the place of the window, and has the size of the output.

    Where only the input is there, and smaller, its pixels are repeated.
    """
    for role in ("target", "pan"):
        part = sample.part(role)
        if part is not None:
            return part
    source = sample.parts["input"]
    times = 1 if output is None else output.shape[1] // source.shape[1]
    return source if times < 2 else source[:1].repeat(times, 1).repeat(times, 2)


def _step(parts: Iterable[Part], guide: Part) -> int:
    """Return the grid of the window: the pixels of the guide in one of the smallest part, up to 16."""
    steps = [int(guide.shape[1] // part.shape[1]) for part in parts]
    return max(1, *(step for step in steps if step <= LARGEST_SCALE))


def _is_shown(role: str, source: Part) -> bool:
    """Return whether a part is shown beside input and target; the mask of a spectrum is no picture."""
    is_spectral = role == "mask" and np.iscomplexobj(source)
    return role not in ("input", "target", "original") and not is_spectral


def _plain(frame: Image) -> Image:
    stretch = stretch_of(frame)
    return frame if stretch is None else stretch.picture(frame)


def _inputs(sample: Sample, window: CropWindow) -> list[Image]:
    """Return the windows of the input: one, or one for each frame where these are sources of one output."""
    source = sample.parts["input"]
    if len(source) == 1:
        return [window.of(_outlined(sample, source[0])[None])]
    if window.through_time or len(source) > _MOST:
        return [window.of(source)]
    return [window.of(frame[None]) for frame in source]


def _inside(sample: Sample, source: Image) -> Image | None:
    """Return the pixels inside the mask; None without a mask of the size of the source."""
    mask = sample.part("mask")
    if mask is None or mask.shape[1:3] != source.shape[:2] or mask.dtype != np.uint8:
        return None
    inside: Image = mask[0].max(axis=2) > _MIDDLE
    return inside


def _outlined(sample: Sample, source: Image) -> Image:
    """Return the input with the edge of the sample's mask drawn on it, where it has one of that size."""
    inside = _inside(sample, source)
    if inside is None or np.iscomplexobj(source):
        return source
    shrunk = cv2.erode(inside.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=1)
    outlined: Image = np.repeat(source, 3, axis=2) if source.shape[2] == 1 else source.copy()
    outlined[inside & (shrunk == 0)] = _OUTLINE
    return outlined


def _foreground(sample: Sample, window: CropWindow, marks: str) -> dict[str, Image]:
    """Return the window of the foreground by itself, where masks mark one."""
    source = sample.parts["input"][0]
    inside = _inside(sample, source)
    if marks != _FOREGROUND or inside is None:
        return {}
    alone = np.where(inside[:, :, None], source, np.asarray(_PAPER, source.dtype))
    return window.of_each({_FOREGROUND: alone[None]})


def _whole(parts: Mapping[str, Part], size: tuple[int, int]) -> dict[str, Image]:
    """Return up to three frames of each part, whole and within a size: `reference`, `reference-2` ..."""
    return {
        role if number == 1 else f"{role}-{number}": _within(_plain(frame), size)
        for role, part in parts.items()
        for number, frame in enumerate(part[:_MOST], start=1)
    }


def _within(image: Image, size: tuple[int, int]) -> Image:
    """Return an image of 8 bits made smaller until it fits, in the middle of a picture of that size."""
    (height, width), (own_height, own_width) = size, image.shape[:2]
    share = min(1.0, height / own_height, width / own_width)
    rows, columns = (max(1, int(side * share)) for side in (own_height, own_width))
    small = cv2.resize(image, (columns, rows), interpolation=cv2.INTER_AREA)
    picture = np.full((height, width, image.shape[2]), _PAPER, np.uint8)
    top, left = (height - rows) // 2, (width - columns) // 2
    picture[top : top + rows, left : left + columns] = small.reshape(rows, columns, -1)
    return picture
