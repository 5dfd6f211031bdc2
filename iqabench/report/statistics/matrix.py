"""A matrix of models and samples of one column, from which every statistic starts."""

from dataclasses import dataclass

import numpy as np

from iqabench.report.data.aggregate import Results
from iqabench.report.statistics.bootstrap import Doubles


@dataclass(frozen=True)
class Matrix:
    """Values of one column in one setting, of the configurations that have all samples."""

    configurations: tuple[int, ...]
    samples: tuple[str, ...]
    values: Doubles
    """Values of shape (configurations, samples); infinite when output and target are identical, never NaN."""
    sign: int
    """Sign of the better direction: 1 when more is better, -1 when less is."""

    @property
    def better(self) -> Doubles:
        """The values, turned so that more is better."""
        return self.sign * self.values


def matrix_of(results: Results, setting: int, column: int) -> Matrix:
    """Return the matrix of complete rows; rows with fewer samples cannot be compared image by image."""
    found = results.execute_numpy(
        'SELECT configuration, sample, value FROM cells WHERE setting = ? AND "column" = ? AND ok '
        "AND sample IS NOT NULL ORDER BY configuration, sample",
        [setting, column],
    )
    sign = results.columns[column].sign
    models, counts = np.unique(found["configuration"], return_counts=True)
    if not len(models):
        return Matrix((), (), np.empty((0, 0)), sign)
    whole = counts == counts.max()
    kept = np.isin(found["configuration"], models[whole])
    names = found["sample"][kept].reshape(int(whole.sum()), -1)
    values = found["value"][kept].astype(np.float64).reshape(names.shape)
    same = (names == names[0]).all(axis=1)  # as many samples, but others
    return Matrix(
        tuple(int(m) for m in models[whole][same]),
        tuple(str(n) for n in names[0]),
        values[same],
        sign,
    )
