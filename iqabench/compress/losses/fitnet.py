"""The teacher's feature maps as hints."""

import torch
from torch import Tensor

from iqabench.compress.losses.distilling import Both, Distilling


class FitNet(Distilling):
    """Mean squared difference of features, the student's brought to the teacher's width by a 1x1
    convolution that is learned along; summed over the pairs of layers.

    Source: Romero et al., "FitNets: Hints for Thin Deep Nets", ICLR 2015, arXiv:1412.6550.
    """

    # Paper: a first stage on the hint alone, then the task; here: both at once, as in super-resolution.
    # Paper: the squared difference; here: by the teacher's mean square, so that `weight` means the same for
    # networks whose features are of any size.
    def distillation(self, both: Both, targets: Tensor) -> Tensor:  # noqa: ARG002 - others need them
        """How far the features are from the teacher's, weighed; 1 before that for features of 0."""
        losses = [
            (mine - its).square().mean() / its.square().mean().clamp_min(1e-12)
            for mine, its in both.features
        ]
        return self.weight * torch.stack(losses).sum()
