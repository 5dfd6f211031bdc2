"""A submission timed in turn with the baseline, and the message when the baseline cannot run."""

import time
from typing import Any

import pytest
import torch
from torch import Tensor

from iqabench.errors import ModelError
from iqabench.probes import ProbedModel, ProbeResult, cost_column
from iqabench.probes.timing import Sampling
from iqabench.submissions.request import Counterpart, SubmissionRequest
from iqabench.submissions.turns import counterpart, ratio_to, sample_in_turn
from iqabench.submissions.worker import add_timed

SHAPE = [1, 3, 16, 16]
ROUNDS = 8
QUICK = Sampling(
    budget_s=5,
    least=ROUNDS,
    least_s=0,
    most=ROUNDS,
    warm_up_least_s=0,
    warm_up_most_s=0,
    precision=10,
)


def probed(name: str, called: list[str]) -> ProbedModel:
    def call(batch: Tensor) -> Tensor:
        called.append(name)
        time.sleep(0.003)  # longer than what is timed in blocks
        return batch

    return ProbedModel(name, call, torch.zeros(SHAPE))


def test_both_are_called_in_turn_and_have_a_ratio() -> None:
    called: list[str] = []
    base, seen = probed("base", called), probed("seen", called)
    said = sample_in_turn(seen, base, QUICK)
    rounds = [called[-2 * ROUNDS :][i : i + 2] for i in range(0, 2 * ROUNDS, 2)]
    assert {tuple(round_) for round_ in rounds} == {("base", "seen"), ("seen", "base")}
    assert {"machine", "warnings"} == set(said)
    by = ratio_to(base, seen, cost_column("latency_ms"), 1.0)
    assert by["to"] == "base"
    assert by["interval"][0] <= by["value"] <= by["interval"][1]


def test_what_has_no_samples_has_a_ratio_without_an_interval(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    column = cost_column("memory_mib")
    monkeypatch.setattr(type(column), "__call__", lambda *_: ProbeResult(8.0))
    by = ratio_to(probed("base", []), probed("seen", []), column, 4.0)
    assert by == {"to": "base", "value": 0.5}


def test_a_registered_model_is_a_counterpart_under_the_name_of_the_board() -> None:
    with counterpart(Counterpart("the_base", model="pocket", scale=4), SHAPE) as base:
        assert (base.name, base.scale) == ("the_base", 4)
        assert base.call(base.batch).shape == (1, 3, 64, 64)
    with (
        pytest.raises(ModelError, match=r"the baseline X could not run beside it: .*nosuch"),
        counterpart(Counterpart("X", model="nosuch", scale=4), SHAPE),
    ):
        pass


def test_a_baseline_that_cannot_run_costs_the_times_and_nothing_else() -> None:
    request = SubmissionRequest(
        3, ["latency_ms"], SHAPE, to=Counterpart("X", model="nosuch", scale=4)
    )
    found: dict[str, Any] = {
        "values": {"params@all": 1.0},
        "reasons": {},
        "notes": {},
        "details": {},
    }
    add_timed(found, [cost_column("latency_ms")], probed("seen", []), request)
    assert found["values"] == {"params@all": 1.0}
    assert found["reasons"]["latency_ms"].startswith("the baseline X could not run beside it")
