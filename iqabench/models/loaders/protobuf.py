"""The wire format of protocol buffers: enough of it to read the messages of a file without their schema."""

from collections import defaultdict
from collections.abc import Sequence

Field = int | bytes
"""The value of a field: a number, or the bytes of a text, a message, a fixed32 or a fixed64."""


def varint(data: bytes, place: int) -> tuple[int, int]:
    """Return the number of variable length at a place, and the place after it.

    Raises: ValueError when the data end inside it, or it is longer than 64 bits.
    """
    number = shift = 0
    while place < len(data) and shift < 64:
        byte = data[place]
        number |= (byte & 127) << shift
        place, shift = place + 1, shift + 7
        if byte < 128:
            return number, place
    raise ValueError(f"a number at byte {place} does not end")


def fields(data: bytes) -> dict[int, list[Field]]:
    """Return the values of a message by the numbers of their fields, in their order.

    Raises: ValueError when the data are no message.
    """
    values: dict[int, list[Field]] = defaultdict(list)
    place = 0
    while place < len(data):
        key, place = varint(data, place)
        kind = key & 7
        if kind == 0:
            number, place = varint(data, place)
            values[key >> 3].append(number)
            continue
        if kind not in (1, 2, 5):
            raise ValueError(f"a field at byte {place} has the unknown type {kind}")
        size = {1: 8, 5: 4}.get(kind)
        if size is None:
            size, place = varint(data, place)
        if place + size > len(data):
            raise ValueError(
                f"a field at byte {place} claims {size} bytes, and the data end before"
            )
        values[key >> 3].append(data[place : place + size])
        place += size
    return values


def number_in(message: dict[int, list[Field]], field: int) -> int:
    """Return the number in a field; 0 when the message lacks it.

    Raises: ValueError when it is not a number.
    """
    value = message.get(field, [0])[-1]
    if not isinstance(value, int):
        raise ValueError(f"field {field} holds bytes, expected a number")
    return value


def bytes_in(message: dict[int, list[Field]], field: int) -> bytes:
    """Return the bytes in a field; none when the message lacks it.

    Raises: ValueError when it is a number.
    """
    value = message.get(field, [b""])[-1]
    if not isinstance(value, bytes):
        raise ValueError(f"field {field} holds a number, expected bytes")
    return value


def messages_in(message: dict[int, list[Field]], field: int) -> list[dict[int, list[Field]]]:
    """Return the messages in a repeated field.

    Raises: ValueError when they are no messages.
    """
    values: Sequence[Field] = message.get(field, [])
    if not all(isinstance(value, bytes) for value in values):
        raise ValueError(f"field {field} holds a number, expected messages")
    return [fields(value) for value in values if isinstance(value, bytes)]
