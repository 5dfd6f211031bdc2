"""Two models on the same samples: their difference, its interval, a test, and who wins how often."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from iqabench.report.data.aggregate import Results
from iqabench.report.data.subjects import MeasuredColumn, Setting
from iqabench.report.statistics import mean_intervals


@dataclass(frozen=True)
class PairedDifference:
    """One column of two models over the samples that both have a finite value for."""

    setting: Setting
    column: MeasuredColumn
    n: int
    left_out: int
    """Number of samples that only one model has a finite value for."""
    a: float
    b: float
    difference: float
    """Mean of b minus a."""
    low: float
    high: float
    """Upper end of the difference's 95 % interval, by a bootstrap of samples."""
    wins: float
    """Share of the samples on which b is better; a tie is half a win."""
    p: float | None
    """P value of Wilcoxon's signed-rank test, two-sided; None when all differences are zero."""


def paired_differences(
    results: Results, keys_a: Iterable[str], keys_b: Iterable[str]
) -> list[PairedDifference]:
    """Return the difference in every column and setting that both models have, by the keys of their cells."""
    a, b = (_configuration(results, keys) for keys in (keys_a, keys_b))
    return between(results, a, b)


def between(
    results: Results, a: Iterable[int], b: Iterable[int], settings: Iterable[int] | None = None
) -> list[PairedDifference]:
    """Return the differences between configurations by their positions, in all settings or in those given."""
    among = range(len(results.settings)) if settings is None else settings
    asked = {"a": [*a], "b": [*b], "settings": [*among]}
    found: dict[tuple[int, int], list[tuple[float | None, float | None]]] = {}
    for row in results.query(_PAIRS, asked):
        found.setdefault((row["setting"], row["column"]), []).append((row["a"], row["b"]))
    return [
        one
        for (setting, column), values in sorted(found.items())
        if (one := _paired(results.settings[setting], results.columns[column], values))
    ]


_PAIRS = """
WITH a AS (SELECT setting, "column", sample, any_value(value) AS value FROM cells
           WHERE configuration IN (SELECT unnest($a)) AND sample IS NOT NULL GROUP BY ALL),
     b AS (SELECT setting, "column", sample, any_value(value) AS value FROM cells
           WHERE configuration IN (SELECT unnest($b)) AND sample IS NOT NULL GROUP BY ALL)
SELECT setting, "column", sample, a.value AS a, b.value AS b
FROM a JOIN b USING (setting, "column", sample) WHERE setting IN (SELECT unnest($settings)) ORDER BY ALL
"""


def _configuration(results: Results, keys: Iterable[str]) -> list[int]:
    found = results.query(
        "SELECT DISTINCT configuration FROM numbered WHERE key IN (SELECT unnest($keys))",
        {"keys": sorted(set(keys))},
    )
    return [row["configuration"] for row in found]


def _paired(
    setting: Setting, column: MeasuredColumn, values: list[tuple[float | None, float | None]]
) -> PairedDifference | None:
    both = [(a, b) for a, b in values if a is not None and b is not None]
    finite = np.array([pair for pair in both if np.isfinite(pair).all()], dtype=np.float64)
    if not len(finite):
        return None
    apart = finite[:, 1] - finite[:, 0]
    low, high = mean_intervals(apart[None])[0]
    better = column.sign * apart
    wins = float((better > 0).mean() + 0.5 * (better == 0).mean())
    p = float(stats.wilcoxon(apart).pvalue) if (apart != 0).any() else None
    a, b = finite.mean(axis=0)
    return PairedDifference(
        setting,
        column,
        len(finite),
        len(values) - len(finite),
        float(a),
        float(b),
        float(apart.mean()),
        float(low),
        float(high),
        wins,
        p,
    )
