"""A board that was made up, with a store that holds some of its columns."""

from pathlib import Path
from typing import Any

from iqabench.boards import Board, read_board
from iqabench.store import Record

from .conftest import NASTY, column_of, cost

GPU = {"place": "a GPU", "device_class": "cuda"}

YAML = """
title: A <b>made</b> challenge
source: "nobody & nowhere"
notes: Ranks are of figures that were not rounded.
task: sr
scale: 4
sets: {Tiny: tiny}
baseline: Base
published: {file: made.csv, entry: team, ranked: main_rank, source: "Table 1"}
models: {Base: plain, Fast: quick}
columns:
  psnr: {title: PSNR, unit: dB, better: higher, metric: psnr@sr-y, published: psnr, tolerance: 0.02}
  time: {title: Runtime, unit: ms, better: lower, probe: latency_ms, published: time, relative: true}
  params: {unit: K, better: lower, probe: params, factor: 1.0e-3, published: params, tolerance: 0}
  hidden: {title: On hidden images, unit: dB, better: higher, published: hidden, not_here: "never released"}
gates:
  - {of: psnr, at_least: 28}
scores:
  total: {title: Total, weighted_sum: {psnr: 1, time: -0.1}, published: total}
  half: {title: Half, linear: {of: total, factor: 0.5}}
tracks:
  - {name: main, title: Runtime, rank: time, published: main_rank}
  - {name: quality, title: Quality, rank: psnr, gates: [{of: hidden, at_least: 28}]}
"""

CSV = f"""team,psnr,time,params,hidden,total,main_rank
Base,30.00,10.0,1,28.5,29.00,3
Fast,29.50,5.0,2,28.1,29.00,1
Same,29.51,5.0,2,,29.01,2
Odd,31.00,20.0,3,29.0,99.90,4
"{NASTY}",27.00,4.0,1,28.0,26.60,
"""


def made_board(folder: Path, yaml: str = YAML) -> Board:
    """The board, from its files."""
    (folder / "published").mkdir(parents=True, exist_ok=True)
    (folder / "published" / "made.csv").write_text(CSV)
    (folder / "made.yaml").write_text(yaml)
    return read_board(folder / "made.yaml")


def made_records() -> list[Record]:
    """Base and Fast on two devices, and a model that never entered."""
    facts = {"params": 1000}
    quick: dict[str, Any] = {"model": "quick", "model_hash": "cd" * 32, "facts": facts}
    return [
        *column_of([30.0, 30.0, 30.03], facts=facts),
        *column_of([28.0, 29.0, 30.0], **quick),
        *column_of([33.0, 34.0], model="mine", model_hash="ef" * 32),
        cost(8.0),
        cost(4.0, **quick),
        cost(2.0, model="mine", model_hash="ef" * 32),
        cost(1.0, **GPU),
        cost(0.4, **quick, **GPU),
        cost(1000, probe="params"),
        cost(2500, probe="params", **quick),
        cost(7.0, mode="compile"),
    ]
