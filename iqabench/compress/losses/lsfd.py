"""LSFD: the difference of features, weighted by the local difference of the outputs."""

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from iqabench.compress.losses.distillation import BatchOutputs, DistillationLoss


class Lsfd(DistillationLoss):
    """The mean absolute difference of features, weighted at each place by the difference of the outputs.

    It is summed over the pairs of layers. A 1x1 convolution, which sees one place at a time, brings the
    student's features to the teacher's width. The weights are the absolute difference of the outputs,
    averaged over colours and over the pixels
    of a place, and divided by their mean over the patch; no gradient goes through them.

    Source: after Park and Kwak, "Local-Selective Feature Distillation for Single Image Super-Resolution",
    arXiv:2111.10988, as its abstract describes it: FitNet made local, and a soft attention from the
    difference of teacher and student. The paper's own formulas were not at hand: the mean absolute
    difference, and the division by the mean (and of the whole by the teacher's mean absolute feature, so
    that `weight` means the same for all networks), are choices made here.
    """

    def distillation(self, outputs: BatchOutputs, targets: Tensor) -> Tensor:  # noqa: ARG002 - others need them
        """Return the weighted distance of the features, at places where the outputs differ."""
        difference = (outputs.student - outputs.teacher).detach().abs().mean(1, keepdim=True)
        losses = []
        for mine, its in outputs.features:
            local = adaptive_avg_pool2d(difference, (mine.shape[2], mine.shape[3]))
            weights = local / local.mean((2, 3), keepdim=True).clamp_min(1e-12)
            distance = ((mine - its).abs().mean(1, keepdim=True) * weights).mean()
            losses.append(distance / its.abs().mean().clamp_min(1e-12))
        return self.weight * torch.stack(losses).sum()
