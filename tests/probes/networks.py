"""Small networks whose cost can be computed by hand, and networks with what counters stumble on."""

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from numpy.typing import NDArray
from torch import Tensor, nn

from iqabench.probes import ProbedModel, ProbeResult, cost_column


def probed(module: nn.Module, *shape: int) -> ProbedModel:
    """Return the module ready to be counted at one size, (1, 3, 8, 8) if none is given."""
    generator = torch.Generator().manual_seed(0)
    batch = torch.rand(shape or (1, 3, 8, 8), generator=generator)
    return ProbedModel("net", module.eval(), batch, module)


def count(column: str, module: nn.Module, *shape: int) -> ProbeResult:
    return cost_column(column)(probed(module, *shape))


class Functional(nn.Module):
    """A convolution module, and one that is called as a function."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 4, 3, padding=1)
        self.weight = nn.Parameter(torch.ones(5, 4, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(self.first(x), self.weight)


class Attention(nn.Module):
    """Layer norm, then attention of tokens to themselves."""

    def __init__(self, width: int = 6, heads: int = 2) -> None:
        super().__init__()
        self.norm, self.qkv, self.heads = nn.LayerNorm(width), nn.Linear(width, 3 * width), heads

    def forward(self, x: Tensor) -> Tensor:
        many, tokens, width = x.shape
        parts = self.qkv(self.norm(x)).view(many, tokens, 3, self.heads, width // self.heads)
        q, k, v = parts.permute(2, 0, 3, 1, 4)
        return F.scaled_dot_product_attention(q, k, v)


class Dead(nn.Module):
    """A convolution whose output is thrown away."""

    def __init__(self) -> None:
        super().__init__()
        self.used, self.unused = nn.Conv2d(3, 4, 3), nn.Conv2d(3, 7, 3)

    def forward(self, x: Tensor) -> Tensor:
        self.unused(x)
        out: Tensor = self.used(x)
        return out


class Extension(nn.Module):
    """A convolution, then an extension that torch is not told of, then another convolution."""

    def __init__(self) -> None:
        super().__init__()
        self.before, self.after = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 5, 1)

    def forward(self, x: Tensor) -> Tensor:
        made = self.before(x)
        out: Tensor = self.after(self.outside(made.detach().numpy()))
        return out

    @staticmethod
    def outside(values: NDArray[np.float32]) -> Tensor:
        return torch.from_numpy(np.maximum(values, 0))


class Filled(Extension):
    """The same as compiled code does it: memory that torch hands out, written behind its back."""

    @staticmethod
    def outside(values: NDArray[np.float32]) -> Tensor:
        out = torch.empty(values.shape)
        np.copyto(out.numpy(), np.maximum(values, 0))
        return out


class Guided(nn.Module):
    """An extension that asks for memory like its first input, as compiled operators do, and writes there."""

    def __init__(self) -> None:
        super().__init__()
        self.kept, self.lost = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        first = self.kept(x)
        second = self.lost(first)
        out = torch.empty_like(first)
        np.copyto(out.numpy(), (first * second).numpy())
        return out.permute(0, 2, 3, 1).contiguous() * 2


class Resized(nn.Module):
    """Interpolated, averaged over, multiplied."""

    def __init__(self, mode: str) -> None:
        super().__init__()
        self.mode = mode

    def forward(self, x: Tensor) -> Tensor:
        aligned = None if self.mode == "nearest" else False
        large = F.interpolate(x, scale_factor=2, mode=self.mode, align_corners=aligned)
        return large * F.adaptive_avg_pool2d(large, (2, 2)).mean()


class Constants(nn.Module):
    """Tensors kept as plain attributes, and made in passing: nothing here is opaque."""

    def __init__(self) -> None:
        super().__init__()
        self.mean = torch.tensor([0.4, 0.5, 0.6]).view(1, 3, 1, 1)
        self.kept = [torch.ones(1, 3, 1, 1)]

    def forward(self, x: Tensor) -> Tensor:
        out = torch.empty_like(x)
        out[:] = x - self.mean.to(x)
        return out * self.kept[0] + torch.tensor([1.0, 2.0, 3.0]).view(1, 3, 1, 1)


class Binary(nn.Module):
    """A convolution of one bit that is no convolution module."""

    binary = True

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(4, 4, 3, 3))
        self.bias = nn.Parameter(torch.zeros(4))

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x.sign(), self.weight.sign(), padding=1)
