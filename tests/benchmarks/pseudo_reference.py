"""How well pseudo-references stand in for targets: `python tests/benchmarks/pseudo_reference.py STORE`.

For a store in which several models were scored with targets and with pseudo-references, the rank correlation
(Spearman) of each column with its full-reference counterpart, the same metric against the target:

- within images: of the models, image by image; the mean over images. Does it tell which model did best here?
- of models: of the models' means over the set. Does it rank the models?
- within models: of the images, model by model; the mean over models. Does it tell where a model fails?

All are oriented so that 1 is perfect agreement and -1 the reverse. The model that serves as reference is left
out of its own columns. What has no counterpart of its own is compared with PSNR.
"""

import sys
from pathlib import Path

import click
import numpy as np
import pandas as pd
from scipy.stats import rankdata

from iqabench.cli.table import print_rows
from iqabench.report.data.rows import rows
from iqabench.store import Store

_FEWEST = 5
"""Images below which a correlation says nothing."""

FULL = ("sr-y", "sr-rgb")
"""Protocols that compare with the target."""


def main(store: str) -> None:
    """Print the table of every set in the store as Markdown."""
    found = pd.DataFrame(rows(Store(Path(store)), per_image=True))
    found["metric"] = found["column"].str.partition("@")[0]
    found["protocol"] = found["column"].str.partition("@")[2]
    found["value"] = found["value"].astype(float) * np.where(found["better"] == "lower", -1.0, 1.0)
    for images, part in found.groupby("set"):
        click.echo(
            f"\n### {images}: {part['model'].nunique()} models, {part['sample'].nunique()} images\n"
        )
        print_rows(table(part), "markdown")


def table(found: pd.DataFrame) -> list[dict[str, object]]:
    """One row for each pseudo-reference or no-reference column."""
    full = found[found["protocol"].isin(FULL)]
    counterparts: dict[str, str] = {}
    for column in full["column"].unique():
        counterparts.setdefault(column.partition("@")[0], column)
    blind = {"niqe", "brisque", "piqe", "ilniqe", "clip_iqa"}
    told = []
    for column, part in found.groupby("column"):
        metric, _, protocol = str(column).partition("@")
        if protocol in FULL and metric not in blind:
            continue
        own = counterparts.get(metric) if metric not in blind else None
        against = own or "psnr@sr-y"
        told.append(row(str(column), against, part, found[found["column"] == against]))
    return told


def row(column: str, against: str, part: pd.DataFrame, other: pd.DataFrame) -> dict[str, object]:
    """The correlations of one column with another."""
    named = column.partition(":")[2]
    one, two = (
        p[p["model"] != named].pivot_table(
            index="sample", columns="model", values="value", dropna=False
        )
        for p in (part, other)
    )
    scored = one.notna().sum()
    one = one.loc[
        :, scored == scored.max()
    ]  # models that were scored on some images alone are left out
    two = two.reindex(index=one.index, columns=one.columns)
    usable = one.notna().all(axis=1) & two.notna().all(axis=1)
    one, two = one[usable], two[usable]
    if len(one) < _FEWEST:
        return {"column": column, "against": against, "images": len(one)}
    within_images = [srcc(one.loc[s], two.loc[s]) for s in one.index]
    within_models = [srcc(one[m], two[m]) for m in one.columns]
    return {
        "column": column,
        "against": against,
        "images": len(one),
        "models": len(one.columns),
        "within images": round(float(np.nanmean(within_images)), 3),
        "of models": round(srcc(one.mean(), two.mean()), 3),
        "within models": round(float(np.nanmean(within_models)), 3),
    }


def srcc(x: "pd.Series[float]", y: "pd.Series[float]") -> float:
    """Spearman's rank correlation; NaN where one is constant."""
    a, b = rankdata(x), rankdata(y)
    if a.std() == 0 or b.std() == 0:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])


if __name__ == "__main__":
    main(sys.argv[1])
