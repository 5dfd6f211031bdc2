"""A page of samples for each setting: any two pictures under a slider, their errors, their figures.

Files are bounded: samples are added, the most disputed and the worst in turn, until there are enough of them
or their pictures weigh too much; the page says how many of the set it shows, and what they weigh.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from pathlib import Path

from iqabench.report.aggregate import Results
from iqabench.report.error_maps import decoded, error_map
from iqabench.report.figures import figure
from iqabench.report.pictures import Finder, Pictures
from iqabench.report.tables import Row, Table

SHOWN = 12
"""Samples on a page."""
_TRIED = 10 * SHOWN
"""Samples whose pictures are looked for."""
MOST_MB = 32.0
"""What cuts may weigh together; the sample that goes beyond it is the last."""
MOST_MB_WHOLE = 64.0
"""The same of whole images, which are shown where somebody asks for them."""


@dataclass(frozen=True)
class Shot:
    """One picture of a sample."""

    label: str
    href: str
    error: str
    """Its error map; empty for the target, and where sizes differ."""
    figures: tuple[str, ...]
    """One for each column of the table; empty for target and input."""


@dataclass(frozen=True)
class SampleShots:
    """One sample and everything to look at."""

    name: str
    width: int
    height: int
    disputed: int
    """Its place among all samples of the set: 0 is where models are farthest apart."""
    worst: int
    """The same: 0 is where models fare worst."""
    spread: str
    shots: tuple[Shot, ...]


@dataclass(frozen=True)
class SamplePage:
    """The samples of one setting that are shown."""

    samples: tuple[SampleShots, ...]
    of: int
    """Samples of the set."""
    megabytes: float
    """Of their pictures."""


@dataclass(frozen=True)
class _Ranked:
    """One sample in the first column of a table."""

    name: str
    low: float
    high: float
    disputed: int
    worst: int


def sample_page(
    results: Results, table: Table, find: Finder, folder: Path, most: float = MOST_MB
) -> SamplePage | None:
    """The samples to show, their pictures copied into `folder`; None where no pictures were kept."""
    ranked = _ranked(results, table)
    kept = _Kept(folder)
    shown: list[SampleShots] = []
    some = [*islice(_in_turn(ranked), _TRIED)]
    values = _values(results, table, [one.name for one in some])
    for one in some:
        found = find(one.name)
        if found and (shots := _sample(table, one, found, values, kept)):
            shown.append(shots)
        if len(shown) == SHOWN or kept.megabytes >= most:
            break
    if not shown:
        return None
    ordered = sorted(shown, key=lambda sample: sample.disputed)
    return SamplePage(tuple(ordered), table.samples, kept.megabytes)


def most_disputed(results: Results, table: Table) -> list[str]:
    """The samples on which models are farthest apart in the first column, as many as are worth a look."""
    return [one.name for one in _ranked(results, table)[:_TRIED]]


def _ranked(results: Results, table: Table) -> list[_Ranked]:
    """Every sample with a value of the first column, the most disputed first."""
    column, among = (
        table.columns[0],
        [r.number for r in table.rows if not r.configuration.random_weights],
    )
    found = results.query(
        "SELECT sample, min(value) AS low, max(value) AS high, avg(value ORDER BY value) AS mean "
        'FROM cells WHERE setting = ? AND "column" = ? AND sample IS NOT NULL AND isfinite(value) '
        "AND configuration IN (SELECT unnest(?)) GROUP BY sample ORDER BY sample",
        [table.number, table.column_numbers[0], among],
    )  # fmt: skip
    worst = sorted(found, key=lambda row: (column.sign * row["mean"], row["sample"]))
    places = {row["sample"]: at for at, row in enumerate(worst)}
    disputed = sorted(found, key=lambda row: (row["low"] - row["high"], places[row["sample"]]))
    return [
        _Ranked(row["sample"], row["low"], row["high"], at, places[row["sample"]])
        for at, row in enumerate(disputed)
    ]


def _in_turn(disputed: Sequence[_Ranked]) -> Iterator[_Ranked]:
    """The most disputed, the worst, the second most disputed ..., each once."""
    worst = sorted(disputed, key=lambda one: one.worst)
    every = chain.from_iterable(zip_longest(disputed, worst))
    return iter(dict.fromkeys(one for one in every if one is not None))


_Values = dict[tuple[str, int, int], float | None]
"""By sample, row and column."""


def _values(results: Results, table: Table, samples: Sequence[str]) -> _Values:
    found = results.query(
        'SELECT sample, configuration, "column", value FROM cells WHERE setting = ? '
        "AND sample IN (SELECT unnest(?))",
        [table.number, [*samples]],
    )
    return {(r["sample"], r["configuration"], r["column"]): r["value"] for r in found}


def _sample(
    table: Table, one: _Ranked, found: Pictures, values: _Values, kept: "_Kept"
) -> SampleShots | None:
    """None where the target cannot be read."""
    target = decoded(found.target)
    if target is None:
        return None

    def shot(label: str, data: bytes, figures: tuple[str, ...] = ()) -> Shot:
        pixels = decoded(data) if data is not found.target else None
        alike = pixels is not None and pixels.shape == target.shape
        error = (
            kept.put(error_map(pixels, target), "errors") if alike and pixels is not None else ""
        )
        return Shot(label, kept.put(data, "crops"), error, figures)

    shots = [shot("target", found.target)]
    shots += [shot("input", found.input)] if found.input else []
    for row in table.rows:
        if row.number in found.outputs:
            shots.append(
                shot(row.label, found.outputs[row.number], _figures(table, row, one, values))
            )
    unit = table.columns[0].unit
    spread = f"{figure(one.low, unit)} to {figure(one.high, unit)}"
    height, width = target.shape[:2]
    return SampleShots(one.name, width, height, one.disputed, one.worst, spread, tuple(shots))


def _figures(table: Table, row: Row, one: _Ranked, values: _Values) -> tuple[str, ...]:
    keys = ((one.name, row.number, column) for column in table.column_numbers)
    return tuple(
        figure(values.get(key), column.unit)
        for key, column in zip(keys, table.columns, strict=True)
    )


class _Kept:
    """Files of one page, named by their content."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._sizes = folder, dict[str, int]()

    @property
    def megabytes(self) -> float:
        return sum(self._sizes.values()) / 1e6

    def put(self, data: bytes, under: str) -> str:
        name = f"{under}/{hashlib.sha256(data).hexdigest()[:20]}.png"
        path = self.folder / name
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
        self._sizes[name] = len(data)
        return name
