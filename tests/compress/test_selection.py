"""The selection of units to remove."""

import pytest
import torch
from torch import Tensor

from iqabench.compress.cost_target import CostTarget, parse_cost_target
from iqabench.compress.coupling import CoupledSet
from iqabench.compress.selection import Selection
from iqabench.errors import CompressError, UsageError

SETS = [CoupledSet("wide", ("wide",), 8, None), CoupledSet("narrow", ("narrow",), 3, None)]
SCORES: list[Tensor] = [
    torch.tensor([8.0, 1, 7, 2, 6, 3, 5, 4]),
    torch.tensor([0.5, 9.0, 2.5]),
]


def going(rule: Selection, share: float, *, strict: bool = False) -> list[list[int]]:
    return rule.units(SETS, SCORES, share, strict=strict)


def test_the_same_share_of_each_or_the_least_of_all() -> None:
    assert going(Selection(uniform=True), 0.25) == [[1, 3], [0]]
    assert going(Selection(uniform=True), 0.5) == [[1, 3, 5, 7], [0, 2]]
    assert going(Selection(), 3 / 11) == [[1, 3], [0]]  # 0.5, 1, 2
    assert going(Selection(), 4 / 11) == [[1, 3], [0, 2]]  # 2.5 is the next
    assert going(Selection(), 0) == [[], []]


def test_what_is_kept_is_rounded_up() -> None:
    assert going(Selection(uniform=True, round_to=4), 0.25) == [[], []]
    assert going(Selection(uniform=True, round_to=4), 0.5) == [[1, 3, 5, 7], []]
    assert going(Selection(round_to=2), 4 / 11) == [[1, 3], [0]]


def test_one_unit_is_left_of_each_unless_all_were_asked_for() -> None:
    assert going(Selection(uniform=True), 1.0) == [[1, 2, 3, 4, 5, 6, 7], [0, 2]]
    assert going(Selection(), 1.0) == [[1, 2, 3, 4, 5, 6, 7], [0, 2]]
    assert going(Selection(round_to=4), 1.0) == [[1, 3, 5, 7], []]


def test_removing_a_whole_layer_is_refused_by_name() -> None:
    with pytest.raises(CompressError, match=r"whole layer narrow \(3 channels\).*lower --ratio"):
        going(Selection(uniform=True), 0.9, strict=True)
    scores = [SCORES[0] + 10, SCORES[1]]
    with pytest.raises(CompressError, match=r"whole layer narrow.*or --uniform"):
        Selection().units(SETS, scores, 4 / 11, strict=True)
    assert Selection(uniform=True).units(SETS, scores, 4 / 11, strict=True)[1] == [0]


def test_shares_are_where_something_changes() -> None:
    assert len(Selection(uniform=True).shares(SETS)) == 9
    shares = Selection().shares(SETS)
    counts = [sum(map(len, going(Selection(), share))) for share in shares]
    assert counts == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9]  # one of each stays


def test_targets_are_shares() -> None:
    assert parse_cost_target("macs", "0.5x") == CostTarget("macs", 0.5)
    assert parse_cost_target("latency", " .7x").words == "0.7x the latency"
    for text in ("0.5", "half", "0x", "1x", "1.5x", "-0.5x", "x"):
        with pytest.raises(UsageError, match=r"expected one as in 0\.5x"):
            parse_cost_target("macs", text)
