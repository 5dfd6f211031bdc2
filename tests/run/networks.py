"""Networks that behave badly in one way each; tests name them as `networks:NAME`."""

import os
import signal

import torch
from torch import Tensor, nn


class _Doubling(nn.Module):
    """A network of scale 2 that counts its calls after loading, and so knows which image it gets.

    The photograph on which its values are tried does not count.
    """

    TRIED = (49, 51)

    def __init__(self) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(1))
        self.calls = -1  # the first call finds out the scale

    def forward(self, x: Tensor) -> Tensor:
        self.calls += x.shape[2:] != self.TRIED
        if self.calls > 0 and x.shape[2:] != self.TRIED:
            self.misbehave(x)
        return nn.functional.interpolate(x * self.gain, scale_factor=2.0, mode="nearest")

    def misbehave(self, x: Tensor) -> None:
        """Change the input in the way that this network does wrong."""


class Good(_Doubling):
    """A network without any fault."""


class RaisesOnSecond(_Doubling):
    """A network that raises an error at one image."""

    def misbehave(self, x: Tensor) -> None:
        if self.calls == 2:
            raise ValueError("this size is not for me")


class InterruptedOnThird(_Doubling):
    """A network during which somebody presses Ctrl-C."""

    def misbehave(self, x: Tensor) -> None:
        if self.calls == 3:
            raise KeyboardInterrupt


class KilledOnThird(_Doubling):
    """A network that ends its process, as kill -9 does."""

    def misbehave(self, x: Tensor) -> None:
        if self.calls == 3:
            os.kill(os.getpid(), signal.SIGKILL)


class NotANumber(_Doubling):
    """A network that overflows on the first image."""

    def forward(self, x: Tensor) -> Tensor:
        output = super().forward(x)
        return output * torch.nan if self.calls == 1 and x.shape[2:] != self.TRIED else output


class WrongSize(_Doubling):
    """A network that loses a row of its output after the first images."""

    def forward(self, x: Tensor) -> Tensor:
        output = super().forward(x)
        return output[:, :, 1:] if self.calls else output


class Hungry(_Doubling):
    """A network that has memory for small images only."""

    LARGEST = 120 * 120

    def misbehave(self, x: Tensor) -> None:
        if x.shape[2] * x.shape[3] > self.LARGEST:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")


class Darker(nn.Module):
    """A network that keeps the size and reduces all values by a tenth."""

    def __init__(self) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.full((1,), 0.9))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gain


class Inpainting(nn.Module):
    """A network that fills the hole of a mask with the mean of all other pixels."""

    def forward(self, input: Tensor, mask: Tensor) -> Tensor:  # noqa: A002 - a role
        known = mask.mean(dim=1, keepdim=True) < 0.5
        mean = (input * known).sum() / (known.sum() * input.shape[1])
        return torch.where(known, input, mean)


class Fading(nn.Module):
    """A network that darkens an image by a setting."""

    def forward(self, input: Tensor, alpha: float) -> Tensor:  # noqa: A002 - a role
        return input * (1.0 - alpha)


class Running(nn.Module):
    """A network that returns the mean of all frames so far, which is its state."""

    def forward(
        self,
        input: Tensor,  # noqa: A002 - a role
        state: tuple[Tensor, int] | None,
    ) -> tuple[Tensor, tuple[Tensor, int]]:
        total, count = (input, 1) if state is None else (state[0] + input, state[1] + 1)
        return total / count, (total, count)


class Shortened(nn.Module):
    """A network that loses the last frame of a clip."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - a role
        return input[:-1]


class OtherRole(nn.Module):
    """A network that returns another role than its card says."""

    def forward(self, input: Tensor) -> dict[str, Tensor]:  # noqa: A002 - a role
        return {"low": input}


class Spectrum(nn.Module):
    """A network that returns complex numbers where its card says 8 bits."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - a role
        spectrum: Tensor = torch.fft.fft2(input)
        return spectrum


class Stretch(nn.Module):
    """A network that enlarges by a fraction."""

    def __init__(self, scale: float = 1.5) -> None:
        super().__init__()
        self.scale = float(scale)

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.interpolate(x, scale_factor=self.scale, mode="nearest")


class Halving(nn.Module):
    """Halves the values: what 16 bits hold and 8 do not survives."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - a role
        return input * 0.5


class Follower(nn.Module):
    """A network of complex slices; half of its output before, its state, fills what was not measured."""

    def forward(
        self,
        input: Tensor,  # noqa: A002 - the role of the part
        mask: Tensor,
        state: Tensor | None,
    ) -> tuple[Tensor, Tensor]:
        measured = torch.fft.fft2(input)
        carried = torch.zeros_like(measured) if state is None else torch.fft.fft2(state) / 2
        kept = torch.fft.ifftshift(mask, dim=(2, 3)) > 0.5
        output = torch.fft.ifft2(
            torch.where(kept, measured, carried + 1e-3 * measured.abs().mean())
        )
        output = input if state is None else output
        return output, output
