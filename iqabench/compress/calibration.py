"""Calibration images: crops of inputs, on which the ranges of activations are measured."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from iqabench.errors import CompressError
from iqabench.images import Image
from iqabench.models.core.card import Card
from iqabench.sets import SampleSet, load_set
from iqabench.tasks import Task, in_order, task_named


@dataclass(frozen=True)
class Calibration:
    """The choice of calibration images, and of the crops taken from them."""

    photos: str = ""
    """A folder of photographs, with a level for models that keep the size (photos@n25); empty for the five
    embedded photographs."""
    crops: int = 32
    side: int = 64
    """Side of the crops, in pixels of the input."""
    seed: int = 0

    def facts(self, images: SampleSet) -> dict[str, str | int]:
        """Return the facts of a calibration on these images, for the card of a variant."""
        return {
            "set": images.id,
            "images": len(images),
            "hash": images.hash,
            "crops": self.crops,
            "side": self.side,
            "seed": self.seed,
        }

    def images(self, card: Card) -> SampleSet:
        """Load the set of calibration images.

        Raises: CompressError when the card's task needs a level and none is named; SetError when there is no
            such set.
        """
        task = task_named(card.task)
        if task.has_scales:
            return load_set(self.photos or "demo", card.whole_scale)
        if "@" not in self.photos:
            examples = " or ".join(f"photos@{level}" for level in _example_levels(task))
            raise CompressError(
                f"{card.id} is for {task.phrase}: name photographs and a level with --photos, as in "
                f"{examples}."
            )
        return load_set(self.photos)

    def batches(self, card: Card, images: SampleSet) -> list[Tensor]:
        """Return crops at random places, image after image, in the network's own range.

        Shapes: (1, C, side, side), the same for all; the side is raised to what the card allows.
        Raises: CompressError when no image is large enough; what reading them raises.
        """
        least = max(self.side, card.min_size)
        side = -(-least // card.size_multiple) * card.size_multiple
        rng = np.random.default_rng(self.seed)
        inputs = [s.load().input for s in list(images)[: self.crops]]
        large = [image for image in inputs if min(image.shape[:2]) >= side]
        if not large:
            raise CompressError(
                f"no image of {images.id} gives a crop of {side}x{side} at the input's size. Name larger "
                "photographs, or a smaller --side."
            )
        return [_batch(large[n % len(large)], side, card, rng) for n in range(self.crops)]


def _example_levels(task: Task) -> list[str]:
    """Return an example of the task's levels, or of all levels that keep the size where it has none."""
    tasks = [task] if task.level else [t for t in in_order() if t.folder and not t.has_scales]
    return [t.level.example for t in tasks if t.level]


def _batch(image: Image, side: int, card: Card, rng: np.random.Generator) -> Tensor:
    y, x = (int(rng.integers(length - side + 1)) for length in image.shape[:2])
    crop = np.asarray(image[y : y + side, x : x + side], np.float32)
    if card.channels == "grey" and crop.shape[2] == 3:
        crop = crop.mean(axis=2, keepdims=True)
    if card.channels == "rgb" and crop.shape[2] == 1:
        crop = np.repeat(crop, 3, axis=2)
    planes = torch.from_numpy(np.ascontiguousarray(crop.transpose(2, 0, 1)))[None]
    return planes if card.range == 255 else planes / 255
