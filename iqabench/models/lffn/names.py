"""The names and orders of dimensions of LFFN's TensorFlow checkpoint, turned into those of the network."""

import re
from math import isqrt

from torch import Tensor

from iqabench.models.loaders.tensorflow_tensors import convolution_of, shuffle_order

_RENAMED = (
    (re.compile(r"(feature_conv[13])/conv_W"), r"\1.weight"),
    (re.compile(r"R-CNN1/conv_W"), "last_conv.weight"),
    (re.compile(r"middle_fuse/(dense\d+)/kernel"), r"middle_fuse.\1.weight"),
    (re.compile(r"(module\d+)/fuse_conv/conv_W"), r"\1.fuse_conv.weight"),
    (re.compile(r"(module\d+)/res_block_v2_(\d+)/expand/conv_W"), r"\1.block\2.expand.weight"),
    (
        re.compile(r"(module\d+)/res_block_v2_(\d+)/block\d+_conv_final/conv_W"),
        r"\1.block\2.conv_final.weight",
    ),
    (
        re.compile(r"(module\d+)/res_block_v2_(\d+)/block\d+_path(\d)_conv(\d)2/conv_W"),
        r"\1.block\2.path\3.conv\4.weight",
    ),
    (
        re.compile(r"(module\d+)/res_block_v2_(\d+)/prelu(?:_\d)?/block\d+_path(\d)_act(\d)_prelu"),
        r"\1.block\2.path\3.act\4.weight",
    ),
)
_UP = re.compile(r"Up-PS(2?)/Up-PS2?_CNN/conv_([WB])")
"""The convolutions before TensorFlow's depth_to_space; their outputs change places for a pixel shuffle."""


def of_network(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors of a checkpoint with the network's names, in torch's order of dimensions.

    Tensors of other names are returned unchanged, so that a checkpoint of another network is refused by them.
    """
    last = state.get("R-CNN1/conv_W")
    if last is None or last.ndim != 4:
        return state
    features = last.shape[2]
    return dict(_one(name, tensor, features) for name, tensor in state.items())


def _one(name: str, tensor: Tensor, features: int) -> tuple[str, Tensor]:
    up = _UP.fullmatch(name)
    if up:
        step = isqrt(tensor.shape[-1] // features)
        part, order = ("weight", convolution_of(tensor)) if up[2] == "W" else ("bias", tensor)
        return f"up{up[1] or 1}.{part}", shuffle_order(order, step)
    for pattern, new in _RENAMED:
        match = pattern.fullmatch(name)
        if match:
            return match.expand(new), _torch_order(tensor)
    return name, tensor


def _torch_order(tensor: Tensor) -> Tensor:
    if tensor.ndim == 2:
        return tensor.T
    depthwise = tensor.shape[-1] == 1
    return convolution_of(tensor, depthwise=depthwise) if tensor.ndim == 4 else tensor
