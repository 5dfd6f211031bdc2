"""Output distillation: the teacher's outputs as second targets."""

from torch import Tensor
from torch.nn.functional import l1_loss

from iqabench.compress.losses.distillation import BatchOutputs, DistillationLoss


class Output(DistillationLoss):
    """The mean absolute difference to the target, plus `weight` times that to the teacher's output.

    Source: Hinton et al., arXiv:1503.02531, with the regression loss of super-resolution in place of the
    classes' cross entropy.
    """

    uses_features = False
    usual_weight = 1.0

    def distillation(self, outputs: BatchOutputs, targets: Tensor) -> Tensor:  # noqa: ARG002 - others need them
        """Return the weighted distance of the output from the teacher's."""
        return self.weight * l1_loss(outputs.student, outputs.teacher)
