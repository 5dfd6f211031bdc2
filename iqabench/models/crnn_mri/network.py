"""CRNN-MRI: iterations of a recurrent network and of a step that restores the measured spectrum."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn


class RecurrentCell(nn.Module):
    """One step of the recurrence over frames, which also sees the features of the iteration before.

    Shapes: (N, C, H, W) and twice (N, F, H, W) to (N, F, H, W).
    """

    def __init__(self, channels: int, features: int) -> None:
        super().__init__()
        self.i2h = nn.Conv2d(channels, features, 3, padding=1)
        self.h2h = nn.Conv2d(features, features, 3, padding=1)
        self.ih2ih = nn.Conv2d(features, features, 3, padding=1)
        self.relu = nn.ReLU()

    def forward(self, frame: Tensor, before: Tensor, hidden: Tensor) -> Tensor:
        """Return the features of a frame."""
        rectified: Tensor = self.relu(self.i2h(frame) + self.h2h(hidden) + self.ih2ih(before))
        return rectified


class BothWays(nn.Module):
    """The recurrence from the first frame to the last and back, with the same cell; both are added.

    Shapes: (T, C, H, W) and (T, F, H, W) to (T, F, H, W).
    """

    def __init__(self, channels: int, features: int) -> None:
        super().__init__()
        self.CRNN_model = RecurrentCell(channels, features)

    def forward(self, frames: Tensor, before: Tensor) -> Tensor:
        """Return the features of all frames."""
        order = range(len(frames))
        return self._run(frames, before, order) + self._run(frames, before, reversed(order)).flip(0)

    def _run(self, frames: Tensor, before: Tensor, order: Iterable[int]) -> Tensor:
        hidden = torch.zeros_like(before[:1])
        outputs = []
        for t in order:
            hidden = self.CRNN_model(frames[t : t + 1], before[t : t + 1], hidden)
            outputs.append(hidden)
        return torch.cat(outputs)


class CRNNMRI(nn.Module):
    """Iterations of a recurrent layer and four convolutions, each followed by the measured spectrum.

    All iterations share their weights; each layer sees its own features of the iteration before. The clip is
    divided by its largest magnitude and multiplied again.

    Shapes: input (T, 1, H, W) complex, mask (T, 1, H, W) of the shifted spectrum, to (T, 1, H, W) complex.
    """

    def __init__(self, features: int = 64, iterations: int = 5) -> None:
        super().__init__()
        self.features, self.iterations = features, iterations
        self.bcrnn = BothWays(2, features)
        for number in (1, 2, 3):
            self.add_module(f"conv{number}_x", nn.Conv2d(features, features, 3, padding=1))
            self.add_module(f"conv{number}_h", nn.Conv2d(features, features, 3, padding=1))
        self.conv4_x = nn.Conv2d(features, 2, 3, padding=1)
        self.relu = nn.ReLU()

    def forward(self, input: Tensor, mask: Tensor) -> Tensor:  # noqa: A002 - the role of the part
        """Return the reconstructed clip."""
        unit = input.abs().amax().clamp_min(torch.finfo(torch.float32).tiny)
        measured = torch.fft.fft2(input / unit, norm="ortho")
        kept = torch.fft.ifftshift(mask, dim=(2, 3)) > 0.5
        clip = torch.cat([(input / unit).real, (input / unit).imag], dim=1)
        states = [clip.new_zeros(len(clip), self.features, *clip.shape[2:]) for _ in range(4)]
        for _ in range(self.iterations):
            states[0] = self.bcrnn(clip, states[0])
            for number in (1, 2, 3):
                new = getattr(self, f"conv{number}_x")(states[number - 1])
                old = getattr(self, f"conv{number}_h")(states[number])
                states[number] = self.relu(new + old)
            clip = clip + self.conv4_x(states[3])
            clip = _with_measured(clip, measured, kept)
        return torch.complex(clip[:, :1], clip[:, 1:]) * unit


def _with_measured(clip: Tensor, measured: Tensor, kept: Tensor) -> Tensor:
    """Return a clip (T, 2, H, W) whose spectrum is the measured one where there is one."""
    spectrum = torch.fft.fft2(torch.complex(clip[:, :1], clip[:, 1:]), norm="ortho")
    image = torch.fft.ifft2(torch.where(kept, measured, spectrum), norm="ortho")
    return torch.cat([image.real, image.imag], dim=1)
