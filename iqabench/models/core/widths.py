"""Layers of other widths than their code gives them: the weights tell how wide each one is."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.modules.conv import _ConvNd

from iqabench.errors import WeightsError


def take_widths(network: nn.Module, state: dict[str, Tensor], name: str) -> None:
    """Give every layer the channels that its tensors in `state` have; kernels stay as large as they are.

    Convolutions (transposed and grouped ones too), linear layers, norms, and PReLU with a slope a channel
    then say their new widths; a parameter of any other module takes its new shape and nothing more. Values
    are not set.

    Raises: WeightsError for tensors that differ in more than channels, or that no grouped layer can have.
    """
    for path, layer in network.named_modules():
        was = {part: tuple(t.shape) for part, t in _tensors(layer).items()}
        for part, shape in was.items():
            key = f"{path}.{part}" if path else part
            given = state.get(key)
            if given is not None and tuple(given.shape) != shape:
                _check(key, shape, given, name)
                _resize(layer, part, given)
        if was != {part: tuple(t.shape) for part, t in _tensors(layer).items()}:
            _say_widths(layer, was, f"{name}: {path}")


def _tensors(layer: nn.Module) -> dict[str, Tensor]:
    """The layer's own, without those of layers inside it."""
    return {
        **dict(layer.named_parameters(recurse=False)),
        **dict(layer.named_buffers(recurse=False)),
    }


def _check(key: str, shape: tuple[int, ...], given: Tensor, name: str) -> None:
    if given.ndim != len(shape) or tuple(given.shape[2:]) != shape[2:] or not given.numel():
        raise WeightsError(
            f"{key} of {name} has the shape {tuple(given.shape)}; a variant of other widths may differ "
            f"from its parent's {shape} in channels alone."
        )


def _resize(layer: nn.Module, part: str, given: Tensor) -> None:
    old = getattr(layer, part)
    new = torch.empty(given.shape, dtype=old.dtype, device=old.device)
    if isinstance(old, nn.Parameter):
        setattr(layer, part, nn.Parameter(new, requires_grad=old.requires_grad))
    else:
        setattr(layer, part, new)


def _say_widths(layer: nn.Module, was: dict[str, tuple[int, ...]], name: str) -> None:
    """Attributes that repeat what the shapes say: some layers compute with them."""
    said: dict[str, Any] = {}
    if isinstance(layer, _ConvNd):
        said = _convolution(layer, was["weight"], name)
    elif isinstance(layer, nn.Linear):
        said = {"out_features": len(layer.weight), "in_features": layer.weight.shape[1]}
    elif isinstance(layer, nn.PReLU):
        said = {"num_parameters": len(layer.weight)}
    elif isinstance(layer, nn.LayerNorm):
        said = {"normalized_shape": tuple(layer.weight.shape)}
    elif isinstance(layer, nn.GroupNorm):
        said = {"num_channels": len(layer.weight)}
        if said["num_channels"] % layer.num_groups:
            raise _indivisible(name, said["num_channels"], layer.num_groups)
    elif isinstance(layer, _NormBase):
        said = {"num_features": len(next(iter(_tensors(layer).values())))}
    for attribute, width in said.items():
        setattr(layer, attribute, width)


def _convolution(layer: _ConvNd, was: tuple[int, ...], name: str) -> dict[str, int]:
    """Channels and groups: a depthwise layer stays one, a group a channel; others keep their groups."""
    first, second = layer.weight.shape[:2]
    groups = layer.groups
    if groups > 1 and groups == layer.in_channels:
        many = 1 if layer.transposed else was[0] // groups
        if first % many:
            raise _indivisible(name, first, many)
        groups = first // many
    elif first % groups:
        raise _indivisible(name, first, groups)
    inputs, outputs = (first, second * groups) if layer.transposed else (second * groups, first)
    return {"in_channels": inputs, "out_channels": outputs, "groups": groups}


def _indivisible(name: str, width: int, groups: int) -> WeightsError:
    return WeightsError(f"{name} has {width} channels, which {groups} groups cannot share.")
