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
from iqabench.images import as_image
from iqabench.metrics import Column, column
from iqabench.models.load import load_model
from iqabench.report.aggregate import rows
from iqabench.run import Options, plan, score_folder, targets_of_folder
from iqabench.run import evaluate as run_cells
from iqabench.run.environment import resolve_device
from iqabench.run.records import score as score_images
from iqabench.sets import load_set
from iqabench.store import Store

__all__ = ["evaluate", "load_model", "load_set", "metric", "score"]


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
    targets: Any,
    columns: Sequence[str] = ("psnr", "ssim"),
    *,
    scale: int | None = None,
    store: str | Path = "results",
    per_image: bool = False,
    device: str = "auto",
) -> pd.DataFrame:
    """Score outputs against targets: two folders, two images, or two sequences of images.

    Images are numpy uint8 (H, W, C), PIL, or torch (C, H, W) in [0, 1]. Folders are paired by name
    and leave records in `store`; images leave none.

    Returns: a row for each column, or with `per_image` for each image and column.
    Raises: PairingError, ImageError, UnknownNameError.
    """
    if isinstance(outputs, (str, Path)):
        records = Store(Path(store))
        against = targets_of_folder(Path(targets), scale)
        done, _ = score_folder(Path(outputs), against, records, list(columns), device=device)
        return pd.DataFrame(rows(records, done.keys, per_image=per_image))
    outputs, targets = _images(outputs), _images(targets)
    if len(outputs) != len(targets):
        raise UsageError(f"{len(outputs)} outputs and {len(targets)} targets; expected as many.")
    wanted = [column(c, "sr-y" if scale else "rgb") for c in columns]
    frame = _frame(outputs, targets, wanted, scale or 1, resolve_device(device))
    if per_image:
        return frame
    kept = ["column", "unit", "better"]
    found = frame.groupby(kept, sort=False)["value"].agg(value="mean", n="count").reset_index()
    return found.assign(failed=len(outputs) - found["n"])


def metric(name: str) -> Callable[..., float]:
    """A column as a function: `metric("ssim@sr-y")(output, target, scale=4)`.

    The default protocol is `rgb`. Raises: UsageError, UnknownNameError; the function itself raises
    ImageError and MetricError.
    """
    part = column(name)

    def value(output: Any, target: Any, scale: int = 1) -> float:
        """The value for one output and its target."""
        return part(as_image(output), as_image(target), scale)

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
        values = score_images(columns, output, target, scale, device)
        for part, got in zip(columns, values, strict=True):
            found.append(
                {
                    "sample": str(at), "column": part.name, "value": got.value, "error": got.error,
                    "unit": part.metric.unit, "better": part.metric.better,
                }
            )  # fmt: skip
    return pd.DataFrame(found)
