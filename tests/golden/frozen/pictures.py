"""Pictures made from whole numbers alone, so that they are the same bytes on every machine and version."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Image = NDArray[Any]

HEIGHT, WIDTH = 208, 200
SCALE = 4

TARGETS = ("ant", "bee")
POOL = ("cod", "dab", "eel")


def picture(number: int, height: int = HEIGHT, width: int = WIDTH) -> Image:
    """Draw waves, discs and a little grain in colour; another picture for each number."""
    y, x = np.mgrid[:height, :width].astype(np.int64)
    drawn = np.empty((height, width, 3), np.int64)
    for channel in range(3):
        slope = 2 * x + (3 + channel) * y + 31 * number
        wave = _wave(x * (number + 2) + y * (channel + 1), 23 + 6 * number)
        fine = _wave(x * x // 40 + y * (number + 3), 9 + channel)
        drawn[..., channel] = slope // 7 + 2 * wave + fine // 2
    for disc in range(5):
        middle_y, middle_x = (57 * disc + 41 * number) % height, (83 * disc + 29 * number) % width
        inside = (y - middle_y) ** 2 + (x - middle_x) ** 2 < (9 + 5 * disc) ** 2
        drawn[inside] = drawn[inside] // 2 + 25 * np.array([disc, 4 - disc, (disc + number) % 5])
    return _bytes(drawn + grain(number, drawn.shape, 3))


def grain(seed: int, shape: tuple[int, ...], reach: int) -> Image:
    """Scatter whole numbers from -reach to reach by a mixer of 32 bits."""
    state = np.arange(np.prod(shape), dtype=np.uint64) + np.uint64(1 + 7919 * seed)
    mask = np.uint64(0xFFFFFFFF)
    for factor, shift in ((0x7FEB352D, 15), (0x846CA68B, 16)):
        state = (state ^ (state >> np.uint64(shift))) * np.uint64(factor) & mask
    state ^= state >> np.uint64(16)
    found: Image = (state % np.uint64(2 * reach + 1)).astype(np.int64).reshape(shape) - reach
    return found


def noisy(target: Image, seed: int) -> Image:
    """Add grain of up to 12 levels."""
    return _bytes(target.astype(np.int64) + grain(100 + seed, target.shape, 12))


def smooth(target: Image) -> Image:
    """Take the mean of each 3x3 neighbourhood, rounded down."""
    height, width, _ = target.shape
    wide = np.pad(target.astype(np.int64), ((1, 1), (1, 1), (0, 0)), mode="edge")
    parts = [wide[i : i + height, j : j + width] for i in range(3) for j in range(3)]
    return _bytes(np.sum(parts, axis=0) // 9)


def small(target: Image) -> Image:
    """Take the mean of each block of 4x4, rounded down: the input at x4."""
    height, width, channels = target.shape
    blocks = target.reshape(height // SCALE, SCALE, width // SCALE, SCALE, channels)
    return _bytes(blocks.astype(np.int64).sum(axis=(1, 3)) // SCALE**2)


def write_pictures(folder: Path) -> None:
    """Write the folders that the cases score: targets, inputs, outputs of two kinds, grey ones, a pool."""
    for number, name in enumerate(TARGETS):
        target = picture(number)
        made = {
            "targets": target, "inputs": small(target), "noisy": noisy(target, number),
            "smooth": smooth(target), "grey": target[..., 1:2], "grey_noisy": noisy(target, number)[..., 1:2],
        }  # fmt: skip
        for kind, image in made.items():
            write_netpbm(folder / kind / f"{name}.ppm", image)
    for number, name in enumerate(POOL, len(TARGETS)):
        write_netpbm(folder / "pool" / f"{name}.ppm", picture(number))


def write_netpbm(path: Path, image: Image) -> None:
    """Write binary PPM, or PGM for one channel: a short header and the bytes as they are."""
    height, width, channels = image.shape
    path.parent.mkdir(parents=True, exist_ok=True)
    kind, suffix = ("P6", ".ppm") if channels == 3 else ("P5", ".pgm")
    header = f"{kind}\n{width} {height}\n255\n".encode()
    path.with_suffix(suffix).write_bytes(header + np.ascontiguousarray(image).tobytes())


def _wave(phase: Image, period: int) -> Image:
    """A triangular wave from 0 to about 32."""
    found: Image = np.abs(phase % (2 * period) - period) * 32 // period
    return found


def _bytes(values: Image) -> Image:
    return np.clip(values, 0, 255).astype(np.uint8)
