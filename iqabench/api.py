"""The Python interface: what the package offers by name.

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
    cells = plan(_several(models), _several(sets), list(columns), scale)
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

    Without targets, the columns must be such as need none, as niqe. Images are numpy uint8 (H, W, C),
    PIL, or torch (C, H, W) in [0, 1]. Folders are paired by name and leave records in `store`; images
    leave none.

    Returns: a row for each column, or with `per_image` for each image and column.
    Raises: PairingError, ImageError, UnknownNameError.
    """
    if isinstance(outputs, (str, Path)):
        records = Store(Path(store))
        against = (
            no_targets(Path(outputs), scale)
            if targets is None
            else targets_of_folder(Path(targets), scale)
        )
        done, _ = score_folder(Path(outputs), against, records, list(columns), device=device)
        return pd.DataFrame(rows(records, done.keys, per_image=per_image))
    outputs = _images(outputs)
    targets = [None] * len(outputs) if targets is None else _images(targets)
    if len(outputs) != len(targets):
        raise UsageError(f"{len(outputs)} outputs and {len(targets)} targets; expected as many.")
    wanted = [column(c, default_task(scale or 1).protocol) for c in columns]
    frame = _frame(outputs, targets, wanted, scale or 1, resolve_device(device))
    if per_image:
        return frame
    kept = ["column", "unit", "better"]
    found = frame.groupby(kept, sort=False)["value"].agg(value="mean", n="count").reset_index()
    return found.assign(failed=len(outputs) - found["n"])


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

    `folder` is the set's own, as its authors hand it out. Values stay in `store` as records. For the
    intervals, `samples` are drawn, or `references` with all that was made of them.

    Returns: a row for each column, statistic and fit.
    Raises: SetError when the folder lacks something; UsageError, UnknownNameError. A statistic that is
        undefined is a row without a value that says why.
    """
    opinions = read_opinions(images, None if folder is None else Path(folder))
    chosen, how = fits_named(fits), resampling_of(opinions, resamples, drawn, seed)
    records = Store(Path(store))
    done = score_opinions(opinions, records, list(columns), device)
    return pd.DataFrame(agreement_rows(records, done.keys, opinions, chosen, how))


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

    Returns: a row for each model, size and probe; `details` holds what stands behind the value.
    Raises: IqabenchError when names are unknown or nothing could be measured; BusyError when another
        process measures on the device. Single failures are rows without a value that have an `error`.
    """
    columns = cost_columns(probes)
    given = bool(inputs or output_sizes or batch > 1)
    sizes = sizes_of(list(inputs), list(output_sizes), batch) if given else None
    records = Store(Path(store))
    done = measure_costs(_several(models), columns, sizes, records, ProfileOptions(**options))
    return pd.DataFrame(cost_rows(records, done.keys))


def metric(name: str) -> Callable[..., float]:
    """A column as a function: `metric("ssim@sr-y")(output, target, scale=4)`.

    The default protocol is `rgb`. Raises: UsageError, UnknownNameError; the function itself raises
    ImageError and MetricError.
    """
    part = column(name)

    def value(output: Any, target: Any = None, scale: int = 1) -> float:
        """The value for one output and, unless it is a no-reference metric, its target."""
        return part(as_image(output), None if target is None else as_image(target), scale)

    return value


def _several(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _images(things: Any) -> list[Any]:
    several = isinstance(things, (list, tuple)) or getattr(things, "ndim", 0) == 4
    return [as_image(t) for t in (things if several else [things])]


def _frame(
    outputs: list[Any], targets: list[Any], columns: list[Column], scale: int, device: str
) -> pd.DataFrame:
    found = []
    for at, (output, target) in enumerate(zip(outputs, targets, strict=True)):
        values = score_images(
            columns, Case(output, target, scale, device, no_target="it has no target")
        )
        for part, got in zip(columns, values, strict=True):
            found.append(
                {
                    "sample": str(at),
                    "column": part.name,
                    "value": got.value,
                    "error": got.error,
                    "unit": part.metric.unit,
                    "better": part.metric.better,
                }
            )
    return pd.DataFrame(found)
