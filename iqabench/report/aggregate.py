"""Records, grouped once in DuckDB and asked many times.

What makes a number comparable is never averaged over: a setting (set, level, and exactly which samples),
a configuration (model, weights, precision, tile, device class) and a column (metric version and protocol)
each stay apart. A failed value enters no mean. An infinite one does, and is counted.

Answers are plain rows: pandas would make one NaN of what failed, what is absent and what is no number.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeVar

import duckdb

from iqabench.report.labels import configuration_labels
from iqabench.report.subjects import Column, Configuration, Setting
from iqabench.store import Store, create_table

T = TypeVar("T", Setting, Configuration, Column)


@dataclass(frozen=True)
class Mean:
    """One column's mean over the samples of a setting, for one configuration."""

    setting: int
    configuration: int
    column: int
    value: float | None
    """Absent when every sample failed; infinite when one sample is."""
    n: int
    """Samples that have a value; the mean is over these."""
    failed: int
    infinite: int
    """Samples whose value is infinite, as PSNR is where output and target are identical."""
    finite: float | None
    """The mean over the others."""
    of: int
    """Samples that any configuration has a value for: with fewer, a mean is not comparable."""
    restore_ms: float | None
    """Median over the samples."""

    @property
    def complete(self) -> bool:
        """Whether the mean is over all samples that it could be over."""
        return self.value is not None and self.n == self.of


class Results:
    """The records of a store, or those of some cell keys; a context manager that holds a connection.

    Settings, configurations and columns are sorted lists; elsewhere their positions stand for them.
    """

    def __init__(self, store: Store, keys: Iterable[str] | None = None) -> None:
        self.store = store
        self._connection: duckdb.DuckDBPyConnection = store.connect()
        found = self._latest_keys(None if keys is None else sorted(set(keys)))
        self.settings = _distinct(found, Setting)
        self.configurations = _distinct(found, Configuration)
        self.columns = _distinct(found, Column)
        self._number(found)
        self.execute(_CELLS)
        self.means = [Mean(**row) for row in self.query(_MEANS)]

    def __enter__(self) -> "Results":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def execute(self, sql: str, values: object = None) -> None:
        """Run a statement for its effect."""
        self._connection.execute(sql, values)

    def query(self, sql: str, values: object = None) -> list[dict[str, Any]]:
        """The rows of a query over `cells`, `numbered` and `records`; what is not there is None."""
        done = self._connection.execute(sql, values)
        names = [part[0] for part in done.description]
        return [dict(zip(names, row, strict=True)) for row in done.fetchall()]

    def execute_numpy(self, sql: str, values: object = None) -> dict[str, Any]:
        """The columns of a query as numpy arrays, for many rows."""
        found: dict[str, Any] = self._connection.execute(sql, values).fetchnumpy()
        return found

    def _latest_keys(self, keys: list[str] | None) -> list[dict[str, Any]]:
        """One key for each setting, configuration and column: what a newer key replaces is left out."""
        names = [f.name for kind in (Setting, Configuration, Column) for f in fields(kind)]
        same = ", ".join(f'min("{n}") AS "{n}"' for n in names if n != "tile")
        every = ", ".join(f'"{n}"' for n in names)
        chosen = "" if keys is None else "WHERE key IN (SELECT unnest($keys))"
        return self.query(
            f"WITH found AS (SELECT key, {same}, max(time) AS latest, "  # noqa: S608 - names of our own
            "coalesce(max(tile) FILTER (tile_note = ''), 0) AS tile "
            f"FROM records {chosen} GROUP BY key) SELECT * FROM found QUALIFY row_number() OVER "
            f"(PARTITION BY {every} ORDER BY latest DESC, key DESC) = 1 ORDER BY key",
            None if keys is None else {"keys": keys},
        )

    def _number(self, found: list[dict[str, Any]]) -> None:
        """The table `numbered`: key to setting, configuration and column."""
        settings = {thing: at for at, thing in enumerate(self.settings)}
        configurations = {thing: at for at, thing in enumerate(self.configurations)}
        columns = {thing: at for at, thing in enumerate(self.columns)}
        numbered = [
            {
                "key": r["key"],
                "setting": settings[_of(Setting, r)],
                "configuration": configurations[_of(Configuration, r)],
                "column": columns[_of(Column, r)],
            }
            for r in found
        ]
        create_table(self._connection, "numbered", _NUMBERED, numbered)


def rows(
    store: Store, keys: Iterable[str] | None = None, *, per_image: bool = False
) -> list[dict[str, Any]]:
    """Means, or single values, as plain rows; of all records or of those with these cell keys.

    What models cost is not among them: see `costs.cost_rows`.

    Returns: dictionaries with `model set scale level column value unit better n failed` and what else
        one must know; per image also `sample` and `error`. A failed value is None, inf is inf.
    """
    with Results(store, keys) as results:
        labels = configuration_labels(results.configurations)
        found = results.query(_SAMPLES) if per_image else [asdict(m) for m in results.means]
        quality = (row for row in found if not results.settings[row["setting"]].is_cost)
        return [_row(results, labels, row) for row in quality]


_NUMBERED = {"key": "VARCHAR", "setting": "BIGINT", "configuration": "BIGINT", "column": "BIGINT"}

_CELLS = """
CREATE TEMP TABLE cells AS
SELECT setting, configuration, numbered."column", kind, images, error, restore_ms,
       CASE WHEN kind = 'image' THEN sample END AS sample,
       status = 'ok' AND value IS NOT NULL AND NOT isnan(value) AS ok,
       CASE WHEN ok THEN value END AS value
FROM records JOIN numbered USING (key)
"""

# favg compensates its rounding, but not around infinity: finite and infinite values part before it. The
# order makes the last digit the same however many threads counted.
_MEANS = """
WITH counted AS (
    SELECT setting, "column",
           greatest(count(DISTINCT sample), max(images) FILTER (kind <> 'image')) AS "of"
    FROM cells WHERE ok GROUP BY ALL
), grouped AS (
    SELECT setting, configuration, "column", sum(images) FILTER (ok) AS n,
           sum(images) FILTER (NOT ok) AS failed,
           count(*) FILTER (isinf(value)) AS infinite, sum(value) FILTER (isinf(value)) AS infinity,
           favg(value ORDER BY value) FILTER (isfinite(value)) AS finite, median(restore_ms) AS restore_ms
    FROM cells GROUP BY ALL
)
SELECT setting, configuration, "column", coalesce(infinity, finite) AS value,
       coalesce(n, 0)::BIGINT AS n, coalesce(failed, 0)::BIGINT AS failed, infinite, finite,
       coalesce("of", 0) AS "of", restore_ms
FROM grouped LEFT JOIN counted USING (setting, "column") ORDER BY setting, configuration, "column"
"""

_SAMPLES = """
SELECT setting, configuration, "column", sample, value, ok::INT AS n, (NOT ok)::INT AS failed, error
FROM cells WHERE sample IS NOT NULL ORDER BY setting, configuration, "column", sample
"""


def _row(
    results: Results, labels: dict[Configuration, str], found: dict[str, Any]
) -> dict[str, Any]:
    setting = results.settings[found["setting"]]
    model = results.configurations[found["configuration"]]
    column = results.columns[found["column"]]
    alone = {"sample": found["sample"]} if "sample" in found else {}
    said = {"error": found["error"]} if "error" in found else {"infinite": found["infinite"]}
    return {
        "model": model.model, "set": setting.set, "scale": setting.scale, "level": setting.level,
        **alone, "column": column.column, "value": found["value"], "unit": column.unit,
        "better": column.better, "n": found["n"], "failed": found["failed"], **said,
        "label": labels[model], "precision": model.precision, "tile": model.tile,
        "random_weights": model.random_weights, "device": model.device_class, "task": setting.task,
        "metric_version": column.metric_version, "protocol_hash": column.protocol_hash,
        "set_hash": setting.set_hash, "model_hash": model.model_hash,
    }  # fmt: skip


def _distinct(found: list[dict[str, Any]], kind: type[T]) -> list[T]:
    return sorted({_of(kind, row) for row in found}, key=lambda thing: thing.order)


def _of(kind: type[T], row: dict[str, Any]) -> T:
    return kind(**{f.name: row[f.name] for f in fields(kind)})
