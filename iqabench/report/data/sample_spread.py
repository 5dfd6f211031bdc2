"""Samples worth a look: those on which models differ most, and those on which they are worst."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest

from iqabench.report.data.aggregate import Results
from iqabench.report.data.tables import Table

TRIED = 120
"""Number of samples whose pictures are looked for."""


@dataclass(frozen=True)
class SampleSpread:
    """One sample in the first column of a table, with its places in both orders."""

    name: str
    low: float
    high: float
    disputed: int
    worst: int


def most_disputed(results: Results, table: Table) -> list[str]:
    """Return the names of the samples on which models differ most in the first column, at most `TRIED`."""
    return [one.name for one in sample_spreads(results, table)[:TRIED]]


def sample_spreads(results: Results, table: Table) -> list[SampleSpread]:
    """Return every sample with a value of the first column, the largest spread first."""
    column, among = table.columns[0], table.judged
    found = results.query(
        "SELECT sample, min(value) AS low, max(value) AS high, avg(value ORDER BY value) AS mean "
        'FROM cells WHERE setting = ? AND "column" = ? AND sample IS NOT NULL AND isfinite(value) '
        "AND configuration IN (SELECT unnest(?)) GROUP BY sample ORDER BY sample",
        [table.number, table.column_numbers[0], among],
    )
    worst = sorted(found, key=lambda row: (column.sign * row["mean"], row["sample"]))
    places = {row["sample"]: at for at, row in enumerate(worst)}
    disputed = sorted(found, key=lambda row: (row["low"] - row["high"], places[row["sample"]]))
    return [
        SampleSpread(row["sample"], row["low"], row["high"], at, places[row["sample"]])
        for at, row in enumerate(disputed)
    ]


def alternating(disputed: Sequence[SampleSpread]) -> Iterator[SampleSpread]:
    """Yield the most disputed sample, the worst, the second most disputed ..., each once, at most `TRIED`."""
    worst = sorted(disputed, key=lambda one: one.worst)
    every = chain.from_iterable(zip_longest(disputed, worst))
    return islice(dict.fromkeys(one for one in every if one is not None), TRIED)
