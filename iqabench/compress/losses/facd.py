"""FACD: the contrast of the student's features to the teacher's, of the same patch and of other patches."""

from torch import Tensor

from iqabench.compress.losses.distillation import BatchOutputs, DistillationLoss
from iqabench.errors import CompressError


class Facd(DistillationLoss):
    """The mean absolute difference to the teacher's output, plus `weight` times a contrast of features.

    Both count only for patches on which the teacher is nearer to the target than the student.
    The contrast is, for each patch, the distance of the student's features to the teacher's of the same
    patch, divided by the mean distance to the teacher's of the batch's other patches, summed over the pairs
    of layers.

    Source: after Moon et al., "Feature-Domain Adaptive Contrastive Distillation for Efficient Single Image
    Super-Resolution", IEEE Access 11 (2023), arXiv:2211.15951, as its abstract and the figure in the
    authors' repository (hcmoon0613/FACD) describe it: the student's features after a layer that brings them
    to the teacher's width, positives and negatives, outputs compared with teacher and target. The paper's
    own formulas were not at hand: the ratio of mean absolute distances (as in contrastive
    self-distillation, arXiv:2105.11683), the other patches of the batch as negatives, and the mean absolute
    error as the condition are choices made here.

    Raises: CompressError for a batch of one, which has no negatives.
    """

    def distillation(self, outputs: BatchOutputs, targets: Tensor) -> Tensor:
        """Return the weighted distance from the teacher, for patches on which the teacher is better."""
        number = len(targets)
        if number < 2:
            raise CompressError("facd compares patches with each other. Take --batch 2 or more.")
        better = (
            _errors(outputs.teacher, targets) < _errors(outputs.student.detach(), targets)
        ).float()
        loss = _errors(outputs.student, outputs.teacher)
        for mine, its in outputs.features:
            distances = (mine[:, None] - its[None]).abs().mean((2, 3, 4))
            own = distances.diagonal()
            others = (distances.sum(1) - own) / (number - 1)
            loss = loss + self.weight * own / others.clamp_min(1e-12)
        return (loss * better).sum() / better.sum().clamp_min(1)


def _errors(outputs: Tensor, targets: Tensor) -> Tensor:
    return (outputs - targets).abs().mean((1, 2, 3))
