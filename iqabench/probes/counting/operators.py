"""A recording of every operator that runs in one forward pass, wherever it was called from.

torch tells a dispatch mode of each operator below the Python level, so functional convolutions, attention and
what user code calls in other people's modules are all seen, which hooks on modules are not. What is not seen
is code that works on memory by itself: an extension that does not register its operator with torch. It gives
itself away by its result: a tensor that is consumed but that nothing recorded has made or written.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch._ops import OpOverload
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from iqabench.errors import ProbeError
from iqabench.probes.core.probed_model import ProbedModel
from iqabench.probes.counting.graph_recording import record_graph
from iqabench.probes.counting.modules import record_calls
from iqabench.probes.counting.movement import FILLING
from iqabench.probes.counting.operator_cost import shape_of
from iqabench.probes.counting.recording import OperatorCall, Recording
from iqabench.probes.counting.rules import cost, has_rule, name_of
from iqabench.probes.counting.script_constants import script_constants


def recording_of(model: ProbedModel) -> Recording:
    """Record the operators of one forward pass; it runs once for all counts of a model.

    Raises: ProbeError when nothing inside can be seen, as of a command.
    """
    model.require_open("the operators")
    graph = model.graph
    if graph is not None:
        return model.shared("operators", lambda: record_graph(model, graph))
    return model.shared("operators", lambda: _record(model))


def _record(model: ProbedModel) -> Recording:
    recording = Recording()
    with torch.inference_mode(), record_calls(model.module) as recording.modules:
        batch = model.batch.clone()
        mode = _Recorder(recording, _constants(model.module, batch))
        with mode:
            output = model.call(batch)
        mode.look(tree_leaves(output), "output")
    if not recording.ran:
        raise ProbeError(f"no operator of torch runs in {model.name}; it cannot be counted.")
    return recording


class _Recorder(TorchDispatchMode):
    """Writes down each call, and follows which memory was made or written by what it has seen."""

    def __init__(self, into: Recording, constants: Iterable[Tensor]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch has no annotation here
        self._into = into
        self._made: dict[int, StorageWeakRef] = {}
        self._blank: set[int] = set()
        """Memory that was asked for, and not yet written."""
        for tensor in constants:
            self._follow(tensor)

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        if not isinstance(func, OpOverload):
            raise ProbeError(f"{func} is no plain operator; it cannot be counted.")
        if not has_rule(func):
            with self:
                parts = func.decompose(*args, **kwargs)
            if parts is not NotImplemented:
                return parts
        read, written = _accesses(func, args, kwargs)
        out = func(*args, **kwargs)
        if written or not _is_same_memory(out, read):
            self.look(read, name_of(func))
        self._blank -= {_key(tensor) for tensor in written}
        self._note(func, args, kwargs, out)
        return out

    def look(self, tensors: Iterable[Any], into: str) -> None:
        """List those that nothing recorded has made."""
        for tensor in tensors:
            if not isinstance(tensor, Tensor) or not _has_storage(tensor):
                continue
            key = _key(tensor)
            if key not in self._made or key in self._blank:
                self._into.opaque.append({"shape": list(tensor.shape), "into": into})
                self._follow(tensor)
                self._blank.discard(key)

    def _note(self, func: OpOverload, args: Any, kwargs: Any, out: Any) -> None:
        name, watched = name_of(func), self._into.modules
        spent = cost(func, args, kwargs, out)
        output = [t for t in tree_leaves(out) if isinstance(t, Tensor) and _has_storage(t)]
        for tensor in output:
            if name == "lift_fresh" and not tensor.untyped_storage().resizable():
                continue  # memory of others, handed in through numpy: torch.tensor owns its own
            fresh = _key(tensor) not in self._made
            self._follow(tensor)
            if fresh and name.startswith(("empty", "new_empty")):
                self._blank.add(_key(tensor))
        if func.is_view:
            return  # another look at the same memory
        shape = shape_of(out)
        size = output[0].numel() if output else 0
        share = _nonzero_share(args[1]) if spent and spent.kind == "convolution" else 1.0
        self._into.ran.append(
            OperatorCall(name, spent, shape, size, watched.within, watched.binary, share)
        )

    def _follow(self, tensor: Tensor) -> None:
        """Keep a weak reference, so that the storage's address is not given to another one."""
        if _has_storage(tensor):
            storage = StorageWeakRef(tensor.untyped_storage())  # type: ignore[no-untyped-call]
            self._made.setdefault(storage.cdata, storage)


def _nonzero_share(weight: Any) -> float:
    """Return the share of a convolution's weights that are not 0; 1 where they are no plain numbers."""
    if not isinstance(weight, Tensor) or not weight.numel() or weight.is_meta:
        return 1.0
    return int(weight.count_nonzero()) / weight.numel()


def _accesses(func: OpOverload, args: Any, kwargs: Any) -> tuple[list[Tensor], list[Tensor]]:
    """Return the tensors that a call reads and those that it writes. What works in place does both, unless it
    only fills.
    """
    both = func._schema.name.endswith("_") and name_of(func) not in FILLING
    read: list[Tensor] = []
    written: list[Tensor] = []
    for at, argument in enumerate(func._schema.arguments):
        value = args[at] if at < len(args) else kwargs.get(argument.name)
        alias = argument.alias_info
        writes = alias is not None and alias.is_write
        leaves = [leaf for leaf in tree_leaves(value) if isinstance(leaf, Tensor)]
        written += leaves if writes else []
        read += leaves if both or not writes else []
    return read, [t for t in written if _has_storage(t)]


def _constants(module: nn.Module | None, batch: Tensor) -> Iterator[Tensor]:
    """Yield the tensors that exist before the pass: input, parameters, buffers, and tensors in plain
    attributes; for TorchScript also those in its programs.
    """
    yield batch
    if isinstance(module, torch.jit.ScriptModule):
        yield from script_constants(module)
    for part in module.modules() if module is not None else ():
        yield from (leaf for leaf in tree_leaves(dict(vars(part))) if isinstance(leaf, Tensor))


def _is_same_memory(out: Any, read: list[Tensor]) -> bool:
    """Return whether the output is only a view of the input: reshape and contiguous may return one, or may
    copy.
    """
    output = {_key(t) for t in tree_leaves(out) if isinstance(t, Tensor) and _has_storage(t)}
    return bool(output) and output <= {_key(tensor) for tensor in read if _has_storage(tensor)}


def _key(tensor: Tensor) -> int:
    return int(StorageWeakRef(tensor.untyped_storage()).cdata)  # type: ignore[no-untyped-call]


def _has_storage(tensor: Tensor) -> bool:
    """Return whether a tensor has a storage; sparse tensors and those of other layouts have none."""
    return tensor.layout == torch.strided
