"""Records, grouped once in DuckDB and asked many times.

What makes a number comparable is never averaged over: a setting (set, level, and exactly which samples),
a configuration (model, weights, precision, tile, device class) and a column (metric version and protocol)
each stay apart. Only the draws of a model that draws at random are: of each sample first, so that all that
follows has one value of it. A failed value enters no mean. An infinite one does, and is counted.

Answers are plain rows: pandas would make one NaN of what failed, what is absent and what is no number.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import duckdb

from iqabench.report.data.grouping import (
    MEANS,
    SPREADS,
    are_drawn,
    create_cells,
    distinct,
    latest_keys,
    number,
)
from iqabench.report.data.subjects import Configuration, MeasuredColumn, Setting
from iqabench.store import Store

T = TypeVar("T")


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

    draws: int = 0
    """Draws of a model that draws at random, over all samples; 0 for all others. The value is their mean."""
    sd: float | None = None
    """Standard deviation of the means of the draws; None for fewer than two."""

    @property
    def complete(self) -> bool:
        """True when the mean is over all samples that it could be over."""
        return self.value is not None and self.n == self.of


class Results:
    """The records of a store, or those of some cell keys; a context manager that holds a connection.

    Settings, configurations and columns are sorted lists; elsewhere their positions stand for them. `samples`
    are the samples that are looked at, by key; of other keys all are.
    """

    def __init__(
        self,
        store: Store,
        keys: Iterable[str] | None = None,
        samples: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        self.store = store
        self._once: dict[Callable[[Results], Any], Any] = {}
        self._connection: duckdb.DuckDBPyConnection = store.connect()
        self.records = latest_keys(self._connection, None if keys is None else sorted(set(keys)))
        """Number of records."""
        self.settings = distinct(self._connection, Setting)
        self.configurations = distinct(self._connection, Configuration)
        self.columns = distinct(self._connection, MeasuredColumn)
        number(self._connection, (self.settings, self.configurations, self.columns))
        create_cells(self._connection, self.records, samples)
        spreads = self._spreads()
        self.means = [
            Mean(**row, **spreads.get((row["setting"], row["configuration"], row["column"]), {}))
            for row in self.query(MEANS)
        ]

    def __enter__(self) -> "Results":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def _spreads(self) -> dict[tuple[int, int, int], dict[str, Any]]:
        """Return draws and standard deviations by setting, configuration and column."""
        if not are_drawn(self._connection):
            return {}
        return {
            (row["setting"], row["configuration"], row["column"]): {
                "draws": row["draws"],
                "sd": row["sd"],
            }
            for row in self.query(SPREADS)
        }

    def execute(self, sql: str, values: object = None) -> None:
        """Run a statement for its effect."""
        self._connection.execute(sql, values)

    def query(self, sql: str, values: object = None) -> list[dict[str, Any]]:
        """Return the rows of a query over `cells`, `numbered` and `records`; what is not there is None."""
        done = self._connection.execute(sql, values)
        names = [part[0] for part in done.description]
        return [dict(zip(names, row, strict=True)) for row in done.fetchall()]

    def once(self, work: Callable[["Results"], T]) -> T:
        """Return what a function makes of these results; it is called the first time alone."""
        if work not in self._once:
            self._once[work] = work(self)
        found: T = self._once[work]
        return found

    def execute_numpy(self, sql: str, values: object = None) -> dict[str, Any]:
        """Return the columns of a query as numpy arrays, for many rows."""
        found: dict[str, Any] = self._connection.execute(sql, values).fetchnumpy()
        return found
