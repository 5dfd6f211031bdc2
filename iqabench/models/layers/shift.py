"""Shift convolutions: half of the outputs are convolved, the others are these moved by whole pixels."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, gumbel_softmax, pad

from iqabench.errors import WeightsError
from iqabench.models.layers.placing import layer_at, replace_layer

_OFFSETS = ".offsets"
_REACH = 1
"""The largest shift, in pixels."""
_SIDE = 2 * _REACH + 1
_SURE = 7.0
"""The logit of the first offset beside others of 0: one draw in a hundred is another."""


class ShiftConv2d(nn.Module):
    """A convolution of which only some outputs are computed; the others are shifted copies of them.

    Output `c` is the computed map `source[c]`, moved by `offsets[c]` (down, right) with zeros at the border.
    Moving costs no multiplication. While `logits` exist, the offsets are learned: every shift within one
    pixel has a logit, and one of them is drawn in each step (Gumbel-softmax, straight through).

    Shapes: (N, inputs, H, W) to (N, outputs, H, W).
    Source: after Nie et al., "GhostSR: Learning Ghost Features for Efficient Image Super-Resolution",
    arXiv:2101.08525. There the shifted maps follow the computed ones; here every output keeps its place, so
    that a trained parent can be the start.
    """

    source: Tensor
    offsets: Tensor

    def __init__(self, like: nn.Conv2d, computed: int) -> None:
        super().__init__()
        outputs = like.out_channels
        self.convolution = nn.Conv2d(
            like.in_channels,
            computed,
            _pair(like.kernel_size),
            _pair(like.stride),
            like.padding if isinstance(like.padding, str) else _pair(like.padding),
            _pair(like.dilation),
            bias=like.bias is not None,
            padding_mode=like.padding_mode,
        )
        self.out_channels = outputs
        self.register_buffer("source", torch.arange(outputs) % computed)
        self.register_buffer("offsets", torch.zeros(outputs, 2, dtype=torch.int64))
        self.logits: nn.Parameter | None = None
        self._moves: list[tuple[Tensor, int, int]] = []
        self.register_load_state_dict_post_hook(_read_moves)  # type: ignore[no-untyped-call]

    def forward(self, x: Tensor) -> Tensor:
        """Convolve x."""
        maps = self.convolution(x)
        if self.logits is None:
            return self._moved(maps)
        hard = (
            gumbel_softmax(self.logits, hard=True)
            if self.training
            else nn.functional.one_hot(self.logits.argmax(1), _SIDE**2).to(maps.dtype)
        )
        kernels = hard.view(-1, 1, _SIDE, _SIDE)
        return conv2d(maps[:, self.source], kernels, padding=_REACH, groups=self.out_channels)

    def learn(self, start: Tensor) -> None:
        """Learn the offsets from now on, beginning with those in `start`, (outputs, 2)."""
        place = (_REACH - start[:, 0]) * _SIDE + _REACH - start[:, 1]
        logits = torch.zeros(self.out_channels, _SIDE**2)
        logits.scatter_(1, place[:, None], _SURE)
        self.logits = nn.Parameter(logits)

    def fix(self) -> None:
        """Take the likeliest offsets, and learn them no longer."""
        if self.logits is not None:
            place = self.logits.detach().argmax(1)
            self.offsets = torch.stack([_REACH - place // _SIDE, _REACH - place % _SIDE], 1)
            self.logits = None
        _read_moves(self)

    def _moved(self, maps: Tensor) -> Tensor:
        height, width = maps.shape[2:]
        padded = pad(maps, [_REACH] * 4)
        output = maps.new_empty(maps.shape[0], self.out_channels, height, width)
        for channels, down, right in self._moves:
            top, left = _REACH - down, _REACH - right
            part = padded[:, self.source[channels], top : top + height, left : left + width]
            output[:, channels] = part
        return output


def _read_moves(layer: ShiftConv2d, _: object = None) -> None:
    """Group the outputs by their offsets, so that each shift is one copy."""
    distinct = sorted({(int(down), int(right)) for down, right in layer.offsets.tolist()})
    layer._moves = [
        ((layer.offsets == torch.tensor(one)).all(1).nonzero()[:, 0], *one) for one in distinct
    ]


def _pair(value: Any) -> tuple[int, int]:
    first, second = value
    return int(first), int(second)


def place_shift(network: nn.Module, state: Mapping[str, Tensor], name: str) -> None:
    """Replace every convolution that has offsets in `state` by a `ShiftConv2d`; weights are not loaded.

    Raises: WeightsError where the network has no such convolution, or an offset is out of reach.
    """
    for path in [key.removesuffix(_OFFSETS) for key in state if key.endswith(_OFFSETS)]:
        layer = layer_at(network, path)
        if isinstance(layer, ShiftConv2d):
            continue  # a layer with two names
        weight = state.get(f"{path}.convolution.weight")
        if not isinstance(layer, nn.Conv2d) or layer.groups > 1:
            raise WeightsError(
                f"{name} has shifts for {path}, which is "
                f"{'not there' if layer is None else 'a ' + type(layer).__name__}; expected a convolution "
                "without groups."
            )
        if weight is None:
            raise WeightsError(f"{name} has shifts for {path}, but no {path}.convolution.weight.")
        computed = len(weight)
        _check(path, state, computed, name)
        replace_layer(network, layer, ShiftConv2d(layer, computed))


def _check(path: str, state: Mapping[str, Tensor], computed: int, name: str) -> None:
    offsets, source = state[f"{path}{_OFFSETS}"], state.get(f"{path}.source")
    if int(offsets.abs().max()) > _REACH:
        raise WeightsError(
            f"{path} of {name} is shifted by {int(offsets.abs().max())} pixels; expected {_REACH} at most."
        )
    if source is None or not (int(source.min()) >= 0 and int(source.max()) < computed):
        raise WeightsError(
            f"{path} of {name} copies maps that are not computed; expected numbers from 0 to {computed - 1}."
        )
