"""The parts of a sample: the pixels of each role, frame by frame."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from iqabench.errors import SetError
from iqabench.images import Image, Part

Parts = Mapping[str, Part]
"""The pixels (T, H, W, C) of a sample by their roles."""


def part_of(image: Image) -> Part:
    """Return an image (H, W, C) as a clip of one frame, without copying it."""
    return image[None]


def frame_of(part: Part, frame: int) -> Image:
    """Return one frame (H, W, C), without copying it; a clip of one frame returns it for every number."""
    image: Image = part[frame if len(part) > 1 else 0]
    return image


def image_of(part: Part, what: str = "the part") -> Image:
    """Return the image of a clip of one frame; `what` names the part in the message.

    Raises: SetError when the clip has several frames.
    """
    if len(part) != 1:
        raise SetError(f"{what} is a clip of {len(part)} frames; expected one image.")
    image: Image = part[0]
    return image


def same_size(first: Part, second: Part) -> bool:
    """Return whether the frames of two clips have the same height and width."""
    return first.shape[1:3] == second.shape[1:3]


def stack_frames(frames: Sequence[Image], what: str, names: Sequence[str] = ()) -> Part:
    """Return frames as one clip; a single frame is not copied.

    `what` names the clip in the message, and `names` its frames.

    Raises: SetError when frames differ in size, bands or depth.
    """
    if len(frames) == 1:
        return part_of(frames[0])
    kinds = Counter((frame.shape, frame.dtype) for frame in frames)
    if len(kinds) > 1:
        usual, count = kinds.most_common(1)[0]
        at, odd = next((t, f) for t, f in enumerate(frames) if (f.shape, f.dtype) != usual)
        which = names[at] if len(names) == len(frames) else f"frame {at}"
        raise SetError(
            f"the frames of {what} differ: {which} is {_kind(odd.shape, odd.dtype)}, and {count} of "
            f"{len(frames)} are {_kind(*usual)}; expected one size, depth and "
            "number of bands in a clip."
        )
    return np.stack(frames)


def _kind(shape: tuple[int, ...], depth: object) -> str:
    """Return a size and a depth as messages show them, such as 64x48, 3 bands, uint8."""
    return f"{shape[1]}x{shape[0]}, {shape[2]} band{'' if shape[2] == 1 else 's'}, {depth}"
