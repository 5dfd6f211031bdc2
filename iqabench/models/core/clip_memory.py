"""The memory that a clip needs: the message where it does not suffice, and what makes the clip fit."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from iqabench.errors import ModelError
from iqabench.models.core.card import Card
from iqabench.models.core.restore import is_out_of_memory
from iqabench.samples import Parts

CHUNK = "chunk"
"""The setting of models of whole clips: the number of frames that are restored together; 0 for all.
Frames of other chunks are not seen and no state is handed on, so it changes outputs; records state it, as
they do every setting."""


@contextmanager
def telling_memory(card: Card, parts: Parts, settings: Mapping[str, float]) -> Iterator[None]:
    """Turn the error of a model that runs out of memory into a message that says what to type.

    Raises: ModelError in its place.
    """
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        part = parts[next(iter(card.takes))]
        raise ModelError(
            f"'{card.id}' runs out of memory on {len(part)} frame{'' if len(part) == 1 else 's'} of "
            f"{part.shape[2]}x{part.shape[1]}. {_way_out(card, len(part), settings)}"
        ) from error


def _way_out(card: Card, frames: int, settings: Mapping[str, float]) -> str:
    """Return what makes a clip fit: smaller chunks where the model has them, else other frames."""
    together = min(int(settings.get(CHUNK, 0)) or frames, frames)
    if CHUNK in card.settings and together > 1:
        return (
            f"Restore fewer frames together, as in --setting {CHUNK}={together // 2}: frames of other chunks "
            "are not seen, so the figure is another one, and the record states the setting."
        )
    if any(signature.frames != "each" for signature in card.takes.values()) and frames > 1:
        return "It takes all frames of a clip together: choose shorter clips, or smaller frames."
    return (
        "It restores one frame after the other, so shorter clips would not help: choose smaller frames, "
        "--precision bf16, or a device with more memory."
    )
