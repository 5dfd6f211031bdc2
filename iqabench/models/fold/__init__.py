"""Layers that are linear together, folded into fewer, exactly: what is folded follows from the network's
structure alone, so that a folded network can be built again from its parent's code and filled with weights.

    folded = fold(network)         # a torch.fx.GraphModule, with what was folded and what had to stay

- a convolution and the batch norm after it (`norms`);
- a convolution and the convolution after it, with nothing between (`chains`);
- parallel convolutions, batch norms and the identity of one input, added (`sums`).

Nothing is folded that would change the output at the image's border, or make the network larger.
"""

from iqabench.models.fold.fold import Folded, fold
from iqabench.models.fold.traced import Fold, Left

__all__ = ["Fold", "Folded", "Left", "fold"]
