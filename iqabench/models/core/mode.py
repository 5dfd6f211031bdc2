"""Modes: ways to run a network faster that change its results only by rounding."""

import contextlib
import importlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from iqabench.errors import ModelError
from iqabench.models.layers.int8 import has_int8

_INT8_PASSES = "torchao.quantization.pt2e.quantizer.x86_inductor_quantizer"


@dataclass(frozen=True)
class Mode:
    """The mode in which a network runs."""

    compile: bool = False
    """True for torch.compile, at the one size that is measured."""
    channels_last: bool = False
    """True for weights and inputs with channels innermost in memory."""
    cuda_graph: bool = False
    """True for a recorded CUDA graph that is replayed, which saves the cost of launching kernels."""

    @property
    def name(self) -> str:
        """The name in records, such as compile+channels_last; empty for the plain mode."""
        return "+".join(n for n in ("compile", "channels_last", "cuda_graph") if getattr(self, n))


PLAIN = Mode()
"""The mode of PyTorch without any option."""


@contextmanager
def in_mode(module: nn.Module, mode: Mode) -> Iterator[Callable[[Tensor], Tensor]]:
    """Yield the network as a function in a mode; restore the module afterwards.

    Raises: ModelError when the device does not support the mode.
    """
    call: Callable[[Tensor], Tensor] = module
    constants: AbstractContextManager[None] = contextlib.nullcontext()
    if mode.compile:
        torch.compiler.reset()
        call = torch.compile(module)
        constants = _integer_kernels() if has_int8(module) else constants
    if mode.channels_last:
        module.to(memory_format=torch.channels_last)
        inner = call

        def call(batch: Tensor) -> Tensor:
            return inner(batch.contiguous(memory_format=torch.channels_last))

    if mode.cuda_graph:
        call = _record_and_replay(module, call)
    try:
        with constants:
            yield call
    finally:
        if mode.channels_last:
            module.to(memory_format=torch.contiguous_format)


@contextmanager
def _integer_kernels() -> Iterator[None]:
    """Let torch.compile use integer kernels for integer convolutions.

    They need weights that are treated as constants, and compiler passes that torch 2.8 registers itself;
    for later versions of torch, torchao registers them when it is imported.
    """
    with contextlib.suppress(ImportError):
        importlib.import_module(_INT8_PASSES)
    # Imported here because it takes a second, and few runs compile.
    inductor = importlib.import_module("torch._inductor.config")
    with inductor.patch(freezing=True):
        yield


def _record_and_replay(
    module: nn.Module, call: Callable[[Tensor], Tensor]
) -> Callable[[Tensor], Tensor]:
    """Return a function that records a CUDA graph at the first batch of a shape and replays it later."""
    parameter = next(module.parameters(), None)
    if parameter is None or parameter.device.type != "cuda":
        raise ModelError("a CUDA graph needs a GPU; leave --cuda-graph out, or name --device cuda.")
    recorded: dict[tuple[int, ...], tuple[torch.cuda.CUDAGraph, Tensor, Tensor]] = {}

    def replay(batch: Tensor) -> Tensor:
        shape = tuple(batch.shape)
        if shape not in recorded:
            recorded[shape] = _record(call, batch)
        graph, graph_input, graph_output = recorded[shape]
        graph_input.copy_(batch)
        graph.replay()
        return graph_output

    return replay


def _record(
    call: Callable[[Tensor], Tensor], batch: Tensor
) -> tuple[torch.cuda.CUDAGraph, Tensor, Tensor]:
    graph_input = batch.clone()
    stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]  # torch has no annotation here
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):  # lazy initialisation must not be recorded
        for _ in range(3):
            call(graph_input)
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        graph_output = call(graph_input)
    return graph, graph_input, graph_output
