"""The scoring of images in memory: a table, and no records."""

from collections.abc import Sequence

import pandas as pd

from iqabench.images import Case, Image
from iqabench.metrics import Column
from iqabench.run.records import score
from iqabench.tasks import Ratio


def score_in_memory(
    outputs: Sequence[Image],
    targets: Sequence[Image | None],
    columns: list[Column],
    scale: Ratio,
    device: str,
) -> pd.DataFrame:
    """Return a row for each image and column.

    Shapes: images (H, W, C), units of 0..255; as many targets as outputs.
    """
    table = []
    for index, (output, target) in enumerate(zip(outputs, targets, strict=True)):
        case = Case(output, target, scale, device, no_target="it has no target")
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
