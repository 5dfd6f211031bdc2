"""Meta-learned distillation: the mapping of features to knowledge is learned by its use for the student."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import conv2d, l1_loss

from iqabench.compress.losses.distillation import BatchOutputs, DistillationLoss
from iqabench.errors import CompressError

_RATE = 1e-2
"""The step that the student takes on trial, as a factor of its gradient."""
_EVERY = 4
"""Number of batches of which one, drawn with the step's seed, trains the mapping."""


class TextureMapping(nn.Module):
    """A mapping of features to textures, by kernels that follow from student and teacher.

    For each patch, the mean features of both and their correlation, channel by channel, give `textures`
    kernels of 3x3 and a weight for each. A kernel has the norm 1 and is applied to every channel alone.

    Shapes: two times (N, width, H, W) to (N,), the weighted mean absolute difference of the textures.
    """

    def __init__(self, width: int, textures: int = 4, hidden: int = 16) -> None:
        super().__init__()
        self.textures = textures
        self.generator = nn.Sequential(
            nn.Linear(3 * width, hidden), nn.ReLU(), nn.Linear(hidden, 10 * textures)
        )

    def forward(self, student: Tensor, teacher: Tensor) -> Tensor:
        """Return the distance of each patch."""
        number, width = student.shape[:2]
        means = [student.mean((2, 3)), teacher.mean((2, 3)), _correlation(student, teacher)]
        generated = self.generator(torch.cat(means, 1)).view(number, self.textures, 10)
        kernels = generated[..., :9] / generated[..., :9].norm(dim=2, keepdim=True).clamp_min(1e-6)
        weights = generated[..., 9].softmax(1)
        filters = kernels.view(number, 1, self.textures, 3, 3).expand(-1, width, -1, -1, -1)
        # One group for each channel of each patch; convolution is linear, so the difference is filtered.
        change = (student - teacher).reshape(1, number * width, *student.shape[2:])
        filtered = conv2d(change, filters.reshape(-1, 1, 3, 3), padding=1, groups=number * width)
        sizes = filtered.view(number, width, self.textures, -1).abs().mean((1, 3))
        distance: Tensor = (sizes * weights).sum(1)
        return distance


class MetaKd(DistillationLoss):
    """The difference of textures that a learned mapping takes from the features, summed over the pairs.

    In one batch of four, half of the batch moves a copy of the student one step along the gradient of the
    loss, and the error of that copy on the other half trains the mapping: textures are weighted as they
    help. The mapping is fixed in the student's own step, and the layers that bring its features to the
    teacher's width are trained with the student.

    Source: after Zhu, Chen and Liu, "Learning Knowledge Representation with Meta Knowledge Distillation for
    Single Image Super-Resolution", arXiv:2207.08356, as its abstract describes it: dynamic kernels from the
    student's features and their correlation with the teacher's, textures compared one by one, learned in a
    meta-learning manner. The paper's own formulas were not at hand: the number and size of kernels, their
    norm, the trial step of 0.01, and one batch of four are choices made here.

    Raises: CompressError for a batch of one, of which no half remains to judge the trial step.
    """

    def __init__(self, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, **named)  # type: ignore[arg-type]  # those of the base
        widths = [layer.out_channels for layer in self.regressors if isinstance(layer, nn.Conv2d)]
        self.mappings = nn.ModuleList(TextureMapping(width) for width in widths)

    def forward(self, module: nn.Module, inputs: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of a batch."""
        if len(inputs) < 2:
            raise CompressError(
                "metakd tries a step on half of a batch and judges it on the other. Take --batch 2 or more."
            )
        loss = super().forward(module, inputs, targets)
        if module.training and int(torch.randint(_EVERY, ())) == 0:
            loss = loss + self._steering(module, inputs, targets)
        return loss

    def distillation(self, outputs: BatchOutputs, targets: Tensor) -> Tensor:  # noqa: ARG002 - others need them
        """Return the weighted difference of textures; the mapping gets no gradient."""
        fixed = {name: p.detach() for name, p in self.mappings.named_parameters()}
        return self.weight * self._distance(outputs, fixed)

    def _distance(self, outputs: BatchOutputs, parameters: Mapping[str, Tensor]) -> Tensor:
        distances = []
        for at, (mapping, (mine, its)) in enumerate(
            zip(self.mappings, outputs.features, strict=True)
        ):
            own = {
                name.removeprefix(f"{at}."): p
                for name, p in parameters.items()
                if name.startswith(f"{at}.")
            }
            distance: Tensor = functional_call(mapping, own, (mine, its))
            distances.append(distance.mean() / its.abs().mean().clamp_min(1e-12))
        return torch.stack(distances).sum()

    def _steering(self, module: nn.Module, inputs: Tensor, targets: Tensor) -> Tensor:
        """Return a number of 0 whose gradient is the mapping's: of the error after the trial step."""
        half = len(inputs) // 2
        own = {
            n: p.detach().requires_grad_() for n, p in module.named_parameters() if p.requires_grad
        }
        buffers = {n: b.clone() for n, b in module.named_buffers()}
        mapping = dict(self.mappings.named_parameters())
        outputs = self.run_both(module, inputs[:half], {**own, **buffers})
        tried = l1_loss(outputs.student, targets[:half])
        tried = tried + self.weight * self._distance(outputs, mapping)
        slopes = torch.autograd.grad(
            tried, list(own.values()), create_graph=True, materialize_grads=True
        )
        moved = {
            name: p - _RATE * slope for (name, p), slope in zip(own.items(), slopes, strict=True)
        }
        output = functional_call(module, {**moved, **buffers}, (inputs[half:],)).float()
        error = l1_loss(output, targets[half:])
        steer = torch.autograd.grad(error, list(mapping.values()), materialize_grads=True)
        # By the trial's size, so that the optimizer's smallest number does not drown it.
        size = _RATE * max(self.weight, 1e-12)
        terms = [(p * (g / size)).sum() for p, g in zip(mapping.values(), steer, strict=True)]
        total = torch.stack(terms).sum()
        return total - total.detach()


def _correlation(student: Tensor, teacher: Tensor) -> Tensor:
    """Return the correlation of two feature maps over the patch, channel by channel."""
    a, b = (x - x.mean((2, 3), keepdim=True) for x in (student, teacher))
    size = a.square().sum((2, 3)) * b.square().sum((2, 3))
    return (a * b).sum((2, 3)) / (size + 1e-12).sqrt()
