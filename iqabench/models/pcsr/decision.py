"""The decision between the light and the heavy sampler of PCSR, and the costs that it weighs."""

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

_MOST_STEPS = 20
_TOLERANCE = 1e-4


def operations(module: nn.Module, batch: Tensor) -> int:
    """Return the operations of a module on a batch, as the authors of PCSR count them.

    Two per multiply-accumulate of convolutions and linear layers and per value of batch normalisation, one
    per value of a PReLU. The module runs as a copy without memory, so that nothing is computed.
    """
    total = 0

    def count(layer: nn.Module, _: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal total
        if isinstance(layer, nn.Conv2d):
            total += 2 * output.numel() * layer.weight[0].numel()
        elif isinstance(layer, nn.Linear):
            total += 2 * output.numel() * layer.in_features
        elif isinstance(layer, nn.BatchNorm2d):
            total += 2 * output.numel()
        elif isinstance(layer, nn.PReLU):
            total += output.numel()

    weightless = copy.deepcopy(module).to("meta").eval()
    hook: Callable[..., Any] = count
    for layer in weightless.modules():
        layer.register_forward_hook(hook)
    weightless(batch.to("meta"))
    return total


def weighed(probabilities: Tensor, costs: tuple[float, float], k: float) -> Tensor:
    """Return the pixels that take the heavy sampler: where its probability by its cost to the k is larger.

    Shapes: probabilities of light and heavy (P, 2) to (P,).
    Source: Jeong et al., ECCV 2024, arXiv:2407.21448, section 3.4.
    """
    light, heavy = probabilities.unbind(dim=1)
    return (heavy / float(costs[1] ** k)).gt(light / float(costs[0] ** k))


def clustered(probability: Tensor) -> Tensor:
    """Return which pixels are in the upper of two clusters of the probability of the heavy sampler.

    It is k-means on one line, from the centres 0 and the mean of all; where all pixels are alike, none is
    heavy.

    Shapes: (P,) to (P,).
    Source: the "adaptive decision making" of the same paper.
    """
    low, high = probability.min(), probability.max()
    if low == high:
        return torch.zeros_like(probability, dtype=torch.bool)
    values = ((probability - low) / (high - low)).double()
    centres = torch.stack([torch.zeros_like(values[0]), values.mean()])
    is_upper = torch.zeros_like(values, dtype=torch.bool)
    for _ in range(_MOST_STEPS - 1):  # the mean of all was the first step
        is_upper = values > centres.mean()
        moved = torch.stack([values[~is_upper].mean(), values[is_upper].mean()])
        if float((moved - centres).square().sum()) <= _TOLERANCE:
            break
        centres = moved
    return is_upper
