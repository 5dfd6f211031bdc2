"""The tensors that a TorchScript program holds: parameters, buffers, attributes and constants in its code."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor


def script_constants(module: torch.jit.ScriptModule) -> Iterator[Tensor]:
    """Yield every tensor that exists before the program runs; a frozen one has its weights in its code."""
    yield from module.parameters()
    yield from module.buffers()  # TorchScript has other tensors among them
    yield from code_constants(module)


def code_constants(module: torch.jit.ScriptModule) -> Iterator[Tensor]:
    """Yield the tensors that stand in the code of a program."""
    graph: Any = getattr(module, "inlined_graph", None)
    for node in graph.findAllNodes("prim::Constant", recurse=True) if graph is not None else ():
        value = node.output().toIValue()
        if isinstance(value, Tensor):
            yield value
