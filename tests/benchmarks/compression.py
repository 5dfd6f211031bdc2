"""Compression on small networks: `python tests/benchmarks/compression.py --photos DIR --work DIR`.

Every variant of leaderboards/measured/compression.md is made by `iqabench compress` with the options below,
scored image by image on set5, set14 and the embedded photographs (x4, psnr@sr-y), and compared.
Variants that are in the work folder already are not made again, and a training that was stopped continues.

- Distillation: a student of 5,480 parameters, taught by `pocket` in six ways or trained by itself, with
  three seeds each. Gains are paired over images, of means over the seeds, with corrected p values.
- Transforms of `pocket`: masks, N:M, shifted copies, binary units; and channels, the embedded variant.

The photographs are those that iqabench/models/pocket/train.py names; none is in a test set.
"""

import subprocess
import sys
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from iqabench.cli.table import print_rows
from iqabench.models.core.load import load_model
from iqabench.probes import cost_column, sizes_of
from iqabench.report.data.rows import rows
from iqabench.report.statistics.comparisons import PairComparison, compare_family
from iqabench.run import Options, evaluate, plan
from iqabench.run.profile import costs_of
from iqabench.store import Store

SETS = ("set5", "set14", "demo")
SEEDS = (0, 1, 2)
LOSSES = ("none", "output", "fitnet", "lsfd", "facd", "metakd", "augment")
SMALL = ["--batch", "8", "--patch", "24", "--save-every", "500"]
STUDENT = ["--student", "pocket", "--arguments", "features=8,depth=3", "--steps", "2500"]
TRANSFORMS = {
    "mask75": "sparsify --ratio 0.75 --uniform --steps 800 --rate 2e-4",
    "shrink75": "sparsify --ratio 0.75 --uniform --shrink --steps 800 --rate 2e-4",
    "nm24": "sparsify --pattern 2:4 --steps 800 --rate 2e-4",
    "shift": "shift --fresh --steps 1500 --rate 1e-3",
    "binary": "binarize --steps 800 --rate 5e-4",
}
COSTS = ("params", "params@nonzero", "params@bbcu", "macs@conv", "macs@nonzero", "macs@bbcu")
Doubles = NDArray[np.float64]


def student(loss: str, seed: int) -> str:
    """Return the name of a student's folder."""
    return f"distil-{loss}-{seed}"


def commands() -> dict[str, list[str]]:
    """Return the options of `iqabench compress` by the folder that they make."""
    made: dict[str, list[str]] = {}
    for seed in SEEDS:
        for loss in LOSSES:
            teacher = [] if loss == "none" else ["--teacher", "pocket"]
            options = ["distill", *STUDENT, *teacher, "--loss", loss, "--seed", str(seed)]
            made[student(loss, seed)] = [*options, *SMALL]
    for name, text in TRANSFORMS.items():
        made[name] = [*text.split(), "--model", "pocket", *SMALL]
        if "--fresh" not in text:
            made[f"{name}-untrained"] = [
                *text.partition(" --steps")[0].split(),
                "--model",
                "pocket",
            ]
    return made


def make(photos: Path, work: Path) -> None:
    """Make the variants that are missing, one after the other."""
    for name, options in commands().items():
        folder = work / name
        if folder.exists():
            continue
        click.echo(f"making {name}", err=True)
        trained = [] if name.endswith("-untrained") else ["--photos", str(photos)]
        program = [str(Path(sys.executable).with_name("iqabench")), "compress", *options, *trained]
        subprocess.run(
            [*program, "--no-timing", "--name", f"pocket@{name}", "--out", folder], check=True
        )


def quality(work: Path, names: list[str]) -> dict[str, list[Doubles]]:
    """Return the PSNR of every image by model, one array for each set."""
    store = Store(work / "store")
    models = [
        name if name in ("pocket", "pocket@pruned", "bicubic") else str(work / name)
        for name in names
    ]
    evaluate(plan(models, list(SETS), ["psnr@sr-y"], 4), store, Options(progress=False))
    found = [row for row in rows(store, per_image=True) if row["column"] == "psnr@sr-y"]
    values: dict[str, list[Doubles]] = {}
    for name in names:
        shown = f"pocket@{name}" if (work / name).exists() else name
        own = [row for row in found if str(row["model"]).removesuffix("_x4") == shown]
        values[name] = [
            np.array([float(row["value"]) for row in own if row["set"].removesuffix("_x4") == one])
            for one in SETS
        ]
    return values


def distilled(values: dict[str, list[Doubles]]) -> list[dict[str, object]]:
    """Return the rows of the table of distillation; each loss is compared over the seeds that it has."""
    seeds = {loss: [s for s in SEEDS if student(loss, s) in values] for loss in LOSSES}
    present = [loss for loss in LOSSES if seeds[loss]]

    def mean(loss: str, at: int, chosen: list[int]) -> Doubles:
        averaged: Doubles = np.mean([values[student(loss, s)][at] for s in chosen], axis=0)
        return averaged

    by_set = [
        np.array([mean(one, at, seeds[loss]) for loss in present for one in ("none", loss)])
        for at in range(len(SETS))
    ]
    pairs = [(2 * at, 2 * at + 1) for at in range(1, len(present))]
    compared = compare_family(by_set, pairs, 1)
    table: list[dict[str, object]] = []
    for at, loss in enumerate(present):
        whole, alone = (
            [float(np.concatenate(values[student(one, s)]).mean()) for s in seeds[loss]]
            for one in (loss, "none")
        )
        row: dict[str, object] = {"loss": loss, "seeds": len(whole)}
        for name, part in zip(SETS, by_set, strict=True):
            row[name] = f"{part[2 * at + 1].mean():.3f}"
        row["all"] = f"{np.mean(whole):.3f}"
        row["spread of seeds"] = f"{np.std(whole, ddof=1):.3f}" if len(whole) > 1 else "-"
        if at:
            row |= gain(compared[at - 1], [a - b for a, b in zip(whole, alone, strict=True)])
        table.append(row)
    return table


def gain(pair: PairComparison, by_seed: list[float]) -> dict[str, object]:
    """Return the cells of a gain over the student by itself; it is real when every seed agrees as well."""
    sign = np.sign(pair.difference)
    agrees = all(np.sign(one) == sign for one in by_seed)
    real = ("gain" if sign > 0 else "loss") if pair.told_apart else "not told apart"
    return {
        "gain": f"{pair.difference:+.3f} [{pair.low:+.3f}, {pair.high:+.3f}]",
        "p": f"{pair.corrected:.4f}",
        "by seed": " ".join(f"{one:+.3f}" for one in by_seed),
        "verdict": real if agrees else "seeds disagree",
    }


def transformed(work: Path, values: dict[str, list[Doubles]]) -> list[dict[str, object]]:
    """Return the rows of the table of transforms: costs for an input of 256x256, and quality."""
    (size,) = sizes_of(["3x256x256"], [])
    columns = [cost_column(cost) for cost in COSTS]
    table: list[dict[str, object]] = []
    for name, parts in values.items():
        if name.startswith("distil"):
            continue
        row: dict[str, object] = {"model": name}
        if name != "bicubic":
            model = load_model(str(work / name) if (work / name).exists() else name, 4)
            costs = costs_of(model, columns, size, "cpu")
            row |= {
                cost: _short(costs[column.name], "macs" in cost)
                for cost, column in zip(COSTS, columns, strict=True)
            }
        table.append(row | {s: f"{part.mean():.3f}" for s, part in zip(SETS, parts, strict=True)})
    return table


def _short(value: float | None, is_macs: bool) -> str:
    if value is None:
        return "-"
    return f"{value / 1e9:.3f} G" if is_macs else f"{value:,.0f}"


@click.command()
@click.option("--photos", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--work", type=click.Path(path_type=Path), required=True)
@click.option("--only-measure", is_flag=True, help="Make nothing; leave out what is missing.")
def main(photos: Path, work: Path, only_measure: bool) -> None:
    """Make the variants, score them, and print both tables as Markdown."""
    if not only_measure:
        make(photos.absolute(), work.absolute())
    present = [name for name in commands() if (work / name).exists()]
    values = quality(work.absolute(), ["bicubic", "pocket", "pocket@pruned", *present])
    print_rows(distilled(values), "markdown")
    click.echo()
    print_rows(transformed(work.absolute(), values), "markdown")


if __name__ == "__main__":
    main()
