"""RBPN by Haris et al.: back-projection between one frame and each of its neighbours."""

import cv2
import numpy as np
import torch
from torch import Tensor, nn

_PROJECTIONS = {2: (6, 2, 2), 4: (8, 4, 2), 8: (12, 8, 2)}
"""Kernel, stride and padding of the convolutions between the sizes, by scale."""


class ConvBlock(nn.Module):
    """A convolution and, but for the last layer of a part, a rectifier with one learned slope."""

    def __init__(
        self, inputs: int, outputs: int, shape: tuple[int, int, int], act: bool = True
    ) -> None:
        super().__init__()
        kernel, stride, padding = shape
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding)
        self.act = nn.PReLU() if act else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """Return the activated features."""
        y: Tensor = self.act(self.conv(x))
        return y


class DeconvBlock(nn.Module):
    """A transposed convolution, which enlarges, and a rectifier with one learned slope."""

    def __init__(self, inputs: int, outputs: int, shape: tuple[int, int, int]) -> None:
        super().__init__()
        kernel, stride, padding = shape
        self.deconv = nn.ConvTranspose2d(inputs, outputs, kernel, stride, padding)
        self.act = nn.PReLU()

    def forward(self, x: Tensor) -> Tensor:
        """Return the enlarged features."""
        y: Tensor = self.act(self.deconv(x))
        return y


class ProjectionBlock(nn.Module):
    """Two convolutions whose output is added to the input; the sum is activated, too, by the same slope."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(features, features, 3, padding=1)
        self.conv2 = nn.Conv2d(features, features, 3, padding=1)
        self.act = nn.PReLU()

    def forward(self, x: Tensor) -> Tensor:
        """Return the features, of the same shape."""
        y: Tensor = self.act(x + self.conv2(self.act(self.conv1(x))))
        return y


class Enlarge(nn.Module):
    """A projection to the large size, corrected by what is lost on the way back."""

    def __init__(self, features: int, shape: tuple[int, int, int]) -> None:
        super().__init__()
        self.up_conv1 = DeconvBlock(features, features, shape)
        self.up_conv2 = ConvBlock(features, features, shape)
        self.up_conv3 = DeconvBlock(features, features, shape)

    def forward(self, x: Tensor) -> Tensor:
        """Return the enlarged features."""
        first = self.up_conv1(x)
        corrected: Tensor = first + self.up_conv3(self.up_conv2(first) - x)
        return corrected


class Reduce(nn.Module):
    """A projection to the small size, corrected by what is lost on the way back."""

    def __init__(self, features: int, shape: tuple[int, int, int]) -> None:
        super().__init__()
        self.down_conv1 = ConvBlock(features, features, shape)
        self.down_conv2 = DeconvBlock(features, features, shape)
        self.down_conv3 = ConvBlock(features, features, shape)

    def forward(self, x: Tensor) -> Tensor:
        """Return the reduced features."""
        first = self.down_conv1(x)
        corrected: Tensor = first + self.down_conv3(self.down_conv2(first) - x)
        return corrected


class DBPN(nn.Module):
    """The enlargement of single frames: three projections up, two down."""

    def __init__(self, base: int, features: int, shape: tuple[int, int, int]) -> None:
        super().__init__()
        self.feat1 = ConvBlock(base, features, (1, 1, 0))
        self.up1, self.up2, self.up3 = (Enlarge(features, shape) for _ in range(3))
        self.down1, self.down2 = (Reduce(features, shape) for _ in range(2))
        self.output = ConvBlock(3 * features, features, (1, 1, 0), act=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return features of the large size."""
        first = self.up1(self.feat1(x))
        second = self.up2(self.down1(first))
        third = self.up3(self.down2(second))
        y: Tensor = self.output(torch.cat([third, second, first], dim=1))
        return y


class RBPN(nn.Module):
    """The recurrent back-projection network.

    Each neighbour, with its optical flow, is compared with the frame at the large size; what the comparison
    adds is projected back and is the start for the next neighbour.

    Shapes: a window (T, 3, H, W) around frame t to frame t, (1, 3, s H, s W).
    Range: 0..1.
    Source: Haris et al., "Recurrent Back-Projection Network for Video Super-Resolution", CVPR 2019,
    arXiv:1903.10128; iSeeBetter (arXiv:2006.11161) trains the same network with other losses.
    """

    def __init__(
        self, scale: int, frames: int = 7, base: int = 256, features: int = 64, blocks: int = 5
    ) -> None:
        super().__init__()
        shape, same = _PROJECTIONS[scale], (3, 1, 1)
        self.feat0 = ConvBlock(3, base, same)
        self.feat1 = ConvBlock(8, base, same)
        self.DBPN = DBPN(base, features, shape)
        wide = [ProjectionBlock(base) for _ in range(blocks)]
        self.res_feat1 = nn.Sequential(*wide, DeconvBlock(base, features, shape))
        narrow = [ProjectionBlock(features) for _ in range(blocks)]
        self.res_feat2 = nn.Sequential(*narrow, ConvBlock(features, features, same))
        narrow = [ProjectionBlock(features) for _ in range(blocks)]
        self.res_feat3 = nn.Sequential(*narrow, ConvBlock(features, base, shape))
        self.output = ConvBlock((frames - 1) * features, 3, same, act=False)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - the role of the part
        """Return the middle frame of a window, enlarged; optical flow is estimated first."""
        centre = len(input) // 2
        frame = input[centre : centre + 1]
        others = [input[t : t + 1] for t in range(len(input)) if t != centre]
        return self.project(frame, others, [estimate_flow(frame, other) for other in others])

    def project(self, frame: Tensor, others: list[Tensor], flows: list[Tensor]) -> Tensor:
        """Return a frame, enlarged with its neighbours and their flows, (1, 2, H, W) in pixels."""
        features = self.feat0(frame)
        large = []
        for other, flow in zip(others, flows, strict=True):
            compared = self.feat1(torch.cat([frame, other, flow], dim=1))
            single = self.DBPN(features)
            sum_of_both = single + self.res_feat2(single - self.res_feat1(compared))
            large.append(sum_of_both)
            features = self.res_feat3(sum_of_both)
        y: Tensor = self.output(torch.cat(large, dim=1))
        return y


def estimate_flow(frame: Tensor, other: Tensor) -> Tensor:
    """Return the optical flow (1, 2, H, W) from a frame to another one in pixels, by Farneback's method.

    The authors use Liu's coarse-to-fine flow, a program of its own; Farneback's is that of OpenCV.
    """
    grey = [
        (image[0].mean(dim=0).clamp(0, 1) * 255).round().byte().cpu().numpy()
        for image in (frame, other)
    ]
    still = np.zeros((*grey[0].shape, 2), np.float32)
    flow = cv2.calcOpticalFlowFarneback(grey[0], grey[1], still, 0.5, 3, 15, 3, 5, 1.2, 0)
    return torch.from_numpy(flow).permute(2, 0, 1)[None].to(frame)
