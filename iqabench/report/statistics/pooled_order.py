"""The order of models over the images of several sets at once: means, and comparisons with the best.

Every image counts once in the means and differences, whatever its set. Tests rank differences within each
set, so that a set whose images are easy or hard has no part in them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from iqabench.report.data.aggregate import Results
from iqabench.report.data.subjects import Configuration, MeasuredColumn
from iqabench.report.data.tables import Table
from iqabench.report.statistics.column_order import MOST_MODELS
from iqabench.report.statistics.comparisons import PairComparison, can_tell_apart, compare_family
from iqabench.report.statistics.matrix import Matrix, matrix_of
from iqabench.report.statistics.mean_interval import Doubles


@dataclass(frozen=True)
class PooledModel:
    """One model over all images of several sets."""

    mean: float
    to_best: PairComparison | None
    """Comparison with the best; None for the best itself."""

    @property
    def may_be_best(self) -> bool:
        """True for the best and for all models that cannot be told apart from it."""
        return self.to_best is None or not self.to_best.told_apart


@dataclass(frozen=True)
class PooledOrder:
    """Models that have every image of every set, and true weights; the best forty of them."""

    models: Mapping[Configuration, PooledModel]
    samples: int
    can_tell_apart: bool
    """False when so few images could not tell any models apart."""


def pooled_order(
    results: Results, tables: Sequence[Table], column: MeasuredColumn
) -> PooledOrder | None:
    """Return the order over all images of some tables; None with fewer than two models to compare."""
    matrices = [
        matrix_of(results, table.number, table.column_numbers[table.columns.index(column)])
        for table in tables
    ]
    numbers = [n for n in matrices[0].configurations if _competes(results, matrices, n)]
    if len(numbers) < 2:
        return None
    sets = [_rows(matrix, numbers) for matrix in matrices]
    means = np.concatenate(sets, axis=1).mean(axis=1)
    order = np.argsort(-column.sign * means, kind="stable")[:MOST_MODELS]
    pairs = [(0, at) for at in range(1, len(order))]
    compared = [None, *compare_family([values[order] for values in sets], pairs, column.sign)]
    samples = sum(values.shape[1] for values in sets)
    models = {
        results.configurations[numbers[at]]: PooledModel(float(means[at]), one)
        for at, one in zip(order.tolist(), compared, strict=True)
    }
    return PooledOrder(models, samples, can_tell_apart(samples))


def _competes(results: Results, matrices: Sequence[Matrix], number: int) -> bool:
    """Return whether a configuration has true weights and every image of every set, all finite."""
    return not results.configurations[number].random_weights and all(
        number in matrix.configurations and bool(np.isfinite(_rows(matrix, [number])).all())
        for matrix in matrices
    )


def _rows(matrix: Matrix, numbers: Sequence[int]) -> Doubles:
    return matrix.values[[matrix.configurations.index(n) for n in numbers]]
