"""The image in the output of a network, which may be a tuple, a list or a dictionary of tensors."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from iqabench.errors import ModelError

_SHOWN = 6
"""The number of tensors that a message lists."""


def image_in(output: object, choice: str, name: str) -> Tensor:
    """Return the tensor with the image in what the network of the model `name` returned.

    `choice` is a place (0, or -1 for the last) or a name; it is empty for a network that returns a tensor.

    Raises: ModelError when there is no such tensor, or when its values are not real numbers.
    """
    chosen = _chosen(output, choice, name) if choice else output
    if not isinstance(chosen, Tensor):
        example = _example(chosen)
        choice = f", or choose it with --output, as in --output {example}" if example else ""
        raise ModelError(
            f"{name} returned {described(chosen)}; expected a tensor. Return only the restored image{choice}."
        )
    if chosen.is_complex() or chosen.dtype == torch.bool:
        raise ModelError(f"{name} returned values of {_kind(chosen)}; expected real numbers.")
    return chosen


def described(output: object) -> str:
    """Return what a network returned in words, with the shapes of the first tensors."""
    if isinstance(output, Tensor):
        return f"a tensor of {_shape(output)}"
    parts = _parts(output)
    if not parts:
        return f"a {type(output).__name__}" if output is not None else "nothing (None)"
    listed = ", ".join(f"{key}: {_shape(value)}" for key, value in list(parts.items())[:_SHOWN])
    return f"a {type(output).__name__} ({listed}{', ...' if len(parts) > _SHOWN else ''})"


def _chosen(output: object, choice: str, name: str) -> object:
    if isinstance(output, Tensor):
        raise ModelError(f"{name} returned one tensor; leave --output {choice} out.")
    parts = _parts(output)
    key = choice
    if isinstance(output, Sequence) and choice.lstrip("-").isdigit() and int(choice) < 0:
        key = str(len(output) + int(choice))
    if key not in parts:
        raise ModelError(
            f"{name} returned {described(output)}, in which there is no output '{choice}'; expected one of "
            f"{', '.join(parts) or 'none'}."
        )
    return parts[key]


def _parts(output: object) -> dict[str, object]:
    """Return the members of an output by place or name; empty for anything that has none."""
    if isinstance(output, Mapping):
        return {str(key): value for key, value in output.items()}
    if isinstance(output, Sequence) and not isinstance(output, (str, bytes)):
        places = {str(place): value for place, value in enumerate(output)}
        return {**places, **{n: getattr(output, n) for n in getattr(output, "_fields", ())}}
    fields = vars(output) if hasattr(output, "__dict__") else {}
    return {key: value for key, value in fields.items() if isinstance(value, Tensor)}


def _example(output: object) -> str:
    """Return the place or the name of the largest image, likely the restored one; empty without any."""
    images = {
        key: value
        for key, value in _parts(output).items()
        if isinstance(value, Tensor) and value.ndim == 4
    }
    return max(images, key=lambda key: images[key].shape[2], default="")


def _shape(value: object) -> str:
    if isinstance(value, Tensor):
        return "x".join(str(side) for side in value.shape) or "one number"
    return type(value).__name__


def _kind(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")
