"""Clocks that time calls on a device."""

from collections.abc import Callable
from time import perf_counter_ns

import torch
from torch import Tensor


class Clock:
    """A clock of wall time, for calls on the CPU, which have ended when they return."""

    def now_ms(self) -> float:
        """Return the milliseconds since a fixed moment."""
        return perf_counter_ns() / 1e6

    def time_ms(self, call: Callable[[Tensor], Tensor], batch: Tensor, calls: int = 1) -> float:
        """Return the milliseconds that a number of calls take, one after the other; each output is freed at
        once.
        """
        start = perf_counter_ns()
        for _ in range(calls):
            call(batch)
        return (perf_counter_ns() - start) / 1e6


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
        """Return the milliseconds between the two events; see `Clock.time_ms`."""
        stream = torch.cuda.current_stream(self.device)
        self._first.record(stream)
        for _ in range(calls):
            call(batch)
        self._last.record(stream)
        torch.cuda.synchronize(self.device)
        return float(self._first.elapsed_time(self._last))


def clock_of(device: torch.device) -> Clock:
    """Return the clock of a device."""
    return CudaClock(device) if device.type == "cuda" else Clock()
