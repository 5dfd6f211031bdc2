"""An example of a board, of figures and of measurements."""

from pathlib import Path
from textwrap import dedent

from iqabench.boards import Board, BoundedValue, read_board
from iqabench.challenge import Measurement
from iqabench.report.data.board_values import BoardMeasurement

ESR = """
title: An efficiency challenge
source: nobody
scale: 4
sets: {valid: "", demo: demo}
baseline: 00_base
models: {00_base: pocket, 01_first: bicubic}
published: {file: made.csv, entry: team}
columns:
  quality: {unit: dB, better: higher, metric: psnr@sr-rgb, set: valid, published: quality}
  time: {unit: ms, better: lower, probe: latency_ms, published: time, relative: true}
  size: {unit: M, better: lower, probe: params@all, factor: 1.0e-6, published: size, tolerance: 0.0005}
gates: [{of: quality, at_least: 26.9}]
scores:
  score: {better: lower, exp_ratio: {of: time, times: 2}}
  sum: {better: lower, rank_sum: [time, size]}
tracks:
  - {name: main, title: Overall, rank: score}
  - {name: size, rank: size}
  - {name: sum, rank: sum}
"""

ROWS = """
team,quality,time,size
00_base,27.00,10.0,0.100
01_first,26.95,5.0,0.050
02_second,26.90,7.0,0.080
03_slow,27.50,20.0,0.300
"""


def write_board(folder: Path, yaml: str = ESR, rows: str = ROWS) -> Board:
    (folder / "made.csv").write_text(dedent(rows).lstrip())
    path = folder / "made.yaml"
    path.write_text(dedent(yaml).lstrip())
    return read_board(path)


def measured(value: float, room: float = 0.0, ratio: float | None = None) -> BoardMeasurement:
    """Return a figure; a latency has the ratio to the model that it was sampled with."""
    of = None if ratio is None else ("pocket_x4", ratio, ratio * (1 - room), ratio * (1 + room))
    return BoardMeasurement(
        BoundedValue(value, value * (1 - room), value * (1 + room)), 10, 10, "cpu", of
    )


def measurement(values: dict[str, dict[str, BoardMeasurement]]) -> Measurement:
    return Measurement(values=values, ids={model: model for model in values})
