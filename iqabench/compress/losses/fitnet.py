"""FitNet: the teacher's feature maps as hints for the student."""

import torch
from torch import Tensor

from iqabench.compress.losses.distillation import BatchOutputs, DistillationLoss


class FitNet(DistillationLoss):
    """The mean squared difference of features, summed over the pairs of layers.

    A 1x1 convolution, trained with the student, brings its features to the teacher's width.

    Source: Romero et al., "FitNets: Hints for Thin Deep Nets", ICLR 2015, arXiv:1412.6550.
    """

    # Paper: a first stage on the hint only, then the task; here: both together, as in super-resolution.
    # Paper: the squared difference; here: by the teacher's mean square, so that `weight` means the same for
    # networks whose features are of any size.
    def distillation(self, outputs: BatchOutputs, targets: Tensor) -> Tensor:  # noqa: ARG002 - others need them
        """Return the weighted distance of the features; before weighting it is 1 for features of 0."""
        losses = [
            (mine - its).square().mean() / its.square().mean().clamp_min(1e-12)
            for mine, its in outputs.features
        ]
        return self.weight * torch.stack(losses).sum()
