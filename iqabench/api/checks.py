"""The checks of arguments and the warnings that several functions of the interface share."""

import warnings
from collections.abc import Sequence
from typing import Any

from iqabench.errors import UsageError
from iqabench.run.executors.placement import Placement
from iqabench.tasks import checked_scale


def set_scale(scale: Any) -> int | None:
    """Return the scale of a set, a whole number; a fraction stands in the name, as in photos@x1.5."""
    ratio = None if scale is None else checked_scale(scale)
    if ratio is None or isinstance(ratio, int):
        return ratio
    raise UsageError(f"the scale is {scale}; write a fraction behind the name, as in photos@x1.5.")


def warn_of(notes: Sequence[str]) -> None:
    """Warn of files whose pixels may not be what people see, and of images that are missing."""
    for note in dict.fromkeys(notes):
        warnings.warn(note, stacklevel=3)


def require_placement(placement: object) -> None:
    """Check that a placement is one.

    Raises: UsageError when it is something else.
    """
    if not isinstance(placement, Placement):
        raise UsageError(
            f"the placement is {placement!r}; expected an iqabench.run.Placement, as in "
            'Placement(executor="ray", workers=2).'
        )
