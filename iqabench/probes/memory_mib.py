"""Memory that a call needs beyond the model at rest."""

import torch

from iqabench.errors import ProbeError
from iqabench.probes.core.probe import probe
from iqabench.probes.core.probed_model import ProbedModel, ProbeResult
from iqabench.probes.machine.resident_memory import memory_growth
from iqabench.probes.timing.model_times import times_of

_MIB = 2**20
_CALLS = 3


@probe(
    title="Peak memory of a call",
    unit="MiB",
    better="lower",
    timed=True,
    source="NTIRE efficient super-resolution challenges, with the counter reset",
)
def memory_mib(model: ProbedModel, convention: str) -> ProbeResult:  # noqa: ARG001 - there is one way
    """Measure the most memory that one call holds above what is held before it, the largest of three calls.
    Features and output are in it; weights, input, and what a library keeps after the warm-up are not.

    On a GPU: peak of what torch's allocator gave out, the counter reset before. On the CPU: growth of the
    process's resident memory.

    Units: 2**20 bytes.

    Raises: ProbeError when the call takes less than its output: it works in memory that it holds already.
    """
    model.require_open("the memory")
    times_of(model)  # which warms it up
    with torch.inference_mode():
        return _allocated(model) if model.device.type == "cuda" else _resident(model)


def _allocated(model: ProbedModel) -> ProbeResult:
    torch.cuda.synchronize(model.device)
    at_rest = torch.cuda.memory_allocated(model.device)
    peaks, size = [], 0
    for _ in range(_CALLS):
        torch.cuda.reset_peak_memory_stats(model.device)
        output = model.call(model.batch)
        torch.cuda.synchronize(model.device)
        peaks.append(torch.cuda.max_memory_allocated(model.device) - at_rest)
        size = output.nbytes
        del output
    if max(peaks) < size:
        raise ProbeError(
            f"a call of {model.name} takes {max(peaks)} bytes, less than its output of {size}: it replays "
            "into memory that it holds between calls. Measure memory without --cuda-graph."
        )
    return ProbeResult(
        max(peaks) / _MIB,
        {
            "method": "torch's allocator, peak reset",
            "at_rest_mib": at_rest / _MIB,
            "calls_mib": _mib(peaks),
        },
    )


def _resident(model: ProbedModel) -> ProbeResult:
    runs = [memory_growth(lambda: model.call(model.batch)) for _ in range(_CALLS)]
    peaks = [size for size, _ in runs]
    return ProbeResult(max(peaks) / _MIB, {"method": runs[-1][1], "calls_mib": _mib(peaks)})


def _mib(sizes: list[int]) -> list[float]:
    return [size / _MIB for size in sizes]
