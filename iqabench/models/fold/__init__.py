"""Exact folding of linear layers into fewer layers.

    result = fold(network)         # a torch.fx.GraphModule, its folds, and the layers that had to stay

- a convolution and the batch norm after it (`batch_norms`);
- a convolution and the convolution after it, with nothing between (`convolution_chains`);
- parallel convolutions, batch norms and the identity of one input, added (`parallel_branches`).

The folds depend only on the network's structure, so that a folded network can be built again from its
parent's code and filled with weights. Nothing is folded that would change the output at the image's border,
or make the network larger.
"""

from iqabench.models.fold.fold import FoldResult, fold
from iqabench.models.fold.layer_graph import Fold, FoldObstacle

__all__ = ["Fold", "FoldObstacle", "FoldResult", "fold"]
