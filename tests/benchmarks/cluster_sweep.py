"""The sweeps that `cluster_plan.py` simulates: models and images with their costs.

- The models are drawn from those of NTIRE 2022 with a printed time, and from the registered x4 networks. The
  time of the latter is on the line `ms = a + b * FLOPs` through the former. Their FLOPs on 256x256 pixels are
  taken as parameters times pixels, which is the ratio of convolutions at the size of the input.
- The images of each set have sizes drawn from one of six real sets. Times are proportional to pixels; printed
  ones are of the DIV2K validation images.
- Loading is on the line `s = c + d * megabytes`.

Lines have the least squares of relative errors. `cluster_costs.py` says where the measured costs come from.
"""

import csv
import json
import random
import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
PUBLISHED = HERE.parents[1] / "leaderboards/published/ntire2022_esr.csv"
COSTS: dict[str, Any] = json.loads((HERE / "cluster_costs.json").read_text())

MODELS, SETS, IMAGES, SEED = 500, 20, 100, 0
SR_SCALE = 4
FLOPS_MEGAPIXELS = 256 * 256 / 1e6
"""The input of which FLOPs are told."""


@dataclass(frozen=True)
class Line:
    """A straight line, and how well it fits."""

    at_zero: float
    slope: float
    explained: float
    """The share of the variance that it explains (R squared)."""
    typical_error: float
    """The median of the relative errors."""

    def __call__(self, x: float) -> float:
        """Return the value at x."""
        return self.at_zero + self.slope * x


def fit(points: Iterable[tuple[float, float]]) -> Line:
    """Return the line of least squares of relative errors; one that begins below zero begins at zero."""
    x, y = np.array(list(points)).T
    parts = np.array([1 / y, x / y]).T
    at_zero, slope = np.linalg.lstsq(parts, np.ones_like(y), rcond=None)[0]
    if at_zero < 0:
        at_zero, slope = 0.0, (x / y).sum() / ((x / y) ** 2).sum()
    errors = y - (at_zero + slope * x)
    explained = 1 - float((errors**2).sum() / ((y - y.mean()) ** 2).sum())
    return Line(float(at_zero), float(slope), explained, float(np.median(np.abs(errors) / y)))


def challenge_rows() -> list[dict[str, float]]:
    """Return parameters (M), FLOPs (G on 256x256) and time (ms) of the models of NTIRE 2022."""
    lines = [line for line in PUBLISHED.read_text().splitlines() if not line.startswith("#")]
    columns = {"params": "params_M", "flops": "flops_G", "ms": "time_ms"}
    rows = [[row[column] for column in columns.values()] for row in csv.DictReader(lines)]
    return [dict(zip(columns, map(float, row), strict=True)) for row in rows if all(row)]


@dataclass(frozen=True)
class SimulatedModel:
    """A model with its costs."""

    name: str
    load_s: float
    gpu_s: float
    """The time of a megapixel of output in seconds."""


@dataclass(frozen=True)
class Sweep:
    """Models, and the megapixels of the images of each set."""

    models: tuple[SimulatedModel, ...]
    sets: tuple[tuple[float, ...], ...]

    @property
    def images(self) -> int:
        """The number of restorations."""
        return len(self.models) * sum(map(len, self.sets))


LOAD = fit((row["megabytes"], row["seconds"]) for row in COSTS["loads"])
TIME = fit((row["flops"], row["ms"]) for row in challenge_rows())
PRINTED_MEGAPIXELS = statistics.mean(COSTS["images"]["sets"]["DIV2K"])


def sweep_of(models: int = MODELS, sets: int = SETS, images: int = IMAGES) -> Sweep:
    """Return a sweep drawn with the seed."""
    chance = random.Random(SEED)
    zoo = [(row["params"] * 4, row["ms"]) for row in challenge_rows()]
    for row in COSTS["models"]:
        flops = row["params"] * FLOPS_MEGAPIXELS / 1e3
        zoo.append((row["megabytes"], TIME(flops)))
    drawn = [chance.choice(zoo) for _ in range(models)]
    sources = list(COSTS["images"]["sets"].values())
    return Sweep(
        tuple(
            SimulatedModel(f"model {i}", LOAD(megabytes), ms / 1e3 / PRINTED_MEGAPIXELS)
            for i, (megabytes, ms) in enumerate(drawn)
        ),
        tuple(tuple(chance.choices(sources[i % len(sources)], k=images)) for i in range(sets)),
    )
