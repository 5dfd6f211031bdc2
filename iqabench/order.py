"""The order of frames: natural order of their names, in which 2 comes before 10."""

import re
from collections.abc import Sequence
from itertools import pairwise

from iqabench.printable import first_names


def natural_order(name: object) -> list[tuple[int, str]]:
    """Return a key that sorts names so that 2 comes before 10."""
    parts = re.split(r"(\d+)", str(name))
    return [(int(t), "") if t.isdigit() else (0, t.lower()) for t in parts]


def order_trouble(names: Sequence[str]) -> str:
    """Return what is wrong with the numbers of frames, in natural order, or no text.

    Numbers may begin anywhere and follow by any step, but by the same one; where no name, or only a few, have
    numbers, they are not judged.
    """
    numbers = [_last_number(name) for name in names]
    known = [number for number in numbers if number is not None]
    if len(known) > len(names) - len(known) > 0:
        odd = [name for name, number in zip(names, numbers, strict=True) if number is None]
        return (
            f"{first_names(odd, 3)} {'has' if len(odd) == 1 else 'have'} no number, as the other "
            f"{len(known)} files have, so it has no place among the frames. Take it out of the "
            "folder, or number all frames"
        )
    if len(known) < 3 or len(known) != len(names):
        return ""
    steps = [after - before for before, after in pairwise(known)]
    usual = max(set(steps), key=lambda step: (steps.count(step), -step))
    for at, step in enumerate(steps):
        if step != usual:
            pair = f"{names[at]} and {names[at + 1]}"
            kind = "a frame is missing, or one is there twice, or out of order"
            return (
                f"between {pair} the numbers of frames step by {step}, elsewhere by {usual}: {kind}. Models "
                "of clips need every frame in its place; add the frame, or rename the files"
            )
    return ""


def _last_number(name: str) -> int | None:
    numbers = re.findall(r"\d+", name.rpartition(".")[0] or name)
    return int(numbers[-1]) if numbers else None
