"""The difference of two networks' outputs, border included."""

import torch
from torch import Tensor, nn

from iqabench.errors import CompressError
from iqabench.models.core.card import Card
from iqabench.run.natural_image import natural_batch

MOST = 1e-5
"""Largest allowed difference of outputs, as a share of the numeric range."""
_SIZES = ((48, 48), (37, 53))


@torch.no_grad()
def difference(before: nn.Module, after: nn.Module, card: Card) -> float:
    """Return the largest difference of outputs on a photograph at two sizes, border included.

    Units: share of the numeric range.
    Raises: CompressError when it is more than MOST.
    """
    differences = [(before(image) - after(image)).abs().max() for image in _images(card)]
    largest = float(torch.stack(differences).max()) / card.range
    if not largest <= MOST:
        raise CompressError(
            f"folding {card.id} changes its output by {largest:.1e} of the range; expected {MOST:g} at most."
        )
    return largest


def _images(card: Card) -> list[Tensor]:
    """Return crops of a photograph that the network accepts, one with odd sides where it accepts them."""
    channels = card.planes
    images = []
    for sides in _SIZES:
        height, width = (
            -(-max(side, card.min_size) // card.size_multiple) * card.size_multiple
            for side in sides
        )
        images.append(natural_batch((1, channels, height, width), card.range))
    return images
