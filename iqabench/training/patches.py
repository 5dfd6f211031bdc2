"""Training patches from photographs: pairs of a small input and its target, cut once, kept on disk."""

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
"""Photographs are learned at these sizes too: small copies have detail as dense as the test sets'."""
FLAT = 3.0
"""Patches with less detail than this teach nothing: skies, blurred grounds, gradients of drawings."""
HOLD_OUT = 9
"""One photograph in so many is kept for validation."""
Patches = NDArray[np.void]
"""Records of an `input` and its `target`, 8 bits a value; the shapes tell side and scale."""


def layout(scale: int, side: int) -> np.dtype[np.void]:
    """How a pair lies in memory and in the file."""
    return np.dtype(
        [("input", "u1", (side, side, 3)), ("target", "u1", (scale * side, scale * side, 3))]
    )


def scale_of(patches: Patches) -> int:
    """How much larger the targets are than the inputs."""
    return int(patches.dtype["target"].shape[0] // patches.dtype["input"].shape[0])


def split(folder: Path) -> tuple[list[Path], list[Path]]:
    """The photographs to learn from and those held out.

    Raises: SetError for fewer than two images.
    """
    photos = sorted(image_files(folder))
    if len(photos) < 2:
        raise SetError(f"{folder} has {len(photos)} images; expected photographs, 2 or more.")
    held = photos[::HOLD_OUT]
    return [photo for photo in photos if photo not in held], held


def prepare(
    photos: list[Path], file: Path, per_copy: int, seed: int, scale: int = SCALE, side: int = SIDE
) -> Patches:
    """The patches in `file`, cut now from `photos` if there is no such file.

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
            raise SetError(f"{len(photos)} photographs gave no patch: all flat, or too small.")
        part.rename(file)
    return np.memmap(file, layout(scale, side), "r")


def _shown(photos: list[Path]) -> Iterable[Path]:
    """With a bar on standard error, where somebody watches."""
    console = Console(stderr=True)
    return track(photos, "cutting patches", console=console, disable=not console.is_terminal)


def copies(photo: Path, scale: int = SCALE, side: int = SIDE) -> Iterator[Image]:
    """The photograph at several sizes, each cropped to a multiple of the scale."""
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
    """Up to `count` aligned (input, target) patches at random places, flat ones left out."""
    small = imresize(copy, 1 / scale)
    for _ in range(count):
        y, x = (int(rng.integers(n - side + 1)) for n in small.shape[:2])
        target = copy[scale * y : scale * (y + side), scale * x : scale * (x + side)]
        if detail(target) >= FLAT:
            yield small[y : y + side, x : x + side], target


def detail(image: Image) -> float:
    """Mean absolute difference of neighbouring green values, down plus across."""
    green = image[..., 1].astype(np.float32)
    return float(sum(np.abs(np.diff(green, axis=axis)).mean() for axis in (0, 1)))


def tensors(patches: Patches) -> tuple[Tensor, Tensor]:
    """Inputs and targets.

    Shapes: (N, 3, H, W).
    Range: 0 to 1.
    """
    inputs, targets = (
        torch.from_numpy(np.array(patches[role])).permute(0, 3, 1, 2).float() / 255
        for role in ("input", "target")
    )
    return inputs, targets


def batch(patches: Patches, size: int, seed: int, step: int) -> tuple[Tensor, Tensor]:
    """The patches of one step, flipped and turned: a function of seed and step alone, so that training
    that was stopped goes on as if it had not been.
    """
    rng = np.random.default_rng((seed, step))
    pair = tensors(patches[np.sort(rng.integers(len(patches), size=size))])
    turns, flip = int(rng.integers(4)), bool(rng.integers(2))
    turned = (torch.rot90(t, turns, (2, 3)) for t in pair)
    inputs, targets = (t.flip(3) if flip else t for t in turned)
    return inputs.contiguous(memory_format=torch.channels_last), targets
