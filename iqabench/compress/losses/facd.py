"""Features nearer to the teacher's of the same patch than to its features of other patches."""

from torch import Tensor

from iqabench.compress.losses.distilling import Both, Distilling
from iqabench.errors import CompressError


class Facd(Distilling):
    """The mean absolute difference to the teacher's output, plus `weight` times a contrast of features; both
    only for patches on which the teacher is nearer to the target than the student.

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

    def distillation(self, both: Both, targets: Tensor) -> Tensor:
        """How far the student is from its teacher, where that one is better, weighed."""
        number = len(targets)
        if number < 2:
            raise CompressError("facd compares patches with each other; take --batch 2 or more.")
        better = (_errors(both.taught, targets) < _errors(both.output.detach(), targets)).float()
        loss = _errors(both.output, both.taught)
        for mine, its in both.features:
            apart = (mine[:, None] - its[None]).abs().mean((2, 3, 4))
            own = apart.diagonal()
            others = (apart.sum(1) - own) / (number - 1)
            loss = loss + self.weight * own / others.clamp_min(1e-12)
        return (loss * better).sum() / better.sum().clamp_min(1)


def _errors(outputs: Tensor, targets: Tensor) -> Tensor:
    return (outputs - targets).abs().mean((1, 2, 3))
