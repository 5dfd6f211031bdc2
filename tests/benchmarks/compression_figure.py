"""The figure of the page on compression: `python tests/benchmarks/compression_figure.py WORK FILE`.

WORK is the folder of tests/benchmarks/compression.py, with its variants and its store; FILE is the PNG.

- Left: the gain of each way of distillation over the student by itself, in dB over 24 images: a dot for each
  seed, the mean, and the 95 % interval over images.
- Right: each transform of `pocket` with its parent, by multiply-accumulates that are not 0 or one bit.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
from compression import LOSSES, SEEDS, commands, distilled, quality, student, transformed
from matplotlib.figure import Figure

NAMED = ("bicubic", "pocket", "pocket@pruned")


def draw_gains(axes: Any, values: dict[str, list[Any]], table: list[dict[str, object]]) -> None:
    """Draw the gain of each loss, with a dot for each seed."""
    for y, row in enumerate(table[1:]):
        loss = str(row["loss"])
        mean, _, interval = str(row["gain"]).partition(" ")
        low, high = (float(part) for part in interval.strip("[]").split(","))
        colour = {"gain": "tab:green", "loss": "tab:red"}.get(str(row["verdict"]), "tab:grey")
        axes.plot([low, high], [y, y], color=colour, linewidth=6, alpha=0.35)
        axes.plot(float(mean), y, "D", color=colour, markersize=6)
        for seed in SEEDS:
            taught, alone = (
                float(np.concatenate(values[student(one, seed)]).mean()) for one in (loss, "none")
            )
            axes.plot(taught - alone, y, "o", color="black", markersize=3)
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_xscale("symlog", linthresh=0.1)
    axes.set_xticks([-1, -0.3, -0.1, -0.05, 0, 0.05, 0.1], [-1, -0.3, -0.1, "-.05", 0, ".05", 0.1])
    axes.set_yticks(range(len(LOSSES) - 1), [str(row["loss"]) for row in table[1:]])
    axes.invert_yaxis()
    axes.set_xlabel("gain over the student by itself, dB (linear to 0.1)")
    axes.set_title("Distillation: mean, interval over images, seeds", fontsize=10)


def draw_transforms(axes: Any, table: list[dict[str, object]]) -> None:
    """Draw each transform by the multiply-accumulates that remain, with its PSNR on Set5."""
    for row in table:
        name, decibels = str(row["model"]), float(str(row["set5"]))
        if name == "bicubic":
            axes.axhline(decibels, color="tab:grey", linewidth=0.8, linestyle="--")
            axes.annotate(name, (0.6, decibels), (0, 3), textcoords="offset points", fontsize=8)
        elif not name.endswith("-untrained"):
            costs = (row[cost] for cost in ("macs@nonzero", "macs@bbcu"))
            cost = min(float(str(value).split()[0]) for value in costs)
            axes.plot(cost, decibels, "o", color="tab:blue")
            left = cost > 2.5
            axes.annotate(
                name,
                (cost, decibels),
                (-6 if left else 6, 0),
                textcoords="offset points",
                fontsize=8,
                ha="right" if left else "left",
                va="center",
            )
    axes.set_xlim(0.5, 3.3)
    axes.set_xlabel("G multiply-accumulates at 256x256 (not 0; one-bit ones by 64)")
    axes.set_ylabel("PSNR on Set5 x4, dB")
    axes.set_title("Transforms of pocket", fontsize=10)


def main(work: str, file: str) -> None:
    """Draw both panels."""
    folder = Path(work).absolute()
    present = [name for name in commands() if (folder / name).exists()]
    values = quality(folder, [*NAMED, *present])
    figure = Figure(figsize=(10, 4), dpi=130, layout="constrained")
    left, right = figure.subplots(1, 2)
    draw_gains(left, values, distilled(values))
    draw_transforms(right, transformed(folder, values))
    figure.savefig(file, metadata={"Software": None})


if __name__ == "__main__":
    main(*sys.argv[1:])
