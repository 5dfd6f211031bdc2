"""Whether two networks give the same outputs, border included."""

import torch
from torch import Tensor, nn

from iqabench.errors import CompressError
from iqabench.models.core.card import Card
from iqabench.run.profile.natural_image import natural_batch

MOST = 1e-5
"""By which outputs may differ, as a share of the numeric range."""
_SIZES = ((48, 48), (37, 53))


@torch.no_grad()
def difference(before: nn.Module, after: nn.Module, card: Card) -> float:
    """The largest difference of outputs on a photograph at two sizes, border included.

    Units: share of the numeric range.
    Raises: CompressError when it is more than MOST.
    """
    found = [(before(image) - after(image)).abs().max() for image in _images(card)]
    apart = float(torch.stack(found).max()) / card.range
    if not apart <= MOST:
        raise CompressError(
            f"folding {card.id} changes its output by {apart:.1e} of the range; expected {MOST:g} at most."
        )
    return apart


def _images(card: Card) -> list[Tensor]:
    """Pieces of a photograph that the network takes, one with odd sides where it takes such."""
    channels = 1 if card.channels == "grey" else 3
    found = []
    for sides in _SIZES:
        height, width = (
            -(-max(side, card.min_size) // card.size_multiple) * card.size_multiple
            for side in sides
        )
        found.append(natural_batch((1, channels, height, width), card.range))
    return found
