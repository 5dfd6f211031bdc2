"""What tests of probes share."""

import pytest

from iqabench.probes.timing import clock as _clock

from .made_time import MadeTime


@pytest.fixture
def made_time(monkeypatch: pytest.MonkeyPatch) -> MadeTime:
    """The clock that calls are timed with: it stands still until they let time pass."""
    time = MadeTime()
    monkeypatch.setattr(_clock, "perf_counter_ns", lambda: time.ns)
    return time
