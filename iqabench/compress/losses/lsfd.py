"""The teacher's features, where teacher and student differ in what they make of the image."""

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from iqabench.compress.losses.distilling import Both, Distilling


class Lsfd(Distilling):
    """Mean absolute difference of features place by place, weighed by how far apart the two outputs are
    there; summed over the pairs of layers.

    The student's features are brought to the teacher's width by a 1x1 convolution, which sees one place
    alone. The weights are the absolute difference of the outputs, averaged over colours and over the pixels
    of a place, and divided by their mean over the patch; no gradient goes through them.

    Source: after Park and Kwak, "Local-Selective Feature Distillation for Single Image Super-Resolution",
    arXiv:2111.10988, as its abstract describes it: FitNet made local, and a soft attention from the
    difference of teacher and student. The paper's own formulas were not at hand: the mean absolute
    difference, and the division by the mean (and of the whole by the teacher's mean absolute feature, so
    that `weight` means the same for all networks), are choices made here.
    """

    def distillation(self, both: Both, targets: Tensor) -> Tensor:  # noqa: ARG002 - others need them
        """How far the features are from the teacher's, where it matters, weighed."""
        apart = (both.output - both.taught).detach().abs().mean(1, keepdim=True)
        losses = []
        for mine, its in both.features:
            there = adaptive_avg_pool2d(apart, (mine.shape[2], mine.shape[3]))
            weights = there / there.mean((2, 3), keepdim=True).clamp_min(1e-12)
            distance = ((mine - its).abs().mean(1, keepdim=True) * weights).mean()
            losses.append(distance / its.abs().mean().clamp_min(1e-12))
        return self.weight * torch.stack(losses).sum()
