"""The count of the parameters of a network that were trained."""

import torch
from torch import nn


def trained_parameters(network: nn.Module) -> int:
    """Return the number of parameters that are trained, or were before they became 8-bit integers."""
    return sum(p.numel() for p in network.parameters() if p.requires_grad or p.dtype == torch.int8)
