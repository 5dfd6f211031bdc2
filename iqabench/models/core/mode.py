"""Ways to make a network run faster that change nothing of what it computes, but for rounding."""

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
    """How a network is made to run."""

    compile: bool = False
    """torch.compile, at the one size that is measured."""
    channels_last: bool = False
    """Weights and inputs with channels innermost in memory."""
    cuda_graph: bool = False
    """One recorded CUDA graph, replayed: the cost of launching kernels is gone."""

    @property
    def name(self) -> str:
        """As it stands in records: compile+channels_last; nothing when it is plain."""
        return "+".join(n for n in ("compile", "channels_last", "cuda_graph") if getattr(self, n))


PLAIN = Mode()


@contextmanager
def in_mode(module: nn.Module, mode: Mode) -> Iterator[Callable[[Tensor], Tensor]]:
    """The network as a function, in that mode; afterwards the module is as it was.

    Raises: ModelError when the device has no such mode.
    """
    call: Callable[[Tensor], Tensor] = module
    constants: AbstractContextManager[None] = contextlib.nullcontext()
    if mode.compile:
        torch.compiler.reset()
        call = torch.compile(module)
        constants = _for_integers() if has_int8(module) else constants
    if mode.channels_last:
        module.to(memory_format=torch.channels_last)
        inner = call

        def call(batch: Tensor) -> Tensor:
            return inner(batch.contiguous(memory_format=torch.channels_last))

    if mode.cuda_graph:
        call = _graphed(module, call)
    try:
        with constants:
            yield call
    finally:
        if mode.channels_last:
            module.to(memory_format=torch.contiguous_format)


@contextmanager
def _for_integers() -> Iterator[None]:
    """What integer convolutions need to get integer kernels: weights taken for constants, and the passes that
    know them, which torch 2.8 registers itself and torchao, later, when it is imported.
    """
    with contextlib.suppress(ImportError):
        importlib.import_module(_INT8_PASSES)
    # Not at the top: it takes a second to import, and few compile.
    inductor = importlib.import_module("torch._inductor.config")
    with inductor.patch(freezing=True):
        yield


def _graphed(module: nn.Module, call: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """Records at the first batch; later batches of that shape are copied in and replayed."""
    place = next(module.parameters(), None)
    if place is None or place.device.type != "cuda":
        raise ModelError("a CUDA graph needs a GPU; leave --cuda-graph out, or name --device cuda.")
    recorded: dict[tuple[int, ...], tuple[torch.cuda.CUDAGraph, Tensor, Tensor]] = {}

    def replay(batch: Tensor) -> Tensor:
        shape = tuple(batch.shape)
        if shape not in recorded:
            recorded[shape] = _record(call, batch)
        graph, given, made = recorded[shape]
        given.copy_(batch)
        graph.replay()
        return made

    return replay


def _record(
    call: Callable[[Tensor], Tensor], batch: Tensor
) -> tuple[torch.cuda.CUDAGraph, Tensor, Tensor]:
    given = batch.clone()
    aside = torch.cuda.Stream()  # type: ignore[no-untyped-call]  # torch has no annotation here
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):  # lazy initialisation must not be recorded
        for _ in range(3):
            call(given)
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        made = call(given)
    return graph, given, made
