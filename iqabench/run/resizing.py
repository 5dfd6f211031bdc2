"""The warning of protocols that resize images before they are restored."""

from collections.abc import Iterable

from iqabench.images.resizing import LARGEST, MULTIPLE
from iqabench.metrics import AnyColumn


def resizing_note(of_set: str, columns: Iterable[AnyColumn]) -> str:
    """Return a sentence for columns whose protocol resizes images before use; empty without them."""
    names = dict.fromkeys(
        column.protocol.name for column in columns if column.protocol.domain == "resized-16"
    )
    if not names:
        return ""
    return (
        f"protocol {', '.join(names)}: inputs and targets of {of_set} are resized to multiples of {MULTIPLE} "
        f"pixels, {LARGEST} at most, before use, because its papers did; for figures of the images as they "
        "are name another protocol, such as y."
    )
