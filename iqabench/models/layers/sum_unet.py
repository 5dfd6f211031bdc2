"""U-Nets whose halves are added: three halvings, a body, three doublings, and sums between equal sizes."""

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional


def repeat_edges(x: Tensor, multiple: int) -> Tensor:
    """Return images whose last row and column are repeated until both sides are multiples of a number.

    Shapes: (N, C, H, W) to (N, C, H or more, W or more).
    """
    below, right = (-side % multiple for side in x.shape[2:])
    return functional.pad(x, (0, right, 0, below), mode="replicate") if below or right else x


def halving(inputs: int, outputs: int, *, bias: bool = False) -> nn.Conv2d:
    """Return a convolution of 2x2 pixels that halves height and width."""
    return nn.Conv2d(inputs, outputs, 2, stride=2, bias=bias)


def doubling(inputs: int, outputs: int, *, bias: bool = False) -> nn.ConvTranspose2d:
    """Return a transposed convolution of 2x2 pixels that doubles height and width."""
    return nn.ConvTranspose2d(inputs, outputs, 2, stride=2, bias=bias)


class ResidualConvolutions(nn.Module):
    """Two 3x3 convolutions with ReLU between, added to their input.

    Shapes: (N, C, H, W), kept.
    """

    def __init__(self, channels: int, *, bias: bool = False) -> None:
        super().__init__()
        first, second = (nn.Conv2d(channels, channels, 3, padding=1, bias=bias) for _ in range(2))
        self.res = nn.Sequential(first, nn.ReLU(inplace=True), second)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x."""
        change: Tensor = self.res(x)
        return x + change


class SumUNet(nn.Module):
    """A U-Net in which features from before a halving are added to those before the doubling that undoes it.

    `downs` and `ups` are in the order of their sizes, the largest first. Images are enlarged to multiples of
    `multiple` by repetition of their last row and column, and outputs are cut.

    Shapes: (N, C, H, W), kept.
    """

    def __init__(
        self,
        head: nn.Module,
        downs: Sequence[nn.Module],
        body: nn.Module,
        ups: Sequence[nn.Module],
        tail: nn.Module,
        multiple: int,
    ) -> None:
        super().__init__()
        self.multiple = multiple
        self.depth = len(downs)
        self.m_head = head
        for number, (down, up) in enumerate(zip(downs, ups, strict=True), start=1):
            self.add_module(f"m_down{number}", down)
            self.add_module(f"m_up{number}", up)
        self.m_body = body
        self.m_tail = tail

    def forward(self, x: Tensor) -> Tensor:
        """Return the restored image."""
        height, width = x.shape[2:]
        levels = [self.m_head(repeat_edges(x, self.multiple))]
        for number in range(1, self.depth + 1):
            levels.append(self.get_submodule(f"m_down{number}")(levels[-1]))
        deep = self.m_body(levels[-1])
        for number in range(self.depth, 0, -1):
            deep = self.get_submodule(f"m_up{number}")(deep + levels.pop())
        restored: Tensor = self.m_tail(deep + levels.pop())
        return restored[:, :, :height, :width]
