"""Samples of a setting for the slider: pictures, error maps and figures.

Files are bounded: samples are added, the most disputed and the worst in turn, until there are enough of them
or their pictures weigh too much; the page says how many of the set it shows, and what they weigh.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from iqabench.report.data.aggregate import Results
from iqabench.report.data.sample_spread import SampleSpread, alternating, sample_spreads
from iqabench.report.data.tables import Table, TableRow
from iqabench.report.plots.error_maps import decoded, error_map
from iqabench.report.plots.pictures import Finder, Pictures
from iqabench.report.text.figures import figure

SHOWN = 12
"""Number of samples on a page."""
MOST_MB = 32.0
"""Size that windows may have together; the sample that exceeds it is the last."""
MOST_MB_WHOLE = 64.0
"""Size that whole images may have together, which are shown on request."""


@dataclass(frozen=True)
class ShownPicture:
    """One picture of a sample."""

    label: str
    href: str
    error: str
    """Address of its error map; empty for the target, and when sizes differ."""
    figures: tuple[str, ...] = ()
    """Text for each column of the table; empty for target and input."""


@dataclass(frozen=True)
class ShownSample:
    """One sample with all its pictures."""

    name: str
    width: int
    height: int
    disputed: int
    """Place among all samples of the set; 0 has the largest spread of models."""
    worst: int
    """Place among all samples of the set; 0 has the worst mean."""
    spread: str
    shots: tuple[ShownPicture, ...]


@dataclass(frozen=True)
class ShownSamples:
    """The samples of one setting that are shown."""

    samples: tuple[ShownSample, ...]
    of: int
    """Number of samples in the set."""
    megabytes: float
    """Size of the pictures."""


_Shown = tuple[ShownSample, list[TableRow]]
"""A sample without its figures yet, and the rows whose outputs are its last shots."""


def shown_samples(
    results: Results, table: Table, find: Finder, folder: Path, most: float = MOST_MB
) -> ShownSamples | None:
    """Return the samples to show, their pictures copied into `folder`; None when no pictures were kept."""
    kept = _PictureFiles(folder)
    shown: list[_Shown] = []
    for one in alternating(sample_spreads(results, table)):
        found = find(one.name)
        if found and (sample := _sample(table, one, found, kept)):
            shown.append(sample)
        if len(shown) == SHOWN or kept.megabytes >= most:
            break
    if not shown:
        return None
    ordered = sorted(_with_figures(results, table, shown), key=lambda one: one.disputed)
    return ShownSamples(tuple(ordered), table.samples, kept.megabytes)


_Values = dict[tuple[str, int, int], float | None]
"""Values by sample, row and column."""


def _values(results: Results, table: Table, samples: Sequence[str]) -> _Values:
    found = results.query(
        'SELECT sample, configuration, "column", value FROM cells WHERE setting = ? '
        "AND sample IN (SELECT unnest(?))",
        [table.number, [*samples]],
    )
    return {(r["sample"], r["configuration"], r["column"]): r["value"] for r in found}


def _sample(
    table: Table, one: SampleSpread, found: Pictures, kept: "_PictureFiles"
) -> _Shown | None:
    """Return one sample with its pictures; None when the target cannot be read."""
    target = decoded(found.target)
    if target is None:
        return None

    def shot(label: str, data: bytes) -> ShownPicture:
        pixels = decoded(data) if data is not found.target else None
        alike = pixels is not None and pixels.shape == target.shape
        error = (
            kept.put(error_map(pixels, target), "errors") if alike and pixels is not None else ""
        )
        return ShownPicture(label, kept.put(data, "crops"), error)

    shots = [shot("target", found.target)]
    shots += [shot("input", found.input)] if found.input else []
    rows = [row for row in table.rows if row.number in found.outputs]
    shots += [shot(row.label, found.outputs[row.number]) for row in rows]
    unit = table.columns[0].unit
    spread = f"{figure(one.low, unit)} to {figure(one.high, unit)}"
    height, width = target.shape[:2]
    places = one.disputed, one.worst
    return ShownSample(one.name, width, height, *places, spread, tuple(shots)), rows


def _with_figures(results: Results, table: Table, shown: Sequence[_Shown]) -> Iterator[ShownSample]:
    """Yield the samples with the values of their outputs; only shown samples are queried."""
    values = _values(results, table, [sample.name for sample, _ in shown])
    for sample, rows in shown:
        originals, outputs = sample.shots[: -len(rows)], sample.shots[-len(rows) :]
        valued = (
            replace(shot, figures=_figures(table, row, sample.name, values))
            for shot, row in zip(outputs, rows, strict=True)
        )
        yield replace(sample, shots=(*originals, *valued))


def _figures(table: Table, row: TableRow, sample: str, values: _Values) -> tuple[str, ...]:
    keys = ((sample, row.number, column) for column in table.column_numbers)
    return tuple(
        figure(values.get(key), column.unit)
        for key, column in zip(keys, table.columns, strict=True)
    )


class _PictureFiles:
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
