"""The parts that outputs in memory were made from, by role."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from iqabench.errors import UsageError
from iqabench.images import DataRange, Image, Part, as_image, as_part
from iqabench.metrics import Column
from iqabench.run.scoring.sample_parts import masks, role_of
from iqabench.samples import stack_frames
from iqabench.sets.masks import binary_mask


def as_parts(parts: Any, *, data_range: DataRange | None, any_depth: bool) -> dict[str, Part]:
    """Return the parts of one output: an image for each role, or several, such as the sources of a fusion.

    With `any_depth` numpy arrays may have any number of bands and more than 8 bits.

    Raises: UsageError when they are no mapping; UnknownNameError for a role; ImageError, SetError.
    """
    return {
        role_of(role): _part(role, value, data_range, any_depth=any_depth)
        for role, value in as_mapping(parts).items()
    }


def as_mapping(parts: Any) -> Mapping[str, Any]:
    """Return parts by role.

    Raises: UsageError when they are no mapping.
    """
    if not isinstance(parts, Mapping):
        raise UsageError(
            f"parts is a {type(parts).__name__}; expected a dictionary by role, as in {{'input': ...}}."
        )
    return parts


def as_image_of(thing: Any, role: str, data_range: DataRange | None, *, any_depth: bool) -> Image:
    """Return an image of the caller; with `any_depth` a numpy array of any bands and depth as it is.

    Raises: ImageError for anything else.
    """
    is_plain = not isinstance(thing, np.ndarray) or (
        thing.dtype == np.uint8 and (thing.ndim == 2 or thing.shape[-1] in (1, 3))
    )
    if is_plain or not any_depth or data_range is not None:
        return as_image(thing, role, data_range)
    image: Image = as_part(thing, f"the {role}")[0]
    return image


def reads_any_depth(columns: Sequence[Column]) -> bool:
    """Return whether one of the columns compares images of more than 8 bits."""
    return any(column.protocol.takes("uint16") for column in columns)


def missing_parts(column: Column, parts: Mapping[str, Part]) -> str:
    """Return the reason why a column has no parts to compare an output with; empty when it has all."""
    missing = [role for role in column.parts if role not in parts]
    if not missing:
        return ""
    wanted = ", ".join(f"{role!r}: ..." for role in column.parts)
    return (
        f"{column.name} compares the output with the part '{missing[0]}' that it was made from; pass "
        f"parts={{{wanted}}}."
    )


def parts_of_each(
    parts: Any, number: int, *, single: bool, data_range: DataRange | None, any_depth: bool
) -> list[dict[str, Part]]:
    """Return the parts of each output: of a single one as in `as_parts`, else an item for each output.

    Raises: UsageError when a role has another number of items than there are outputs; as `as_parts`.
    """
    given = as_mapping(parts)
    if single:
        return [as_parts(given, data_range=data_range, any_depth=any_depth)]
    for role, items in given.items():
        length = len(items) if isinstance(items, list | tuple) else 0
        if length != number:
            raise UsageError(
                f"there are {number} outputs, and the part '{role}' has {length} items; expected a list with "
                "the part of each output."
            )
    return [
        as_parts(
            {role: items[index] for role, items in given.items()},
            data_range=data_range,
            any_depth=any_depth,
        )
        for index in range(number)
    ]


def _part(role: str, value: Any, data_range: DataRange | None, *, any_depth: bool) -> Part:
    frames = [
        as_image_of(frame, role, data_range, any_depth=any_depth)
        for frame in (value if isinstance(value, list | tuple) else [value])
    ]
    if not frames:
        raise UsageError(f"the part '{role}' holds no images; expected one, or a list of them.")
    part = stack_frames(frames, f"the {role}")
    return binary_mask(part, f"the {role}") if role in masks() else part
