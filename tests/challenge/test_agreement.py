"""Boards on which metrics compete."""

from pathlib import Path

import pytest
import scipy.stats
from opinions.handed import HANDED, LEVELS, SCENES, opinion, pixels

from iqabench.boards import Board, board
from iqabench.challenge import rank, reproduce
from iqabench.errors import SetError, UnknownNameError
from iqabench.files import home
from iqabench.metrics import column
from iqabench.run import Options
from iqabench.store import Store

from .example_board import write_board

METRICS = """
title: Metrics beside people
source: nobody
task: iqa
opinions: tid2013
columns:
  srcc: {better: higher, agreement: srcc, published: srcc, tolerance: 0.01}
  plcc: {better: higher, agreement: plcc@cubic}
scores: {main: {weighted_sum: {srcc: 1, plcc: 1}}}
published: {file: made.csv, entry: metric}
models: {PSNR: psnr@rgb}
tracks: [{name: main, rank: main}, {name: srcc, rank: srcc}]
"""


@pytest.fixture
def metrics(tmp_path: Path) -> Board:
    HANDED["tid2013"](home() / "opinions" / "tid2013")
    return write_board(tmp_path, METRICS, "metric,srcc\nPSNR,0.10\nOracle,1.00\n")


def srcc(metric: str) -> float:
    pairs = [(s, v) for s in range(1, SCENES + 1) for v in range(1, LEVELS + 1)]
    found = column(metric)
    values = [found(pixels(s, v), pixels(s)) for s, v in pairs]
    return float(scipy.stats.spearmanr(values, [opinion(s, v) for s, v in pairs]).statistic)


def test_a_metric_among_published_ones(metrics: Board, tmp_path: Path) -> None:
    places, found = rank(metrics, ["psnr", "mae"], Store(tmp_path / "store"), Options(device="cpu"))
    by = {(p.model, p.track): p for p in places}
    assert found.of("psnr")["srcc"].value.value == pytest.approx(srcc("psnr"))
    assert found.of("mae")["srcc"].value.value == pytest.approx(-srcc("mae"))
    assert by["psnr", "srcc"].replaces == ("PSNR",)
    assert (by["psnr", "srcc"].rank, by["psnr", "srcc"].of) == (2, 2)
    assert (by["mae", "srcc"].rank, by["mae", "srcc"].of) == (2, 3)


def test_where_no_published_entry_stands_metrics_stand_among_each_other(
    metrics: Board, tmp_path: Path
) -> None:
    places, found = rank(metrics, ["psnr", "mae"], Store(tmp_path / "store"), Options(device="cpu"))
    main = [p for p in places if p.track == "main"]
    assert {p.of for p in main} == {2}
    values = found.of("psnr")
    assert main[0].value is not None
    assert main[0].value.value == pytest.approx(
        values["srcc"].value.value + values["plcc"].value.value
    )


def test_published_correlations_beside_measured(metrics: Board, tmp_path: Path) -> None:
    (cell,), _ = reproduce(metrics, Store(tmp_path / "store"), Options(device="cpu"))
    assert (cell.entry, cell.column, cell.published) == ("PSNR", "srcc", 0.1)
    assert cell.measured == pytest.approx(srcc("psnr"))
    assert cell.verdict == "out"


def test_opinions_that_are_not_at_hand(tmp_path: Path) -> None:
    made = write_board(tmp_path, METRICS, "metric,srcc\nPSNR,0.10\n")
    with pytest.raises(SetError, match="with --set tid2013=FOLDER"):
        rank(made, ["psnr"], Store(tmp_path / "store"), Options())
    there = HANDED["tid2013"](tmp_path / "elsewhere")
    named = made.with_sets({"tid2013": str(there)})
    places, _ = rank(named, ["psnr"], Store(tmp_path / "store"), Options(device="cpu"))
    assert all(p.rank == 1 for p in places)


def test_a_metric_that_nobody_knows(metrics: Board, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="psnr"):
        rank(metrics, ["pnsr"], Store(tmp_path / "store"), Options())


def test_the_shipped_board_of_metrics_names_metrics_that_exist() -> None:
    one = board("ntire2021-iqa")
    assert {column(name).name for name in one.model_ids} == set(one.model_ids)
