"""The local and the global attention of DLGSANet."""

from math import ceil

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, normalize, pad


def _depthwise(channels: int, kernel: int, *, bias: bool) -> nn.Conv2d:
    return nn.Conv2d(channels, channels, kernel, padding=kernel // 2, groups=channels, bias=bias)


def _pointwise(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 1, bias=False)


class GeneratedConvolution(nn.Module):
    """A depthwise convolution whose kernel is generated anew for every pixel.

    Source: Han et al., "On the Connection between Local Attention and Dynamic Depth-wise Convolution",
    ICLR 2022, arXiv:2106.04263.
    """

    def __init__(self, channels: int, kernel: int, sharing: int) -> None:
        super().__init__()
        self.kernel, self.sharing = kernel, sharing
        narrow = channels // 4
        self.conv1 = nn.Sequential(
            nn.Conv2d(channels, narrow, 1), _depthwise(narrow, kernel, bias=True)
        )
        self.conv2 = nn.Sequential(nn.Conv2d(narrow, kernel**2 * (channels // sharing), 1))

    def forward(self, x: Tensor) -> Tensor:
        """Convolve the features x; `sharing` neighbouring channels have one kernel.

        Shapes: (N, channels, H, W), kept.
        """
        samples, channels, height, width = x.shape
        groups = channels // self.sharing
        kernels = self.conv2(self.conv1(x)).view(samples, groups, 1, self.kernel**2, height, width)
        wide = pad(x.view(samples, groups, self.sharing, height, width), [self.kernel // 2] * 4)
        output = x.new_zeros(samples, groups, self.sharing, height, width)
        for place in range(self.kernel**2):
            row, column = divmod(place, self.kernel)
            window = wide[..., row : row + height, column : column + width]
            output += window * kernels[:, :, :, place]
        return output.flatten(1, 2)


class DynamicLocalAttention(nn.Module):
    """A generated convolution between two 1x1 convolutions (the paper's MHDLSA)."""

    def __init__(self, channels: int, kernel: int, sharing: int) -> None:
        super().__init__()
        self.conv0 = _pointwise(channels, channels)
        self.conv1 = _pointwise(channels, channels)
        self.conv = GeneratedConvolution(channels, kernel, sharing)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, channels, H, W), kept.
        """
        output: Tensor = self.conv1(self.conv(self.conv0(x)))
        return output


def starts(length: int, side: int) -> list[int]:
    """Return the first places of windows that cover a length; the last one ends with it."""
    side = min(side, length)
    number = ceil(length / side)
    step = ceil((length - side) / (number - 1)) if number > 1 else side
    return sorted({min(place * step, length - side) for place in range(number)})


class SparseGlobalAttention(nn.Module):
    """An attention between channels with ReLU in place of softmax (the paper's SparseGSA).

    It is computed in windows of the size of the training patches, which overlap and are averaged.
    Source of the windows: Chu et al., "Improving Image Restoration by Revisiting Global Information
    Aggregation", ECCV 2022, arXiv:2112.04491.
    """

    def __init__(self, channels: int, heads: int, window: int) -> None:
        super().__init__()
        self.heads, self.window = heads, window
        self.temperature = nn.Parameter(torch.ones(heads, 1, 1))
        self.qkv = _pointwise(channels, 3 * channels)
        self.qkv_dwconv = _depthwise(3 * channels, 3, bias=False)
        self.project_out = _pointwise(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, channels, H, W), kept.
        """
        parts = self.qkv_dwconv(self.qkv(x))
        height, width = x.shape[2:]
        total, times = torch.zeros_like(x), torch.zeros_like(x[:1, :1])
        for top in starts(height, self.window):
            for left in starts(width, self.window):
                place = (..., slice(top, top + self.window), slice(left, left + self.window))
                total[place] += self._seen(parts[place])
                times[place] += 1
        output: Tensor = self.project_out(total / times)
        return output

    def _seen(self, parts: Tensor) -> Tensor:
        samples, channels, height, width = parts.shape
        heads = parts.reshape(samples, 3, self.heads, channels // (3 * self.heads), height * width)
        query, key, value = heads.unbind(1)
        likeness = normalize(query, dim=-1) @ normalize(key, dim=-1).transpose(-2, -1)
        seen: Tensor = (likeness * self.temperature).relu() @ value
        return seen.reshape(samples, channels // 3, height, width)


class GatedNetwork(nn.Module):
    """A network for every pixel, one half of whose features gates the other (GDFN).

    Source: Zamir et al., "Restormer", CVPR 2022, arXiv:2111.09881.
    """

    def __init__(self, channels: int, hidden: int) -> None:
        super().__init__()
        self.project_in = _pointwise(channels, 2 * hidden)
        self.dwconv = _depthwise(2 * hidden, 3, bias=False)
        self.project_out = _pointwise(hidden, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, channels, H, W), kept.
        """
        gate, features = self.dwconv(self.project_in(x)).chunk(2, dim=1)
        output: Tensor = self.project_out(gelu(gate) * features)
        return output
