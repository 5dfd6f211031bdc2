"""Sparsity: single weights become 0, the smallest ones, at once or by growing shrinkage."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from iqabench.compress.running_order import Layers
from iqabench.compress.transform import Transform
from iqabench.errors import UsageError
from iqabench.models.core.card import Card
from iqabench.training.losses import Loss

_SHRINKING = 0.5
"""Share of the steps in which weights shrink; in the others those of 0 stay 0."""


@dataclass
class Sparsity(Transform):
    """A mask of 0 and 1 on the weights of layers; their tensors keep their shapes.

    With `ratio` the smallest weights go, of all layers together or, with `uniform`, the same share of each.
    With `pattern` (N, M) only N of every M inputs in a row keep their weights, for each output and place of
    the kernel.

    With `shrink` the weights outside the mask are multiplied by a factor that falls from 1 to 0 over the
    first half of the training, and the mask is chosen anew before every step, so that weights can return.
    Without it the mask is chosen once, from the parent's weights.

    Raises: UsageError for numbers out of range.
    Source: after Jiang et al., "Iterative Soft Shrinkage Learning for Efficient Image Super-Resolution",
    ICCV 2023, arXiv:2303.09650 (shrinkage); Mishra et al., arXiv:2104.08378 (N:M). The linear growth and the
    half of the training are choices made here.
    """

    ratio: float = 0.0
    pattern: tuple[int, int] | None = None
    uniform: bool = False
    shrink: bool = False
    _layers: list[str] = field(default_factory=list)
    _training: "_MaskedTraining | None" = None

    method = "sparsified"
    keeps_ends = False

    def __post_init__(self) -> None:
        if (self.ratio != 0) == (self.pattern is not None):
            raise UsageError(
                "expected one of --ratio and --pattern, as in --ratio 0.75 or --pattern 2:4."
            )
        if self.pattern is None and not 0 < self.ratio < 1:
            raise UsageError(f"the ratio is {self.ratio:g}; expected a number between 0 and 1.")
        if self.pattern is not None and not 0 < self.pattern[0] < self.pattern[1]:
            n, m = self.pattern
            raise UsageError(
                f"the pattern {n}:{m} keeps {n} of {m} weights; expected at least one, and fewer than all, "
                "as in 2:4."
            )

    @property
    def facts(self) -> dict[str, str | int | float]:
        """All options that decide the outcome."""
        amount: dict[str, str | int | float] = (
            {"pattern": f"{self.pattern[0]}:{self.pattern[1]}"}
            if self.pattern
            else {"ratio": self.ratio}
        )
        return {**amount, "uniform": int(self.uniform), "shrink": int(self.shrink)}

    @property
    def words(self) -> str:
        """The change in the words of a recipe."""
        how = "growing shrinkage" if self.shrink else "one mask by size"
        if self.pattern:
            return f"{self.pattern[0]} of {self.pattern[1]} weights kept, {how}"
        rule = "the same share of every layer" if self.uniform else "ranked over all layers"
        return f"{self.ratio:g} of the weights 0, {rule}, {how}"

    def obstacle(self, layer: nn.Module) -> str:
        """Return the reason why a layer must stay as it is, or an empty text."""
        if self.pattern is None:
            return ""
        inputs, group = int(_weight(layer).shape[1]), self.pattern[1]
        return (
            f"{inputs} input{'s'[: inputs > 1]}, no multiple of {group}" if inputs % group else ""
        )

    def apply(self, network: nn.Module, layers: Layers, card: Card) -> None:  # noqa: ARG002 - others need them
        """Set the smallest weights to 0, unless they shrink during the training."""
        self._layers = list(layers)
        if not self.shrink:
            self.mask(network, 1.0)

    def taking_part(self, loss: Loss, network: nn.Module, steps: int) -> Loss:
        """Return the loss, which shrinks or masks the weights before every step."""
        self._training = _MaskedTraining(loss, self, network, steps)
        return self._training

    def complete(self, network: nn.Module) -> dict[str, Any]:
        """Set the smallest weights to 0; return the number of weights and of those that are not 0."""
        if self._training is None:
            self.mask(network, 1.0)
        else:
            self._training.hold(network)
        weights = self.weights(network)
        bits = torch.cat([w.detach().flatten() != 0 for w in weights]).numpy()
        return {
            "maskable": len(bits),
            "nonzero": int(bits.sum()),
            "mask_sha256": hashlib.sha256(bits.tobytes()).hexdigest(),
        }

    def weights(self, network: nn.Module) -> list[Tensor]:
        """Return the weights that have masks."""
        return [_weight(network.get_submodule(name)) for name in self._layers]

    @torch.no_grad()
    def mask(self, network: nn.Module, strength: float) -> None:
        """Multiply the weights outside the mask by 1 - strength."""
        weights = self.weights(network)
        for weight, kept in zip(weights, self.masks(weights), strict=True):
            weight.mul_(torch.where(kept, 1.0, 1.0 - strength))

    def masks(self, weights: Sequence[Tensor]) -> list[Tensor]:
        """Return a mask for each weight, True where it is kept."""
        if self.pattern:
            return [_groups(weight, *self.pattern) for weight in weights]
        if self.uniform:
            return [_largest([weight], self.ratio)[0] for weight in weights]
        return _largest(weights, self.ratio)


def parse_pattern(text: str) -> tuple[int, int]:
    """Read 2:4 as (2, 4).

    Raises: UsageError for other forms.
    """
    n, colon, m = text.partition(":")
    if not (colon and n.strip().isdigit() and m.strip().isdigit()):
        raise UsageError(f"--pattern {text} is not a pattern; expected one as in 2:4.")
    return int(n), int(m)


class _MaskedTraining(nn.Module):
    """The loss of a training that shrinks weights, then holds them at 0; step and masks are saved with it."""

    step: Tensor

    def __init__(self, loss: Loss, change: Sparsity, network: nn.Module, steps: int) -> None:
        super().__init__()
        self.inner = loss
        self.register_buffer("step", torch.tensor(0))
        self._change = change
        self._network = (network,)  # in a tuple it is no submodule
        self._shrinking = int(steps * _SHRINKING) if change.shrink else 0
        for at, weight in enumerate(change.weights(network)):
            self.register_buffer(f"mask_{at}", torch.ones(weight.shape, dtype=torch.bool))

    def forward(self, module: nn.Module, inputs: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of a batch, after shrinking or masking the weights."""
        network, at = self._network[0], int(self.step)
        if at < self._shrinking:
            self._change.mask(network, at / self._shrinking)
        else:
            if at == self._shrinking:
                chosen = self._change.masks(self._change.weights(network))
                for mask, new in zip(self._masks(), chosen, strict=True):
                    mask.copy_(new)
            self.hold(network)
        self.step += 1
        loss: Tensor = self.inner(module, inputs, targets)
        return loss

    @torch.no_grad()
    def hold(self, network: nn.Module) -> None:
        """Set the weights outside the masks to 0."""
        for weight, mask in zip(self._change.weights(network), self._masks(), strict=True):
            weight.mul_(mask.to(weight.device))

    def _masks(self) -> list[Tensor]:
        return [buffer for name, buffer in self.named_buffers() if name.startswith("mask_")]


def _weight(layer: nn.Module) -> Tensor:
    weight = layer.weight
    assert isinstance(weight, Tensor)
    return weight


def _largest(weights: Sequence[Tensor], ratio: float) -> list[Tensor]:
    """Return masks that keep all but the share `ratio` of the weights with the smallest absolute values."""
    sizes = torch.cat([weight.detach().abs().flatten() for weight in weights])
    kept = torch.ones_like(sizes, dtype=torch.bool)
    removed = min(len(sizes) - 1, round(len(sizes) * ratio))
    kept[sizes.argsort(stable=True)[:removed]] = False
    parts = torch.split(kept, [weight.numel() for weight in weights])
    return [part.view_as(weight) for part, weight in zip(parts, weights, strict=True)]


def _groups(weight: Tensor, n: int, m: int) -> Tensor:
    """Return a mask that keeps the `n` largest of every `m` inputs in a row."""
    by_input = weight.detach().abs().movedim(1, -1)
    groups = by_input.reshape(*by_input.shape[:-1], -1, m)
    kept = torch.zeros_like(groups, dtype=torch.bool)
    kept.scatter_(-1, groups.topk(n, dim=-1).indices, True)
    return kept.flatten(-2).movedim(-1, 1)
