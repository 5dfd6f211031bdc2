"""How long calls take on a device."""

from collections.abc import Callable
from time import perf_counter_ns

import torch
from torch import Tensor


class Clock:
    """Wall time; calls on the CPU are over when they return."""

    def now_ms(self) -> float:
        """Milliseconds since some moment."""
        return perf_counter_ns() / 1e6

    def time_ms(self, call: Callable[[Tensor], Tensor], batch: Tensor, calls: int = 1) -> float:
        """Milliseconds that so many calls take, one after the other; outputs are freed as they come."""
        begun = perf_counter_ns()
        for _ in range(calls):
            call(batch)
        return (perf_counter_ns() - begun) / 1e6


class CudaClock(Clock):
    """A pair of events on the device's current stream.

    The device is idle when the first event is recorded and when `time_ms` returns, so nothing else ever runs
    beside what is timed. What the host takes to launch kernels counts where the device waits for it.
    """

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self._first = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
        self._last = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
        torch.cuda.synchronize(device)

    def time_ms(self, call: Callable[[Tensor], Tensor], batch: Tensor, calls: int = 1) -> float:
        """Milliseconds between the two events; see `Clock.time_ms`."""
        stream = torch.cuda.current_stream(self.device)
        self._first.record(stream)
        for _ in range(calls):
            call(batch)
        self._last.record(stream)
        torch.cuda.synchronize(self.device)
        return float(self._first.elapsed_time(self._last))


def clock_of(device: torch.device) -> Clock:
    """The clock that fits the device."""
    return CudaClock(device) if device.type == "cuda" else Clock()
