"""Student-oriented augmentation: changed patches on which the student is farthest from its teacher."""

import torch
from torch import Tensor, nn
from torch.nn.functional import l1_loss

from iqabench.compress.losses.distillation import BatchOutputs, DistillationLoss


class StudentAugmentation(DistillationLoss):
    """The mean absolute difference to the teacher's output, on plain patches and on chosen changed ones.

    Each patch of the first half of a batch is changed in two ways, drawn from: a crop of the target taken
    as an input, inverted colours, colours in another order, a blend with the next patch. The change on which
    student and teacher differ more is kept, and the teacher's output is its only label. `weight` multiplies
    the mean over plain and changed patches.

    Source: after Zhang et al., "Data Upcycling Knowledge Distillation for Image Super-Resolution",
    arXiv:2309.14162 (patches made from the targets, which the teacher labels; invertible changes of colour).
    The choice by the student's distance from its teacher, the number of candidates and the blend are choices
    made here.
    """

    uses_features = False
    usual_weight = 1.0

    def forward(self, module: nn.Module, inputs: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of a batch."""
        half = max(1, len(inputs) // 2)
        changed, labels = self._chosen(module, inputs, targets, half)
        outputs = self.run_both(module, torch.cat([inputs, changed]))
        number = len(inputs)
        plain = BatchOutputs(outputs.student[:number], outputs.teacher[:number], [])
        loss = l1_loss(plain.student, targets) + self.distillation(plain, targets) / 2
        return loss + self.weight * l1_loss(outputs.student[number:], labels) / 2

    def distillation(self, outputs: BatchOutputs, targets: Tensor) -> Tensor:  # noqa: ARG002 - others need them
        """Return the weighted distance of the output from the teacher's."""
        return self.weight * l1_loss(outputs.student, outputs.teacher)

    @torch.no_grad()
    def _chosen(
        self, module: nn.Module, inputs: Tensor, targets: Tensor, half: int
    ) -> tuple[Tensor, Tensor]:
        """Return changed patches, the harder one of two for each of the first half, and their labels."""
        candidates = torch.cat([changed_patches(inputs, targets, half) for _ in range(2)])
        outputs = self.run_both(module, candidates)
        gaps = (outputs.student - outputs.teacher).abs().mean((1, 2, 3)).view(2, half)
        harder = gaps.argmax(0) * half + torch.arange(half, device=gaps.device)
        return candidates[harder], outputs.teacher[harder]


def changed_patches(inputs: Tensor, targets: Tensor, half: int) -> Tensor:
    """Return the first patches, each changed in a way drawn at random."""
    kinds = torch.randint(4, (half,)).tolist()
    return torch.stack([_change(inputs, targets, at, kind) for at, kind in enumerate(kinds)])


def _change(inputs: Tensor, targets: Tensor, at: int, kind: int) -> Tensor:
    """Return patch `at`: a crop of its target, inverted, its colours reordered, or blended with the next."""
    patch, target = inputs[at], targets[at]
    if kind == 0:
        y, x = (
            int(torch.randint(large - small + 1, ()))
            for large, small in zip(target.shape[1:], patch.shape[1:], strict=True)
        )
        return target[:, y : y + patch.shape[1], x : x + patch.shape[2]]
    if kind == 1:
        return 1 - patch
    if kind == 2:
        return patch[torch.randperm(len(patch))]
    share = float(torch.rand(()))
    return share * patch + (1 - share) * inputs[(at + 1) % len(inputs)]
