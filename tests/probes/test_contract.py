"""The contract of every registered probe, those of other packages included."""

import json
import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from iqabench.errors import ProbeError
from iqabench.probes import (
    CostColumn,
    Probe,
    ProbedModel,
    ProbeResult,
    cost_column,
    probe,
    probes,
)
from iqabench.probes.core import probe as registration
from iqabench.probes.timing import Sampling
from iqabench.registry import Registry

SCALE = 2
QUICK = Sampling(
    budget_s=0.2,
    precision=10,
    least=3,
    least_s=0,
    most=3,
    warm_up_least_s=0,
    warm_up_most_s=0.05,
)
COLUMNS = [
    f"{one.name}@{convention}" if convention else one.name
    for one in probes()
    for convention in one.conventions
]


class Enlarger(nn.Module):
    """A convolution and a shuffle: the output has twice the sides of the input."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3 * SCALE**2, 3, padding=1)

    def forward(self, batch: Tensor) -> Tensor:
        shuffled: Tensor = nn.functional.pixel_shuffle(self.conv(batch), SCALE)
        return shuffled


def small_network() -> ProbedModel:
    """Return a network of 336 parameters, ready to run at 16 pixels squared."""
    torch.manual_seed(0)
    module = Enlarger().eval()
    count = sum(parameter.numel() for parameter in module.parameters())
    batch = torch.rand(1, 3, 16, 16)
    model = ProbedModel("enlarger", module, batch, module, SCALE, trainable=count)
    model.keep("sampling", QUICK)
    return model


def command() -> ProbedModel:
    """Return a model that no torch operator runs in, as commands and ONNX sessions are."""

    def call(batch: Tensor) -> Tensor:
        return torch.from_numpy(np.asarray(batch.numpy()).repeat(SCALE, 2).repeat(SCALE, 3))

    model = ProbedModel("command", call, torch.rand(1, 3, 16, 16), None, SCALE)
    model.keep("sampling", QUICK)
    return model


def measured(column: CostColumn, model: ProbedModel) -> ProbeResult:
    """Measure; a machine that lacks what the probe reads must say so, and skips the test."""
    try:
        return column(model)
    except ProbeError as error:
        reason = str(error)
    assert column.probe.timed, "a count needs nothing of the machine"
    assert is_sentence(reason)
    pytest.skip(f"this machine cannot measure {column.name}: {reason}")


def is_sentence(reason: str) -> bool:
    """Return whether a reason is more than a few words."""
    return len(reason.split()) > 3


@pytest.mark.parametrize("name", COLUMNS)
def test_the_facts_are_there(name: str) -> None:
    column = cost_column(name)
    assert column.probe.title
    assert column.probe.unit
    assert column.probe.better in ("higher", "lower")
    assert column.probe.source
    assert column.probe.conventions[column.convention]
    assert column.probe.function.__doc__
    sized = column.named("3x16x16")
    assert sized.startswith(column.probe.name)
    assert ("3x16x16" in sized) == column.probe.sized


@pytest.mark.parametrize("name", COLUMNS)
def test_a_small_network_has_a_finite_value(name: str) -> None:
    result = measured(cost_column(name), small_network())
    assert isinstance(result, ProbeResult)
    assert math.isfinite(result.value)
    assert result.value >= 0
    assert json.loads(json.dumps(result.details, allow_nan=False)) is not None


@pytest.mark.parametrize("name", [n for n in COLUMNS if not cost_column(n).probe.timed])
def test_a_count_is_the_same_twice(name: str) -> None:
    first, second = (cost_column(name)(small_network()) for _ in range(2))
    assert (first.value, first.details) == (second.value, second.details)


@pytest.mark.parametrize("name", COLUMNS)
def test_the_network_is_left_as_it_was(name: str) -> None:
    model = small_network()
    assert model.module is not None
    before = {key: value.clone() for key, value in model.module.state_dict().items()}
    batch = model.batch.clone()
    measured(cost_column(name), model)
    assert torch.equal(model.batch, batch)
    after = model.module.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[key], after[key]) for key in before)
    assert not model.module.training


@pytest.mark.parametrize("name", COLUMNS)
def test_what_is_no_network_has_a_value_or_a_reason(name: str) -> None:
    reason, value = "", math.nan
    try:
        value = cost_column(name)(command()).value
    except ProbeError as error:
        reason = str(error)
    assert is_sentence(reason) or math.isfinite(value)


def test_a_probe_of_a_stranger_is_found_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    empty: Registry[Probe] = Registry("probe", "iqabench.probes", "iqabench.no_such_group")
    monkeypatch.setattr(registration, "_registry", empty)

    @probe(title="Modules", unit="1", better="lower", source="this test", sized=False)
    def modules_of_a_stranger(model: ProbedModel, convention: str) -> ProbeResult:
        """Count the modules of a network."""
        if model.module is None:
            raise ProbeError(f"{model.name} is no torch network; its modules cannot be seen.")
        return ProbeResult(sum(1 for _ in model.module.modules()))

    column = cost_column("modules_of_a_stranger")
    assert column(small_network()).value == 2
    with pytest.raises(ProbeError, match="command is no torch network"):
        column(command())
