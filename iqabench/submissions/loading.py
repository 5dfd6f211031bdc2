"""Adaptations for code that loads only on its authors' machine: each is made harmless and noted.

Hard-coded .cuda(), map_location and device='cuda' mean the CPU where there is no GPU. Checkpoints that hold
pickled objects are read as such: their code was trusted with more. strict=False is obeyed, and what it
hides is told.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pickle import UnpicklingError
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_map

ON_CPU = "a GPU is hard-coded; the CPU was taken instead"


@contextmanager
def adapt_loading(notes: list[str]) -> Iterator[None]:
    """Adapt torch within the block, so that submissions load and run here, and note each change."""
    with ExitStack() as stack:
        stack.enter_context(
            patch.object(nn.Module, "load_state_dict", _noting_load_state_dict(notes))
        )
        stack.enter_context(patch.object(torch, "load", _reading_load(notes)))
        if not torch.cuda.is_available():
            for name in ("synchronize", "empty_cache", "set_device", "manual_seed_all"):
                stack.enter_context(patch.object(torch.cuda, name, lambda *_: None))
            stack.enter_context(_OnCpu(notes))
        yield


class _OnCpu(TorchFunctionMode):
    """A torch mode that takes the CPU wherever a tensor is to be made on, or moved to, a GPU."""

    def __init__(self, notes: list[str]) -> None:
        super().__init__()
        self._notes = notes

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        if func is Tensor.cuda:
            _once(self._notes, ON_CPU)
            return args[0]
        named = {**(kwargs or {})}
        if func is Tensor.to or "device" in named:
            args, named = tree_map(self._on_cpu, (args, named))
        return func(*args, **named)

    def _on_cpu(self, value: Any) -> Any:
        if _is_cuda(value):
            _once(self._notes, ON_CPU)
            return torch.device("cpu")
        return value


def _noting_load_state_dict(notes: list[str]) -> Callable[..., Any]:
    """Return a load_state_dict that notes what strict=False hides."""
    load = nn.Module.load_state_dict

    def load_state_dict(module: nn.Module, *args: Any, **kwargs: Any) -> Any:
        result = load(module, *args, **kwargs)
        hidden = [("missing", result.missing_keys), ("unexpected", result.unexpected_keys)]
        hidden_keys = [f"{len(keys)} {kind} (such as {keys[0]})" for kind, keys in hidden if keys]
        if hidden_keys:
            _once(notes, f"strict=False hides keys of the weights: {', '.join(hidden_keys)}")
        return result

    return load_state_dict


def _reading_load(notes: list[str]) -> Callable[..., Any]:
    """Return a torch.load that reads to the CPU where there is no GPU, and pickled objects where they are
    needed.
    """
    load = torch.load

    def load_file(file: Any, map_location: Any = None, *args: Any, **kwargs: Any) -> Any:
        if not torch.cuda.is_available() and (map_location is None or _is_cuda(map_location)):
            map_location = "cpu"
        try:
            return load(file, map_location, *args, **kwargs)
        except UnpicklingError:
            if "weights_only" in kwargs:
                raise
            _once(notes, "the weights are stored with pickled objects")
            return load(file, map_location, *args, weights_only=False, **kwargs)

    return load_file


def _is_cuda(value: Any) -> bool:
    if isinstance(value, torch.device):
        return value.type == "cuda"
    return isinstance(value, str) and value.partition(":")[0] == "cuda"


def _once(notes: list[str], note: str) -> None:
    if note not in notes:
        notes.append(note)
