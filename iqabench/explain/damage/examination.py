"""The examination of one output beside its target: all that the files themselves show, before any claim."""

from dataclasses import dataclass

import numpy as np

from iqabench.explain.damage.brightness import BrightnessLine, line
from iqabench.explain.damage.compression import Traces, traces
from iqabench.explain.damage.luma_file import as_grey, kinds
from iqabench.explain.damage.orientation import TURNS, has_swapped_colours, turn
from iqabench.explain.damage.registration import Shift, moved, shift
from iqabench.explain.pair_errors import is_grey
from iqabench.images import Image

LEAST_SHIFT = 0.12
"""Pixels below which a shift is not told."""


@dataclass(frozen=True)
class Examination:
    """The traces of what one output went through."""

    turn: str
    """The name of a turn, or nothing."""
    is_swapped: bool
    """True when red and blue are swapped."""
    is_coloured: bool
    """True when the target has colours."""
    luma: dict[str, float]
    """The error of a grey output against each channel of its coloured target; empty for other outputs."""
    shift: Shift | None
    line: BrightnessLine | None
    traces: Traces | None
    """The JPEG that the output went through, and its target did not."""
    is_target: bool
    """True when the output equals its target."""


def examine(output: Image, target: Image) -> Examination | None:
    """Examine one output; None when its size is not that of its target, turned or not.

    Shapes: both (H, W, 3).
    """
    name = turn(output, target)
    upright = TURNS[name](output) if name else output
    if upright.shape != target.shape:
        return None
    luma = kinds(upright, target)
    is_swapped = not luma and has_swapped_colours(upright, target)
    upright = upright[:, :, ::-1] if is_swapped else upright
    compared = as_grey(target, min(luma, key=luma.__getitem__)) if luma else target
    by = shift(upright, compared)
    is_shifted = by is not None and max(map(abs, by)) >= LEAST_SHIFT
    placed = moved(upright, -by[0], -by[1]) if by is not None and is_shifted else upright
    found = traces(output)
    return Examination(
        turn=name,
        is_swapped=is_swapped,
        is_coloured=bool(luma) or not is_grey(target),
        luma=luma,
        shift=by,
        line=line(placed, compared),
        traces=found if found and traces(target) is None else None,
        is_target=bool(np.array_equal(output, target)),
    )
