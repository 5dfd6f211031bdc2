"""The teacher's outputs as second targets."""

from torch import Tensor
from torch.nn.functional import l1_loss

from iqabench.compress.losses.distilling import Both, Distilling


class Output(Distilling):
    """Mean absolute difference to the target, plus `weight` times that to the teacher's output.

    Source: Hinton et al., arXiv:1503.02531, with the regression loss of super-resolution in place of the
    classes' cross entropy.
    """

    uses_features = False
    usual_weight = 1.0

    def distillation(self, both: Both, targets: Tensor) -> Tensor:  # noqa: ARG002 - others need them
        """How far the output is from the teacher's, weighed."""
        return self.weight * l1_loss(both.output, both.taught)
