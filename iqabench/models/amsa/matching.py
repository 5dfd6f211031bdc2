"""PatchMatch from coarse to fine: the place of a reference that each place of an image resembles most.

Places are found on features that were reduced by 8, then by 4, 2 and 1. Each step begins with what the step
before has found (the first with random places), lets places take over those of their neighbours, and looks
around in the reference. Similarity is the inner product of 3x3 patches; those of the reference have length 1.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

_AROUND = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1)]
_NUDGES = ((1, 0), (0, -1), (0, -1), (1, 0), (0, 0), (-1, 0), (0, 1), (0, 1), (-1, 0))
"""The steps (y, x) by which the places around one are moved from pass to pass."""
_PASSES = 4
"""The number of passes at full size; smaller sizes have one."""


@dataclass(frozen=True)
class PatchMatch:
    """The places of the reference that the places of an image resemble most, and how much."""

    y: Tensor
    """Rows, (h, w)."""
    x: Tensor
    """Columns, (h, w)."""
    similarity: Tensor
    """Inner products, (h, w)."""


class _Patches:
    """The 3x3 patches of an image and of a reference, as rows."""

    def __init__(self, image: Tensor, reference: Tensor, padding: int) -> None:
        self.height, self.width = (side - 2 + 2 * padding for side in image.shape[1:])
        self.rows, self.columns = (side - 2 + 2 * padding for side in reference.shape[1:])
        self.image = functional.unfold(image[None], 3, padding=padding)[0].T.contiguous()
        unfolded = functional.unfold(reference[None], 3, padding=padding)
        self.reference = functional.normalize(unfolded, dim=1)[0].T.contiguous()

    def similarity(self, y: Tensor, x: Tensor) -> Tensor:
        """Return the similarity of each place with one of the reference; (h, w) to (h, w)."""
        chosen = self.reference[(y * self.columns + x).long().flatten()]
        products = torch.einsum("lf,lf->l", chosen, self.image)
        return products.view(self.height, self.width)

    def best(self, y: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the most similar of several places; (k, h, w) to (h, w)."""
        found = torch.stack([self.similarity(*place) for place in zip(y, x, strict=True)])
        choice = found.argmax(dim=0, keepdim=True)
        return y.gather(0, choice)[0], x.gather(0, choice)[0]


def match(
    image: Sequence[Tensor], reference: Sequence[Tensor], generator: torch.Generator
) -> PatchMatch:
    """Return the most similar places of a reference.

    Shapes: features (C, h, w) of the image and of the reference, at full size and at a half, a quarter and an
    eighth of it; places are those of the inner pixels, (h - 2, w - 2).
    """
    reach = _reach(image[0]), _reach(reference[0])
    last = len(image) - 1
    y = x = torch.empty(0)
    before: tuple[int, int] = (0, 0)
    for step in range(last, -1, -1):
        patches = _Patches(image[step], reference[step], padding=0 if step == 0 else 1)
        if step == last:
            x, y = (_random(patches, most, generator) for most in (patches.columns, patches.rows))
        else:
            y = _enlarged(y, patches.rows, before[0], inner=step == 0)
            x = _enlarged(x, patches.columns, before[1], inner=step == 0)
        y, x = _improved(patches, y, x, reach, passes=_PASSES if step == 0 else 1)
        before = patches.rows, patches.columns
    return PatchMatch(y, x, patches.similarity(y, x))


def _reach(features: Tensor) -> int:
    """Return the largest step of a search: a power of 2, an eighth of the shorter side at most."""
    shorter = min(features.shape[1:]) - 2
    return 1 << math.floor(math.log2((shorter - 1) // 8))


def _random(patches: _Patches, most: int, generator: torch.Generator) -> Tensor:
    drawn = torch.rand((1, 1, patches.height, patches.width), generator=generator)[0, 0]
    return torch.round(drawn * (most - 1)).to(patches.image.device)


def _enlarged(places: Tensor, most: int, before: int, *, inner: bool) -> Tensor:
    """Return rows or columns of one step for the next: twice as many, within a reference twice as large."""
    scaled = torch.round(places * (most - 1) / (before - 1))
    doubled = scaled.repeat_interleave(2, 0).repeat_interleave(2, 1)
    return doubled[1:-1, 1:-1] if inner else doubled


def _improved(
    patches: _Patches, y: Tensor, x: Tensor, reach: tuple[int, int], passes: int
) -> tuple[Tensor, Tensor]:
    for number in range(passes):
        for step in _powers(reach[0]):
            y, x = patches.best(_of_neighbours(y, step), _of_neighbours(x, step))
        for step in _powers(reach[1]):
            nudge = number % step
            y, x = patches.best(
                _looked_around(y, patches.rows, step, nudge, axis=0),
                _looked_around(x, patches.columns, step, nudge, axis=1),
            )
    return y, x


def _powers(most: int) -> list[int]:
    return [2**k for k in range(most.bit_length())]


def _of_neighbours(places: Tensor, step: int) -> Tensor:
    """Return the places of the neighbours at a distance, (h, w) to (9, h, w), reflected at the edges."""
    wide = functional.pad(places[None, None], (step,) * 4, mode="reflect")[0, 0]
    height, width = places.shape
    return torch.stack(
        [wide[(1 + y) * step :, (1 + x) * step :][:height, :width] for y, x in _AROUND]
    )


def _looked_around(places: Tensor, most: int, step: int, nudge: int, *, axis: int) -> Tensor:
    """Return the rows or columns of places around others, (h, w) to (9, h, w); the reference is a torus."""
    moves = [
        step * around[axis] + nudge * nudged[axis]
        for around, nudged in zip(_AROUND, _NUDGES, strict=True)
    ]
    return torch.stack([(places + move + most) % most for move in moves])
