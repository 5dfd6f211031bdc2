"""The timed probes, of times that were given to them."""

import pytest
import torch
from torch import Tensor

from iqabench.probes import ProbedModel, probes
from iqabench.probes.timing import Sampling, Times

from .simulated_time import SimulatedTime

TIMES = Times(
    tuple(float(i) for i in range(1, 102)),
    warm_up=11,
    first_call_ms=77.0,
    overhead=0.002,
    ended="budget",
    block=3,
    name="made",
)


def seen() -> ProbedModel:
    """Return a model of two images of 100 x 200 at x4: 0.64 Mpx of output."""

    def call(batch: Tensor) -> Tensor:
        pytest.fail("the times are there already")

    one = ProbedModel("made", call, torch.zeros(2, 3, 100, 200), scale=4)
    one.keep("times", TIMES)
    return one


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("latency_ms", 51.0),
        ("latency_ms_p90", 91.0),
        ("latency_ms_p99", 100.0),
        ("first_call_ms", 77.0),
        ("throughput_mpx_s", 0.64 / 0.051),
    ],
)
def test_values(name: str, value: float) -> None:
    assert probes().get(name)(seen()).value == pytest.approx(value)


def test_all_samples_stand_once_with_the_median() -> None:
    assert probes().get("latency_ms")(seen()).details == TIMES.details()
    for name in ("latency_ms_p90", "latency_ms_p99"):
        details = probes().get(name)(seen()).details
        assert "interval" not in details  # that of the median is not this percentile's
        details["interval"] = details.pop("median_interval")
        assert details == TIMES.details(samples=False)


def test_an_interval_of_throughput_is_that_of_the_median_turned_about() -> None:
    low, high = probes().get("throughput_mpx_s")(seen()).details["interval"]
    slow, fast = TIMES.interval[1], TIMES.interval[0]
    assert (low, high) == pytest.approx((640 / slow, 640 / fast))
    assert low < 640 / 51 < high


def test_a_model_alone_is_sampled_once_for_all(simulated_time: SimulatedTime) -> None:
    lane = simulated_time.contender("a", 10.0)
    one = ProbedModel("a", lane.call, lane.batch)
    one.keep("sampling", Sampling(least=4, least_s=0.0, warm_up_least_s=0.0))
    assert probes().get("latency_ms")(one).value == 10.0
    calls = len(simulated_time.calls)
    assert calls == 1 + 10 + 4
    assert probes().get("latency_ms_p99")(one).value == 10.0
    assert len(simulated_time.calls) == calls


def test_what_is_timed_says_so() -> None:
    timed = {part.name for part in probes() if part.timed}
    assert timed == {
        "latency_ms",
        "latency_ms_p90",
        "latency_ms_p99",
        "throughput_mpx_s",
        "first_call_ms",
        "memory_mib",
        "energy_j_per_mpx",
    }
