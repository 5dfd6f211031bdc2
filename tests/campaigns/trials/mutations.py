"""Mutations of files: the damage that disks, networks, editors and attackers do."""

import random
import struct
from collections.abc import Callable

Mutation = Callable[[bytes, random.Random], bytes]

_EXTREMES = [0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]
_VALUES = [
    "", "~", "-1", "0", "1e999", "-.inf", ".nan", "NaN", "9" * 5000, "1" + "0" * 25, "2020-13-45", "true",
    "!!timestamp abc", "!!float x", "!!binary '@@'", "!!python/object/apply:os.system ['touch EXECUTED']",
    "[" * 2000, "{a: " * 200, "&a [*a]", "'", '"', "\x1b[2J", "\u202e", "\\ud800", "=1+1", "<script>",
    "../../x",
    "a" * 100_000, "[1, 2]", "{a: 1}", "null", "# ", "%", "@x", "`x`", "- - -", "? :", "\t",
]  # fmt: skip


def mutated(data: bytes, rng: random.Random, *, text: bool) -> tuple[bytes, str]:
    """Return damaged bytes, and the name of the damage."""
    chosen = rng.choice(_OF_TEXT if text and rng.random() < 0.75 else _OF_BYTES)
    return chosen(data, rng), chosen.__name__.removeprefix("_").replace("_", " ")


def _truncated(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _flipped_bits(data: bytes, rng: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(rng.choice([1, 1, 3, 20])):
        out[_place(data, rng)] ^= 1 << rng.randrange(8)
    return bytes(out)


def _flipped_header(data: bytes, rng: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(rng.choice([1, 2, 4])):
        out[rng.randrange(min(len(out), 64))] = rng.randrange(256)
    return bytes(out)


def _extreme_number(data: bytes, rng: random.Random) -> bytes:
    number = struct.pack(rng.choice("<>") + rng.choice("HI"), rng.choice(_EXTREMES) & 0xFFFF)
    if rng.random() < 0.5:
        number = struct.pack(rng.choice("<>") + "I", rng.choice(_EXTREMES))
    start = rng.randrange(min(len(data), rng.choice([32, 256, len(data)])))
    return data[:start] + number + data[start + len(number) :]


def _zeroed_block(data: bytes, rng: random.Random) -> bytes:
    start, length = _place(data, rng), rng.choice([16, 300, 4096])
    return data[:start] + bytes(min(length, len(data) - start)) + data[start + length :]


def _doubled_block(data: bytes, rng: random.Random) -> bytes:
    start, end = sorted((_place(data, rng), _place(data, rng)))
    return data[:end] + data[start:]


def _swapped_blocks(data: bytes, rng: random.Random) -> bytes:
    a, b, c = sorted(_place(data, rng) for _ in range(3))
    return data[:a] + data[b:c] + data[a:b] + data[c:]


def _inserted_noise(data: bytes, rng: random.Random) -> bytes:
    start = _place(data, rng)
    return data[:start] + rng.randbytes(rng.choice([1, 40, 5000])) + data[start:]


def _empty(data: bytes, rng: random.Random) -> bytes:
    return b""


def _only_head(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.choice([4, 8, 16])] + rng.randbytes(600)


def _web_page(data: bytes, rng: random.Random) -> bytes:
    return b"<!DOCTYPE html><html><head><title>404 Not Found</title></head></html>"


def _git_lfs_pointer(data: bytes, rng: random.Random) -> bytes:
    return b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12\n"


def _replaced_value(data: bytes, rng: random.Random) -> bytes:
    lines = data.split(b"\n")
    number = rng.randrange(len(lines))
    value = rng.choice(_VALUES).encode()
    for mark in rng.sample([b": ", b",", b'":'], 3):
        if mark in lines[number]:
            parts = lines[number].split(mark)
            parts[rng.randrange(1, len(parts))] = value
            lines[number] = mark.join(parts)
            return b"\n".join(lines)
    lines[number] = value
    return b"\n".join(lines)


def _lost_line(data: bytes, rng: random.Random) -> bytes:
    lines = data.split(b"\n")
    del lines[rng.randrange(len(lines))]
    return b"\n".join(lines)


def _doubled_line(data: bytes, rng: random.Random) -> bytes:
    lines = data.split(b"\n")
    number = rng.randrange(len(lines))
    return b"\n".join(lines[: number + 1] + lines[number:])


def _other_indent(data: bytes, rng: random.Random) -> bytes:
    lines = data.split(b"\n")
    number = rng.randrange(len(lines))
    lines[number] = b" " * rng.randrange(8) + lines[number].lstrip()
    return b"\n".join(lines)


def _many_keys(data: bytes, rng: random.Random) -> bytes:
    return data + b"\n" + b"".join(b"unknown_%d: 1\n" % n for n in range(20_000))


def _other_encoding(data: bytes, rng: random.Random) -> bytes:
    return data.decode(errors="replace").encode(
        rng.choice(["utf-16", "utf-32", "utf-8-sig", "utf-7"])
    )


def _place(data: bytes, rng: random.Random) -> int:
    return rng.randrange(max(len(data), 1)) if data else 0


_OF_BYTES: list[Mutation] = [
    _truncated, _truncated, _flipped_bits, _flipped_bits, _flipped_header, _extreme_number, _extreme_number,
    _zeroed_block, _doubled_block, _swapped_blocks, _inserted_noise, _empty, _only_head, _web_page,
    _git_lfs_pointer,
]  # fmt: skip
_OF_TEXT: list[Mutation] = [
    _replaced_value, _replaced_value, _replaced_value, _replaced_value, _lost_line, _doubled_line,
    _other_indent, _many_keys, _other_encoding,
]  # fmt: skip
