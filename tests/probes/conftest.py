"""Fixtures of the tests of probes."""

import pytest

from iqabench.probes.timing import clock as _clock

from .simulated_time import SimulatedTime


@pytest.fixture
def simulated_time(monkeypatch: pytest.MonkeyPatch) -> SimulatedTime:
    """The clock that calls are timed with: it stands still until they let time pass."""
    time = SimulatedTime()
    monkeypatch.setattr(_clock, "perf_counter_ns", lambda: time.ns)
    return time
