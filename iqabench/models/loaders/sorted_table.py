"""Sorted tables of LevelDB, in which TensorFlow keeps the index of a checkpoint.

A table ends with 48 bytes: the places of two blocks, and a magic number. A block is a list of keys with
values, each key without the beginning that it shares with the one before; then the compression, one byte, and
a checksum. The second block names the blocks with the data.
"""

from collections.abc import Iterator

import numpy as np

from iqabench.models.loaders.protobuf import varint

MAGIC = bytes.fromhex("57fb808b247547db")
"""The last eight bytes of a table."""
_FOOTER = 48
_TRAILER = 5
"""The bytes after a block: its compression and its checksum."""
_POLYNOMIAL = 0x82F63B78
"""The reversed polynomial of CRC-32C."""


def read_table(data: bytes) -> dict[bytes, bytes]:
    """Return the values of a table by key.

    Raises: ValueError when the data are no table, or a damaged one.
    """
    if len(data) < _FOOTER or data[-8:] != MAGIC:
        raise ValueError("it does not end as a table ends")
    place = -_FOOTER
    footer = data[place:]
    _, after = varint(footer, 0)
    _, after = varint(footer, after)
    offset, after = varint(footer, after)
    size, _ = varint(footer, after)
    values: dict[bytes, bytes] = {}
    for _, handle in _entries(_block(data, offset, size)):
        start, after = varint(handle, 0)
        values.update(_entries(_block(data, start, varint(handle, after)[0])))
    return values


def masked_checksum(data: bytes) -> int:
    """Return the CRC-32C of data, masked as tables and checkpoints store it."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _STEPS[(crc ^ byte) & 255] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def _steps() -> list[int]:
    crc = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        crc = np.where(crc & 1, (crc >> 1) ^ np.uint32(_POLYNOMIAL), crc >> 1)
    return [int(one) for one in crc]


_STEPS = _steps()
"""What a byte does to the checksum, by its value."""


def _block(data: bytes, offset: int, size: int) -> bytes:
    """Return one block.

    Raises: ValueError when it lies outside the data, is compressed, or differs from its checksum.
    """
    end = offset + size
    if end + _TRAILER > len(data) - _FOOTER:
        raise ValueError(f"a block of {size} bytes at {offset} lies outside its {len(data)} bytes")
    if data[end] != 0:
        raise ValueError("a block is compressed; expected blocks as TensorFlow writes them")
    stored = int.from_bytes(data[end + 1 : end + _TRAILER], "little")
    if masked_checksum(data[offset : end + 1]) != stored:
        raise ValueError(f"a block of {size} bytes at {offset} differs from its checksum")
    return data[offset:end]


def _entries(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the keys and values of a block; the places where keys are whole stand at its end."""
    restarts = int.from_bytes(block[-4:], "little")
    end = len(block) - 4 * (restarts + 1)
    key, place = b"", 0
    while place < end:
        shared, place = varint(block, place)
        own, place = varint(block, place)
        size, place = varint(block, place)
        key = key[:shared] + block[place : place + own]
        place += own
        yield key, block[place : place + size]
        place += size
