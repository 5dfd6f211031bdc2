"""MC-CDic: what two contrasts have in common and what each has alone, by an unrolled dictionary."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from iqabench.models.mc_cdic.dictionary import (
    AdjointDictionary,
    Codes,
    Dictionary,
    largest_eigenvalue,
)

_THRESHOLD = 0.01
"""The soft threshold of codes, which the published code does not store."""
_WIDTHS = (128, 96, 64)
_FEATURES = 64


class _ChannelWeights(nn.Module):
    """Channel attention under the names of the published code."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.avg_pool = nn.AdaptiveAvgPool2d(1)
        self.conv_du = nn.Sequential(
            nn.Conv2d(features, features // 16, 1),
            nn.ReLU(),
            nn.Conv2d(features // 16, features, 1),
            nn.Sigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Weigh the channels."""
        weights: Tensor = self.conv_du(self.avg_pool(x))
        return x * weights


class _ProximalBlock(nn.Module):
    """A residual block with channel attention."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(features, features, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(features, features, 3, padding=1),
            _ChannelWeights(features),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Add the block's change to the codes."""
        change: Tensor = self.body(x)
        return x + change


class _ProximalGroup(nn.Module):
    """Residual blocks and a convolution in place of a proximal operator."""

    def __init__(self, features: int, blocks: int) -> None:
        super().__init__()
        chain = [_ProximalBlock(features) for _ in range(blocks)]
        self.body = nn.Sequential(*chain, nn.Conv2d(features, features, 3, padding=1))

    def forward(self, x: Tensor) -> Tensor:
        """Return the new codes."""
        codes: Tensor = self.body(x)
        return codes


class UnrolledDictionary(nn.Module):
    """Five steps of sparse coding of two contrasts (x, y) and of what they share (z)."""

    def __init__(self, steps: int = 5) -> None:
        super().__init__()
        self.steps = steps
        for name in ("x", "y", "z"):
            for kind in ("encoder", "precond_encoder", "decoder"):
                outputs = 2 if (kind, name) == ("decoder", "z") else _FEATURES
                self.add_module(f"{kind}_dictionary_{name}", Dictionary(_WIDTHS, outputs))
            adjoint = AdjointDictionary(getattr(self, f"precond_encoder_dictionary_{name}"))
            self.add_module(f"adjoint_encoder_dictionary_{name}", adjoint)
            groups = [_ProximalGroup(w, n) for w, n in zip(_WIDTHS, (1, 3, 5), strict=True)]
            self.add_module(f"resnet_{name}", nn.ModuleList(groups))
            inputs = 2 if name == "z" else 1
            self.add_module(f"layer_in_{name}", nn.Conv2d(inputs, _FEATURES, 3, padding=1))
        self.encoder_dictionary_zx = Dictionary(_WIDTHS, _FEATURES)
        self.encoder_dictionary_zy = Dictionary(_WIDTHS, _FEATURES)
        self.cpmpress_z = nn.Conv2d(2 * _FEATURES, _FEATURES, 3, padding=1)  # spelt as published
        self.rec_x_unique = nn.Conv2d(_FEATURES, 1, 3, padding=1)
        self.rec_y_unique = nn.Conv2d(_FEATURES, 1, 3, padding=1)
        self.HFF_fuse_x = nn.Conv2d((steps - 1) * _FEATURES, _FEATURES, 1)
        self.HFF_fuse_y = nn.Conv2d((steps - 1) * _FEATURES, _FEATURES, 1)
        self._step: dict[str, float] = {}

    def forward(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Return the changes of both contrasts, (N, 1, H, W) each."""
        images = {"x": x, "y": y, "z": torch.cat([x, y], dim=1)}
        features = {n: getattr(self, f"layer_in_{n}")(image) for n, image in images.items()}
        firsts = {n: self._adjoint(n, feature) for n, feature in features.items()}
        codes = {n: self._begin(n, first) for n, first in firsts.items()}
        unique: dict[str, list[Tensor]] = {"x": [], "y": []}
        for _ in range(1, self.steps):
            for name in ("x", "y"):
                shared = self._dictionary("encoder", f"z{name}")(codes["z"])
                image = self._dictionary("encoder", name)(codes[name]) + shared
                error = [
                    a - b for a, b in zip(self._adjoint(name, image), firsts[name], strict=True)
                ]
                codes[name] = self._improved(name, codes[name], error)
                unique[name].append(self._dictionary("decoder", name)(codes[name]))
            common = [features[name] - unique[name][-1] for name in ("x", "y")]
            wanted = self.cpmpress_z(torch.cat(common, dim=1))
            error = self._adjoint("z", self._dictionary("encoder", "z")(codes["z"]) - wanted)
            codes["z"] = self._improved("z", codes["z"], error)
        both = self._dictionary("decoder", "z")(codes["z"])
        own_x = self.rec_x_unique(self.HFF_fuse_x(torch.cat(unique["x"], dim=1)))
        own_y = self.rec_y_unique(self.HFF_fuse_y(torch.cat(unique["y"], dim=1)))
        return both[:, :1] + own_x, both[:, 1:] + own_y

    def _dictionary(self, kind: str, name: str) -> Dictionary:
        dictionary: Dictionary = getattr(self, f"{kind}_dictionary_{name}")
        return dictionary

    def _adjoint(self, name: str, image: Tensor) -> Codes:
        codes: Codes = getattr(self, f"adjoint_encoder_dictionary_{name}")(image)
        return codes

    def _begin(self, name: str, first: Codes) -> Codes:
        """Return codes after one step from zero, softly thresholded."""
        step = self._size_of_step(name)
        return [functional.relu(step * (code - _THRESHOLD)) for code in first]

    def _improved(self, name: str, codes: Codes, error: Codes) -> Codes:
        step, groups = self._size_of_step(name), getattr(self, f"resnet_{name}")
        pairs = zip(groups, codes, error, strict=True)
        return [group(functional.relu(code - step * off)) for group, code, off in pairs]

    def _size_of_step(self, name: str) -> float:
        if name not in self._step:
            dictionary = self._dictionary("encoder", name)
            self._step[name] = 1 / max(largest_eigenvalue(dictionary, _WIDTHS), 1e-12)
        return self._step[name]


class _Decoder(nn.Module):
    """Two convolutions that the published network has and does not use."""

    def __init__(self) -> None:
        super().__init__()
        self.conv_1 = nn.Conv2d(2 * _FEATURES, _FEATURES, 3, padding=1, bias=False)
        self.conv_2 = nn.Conv2d(_FEATURES, 1, 3, padding=1, bias=False)


class MCCDic(nn.Module):
    """The magnitude of a contrast, reconstructed with the magnitude of another contrast of the same slice.

    Each is divided by its maximum first. Shapes: twice (N, 1, H, W) complex, with sides that 4 divides, to
    (N, 1, H, W) complex with no imaginary part.
    """

    def __init__(self) -> None:
        super().__init__()
        self.predict_ista = UnrolledDictionary()
        self.decoder = _Decoder()

    def forward(self, input: Tensor, reference: Tensor) -> Tensor:  # noqa: A002 - the role of the part
        """Return the reconstructed contrast."""
        unit = input.abs().amax().clamp_min(torch.finfo(torch.float32).tiny)
        other = reference.abs().amax().clamp_min(torch.finfo(torch.float32).tiny)
        x = input.abs() / unit
        change, _ = self.predict_ista(x, reference.abs() / other)
        image = (x + change) * unit
        return torch.complex(image, torch.zeros_like(image))
