"""The widths of layers: a network takes the numbers of channels that its weights have."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.modules.conv import _ConvNd

from iqabench.errors import WeightsError


def take_widths(network: nn.Module, state: dict[str, Tensor], name: str) -> None:
    """Give every layer the channels that its tensors in `state` have; the sizes of kernels stay.

    The attributes of convolutions (transposed and grouped too), linear layers, norms and PReLU follow their
    new widths; a parameter of any other module only takes its new shape. Values are not set.

    Raises: WeightsError for tensors that differ in more than channels, or that no grouped layer can have.
    """
    for path, layer in network.named_modules():
        old_shapes = _shapes(layer)
        for part, shape in old_shapes.items():
            key = f"{path}.{part}" if path else part
            tensor = state.get(key)
            if tensor is not None and tuple(tensor.shape) != shape:
                _check(key, shape, tensor, name)
                _resize(layer, part, tensor)
        if old_shapes != _shapes(layer):
            _set_attributes(layer, old_shapes, f"{name}: {path}")


def _shapes(layer: nn.Module) -> dict[str, tuple[int, ...]]:
    return {part: tuple(tensor.shape) for part, tensor in _tensors(layer).items()}


def _tensors(layer: nn.Module) -> dict[str, Tensor]:
    """Return the parameters and buffers of a layer, without those of layers inside it."""
    return {
        **dict(layer.named_parameters(recurse=False)),
        **dict(layer.named_buffers(recurse=False)),
    }


def _check(key: str, shape: tuple[int, ...], tensor: Tensor, name: str) -> None:
    if tensor.ndim != len(shape) or tuple(tensor.shape[2:]) != shape[2:] or not tensor.numel():
        raise WeightsError(
            f"{key} of {name} has the shape {tuple(tensor.shape)}; a variant of other widths may differ "
            f"from its parent's {shape} only in channels."
        )


def _resize(layer: nn.Module, part: str, tensor: Tensor) -> None:
    old = getattr(layer, part)
    new = torch.empty(tensor.shape, dtype=old.dtype, device=old.device)
    if isinstance(old, nn.Parameter):
        setattr(layer, part, nn.Parameter(new, requires_grad=old.requires_grad))
    else:
        setattr(layer, part, new)


def _set_attributes(layer: nn.Module, old_shapes: dict[str, tuple[int, ...]], name: str) -> None:
    """Set the attributes that repeat the shapes, because some layers compute with them."""
    attributes: dict[str, Any] = {}
    if isinstance(layer, _ConvNd):
        attributes = _convolution(layer, old_shapes["weight"], name)
    elif isinstance(layer, nn.Linear):
        attributes = {"out_features": len(layer.weight), "in_features": layer.weight.shape[1]}
    elif isinstance(layer, nn.PReLU):
        attributes = {"num_parameters": len(layer.weight)}
    elif isinstance(layer, nn.LayerNorm):
        attributes = {"normalized_shape": tuple(layer.weight.shape)}
    elif isinstance(layer, nn.GroupNorm):
        attributes = {"num_channels": len(layer.weight)}
        if attributes["num_channels"] % layer.num_groups:
            raise _indivisible(name, attributes["num_channels"], layer.num_groups)
    elif isinstance(layer, _NormBase):
        attributes = {"num_features": len(next(iter(_tensors(layer).values())))}
    for attribute, width in attributes.items():
        setattr(layer, attribute, width)


def _convolution(layer: _ConvNd, old_shape: tuple[int, ...], name: str) -> dict[str, int]:
    """Return channels and groups: a depthwise layer stays depthwise, other layers keep their groups."""
    first, second = layer.weight.shape[:2]
    groups = layer.groups
    if groups > 1 and groups == layer.in_channels:
        per_group = 1 if layer.transposed else old_shape[0] // groups
        if first % per_group:
            raise _indivisible(name, first, per_group)
        groups = first // per_group
    elif first % groups:
        raise _indivisible(name, first, groups)
    inputs, outputs = (first, second * groups) if layer.transposed else (second * groups, first)
    return {"in_channels": inputs, "out_channels": outputs, "groups": groups}


def _indivisible(name: str, width: int, groups: int) -> WeightsError:
    return WeightsError(
        f"{name} has {width} channels, which cannot be divided into {groups} groups."
    )
