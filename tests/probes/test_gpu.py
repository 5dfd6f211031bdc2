"""Probes on a GPU, tested on a simulated one, since no real one runs these tests."""

from types import SimpleNamespace

import pynvml
import pytest
import torch
from torch import Tensor

from iqabench.errors import ProbeError
from iqabench.probes import ProbedModel, probes
from iqabench.probes.machine.nvml import gpu_facts
from iqabench.probes.timing import Contender, Sampling, sample
from iqabench.probes.timing.clock import CudaClock

from .simulated_gpu import DEVICE, SimulatedGpu, pretend_nvml, pretend_torch
from .simulated_time import BATCH, SimulatedTime

SHORT = Sampling(least=4, least_s=0.0, warm_up_least_s=0.0)
GIB = 2**30


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch, simulated_time: SimulatedTime) -> SimulatedGpu:
    made = SimulatedGpu(simulated_time)
    pretend_torch(monkeypatch, made)
    return made


def test_events_time_the_device_and_not_the_host(gpu: SimulatedGpu) -> None:
    def call(batch: Tensor) -> Tensor:
        gpu.work(7.0)
        return batch

    clock = CudaClock(DEVICE)
    gpu.log.clear()
    gpu.queue.append(lambda: gpu.time.pass_ms(1000.0))  # what was queued before is not counted
    assert clock.time_ms(call, BATCH, 3) == 21.0
    assert gpu.log == ["event", "work", "work", "work", "event", "synchronize"]


def test_sampling_on_a_gpu(gpu: SimulatedGpu) -> None:
    def call(batch: Tensor) -> Tensor:
        gpu.work(0.5)
        return batch

    found = sample([Contender("a", call, BATCH, DEVICE)], SHORT)[0]
    assert (found.block, found.ended, found.overhead) == (10, "steady", 0.0)
    assert found.samples_ms == pytest.approx([0.5] * 4)


def seen(gpu: SimulatedGpu, peak: int) -> ProbedModel:
    def call(batch: Tensor) -> Tensor:
        gpu.work(10.0, peak)
        return batch

    one = ProbedModel("made", call, BATCH, device=DEVICE, scale=125)
    one.keep("sampling", SHORT)
    return one


def test_memory_is_the_peak_above_what_is_held(gpu: SimulatedGpu) -> None:
    gpu.held, gpu.peak = GIB, 3 * GIB  # an older peak, which must not count
    found = probes().get("memory_mib")(seen(gpu, GIB // 4))
    assert found.value == 256.0
    assert found.details["at_rest_mib"] == 1024.0


def test_a_call_that_takes_less_than_its_output_hides_its_memory(gpu: SimulatedGpu) -> None:
    with pytest.raises(ProbeError, match="made takes 0 bytes, less than its output of 768"):
        probes().get("memory_mib")(seen(gpu, 0))


def test_energy_of_a_gpu(gpu: SimulatedGpu, monkeypatch: pytest.MonkeyPatch) -> None:
    """300 W, counted ten times a second; a call of 10 ms takes 3 J and makes 1 Mpx."""
    pretend_nvml(
        monkeypatch,
        {"TotalEnergyConsumption": lambda handle: gpu.time.ns // 100_000_000 * 30_000},
    )
    found = probes().get("energy_j_per_mpx")(seen(gpu, 0))
    assert found.value == pytest.approx(3.0, rel=0.02)
    assert found.details["watts"] == pytest.approx(300.0, rel=0.02)
    assert found.details["counter"] == "NVML, the whole board"


def test_a_gpu_without_an_energy_counter(
    gpu: SimulatedGpu, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_nvml(monkeypatch, {})
    with pytest.raises(ProbeError, match="no readable energy counter: NVML says 'Not Supported'"):
        probes().get("energy_j_per_mpx")(seen(gpu, 0))


def test_facts_of_a_gpu_and_what_holds_it_back(
    gpu: SimulatedGpu, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = pynvml.nvmlClocksThrottleReasonSwPowerCap | pynvml.nvmlClocksThrottleReasonGpuIdle
    lost = {pynvml.NVML_PERF_POLICY_POWER: 2_500_000_000, pynvml.NVML_PERF_POLICY_THERMAL: 0}
    pretend_nvml(
        monkeypatch,
        {
            "ClockInfo": lambda handle, kind: {1: 1200, 2: 2600}[kind],
            "MaxClockInfo": lambda handle, kind: {1: 1980, 2: 2619}[kind],
            "PowerUsage": 312_500,
            "EnforcedPowerLimit": 700_000,
            "CurrentClocksThrottleReasons": held,
            "ViolationStatus": lambda handle, kind: SimpleNamespace(violationTime=lost[kind]),
        },
    )
    assert gpu_facts(DEVICE) == {
        "clock_mhz": 1200,
        "clock_max_mhz": 1980,
        "memory_clock_mhz": 2600,
        "memory_clock_max_mhz": 2619,
        "power_w": 312.5,
        "power_cap_w": 700.0,
        "throttled_by": ["power cap"],
        "throttled_s": {"power": 2.5, "temperature": 0.0},
        "driver": "600.1",
    }


def test_a_gpu_that_nvml_does_not_know(gpu: SimulatedGpu, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_nvml(monkeypatch, {})
    monkeypatch.setattr(
        torch.cuda, "get_device_properties", lambda device: SimpleNamespace(uuid="9")
    )
    assert gpu_facts(DEVICE) == {"nvml": "Not Found"}
