"""Two models on the same samples: their difference, its interval, a test, and who wins how often."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from iqabench.report.data.aggregate import Results
from iqabench.report.data.subjects import MeasuredColumn, Setting
from iqabench.report.statistics import compare_pairs
from iqabench.report.statistics.mean_interval import Doubles


@dataclass(frozen=True)
class PairedDifference:
    """One column of two models over the samples that both have a value for, in one setting or several."""

    settings: tuple[Setting, ...]
    column: MeasuredColumn
    n: int
    """Number of samples that both have a finite value for: means and the difference are over these."""
    left_out: int
    """Number of samples that are not among the n: one model has no value there, or an infinite one."""
    infinite: int
    """Number of those with infinite values, which count in wins and in p."""
    a: float
    b: float
    difference: float
    """Mean of b minus a."""
    low: float | None
    high: float | None
    """Upper end of the difference's 95 % interval; None with fewer than five samples."""
    won: int
    """Number of samples on which b is better."""
    lost: int
    tied: int
    p: float | None
    """P value of the signed-rank test within each setting, two-sided; None when all differences are zero."""

    @property
    def setting(self) -> Setting:
        """The first setting, the only one but where sets are pooled."""
        return self.settings[0]

    @property
    def wins(self) -> float:
        """Share of the samples on which b is better; a tie is half a win."""
        return (self.won + self.tied / 2) / (self.won + self.lost + self.tied)


_Values = list[tuple[float | None, float | None]]


def paired_differences(
    results: Results, keys_a: Iterable[str], keys_b: Iterable[str], *, pooled: bool = False
) -> list[PairedDifference]:
    """Return the difference in every column and setting that both models have, by the keys of their cells.

    With `pooled` each column that several settings of one level have is followed by its difference over all
    their samples.
    """
    a, b = (_configuration(results, keys) for keys in (keys_a, keys_b))
    values = _values(results, a, b, range(len(results.settings)))
    found = _each(results, values)
    return [*found, *_pooled(results, values)] if pooled else found


def between(
    results: Results, a: Iterable[int], b: Iterable[int], settings: Iterable[int] | None = None
) -> list[PairedDifference]:
    """Return the differences between configurations by their positions, in all settings or in those given."""
    among = range(len(results.settings)) if settings is None else settings
    return _each(results, _values(results, a, b, among))


def _values(
    results: Results, a: Iterable[int], b: Iterable[int], settings: Iterable[int]
) -> dict[tuple[int, int], _Values]:
    """Return pairs of values by setting and column."""
    asked = {"a": [*a], "b": [*b], "settings": [*settings]}
    found: dict[tuple[int, int], _Values] = {}
    for row in results.query(_PAIRS, asked):
        found.setdefault((row["setting"], row["column"]), []).append((row["a"], row["b"]))
    return dict(sorted(found.items()))


_PAIRS = """
WITH a AS (SELECT setting, "column", sample, any_value(value) AS value FROM cells
           WHERE configuration IN (SELECT unnest($a)) AND sample IS NOT NULL GROUP BY ALL),
     b AS (SELECT setting, "column", sample, any_value(value) AS value FROM cells
           WHERE configuration IN (SELECT unnest($b)) AND sample IS NOT NULL GROUP BY ALL)
SELECT setting, "column", sample, a.value AS a, b.value AS b
FROM a FULL JOIN b USING (setting, "column", sample) WHERE setting IN (SELECT unnest($settings)) ORDER BY ALL
"""


def _configuration(results: Results, keys: Iterable[str]) -> list[int]:
    found = results.query(
        "SELECT DISTINCT configuration FROM numbered WHERE key IN (SELECT unnest($keys))",
        {"keys": sorted(set(keys))},
    )
    return [row["configuration"] for row in found]


def _each(results: Results, values: dict[tuple[int, int], _Values]) -> list[PairedDifference]:
    every = (
        _paired(results, column, {setting: some}) for (setting, column), some in values.items()
    )
    return [one for one in every if one]


def _pooled(results: Results, values: dict[tuple[int, int], _Values]) -> Iterable[PairedDifference]:
    """Yield the differences over all settings of one task and level, for columns that several have."""
    together: dict[tuple[int, str, str], dict[int, _Values]] = {}
    for (setting, column), some in values.items():
        facts = results.settings[setting]
        together.setdefault((column, facts.task, facts.level), {})[setting] = some
    for (column, _, _), by_setting in together.items():
        one = _paired(results, column, by_setting)
        if one and len(one.settings) > 1:
            yield one


def _paired(
    results: Results, column: int, by_setting: dict[int, _Values]
) -> PairedDifference | None:
    """Return the difference over the samples of some settings; None without a sample that both have."""
    kind = results.columns[column]
    both = {n: some for n, values in by_setting.items() if (some := _both(values)).shape[1]}
    finite = {n: some for n, values in both.items() if (some := _finite(values)).shape[1]}
    if not finite:
        return None
    (ranked,) = compare_pairs(list(both.values()), [(0, 1)], kind.sign)
    (compared,) = compare_pairs(list(finite.values()), [(0, 1)], kind.sign)
    a, b = np.concatenate(list(finite.values()), axis=1).mean(axis=1)
    return PairedDifference(
        tuple(results.settings[setting] for setting in finite),
        kind,
        compared.n,
        sum(map(len, by_setting.values())) - compared.n,
        ranked.n - compared.n,
        float(a),
        float(b),
        compared.difference,
        compared.low,
        compared.high,
        ranked.won,
        ranked.lost,
        ranked.tied,
        ranked.p if ranked.won or ranked.lost else None,
    )


def _both(values: Sequence[tuple[float | None, float | None]]) -> Doubles:
    """Return the pairs of which both values are there.

    Shapes: (2, samples).
    """
    both = [(a, b) for a, b in values if a is not None and b is not None]
    return np.array(both, dtype=np.float64).reshape(-1, 2).T


def _finite(pairs: Doubles) -> Doubles:
    return pairs[:, np.isfinite(pairs).all(axis=0)]
