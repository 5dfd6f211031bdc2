"""Images on which the ranges of activations are found: crops of what the model is given in use."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from iqabench.errors import CompressError
from iqabench.images import Image
from iqabench.models.core.card import Card
from iqabench.sets import SampleSet, load_set


@dataclass(frozen=True)
class Calibration:
    """Which images, and which crops of them."""

    photos: str = ""
    """A folder of photographs, with a level for models that keep the size (photos@n25); else the five
    embedded ones."""
    crops: int = 32
    side: int = 64
    """Of the crops, in pixels of the input."""
    seed: int = 0

    def facts(self, found: SampleSet) -> dict[str, str | int]:
        """As they stand on a card."""
        return {
            "set": found.id,
            "images": len(found),
            "hash": found.hash,
            "crops": self.crops,
            "side": self.side,
            "seed": self.seed,
        }

    def images(self, card: Card) -> SampleSet:
        """The set that is calibrated on.

        Raises: CompressError when the card's task needs a level and none is named; SetError.
        """
        if card.task != "sr" and "@" not in self.photos:
            raise CompressError(
                f"{card.id} is for {card.task}: name photographs and a level, as in --photos "
                f"photos@{'n25' if card.task == 'denoise' else 'q10'}."
            )
        scale = card.scale if card.task == "sr" else None
        return load_set(self.photos or "demo", scale)

    def batches(self, card: Card, found: SampleSet) -> list[Tensor]:
        """Crops at random places, image after image, in the network's own range.

        Shapes: (1, C, side, side), all alike; the side is raised to what the card allows.
        Raises: CompressError when no image is large enough; what reading them raises.
        """
        least = max(self.side, card.min_size)
        side = -(-least // card.size_multiple) * card.size_multiple
        rng = np.random.default_rng(self.seed)
        inputs = [s.load().input for s in list(found)[: self.crops]]
        large = [image for image in inputs if min(image.shape[:2]) >= side]
        if not large:
            raise CompressError(
                f"no image of {found.id} gives a crop of {side}x{side} at the input's size; name larger "
                "photographs, or a smaller --side."
            )
        return [_batch(large[n % len(large)], side, card, rng) for n in range(self.crops)]


def _batch(image: Image, side: int, card: Card, rng: np.random.Generator) -> Tensor:
    y, x = (int(rng.integers(length - side + 1)) for length in image.shape[:2])
    crop = np.asarray(image[y : y + side, x : x + side], np.float32)
    if card.channels == "grey" and crop.shape[2] == 3:
        crop = crop.mean(axis=2, keepdims=True)
    if card.channels == "rgb" and crop.shape[2] == 1:
        crop = np.repeat(crop, 3, axis=2)
    planes = torch.from_numpy(np.ascontiguousarray(crop.transpose(2, 0, 1)))[None]
    return planes if card.range == 255 else planes / 255
