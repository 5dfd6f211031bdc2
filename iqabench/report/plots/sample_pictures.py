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
from iqabench.report.data.tables import Table
from iqabench.report.plots.error_maps import decoded, error_map
from iqabench.report.plots.pictures import Finder, Pictures
from iqabench.report.text.figures import figure
from iqabench.report.text.task_titles import compared_part, output_title, part_titles

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
    """Address of its error map; empty for the target, without one, and when sizes differ."""
    row: str = ""
    """Label of the row whose output it is; empty for target, input and other parts."""
    role: str = ""
    """Role of a further output of that row."""
    figures: tuple[str, ...] = ()
    """Text for each column of the table, empty where that is of another output; none for parts."""


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


def shown_samples(
    results: Results, table: Table, find: Finder, folder: Path, most: float = MOST_MB
) -> ShownSamples | None:
    """Return the samples to show, their pictures copied into `folder`; None when no pictures were kept."""
    kept = _PictureFiles(folder)
    shown: list[ShownSample] = []
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
) -> ShownSample | None:
    """Return one sample with its pictures; None when the first of them cannot be read."""
    largest = decoded(found.target or next(iter(found.outputs.values())))
    if largest is None:
        return None
    shots = [*_parts(table, found, kept), *_outputs(table, found, kept)]
    low, high = (figure(value, table.columns[0].unit) for value in (one.low, one.high))
    spread = low if low == high else f"{low} to {high}"
    height, width = largest.shape[:2]
    return ShownSample(one.name, width, height, one.disputed, one.worst, spread, tuple(shots))


def _parts(table: Table, found: Pictures, kept: "_PictureFiles") -> Iterator[ShownPicture]:
    """Yield the pictures of the parts of a sample, the target first."""
    every = {"target": found.target, "input": found.input, **found.parts}
    there = {name: data for name, data in every.items() if data}
    titles = part_titles(table.setting.task, there)
    for name, data in there.items():
        error = kept.error(data, found.target) if name.startswith("input") else ""
        yield ShownPicture(titles[name], kept.put(data, "crops"), error)


def _outputs(table: Table, found: Pictures, kept: "_PictureFiles") -> Iterator[ShownPicture]:
    """Yield the pictures of outputs, and then those of further outputs."""
    for role, outputs in {"": found.outputs, **found.others}.items():
        sought = compared_part(table.setting.task, role)
        target = found.parts.get(sought, b"") if role else found.target
        title = f": {output_title(table.setting.task, role)}" if role else ""
        for row in table.rows:
            data = outputs.get(row.number)
            if data:
                error = kept.error(data, target)
                label = row.label + title
                yield ShownPicture(label, kept.put(data, "crops"), error, row.label, role)


def _with_figures(
    results: Results, table: Table, shown: Sequence[ShownSample]
) -> Iterator[ShownSample]:
    """Yield the samples with the values of their outputs; only shown samples are queried."""
    values = _values(results, table, [sample.name for sample in shown])
    numbers = {row.label: row.number for row in table.rows}
    for sample in shown:
        shots = (
            replace(shot, figures=_figures(table, shot, (sample.name, numbers[shot.row]), values))
            if shot.row
            else shot
            for shot in sample.shots
        )
        yield replace(sample, shots=tuple(shots))


def _figures(
    table: Table, shot: ShownPicture, key: tuple[str, int], values: _Values
) -> tuple[str, ...]:
    """Return the text of each column of a shot's output, for the sample and row of `key`."""
    return tuple(
        figure(values.get((*key, number)), column.unit) if column.role == shot.role else ""
        for number, column in zip(table.column_numbers, table.columns, strict=True)
    )


class _PictureFiles:
    """Files of one page, named by their content."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._sizes = folder, dict[str, int]()

    @property
    def megabytes(self) -> float:
        return sum(self._sizes.values()) / 1e6

    def error(self, data: bytes, target: bytes) -> str:
        """Return the address of the error map of a picture; empty without a target of its size."""
        pixels, sought = (decoded(each) if each else None for each in (data, target))
        if pixels is None or sought is None or pixels.shape != sought.shape:
            return ""
        return self.put(error_map(pixels, sought), "errors")

    def put(self, data: bytes, under: str) -> str:
        name = f"{under}/{hashlib.sha256(data).hexdigest()[:20]}.png"
        path = self.folder / name
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
        self._sizes[name] = len(data)
        return name
