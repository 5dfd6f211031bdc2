"""What is printed of metrics and their oracles: complete, well-formed, and still true."""

import csv
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from iqabench.images import Image, Pair
from iqabench.metrics import Metric, SetMetric, metrics, set_metrics
from iqabench.metrics.core.agreement import FILE, agreement, agreements

from . import test_gmsd, test_uqi
from .damage import DAMAGES, USUAL, photographs

TOP = Path(__file__).parents[2]
LEARNED = {
    "clip_iqa", "dists", "fid", "frechet_alexnet", "kid", "lpips", "lpips_squeeze",
    "lpips_squeeze_v0", "lpips_v0", "lpips_vgg", "lpips_vgg_v0", "pieapp", "pieapp_dense",
    "pool_frechet", "unpaired_iqa",
}  # fmt: skip
"""Metrics that stand on a network."""
ALL: list[Metric | SetMetric] = [*metrics(), *set_metrics()]
OURS = [
    part.name
    for part in ALL
    if (set_metrics() if isinstance(part, SetMetric) else metrics())
    .origin(part.name)
    .startswith(str(FILE.parents[1]))
    and getattr(part, "reference", "") != "cost"
]
"""Without those of plugins, and without costs of a restoration, which are counted and not computed."""


@pytest.mark.parametrize("name", OURS)
def test_every_metric_has_an_oracle(name: str) -> None:
    """A new one: add its oracle to tests/benchmarks/oracles_*.py, then run agreement.py NAME there."""
    assert agreement(name)


def test_there_is_no_row_without_a_metric() -> None:
    assert LEARNED < {row.metric for row in agreements()} == set(OURS)
    assert agreement("nothing_of_the_kind") == []


@pytest.mark.parametrize("name", sorted({*OURS} - LEARNED))
def test_classical_metrics_agree(name: str) -> None:
    """Where the oracle has all digits; printed figures are of few, and are told as absolute."""
    found = [row.largest_difference for row in agreement(name) if row.relative]
    assert found
    assert max(found) <= 1e-4


@pytest.mark.parametrize("name", sorted(LEARNED))
def test_learned_metrics_agree(name: str) -> None:
    assert all(row.largest_difference <= 1e-3 for row in agreement(name))
    assert any(row.relative for row in agreement(name))


def test_the_file_is_well_formed() -> None:
    with FILE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines, strict=True))
    assert rows[0] == [
        "metric",
        "oracle",
        "pairs",
        "largest_difference",
        "relative",
        "measured_on",
        "other_libraries",
    ]
    assert {len(row) for row in rows} == {7}
    names = [row[0] for row in rows[1:]]
    assert names == sorted(names)
    assert len({(row[0], row[1]) for row in rows}) == len(rows)
    for _, oracle, pairs, largest, relative, on, _ in rows[1:]:
        assert oracle
        assert on
        assert int(pairs) > 0
        assert 0 <= float(largest) < np.inf
        assert relative in {"yes", "no"}
    assert "|" not in FILE.read_text(encoding="utf-8"), "it becomes a Markdown table"


def of_uqi(output: Image, target: Image) -> float:
    return test_uqi.reference(output.astype(np.int64), target.astype(np.int64))


@pytest.mark.parametrize(("name", "oracle"), [("uqi", of_uqi), ("gmsd", test_gmsd.reference)])
@pytest.mark.parametrize("damage", USUAL)
def test_what_was_measured_holds(
    name: str, oracle: Callable[[Image, Image], float], damage: str
) -> None:
    target = photographs()[0]
    output = DAMAGES[damage](target)
    expected = oracle(output, target)
    apart = abs(metrics().get(name)(Pair(output, target)) - expected) / expected
    assert apart <= max(10 * agreement(name)[0].largest_difference, 1e-12)


def test_the_table_of_the_measurements_is_that_of_the_file() -> None:
    program = TOP / "tests" / "benchmarks" / "agreement.py"
    command = [sys.executable, str(program), "--markdown"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout in (TOP / "leaderboards" / "measured" / "README.md").read_text("utf-8")
