"""Intervals of 95 % for means over images."""

from collections import defaultdict

import numpy as np

from iqabench.report.data.aggregate import Mean, Results
from iqabench.report.statistics import FEWEST, mean_intervals

MOST_RECORDS = 1_000_000
"""Number of records above which intervals are computed only on request."""

Interval = tuple[float, float]


class Intervals:
    """Intervals of the means of some results; one query for each setting and column.

    A mean over fewer than five images or over infinite values, and a figure of a whole set, has none.
    """

    def __init__(self, results: Results, *, wanted: bool | None = None) -> None:
        self._results = results
        self.wanted = results.records <= MOST_RECORDS if wanted is None else wanted
        self._found: dict[tuple[int, int], dict[int, Interval]] = {}

    def of(self, mean: Mean) -> Interval | None:
        """Return the interval of a mean; None when it has none."""
        if not self.wanted or mean.value is None or mean.infinite or mean.n < FEWEST:
            return None
        where = mean.setting, mean.column
        if where not in self._found:
            self._found[where] = self._of_column(*where)
        return self._found[where].get(mean.configuration)

    def _of_column(self, setting: int, column: int) -> dict[int, Interval]:
        found = self._results.execute_numpy(_VALUES, [setting, column])
        if not len(found["value"]):
            return {}
        models, starts, counts = np.unique(
            found["configuration"], return_index=True, return_counts=True
        )
        values = np.asarray(found["value"], np.float64)
        alike: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for model, start, count in zip(
            models.tolist(), starts.tolist(), counts.tolist(), strict=True
        ):
            alike[count].append((model, start))
        ends: dict[int, Interval] = {}
        for count, some in alike.items():
            rows = np.stack([values[start : start + count] for _, start in some])
            made = mean_intervals(rows)
            ends |= {
                model: (float(low), float(high))
                for (model, _), (low, high) in zip(some, made, strict=True)
            }
        return ends


_VALUES = """
SELECT configuration, value FROM cells WHERE setting = ? AND "column" = ? AND ok AND sample IS NOT NULL
ORDER BY configuration, sample
"""
