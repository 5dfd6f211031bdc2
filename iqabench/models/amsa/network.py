"""AMSA: places of a reference that resemble the input are found coarse to fine, and their features taken."""

from collections import OrderedDict

import torch
from torch import Tensor, nn
from torch.nn import functional

from iqabench.models.amsa.aggregation import LAYERS, Aggregation, PlainBlock
from iqabench.models.amsa.images import common_size, copies, padded, resized
from iqabench.models.amsa.matching import PatchMatch, match

_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""The colours of ImageNet, by which both networks of features normalise."""
_VGG = (
    *("conv1_1", "relu1_1", "conv1_2", "relu1_2", "pool1"),
    *("conv2_1", "relu2_1", "conv2_2", "relu2_2", "pool2", "conv3_1", "relu3_1"),
)
"""The first layers of VGG16 and VGG19, which are alike in kind and order."""
_WIDTHS = {"conv1_1": (3, 64), "conv1_2": (64, 64), "conv2_1": (64, 128), "conv2_2": (128, 128)}
_WIDTHS["conv3_1"] = (128, 256)
_SIZES = 3
"""The number of times that images are halved for the search."""


def _vgg(last: str) -> nn.Sequential:
    """Return the layers of VGG up to one of them; they are not trained."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    for name in _VGG[: _VGG.index(last) + 1]:
        if name.startswith("conv"):
            layers[name] = nn.Conv2d(*_WIDTHS[name], 3, padding=1).requires_grad_(False)
        else:
            layers[name] = nn.ReLU() if name.startswith("relu") else nn.MaxPool2d(2)
    return nn.Sequential(layers)


class _Contrasted(nn.Module):
    """The features on which places are compared: VGG16 as C2-Matching has trained it on matching pairs."""

    mean: Tensor
    std: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.model = _vgg("conv3_1")
        self.register_buffer("mean", torch.tensor(_MEAN).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(_DEVIATION).view(1, 3, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Return features, (N, 3, 4 h, 4 w) to (N, 256, h, w). Range: 0..1."""
        features: Tensor = self.model((x - self.mean) / self.std)
        return features


class _Content(nn.Module):
    """The features of the input."""

    def __init__(self, features: int, blocks: int) -> None:
        super().__init__()
        self.conv_first = nn.Conv2d(3, features, 3, padding=1)
        self.body = nn.Sequential(*(PlainBlock(features) for _ in range(blocks)))

    def forward(self, x: Tensor) -> Tensor:
        """Return features, (N, 3, h, w) to (N, features, h, w)."""
        features: Tensor = self.body(functional.leaky_relu(self.conv_first(x), 0.1))
        return features


class AMSA(nn.Module):
    """Coarse-to-fine PatchMatch and multi-scale dynamic aggregation.

    The reference is searched in its own size and in four smaller copies. First places are drawn at random
    from `seed`, so that an image gives the same output again.

    Shapes: input (1, 3, H, W) and reference (1, 3, h, w), at least 32 a side, to (1, 3, 4 H, 4 W).
    Range: 0..1.
    """

    def __init__(
        self, scale: int, features: int = 64, blocks: int = 16, groups: int = 8, copies: int = 4
    ) -> None:
        super().__init__()
        self.scale, self.copies = scale, copies
        self.content_extractor = _Content(features, blocks)
        self.dyn_agg_restore = Aggregation(features, blocks, groups)
        self.feature_extraction_image1 = _Contrasted()
        self.feature_extraction_image2 = _Contrasted()
        self.vgg_net = _vgg("relu3_1")

    def forward(self, input: Tensor, reference: Tensor, seed: float = 0) -> Tensor:  # noqa: A002 - the role
        """Return the enlarged input."""
        height, width = (self.scale * side for side in input.shape[2:])
        references = copies(reference, self.scale, self.copies)
        rows, columns = common_size(input, references[0], self.scale)
        low = padded(input, rows // self.scale, columns // self.scale)
        references = [padded(each, rows, columns) for each in references]
        base = functional.interpolate(low, scale_factor=self.scale, mode="bilinear")
        matches = self._matches(low, references, torch.Generator().manual_seed(int(seed)))
        added = self.dyn_agg_restore(
            self.content_extractor(low), self._textures(references[0]), matches
        )
        enlarged: Tensor = added + base
        return enlarged[:, :, :height, :width]

    def _matches(
        self, low: Tensor, references: list[Tensor], generator: torch.Generator
    ) -> list[PatchMatch]:
        """Return the matches of the input with each copy of the reference."""
        rows, columns = (self.scale * side for side in low.shape[2:])
        enlarged = [resized(low, columns, rows)]
        for half in _halved(low):
            size = [self.scale * side for side in half.shape[2:]]
            enlarged.append(functional.interpolate(half, size=size, mode="bicubic"))
        sought = self._compared(self.feature_extraction_image1, enlarged)
        matches = []
        for reference in references:
            sizes = [reference, *_halved(reference)]
            offered = self._compared(self.feature_extraction_image2, sizes)
            matches.append(match(sought, offered, generator))
        return matches

    def _compared(self, extractor: _Contrasted, images: list[Tensor]) -> list[Tensor]:
        """Return the features of images at several sizes; those of full size have length 1 at each pixel."""
        first, *others = (extractor(image)[0] for image in images)
        return [functional.normalize(first, dim=0), *others]

    def _textures(self, reference: Tensor) -> dict[str, Tensor]:
        """Return the features of the reference that are taken over, by layer.

        As in the published code they are always those of the reference in its own size, whichever copy the
        places were found in.
        """
        mean, deviation = (reference.new_tensor(c).view(1, 3, 1, 1) for c in (_MEAN, _DEVIATION))
        x, textures = (reference - mean) / deviation, {}
        for name, layer in self.vgg_net.named_children():
            x = layer(x)
            if name in LAYERS:
                textures[name] = x
        return textures


def _halved(images: Tensor) -> list[Tensor]:
    """Return images at a half, a quarter and an eighth of their size, each made of the one before."""
    height, width = images.shape[2:]
    made = []
    for step in range(1, _SIZES + 1):
        size = (height // 2**step, width // 2**step)
        images = functional.interpolate(images, size=size, mode="bicubic")
        made.append(images)
    return made


def adapt(state: dict[str, Tensor], scale: int) -> dict[str, Tensor]:
    """Return the weights of three files under the names of one network: VGG19's first layers have numbers."""
    del scale
    numbers = {f"features.{n}.": f"vgg_net.{name}." for n, name in enumerate(_VGG)}
    adapted = {}
    for name, tensor in state.items():
        first, _, rest = name.partition(".")
        if first == "features":
            prefix = f"features.{rest.partition('.')[0]}."
            if prefix in numbers:
                adapted[name.replace(prefix, numbers[prefix])] = tensor
        elif first != "classifier":
            adapted[name] = tensor
    return adapted
