"""Records of metric values beside opinions, as rows: one for each column, statistic and fit."""

from collections.abc import Callable, Sequence
from math import isnan
from typing import Any, NamedTuple, get_args

import duckdb
import numpy as np

from iqabench.errors import UsageError
from iqabench.opinions import Opinion, Opinions
from iqabench.report.statistics.agreement.bootstrap import Drawn, Resampling
from iqabench.report.statistics.agreement.fits import Fit
from iqabench.report.statistics.agreement.statistics import Statistic, statistics
from iqabench.store import Store
from iqabench.store.agreement import write_agreement

_VALUES = "SELECT sample, value, status, error FROM records WHERE key = ?"
_FACTS = """
SELECT "column", better, metric_version, protocol_hash, set_hash FROM records WHERE key = ? LIMIT 1
"""


def resampling_of(opinions: Opinions, times: int, drawn: str, seed: int) -> Resampling:
    """Return the way in which intervals on this set are made.

    Raises: UsageError when it has no references to draw, or something else altogether is to be drawn.
    """
    for known in get_args(Drawn):
        if drawn == known:
            if drawn == "references" and not opinions.facts.has_references:
                raise UsageError(f"{opinions.facts.title} has no references to draw; draw samples.")
            return Resampling(times, known, seed)
    raise UsageError(f"'{drawn}' cannot be drawn; expected {' or '.join(get_args(Drawn))}.")


def agreement_rows(
    store: Store,
    keys: Sequence[str],
    opinions: Opinions,
    fits: Sequence[Fit],
    resampling: Resampling,
    watch: Callable[[str, int, int], None] = lambda *_: None,
) -> list[dict[str, Any]]:
    """Compare the columns with these cell keys with people, and keep the rows in the store for reports.

    Returns: dictionaries with `set column statistic fit value ci_low ci_high n failed infinite error` and
        what else one must know, in the order of the keys. `n` counts the values that the statistic is over,
        `failed` the images without one, `infinite` those whose infinite value it leaves out.
    Raises: StoreError when the rows cannot be kept.
    """
    name = f"agreement on {opinions.facts.name}"
    rows: list[dict[str, Any]] = []
    with store.connect() as connection:
        for at, key in enumerate(keys, 1):
            facts = _facts(connection, key)
            if facts is not None:
                scored = _scored(connection, key, opinions)
                of_column = _rows_of(facts, scored, opinions, fits, resampling)
                store.put([write_agreement(store.folder, key, of_column)])
                rows += of_column
            watch(name, at, len(keys))
    return rows


class _ScoredOpinions(NamedTuple):
    """The values of a metric on the images that people judged."""

    samples: list[Opinion]
    """Opinions with a value."""
    values: list[float]
    why_not: str
    """Reason of the first image without a value."""


def _facts(connection: duckdb.DuckDBPyConnection, key: str) -> dict[str, Any] | None:
    done = connection.execute(_FACTS, [key])
    names = [part[0] for part in done.description]
    row = done.fetchone()
    return dict(zip(names, row, strict=True)) if row else None


def _scored(connection: duckdb.DuckDBPyConnection, key: str, opinions: Opinions) -> _ScoredOpinions:
    found = {row[0]: row[1:] for row in connection.execute(_VALUES, [key]).fetchall()}
    told = _ScoredOpinions([], [], "")
    for sample in opinions.samples:
        value, status, error = found.get(sample.name, (None, "failed", "it has no record"))
        if status == "ok" and value is not None and not isnan(value):
            told.samples.append(sample)
            told.values.append(value)
        elif not told.why_not:
            told = told._replace(why_not=error)
    return told


def _rows_of(
    facts: dict[str, Any],
    told: _ScoredOpinions,
    opinions: Opinions,
    fits: Sequence[Fit],
    resampling: Resampling,
) -> list[dict[str, Any]]:
    sign = 1.0 if facts["better"] == opinions.facts.better else -1.0
    x = sign * np.array(told.values, dtype=np.float64)
    y = np.array([sample.value for sample in told.samples], dtype=np.float64)
    references = [sample.reference or sample.name for sample in told.samples]
    found = statistics(x, y, fits, resampling, references)
    return [_row(figure, facts, told, opinions, resampling) for figure in found]


def _row(
    figure: Statistic,
    facts: dict[str, Any],
    told: _ScoredOpinions,
    opinions: Opinions,
    resampling: Resampling,
) -> dict[str, Any]:
    failed, error = len(opinions.samples) - len(told.samples), figure.error
    if error and failed:
        error += f"; {failed} images failed, the first because {told.why_not}"
    return {
        "set": opinions.facts.name, "column": facts["column"], "statistic": figure.name,
        "fit": figure.fit, "value": figure.value, "ci_low": figure.low, "ci_high": figure.high,
        "n": figure.n, "failed": failed, "infinite": figure.left_out, "error": error,
        "opinion": opinions.facts.scale, "opinion_better": opinions.facts.better,
        "metric_better": facts["better"],
        "resamples": resampling.times, "drawn": resampling.drawn, "seed": resampling.seed,
        "metric_version": facts["metric_version"], "protocol_hash": facts["protocol_hash"],
        "set_hash": facts["set_hash"],
    }  # fmt: skip
