"""Training patches from photographs: pairs of an input and its larger target, cut once and kept on disk."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from torch import Tensor

from iqabench.errors import SetError
from iqabench.images import Image, image_files, read_image
from iqabench.images.imresize import imresize

SCALE = 4
SIDE = 48
LONG_SIDES = (560, 850, 1300, 2000)
"""Longer sides of the copies of a photograph: small copies have detail as dense as the test sets'."""
FLAT = 3.0
"""Lowest detail of a patch that is used: skies, blurred backgrounds and gradients teach nothing."""
HOLD_OUT = 9
"""Number of photographs of which one is kept for validation."""
Patches = NDArray[np.void]
"""Records of an `input` and its `target`, 8-bit values; their shapes give side and scale."""


def layout(scale: int, side: int) -> np.dtype[np.void]:
    """Return the data type of a pair, in memory and in the file."""
    return np.dtype(
        [("input", "u1", (side, side, 3)), ("target", "u1", (scale * side, scale * side, 3))]
    )


def scale_of(patches: Patches) -> int:
    """Return the scale between inputs and targets."""
    return int(patches.dtype["target"].shape[0] // patches.dtype["input"].shape[0])


def split(folder: Path) -> tuple[list[Path], list[Path]]:
    """Return the photographs to train on and those held out for validation.

    Raises: SetError for fewer than two images.
    """
    photos = sorted(image_files(folder))
    if len(photos) < 2:
        raise SetError(f"{folder} has {len(photos)} images; expected 2 photographs or more.")
    held = photos[::HOLD_OUT]
    return [photo for photo in photos if photo not in held], held


def prepare(
    photos: list[Path], file: Path, per_copy: int, seed: int, scale: int = SCALE, side: int = SIDE
) -> Patches:
    """Return the patches in `file`, which is first cut from `photos` if it does not exist.

    Inputs have `side` pixels a side, targets `scale` times as many.

    Raises: ImageError for unreadable photographs, SetError when all are flat or small.
    """
    if not file.exists():
        rng = np.random.default_rng(seed)
        part = file.with_suffix(".part")
        with part.open("wb") as out:
            for photo in _shown(photos):
                for copy in copies(photo, scale, side):
                    pairs = list(cut(copy, per_copy, rng, scale, side))
                    out.write(np.array(pairs, layout(scale, side)).tobytes())
        if not part.stat().st_size:
            raise SetError(
                f"{len(photos)} photographs gave no patch: all of them are flat or too small. Give others."
            )
        part.rename(file)
    return np.memmap(file, layout(scale, side), "r")


def _shown(photos: list[Path]) -> Iterable[Path]:
    """Yield the photographs, with a progress bar on standard error when it is a terminal."""
    console = Console(stderr=True)
    return track(photos, "cutting patches", console=console, disable=not console.is_terminal)


def copies(photo: Path, scale: int = SCALE, side: int = SIDE) -> Iterator[Image]:
    """Yield the photograph at several sizes, each cropped to a multiple of the scale."""
    image = read_image(photo)
    if image.shape[2] == 1:
        image = np.repeat(image, 3, axis=2)
    longest = max(image.shape)
    for long in sorted({min(long, longest) for long in LONG_SIDES}):
        copy = imresize(image, long / longest) if long < longest else image
        height, width = (n - n % scale for n in copy.shape[:2])
        if min(height, width) >= scale * side:
            yield copy[:height, :width]


def cut(
    copy: Image, count: int, rng: np.random.Generator, scale: int = SCALE, side: int = SIDE
) -> Iterator[tuple[Image, Image]]:
    """Yield up to `count` aligned pairs of input and target at random places, without flat ones."""
    small = imresize(copy, 1 / scale)
    for _ in range(count):
        y, x = (int(rng.integers(n - side + 1)) for n in small.shape[:2])
        target = copy[scale * y : scale * (y + side), scale * x : scale * (x + side)]
        if detail(target) >= FLAT:
            yield small[y : y + side, x : x + side], target


def detail(image: Image) -> float:
    """Return the mean absolute difference of neighbouring green values, vertical plus horizontal."""
    green = image[..., 1].astype(np.float32)
    return float(sum(np.abs(np.diff(green, axis=axis)).mean() for axis in (0, 1)))


def tensors(patches: Patches) -> tuple[Tensor, Tensor]:
    """Return inputs and targets as tensors.

    Shapes: (N, 3, H, W).
    Range: 0 to 1.
    """
    inputs, targets = (
        torch.from_numpy(np.array(patches[role])).permute(0, 3, 1, 2).float() / 255
        for role in ("input", "target")
    )
    return inputs, targets


def batch(patches: Patches, size: int, seed: int, step: int) -> tuple[Tensor, Tensor]:
    """Return the inputs and targets of one step, flipped and turned.

    They depend only on seed and step, so that a training that was stopped continues as if it had not been.

    Shapes: (size, 3, side, side) and (size, 3, scale side, scale side).
    Range: 0 to 1.
    """
    rng = np.random.default_rng((seed, step))
    pair = tensors(patches[np.sort(rng.integers(len(patches), size=size))])
    turns, flip = int(rng.integers(4)), bool(rng.integers(2))
    turned = (torch.rot90(t, turns, (2, 3)) for t in pair)
    inputs, targets = (t.flip(3) if flip else t for t in turned)
    return inputs.contiguous(memory_format=torch.channels_last), targets
