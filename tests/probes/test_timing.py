"""Warm-up, rounds, blocks and the end of sampling, in a time that tests make."""

import gc
from collections import Counter
from itertools import chain, repeat
from typing import NoReturn

import pytest
import torch
from torch import Tensor

from iqabench.probes.timing import Contender, Sampling, SamplingProgress, sample

from .simulated_time import BATCH, SimulatedTime

SHORT = Sampling(least=4, least_s=0.0, warm_up_least_s=0.0)


def test_warm_up_lasts_until_it_no_longer_falls(simulated_time: SimulatedTime) -> None:
    """First call 900; 100, 90, ... fall by more than 2 % in five calls until they are all 20."""
    falling = [100.0, 90.0, 80.0, 70.0, 60.0, 50.0, 40.0, 30.0, 20.0, 20.0]
    found = sample([simulated_time.contender("a", chain([900.0], falling, repeat(20.0)))], SHORT)[0]
    # medians of five: 80 then 30 at ten calls; 20 against 20 once the window before has three of 20,
    # which is calls 9 to 11 of 7..11, so after 16 calls behind the first
    assert found.warm_up == 17
    assert found.first_call_ms == 900.0
    assert set(found.samples_ms) == {20.0}
    assert found.ended == "steady"
    assert len(found.samples_ms) == 4


def test_warm_up_lasts_at_least_so_long(simulated_time: SimulatedTime) -> None:
    how = Sampling(least=4, least_s=0.0, warm_up_least_s=0.5)
    assert sample([simulated_time.contender("a", 10.0)], how)[0].warm_up == 1 + 50


def test_warm_up_of_a_slow_model_ends(simulated_time: SimulatedTime) -> None:
    how = Sampling(budget_s=1.0, warm_up_most_s=10.0)
    found = sample([simulated_time.contender("a", 4000.0)], how)[0]
    assert found.warm_up == 1 + 3
    assert (found.samples_ms, found.ended) == ((4000.0,), "budget")


def test_short_calls_are_timed_in_blocks(simulated_time: SimulatedTime) -> None:
    found = sample([simulated_time.contender("a", 0.4), simulated_time.contender("b", 2.0)], SHORT)
    assert [one.block for one in found] == [13, 1]  # 13 x 0.4 is the first above 5 ms
    assert found[0].samples_ms == pytest.approx([0.4] * 4)
    assert Counter(simulated_time.calls)["a"] == found[0].warm_up + 4 * 13


def test_rounds_favour_no_place(simulated_time: SimulatedTime) -> None:
    how = Sampling(least=6, least_s=0.0, warm_up_least_s=0.0)
    names = "ABC"
    found = sample([simulated_time.contender(name, 10.0) for name in names], how)
    rounds = simulated_time.calls[sum(one.warm_up for one in found) :]
    assert "".join(rounds) == "ABCCBABCAACBCABBAC"


def test_every_contender_has_as_many_and_waits_for_the_last(simulated_time: SimulatedTime) -> None:
    """The second swings by 40 % at first, so the first goes on although it is steady."""
    swinging = chain(repeat(10.0, 11), [8.0, 12.0] * 10, repeat(10.0))
    found = sample(
        [simulated_time.contender("a", 5.0), simulated_time.contender("b", swinging)], SHORT
    )
    assert len(found[0].samples_ms) == len(found[1].samples_ms) > 20
    assert [one.ended for one in found] == ["steady", "steady"]


def test_a_budget_ends_what_never_settles(simulated_time: SimulatedTime) -> None:
    swinging = chain.from_iterable(repeat([80.0, 120.0]))
    found = sample([simulated_time.contender("a", swinging)], Sampling(budget_s=5.0))[0]
    assert found.ended == "budget"
    assert len(found.samples_ms) == 50
    assert found.within > 0.15


def test_a_budget_is_for_all_together(simulated_time: SimulatedTime) -> None:
    swinging = chain.from_iterable(repeat([80.0, 120.0]))
    some = [simulated_time.contender("a", swinging), simulated_time.contender("b", 20.0)]
    found = sample(some, Sampling(budget_s=6.0))
    assert [len(one.samples_ms) for one in found] == [100, 100]  # 12 s of 120 ms
    assert [one.ended for one in found] == ["budget", "steady"]


def test_samples_end_it_too(simulated_time: SimulatedTime) -> None:
    swinging = chain.from_iterable(repeat([8.0, 12.0]))
    found = sample([simulated_time.contender("a", swinging)], Sampling(most=30))[0]
    assert (len(found.samples_ms), found.ended) == (30, "budget")


def test_a_least_time_is_kept_however_steady(simulated_time: SimulatedTime) -> None:
    found = sample([simulated_time.contender("a", 10.0)], Sampling(least_s=2.0))[0]
    assert len(found.samples_ms) == 200


def test_overhead_is_what_passes_between_calls(simulated_time: SimulatedTime) -> None:
    def slow_watch(moment: SamplingProgress) -> None:
        if moment.rounds:
            simulated_time.pass_ms(10.0)

    how = Sampling(least=9, least_s=0.0, warm_up_least_s=0.0)
    found = sample([simulated_time.contender("a", 10.0)], how, slow_watch)[0]
    assert found.overhead == pytest.approx(10 / 100)  # one look in nine samples


def test_who_watches_sees_warm_up_and_rounds(simulated_time: SimulatedTime) -> None:
    seen: list[SamplingProgress] = []
    some = [simulated_time.contender("a", 10.0), simulated_time.contender("b", 10.0)]
    sample(some, SHORT, seen.append)
    assert [moment.name for moment in seen] == ["a", "b", ""]
    assert (seen[-1].rounds, seen[-1].within) == (4, 0.0)
    assert seen[-1].seconds == pytest.approx(0.08)
    assert seen[-1].budget_s == 40.0


def test_the_collector_and_gradients_are_off_within_and_as_before_after() -> None:
    states = set()
    gc.unfreeze()

    def call(batch: Tensor) -> Tensor:
        states.add((gc.isenabled(), torch.is_inference_mode_enabled()))
        return batch + 1

    assert gc.isenabled()
    sample([Contender("a", call, BATCH)], Sampling(least_s=0.0, warm_up_least_s=0.0, budget_s=0.05))
    assert states == {(False, True)}
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_what_a_call_raises_comes_through_and_the_collector_is_back() -> None:
    def call(batch: Tensor) -> NoReturn:
        raise torch.OutOfMemoryError("too big")

    gc.unfreeze()
    with pytest.raises(torch.OutOfMemoryError, match="too big"):
        sample([Contender("a", call, BATCH)])
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_nobody_takes_no_time() -> None:
    assert sample([]) == []
