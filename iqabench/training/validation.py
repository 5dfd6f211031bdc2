"""The quality of a network on held-out patches."""

import torch
from torch import nn

from iqabench.training.patches import Patches, scale_of, tensors

_AT_ONCE = 64


@torch.inference_mode()
def validate(module: nn.Module, patches: Patches) -> float:
    """Return the mean PSNR of the luma of 8-bit outputs, each patch shaved by the scale, as `sr-y` does.

    `module` maps 0..1 to 0..1; its mode (train or eval) is restored afterwards.

    Units: dB.
    """
    scale, learning = scale_of(patches), module.training
    place = next((p.device for p in module.parameters()), torch.device("cpu"))
    weights = torch.tensor([65.481, 128.553, 24.966], device=place).view(3, 1, 1) / 255
    values = []
    module.eval()
    for at in range(0, len(patches), _AT_ONCE):
        inputs, targets = (t.to(place) for t in tensors(patches[at : at + _AT_ONCE]))
        outputs = (module(inputs) * 255).round().clamp(0, 255)
        luma = ((outputs - targets * 255) * weights).sum(1)
        error = luma[:, scale:-scale, scale:-scale].square().mean((1, 2))
        values.append(20 * torch.log10(torch.tensor(255.0)) - 10 * error.log10().cpu())
    module.train(learning)
    return float(torch.cat(values).mean())
