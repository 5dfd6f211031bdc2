"""The scoring of images in memory: a table, and no records."""

from collections.abc import Sequence

import pandas as pd

from iqabench.errors import UsageError
from iqabench.images import Case, Image
from iqabench.metrics import Column, column, require_no_scale
from iqabench.run.scores import score
from iqabench.samples import Parts
from iqabench.tasks import Ratio, default_task


def columns_in_memory(
    names: Sequence[str], scale: Ratio | None, *, has_targets: bool
) -> list[Column]:
    """Return the columns of these names for images in memory.

    Raises: UnknownNameError; UsageError for columns that need targets or a scale that are not named, and for
        metrics over whole sets.
    """
    columns = [column(name, default_task(scale or 1).protocol) for name in names]
    if scale is None:
        require_no_scale(columns, "scale=4")
    for each in columns:
        if each.needs_target and not has_targets:
            raise UsageError(f"{each.name} compares with a target; pass the targets, too.")
    return columns


def score_in_memory(
    outputs: Sequence[Image],
    targets: Sequence[Image | None],
    parts: Sequence[Parts],
    columns: list[Column],
    scale: Ratio,
    device: str,
) -> pd.DataFrame:
    """Return a row for each image and column.

    Shapes: images (H, W, C), units of 0..255; as many targets and parts as outputs.
    """
    table = []
    for index, (output, target, of_output) in enumerate(zip(outputs, targets, parts, strict=True)):
        case = Case(output, target, scale, device, no_target="it has no target", parts=of_output)
        for bound, result in zip(columns, score(columns, case), strict=True):
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
