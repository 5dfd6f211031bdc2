"""The Python interface: the functions that `import iqabench` offers.

import iqabench
iqabench.metric("ssim@sr-y")(output, target, scale=4)
iqabench.evaluate(["rlfn", "bicubic"], ["set5"])
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from iqabench.errors import UsageError
from iqabench.images import Case, as_image
from iqabench.metrics import Column, column
from iqabench.models.core.load import load_model
from iqabench.opinions import read_opinions
from iqabench.probes import cost_columns, sizes_of
from iqabench.report.data.costs import cost_rows
from iqabench.report.data.rows import rows
from iqabench.report.statistics.agreement import agreement_rows, fits_named, resampling_of
from iqabench.run import Options, no_targets, plan, score_folder, targets_of_folder
from iqabench.run import evaluate as run_cells
from iqabench.run.agree import score_opinions
from iqabench.run.environment import resolve_device
from iqabench.run.profile import DEFAULT_PROBES, ProfileOptions
from iqabench.run.profile import profile as measure_costs
from iqabench.run.records import score as score_images
from iqabench.sets import load_set
from iqabench.store import Store
from iqabench.tasks import default_task

__all__ = ["agree", "evaluate", "load_model", "load_set", "metric", "profile", "score"]


def evaluate(
    models: str | Sequence[str],
    sets: str | Sequence[str],
    *,
    scale: int | None = None,
    columns: Sequence[str] = (),
    store: str | Path = "results",
    per_image: bool = False,
    **options: Any,
) -> pd.DataFrame:
    """Restore sets with models and score the outputs, as `iqabench run` does.

    `options` are the fields of `iqabench.run.Options`: device, precision, tile, limit, force ...

    Returns: a row for each model, set and column, or with `per_image` for each image.
    Raises: IqabenchError when names are unknown or nothing could be run. Single failures are rows
        that have no value and count as `failed`.
    """
    cells = plan(_as_list(models), _as_list(sets), list(columns), scale)
    records = Store(Path(store))
    outcome = run_cells(cells, records, Options(**{"progress": False, **options}))
    return pd.DataFrame(rows(records, outcome.keys, per_image=per_image))


def score(
    outputs: Any,
    targets: Any = None,
    columns: Sequence[str] = ("psnr", "ssim"),
    *,
    scale: int | None = None,
    store: str | Path = "results",
    per_image: bool = False,
    device: str = "auto",
) -> pd.DataFrame:
    """Score outputs against targets: two folders, two images, or two sequences of images.

    Without targets, only columns that need none can be scored, such as niqe. Images are numpy uint8
    (H, W, C), PIL, or torch (C, H, W) in [0, 1]. Folders are paired by name, and their records are kept in
    `store`; images leave no records.

    Returns: a row for each column, or with `per_image` for each image and column.
    Raises: PairingError, ImageError, UnknownNameError.
    """
    if isinstance(outputs, (str, Path)):
        records = Store(Path(store))
        partners = (
            no_targets(Path(outputs), scale)
            if targets is None
            else targets_of_folder(Path(targets), scale)
        )
        outcome, _ = score_folder(Path(outputs), partners, records, list(columns), device=device)
        return pd.DataFrame(rows(records, outcome.keys, per_image=per_image))
    outputs = _images(outputs)
    targets = [None] * len(outputs) if targets is None else _images(targets)
    if len(outputs) != len(targets):
        raise UsageError(
            f"there are {len(outputs)} outputs and {len(targets)} targets; expected a target for each."
        )
    bound = [column(name, default_task(scale or 1).protocol) for name in columns]
    table = _table(outputs, targets, bound, scale or 1, resolve_device(device))
    if per_image:
        return table
    groups = table.groupby(["column", "unit", "better"], sort=False)
    means = groups["value"].agg(value="mean", n="count").reset_index()
    return means.assign(failed=len(outputs) - means["n"])


def agree(
    images: str,
    folder: str | Path | None = None,
    columns: Sequence[str] = (),
    *,
    fits: Sequence[str] = (),
    resamples: int = 1000,
    drawn: str = "samples",
    seed: int = 0,
    store: str | Path = "results",
    device: str = "auto",
) -> pd.DataFrame:
    """Compare metrics with the opinions of a public set such as tid2013, as `iqabench agree` does.

    `folder` is the folder of the set as its authors publish it. Values are kept in `store` as records.
    `drawn` says what the bootstrap of the intervals draws: "samples", or "references" with all their
    distorted images.

    Returns: a row for each column, statistic and fit. A statistic that is undefined has no value; its row
        says why.
    Raises: SetError when the folder lacks a file; UsageError, UnknownNameError.
    """
    opinions = read_opinions(images, None if folder is None else Path(folder))
    resampling = resampling_of(opinions, resamples, drawn, seed)
    records = Store(Path(store))
    outcome = score_opinions(opinions, records, list(columns), device)
    return pd.DataFrame(
        agreement_rows(records, outcome.keys, opinions, fits_named(fits), resampling)
    )


def profile(
    models: str | Sequence[str],
    *,
    inputs: Sequence[str] = (),
    output_sizes: Sequence[str] = (),
    probes: Sequence[str] = DEFAULT_PROBES,
    batch: int = 1,
    store: str | Path = "results",
    **options: Any,
) -> pd.DataFrame:
    """Measure what models cost, as `iqabench profile` does.

    `inputs` are as in "3x256x256" or "64..1024", `output_sizes` as in "1280x720". `options` are the fields of
    `iqabench.run.profile.ProfileOptions`: device, precision, mode, threads, sampling ...

    Returns: a row for each model, size and probe; `details` holds the figures that the value comes from.
    Raises: IqabenchError when names are unknown or nothing could be measured; BusyError when another
        process measures on the device. Single failures are rows without a value that have an `error`.
    """
    columns = cost_columns(probes)
    has_sizes = bool(inputs or output_sizes or batch > 1)
    sizes = sizes_of(list(inputs), list(output_sizes), batch) if has_sizes else None
    records = Store(Path(store))
    outcome = measure_costs(_as_list(models), columns, sizes, records, ProfileOptions(**options))
    return pd.DataFrame(cost_rows(records, outcome.keys))


def metric(name: str) -> Callable[..., float]:
    """Return a column as a function: `metric("ssim@sr-y")(output, target, scale=4)`.

    The default protocol is `rgb`.

    Raises: UsageError, UnknownNameError; the function itself raises ImageError and MetricError.
    """
    bound = column(name)

    def value(output: Any, target: Any = None, scale: int = 1) -> float:
        """Return the value of one output; a no-reference metric needs no target."""
        return bound(as_image(output), None if target is None else as_image(target), scale)

    return value


def _as_list(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _images(images: Any) -> list[Any]:
    """Return one image, a sequence of images, or a batch of four dimensions as a list of images."""
    is_sequence = isinstance(images, (list, tuple)) or getattr(images, "ndim", 0) == 4
    return [as_image(image) for image in (images if is_sequence else [images])]


def _table(
    outputs: list[Any], targets: list[Any], columns: list[Column], scale: int, device: str
) -> pd.DataFrame:
    """Return a row for each image and column."""
    table = []
    for index, (output, target) in enumerate(zip(outputs, targets, strict=True)):
        case = Case(output, target, scale, device, no_target="it has no target")
        for bound, result in zip(columns, score_images(columns, case), strict=True):
            table.append(
                {
                    "sample": str(index),
                    "column": bound.name,
                    "value": result.value,
                    "error": result.error,
                    "unit": bound.metric.unit,
                    "better": bound.metric.better,
                }
            )
    return pd.DataFrame(table)
