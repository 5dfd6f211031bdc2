"""The scores of a sample: a value for each column, or the reason why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import numpy as np

from iqabench.errors import IqabenchError
from iqabench.images import Case, Image, Part
from iqabench.metrics import Column, attempts
from iqabench.metrics.core.many import many_attempts


@dataclass(frozen=True)
class Score:
    """A value, or the reason why there is none."""

    value: float
    error: str = ""


def score(columns: list[Column], case: Case) -> list[Score]:
    """Return one score for each column; a column that is not defined for this case has an error."""
    return [_score(result) for result in attempts(columns, case)]


def score_many(
    columns: list[Column], cases: Sequence[Case], device: str, *, together: bool = False
) -> list[list[Score]]:
    """Return the scores of each case; `together` computes batches with metrics that have a batched form."""
    if together and all(case.target is not None for case in cases):
        results = many_attempts(columns, cases, device)
        return [[_score(result) for result in of_case] for of_case in results]
    return [score(columns, case) for case in cases]


def depth_trouble(column: Column, depth: str) -> str:
    """Return the reason why a column has no value for an output of more than 8 bits."""
    return (
        f"protocol '{column.protocol.name}' compares images of 8 bits, and this output is {depth}"
    )


def rounding_trouble(column: Column, target: Part | Image | None) -> str:
    """Return the reason why a column has no value for a target of more than 8 bits; empty with one."""
    is_fine = target is not None and target.dtype == np.float64
    if not (is_fine and column.needs_target and column.protocol.quantise):
        return ""
    return (
        f"protocol '{column.protocol.name}' compares images of 8 bits, and this target has 16; name one that "
        f"does not round, as in {column.metric.name}@dpdd or {column.metric.name}@rgb-float"
    )


def _score(result: float | IqabenchError) -> Score:
    return Score(nan, str(result)) if isinstance(result, IqabenchError) else Score(result)
