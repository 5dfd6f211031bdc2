"""Tables of clips: a line for each clip, a column for each model, and both means below.

A clip's figure is the mean over its frames. Two means over a set follow from it, which differ as clips do in
length: over clips, which is the figure of the table of means, and over all frames.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from iqabench.report.data.aggregate import Results
from iqabench.report.data.labels import quality_title
from iqabench.report.data.subjects import MeasuredColumn
from iqabench.report.data.tables import Table, TableRow
from iqabench.report.text.figures import ABSENT, figure
from iqabench.report.text.protocol_text import protocol_text

OVER_CLIPS = "Mean over clips"
OVER_FRAMES = "Mean over frames"
_MEANS = (
    f"The value of a clip is the mean over its frames. {OVER_CLIPS} weighs every clip alike, and is the "
    f"figure of the table of means; {OVER_FRAMES.lower()} weighs every frame alike."
)
_KEY = tuple[int, int, int, str]
"""Setting, configuration, column and sample."""


@dataclass(frozen=True)
class FrameSum:
    """The frames of a clip that a column compared, with the sum of their values."""

    frames: int
    total: float


@dataclass(frozen=True)
class ClipValue:
    """The value of one column for one model, of a clip or as a mean over clips or frames."""

    text: str
    value: float | None = None
    best: bool = False


@dataclass(frozen=True)
class ClipLine:
    """One clip, or one of the means."""

    label: str
    frames: int
    """The number of frames that were compared; 0 where no column tells it."""
    cells: tuple[tuple[ClipValue, ...], ...]
    """The values of each model, one for each column."""
    is_mean: bool = False


@dataclass(frozen=True)
class ClipTable:
    """The clips of a set under one protocol."""

    title: str
    """The metrics, as in PSNR (dB) / SSIM."""
    protocol: str
    columns: tuple[MeasuredColumn, ...]
    rows: tuple[TableRow, ...]
    """The models, one for each column of the table."""
    lines: tuple[ClipLine, ...]
    notes: tuple[str, ...]
    """Sentences about frames, borders and means."""


def clip_tables(results: Results, table: Table) -> list[ClipTable]:
    """Return a table of clips for each protocol of a set of clips; none for a set of images."""
    sums = {k: v for k, v in results.once(_frame_sums).items() if k[0] == table.number}
    if not sums:
        return []
    of_clips = _of_clips(results, table)
    groups: dict[tuple[str, str], list[int]] = {}
    for at, column in enumerate(table.columns):
        if any(number == table.column_numbers[at] for _, number, _ in of_clips):
            groups.setdefault((column.role, column.protocol_hash), []).append(at)
    return [_table(table, tuple(some), of_clips, sums) for some in groups.values()]


def _frame_sums(results: Results) -> dict[_KEY, FrameSum]:
    """Return the frames of all clips in the results."""
    found = results.query(
        'SELECT numbered.setting, configuration, numbered."column", sample, count(*) AS frames, '
        "list(value ORDER BY frame) AS frame_values FROM frames JOIN numbered USING (key) "
        "WHERE status = 'ok' GROUP BY ALL"
    )
    return {
        (row["setting"], row["configuration"], row["column"], row["sample"]): FrameSum(
            row["frames"], fsum(row["frame_values"])
        )
        for row in found
    }


def _of_clips(results: Results, table: Table) -> dict[tuple[int, int, str], float | None]:
    """Return the value of each clip by configuration, column and sample; None where it failed."""
    found = results.query(
        'SELECT configuration, "column", sample, value FROM cells WHERE setting = ? AND sample IS NOT NULL',
        [table.number],
    )
    return {(row["configuration"], row["column"], row["sample"]): row["value"] for row in found}


def _table(
    table: Table,
    places: Sequence[int],
    of_clips: Mapping[tuple[int, int, str], float | None],
    sums: Mapping[_KEY, FrameSum],
) -> ClipTable:
    numbers = {table.column_numbers[at] for at in places}
    names = sorted({name for _, number, name in of_clips if number in numbers})
    columns = tuple(table.columns[at] for at in places)
    lines = [_of_clip(table, places, name, of_clips, sums) for name in names]
    counted = sum(line.frames for line in lines)
    lines += [
        _over_clips(table, places, counted),
        _over_frames(table, places, names, sums, counted),
    ]
    return ClipTable(
        " / ".join(_title(column) for column in columns),
        columns[0].protocol,
        columns,
        table.rows,
        tuple(lines),
        (_MEANS, _rules(table, columns)),
    )


def _rules(table: Table, columns: tuple[MeasuredColumn, ...]) -> str:
    """Return sentences about what is compared under the protocol of these columns, and which frames count."""
    known = columns[0].known_protocol
    text = protocol_text(columns, table.setting.scale)[0]
    frames = "All frames of a clip count."
    if known is not None and known.frames:
        frames = known.summary
    said = f"Protocol {columns[0].protocol} ({columns[0].protocol_hash}):"
    return " ".join([said, *text.sentences, *([frames] if known is not None else [])])


def _title(column: MeasuredColumn) -> str:
    return quality_title(column) + (f" ({column.unit})" if column.unit not in ("", "1") else "")


def _of_clip(
    table: Table,
    places: Sequence[int],
    name: str,
    of_clips: Mapping[tuple[int, int, str], float | None],
    sums: Mapping[_KEY, FrameSum],
) -> ClipLine:
    by_column = []
    for at in places:
        number = table.column_numbers[at]
        keys = {row.number: (row.number, number, name) for row in table.rows}
        values = {r: of_clips[k] for r, k in keys.items() if k in of_clips}
        by_column.append(_values(table, at, values))
    frames = (
        found.frames
        for row in table.rows
        for at in places
        if (found := sums.get((table.number, row.number, table.column_numbers[at], name)))
    )
    return ClipLine(name, max(frames, default=0), _across(by_column))


def _over_clips(table: Table, places: Sequence[int], frames: int) -> ClipLine:
    by_column = []
    for at in places:
        cells = {row.number: row.cells[at] for row in table.rows}
        values = {n: cell.mean.value for n, cell in cells.items() if cell is not None}
        by_column.append(_values(table, at, values))
    return ClipLine(OVER_CLIPS, frames, _across(by_column), is_mean=True)


def _over_frames(
    table: Table,
    places: Sequence[int],
    names: Sequence[str],
    sums: Mapping[_KEY, FrameSum],
    frames: int,
) -> ClipLine:
    """Return the means over all frames; a model has none where frames of a clip failed or were not run."""
    by_column = []
    for at in places:
        number, values = table.column_numbers[at], dict[int, float | None]()
        for row in table.rows:
            found = [sums.get((table.number, row.number, number, name)) for name in names]
            known = [each for each in found if each is not None]
            if len(known) == len(names) and sum(each.frames for each in known) == frames:
                values[row.number] = fsum(each.total for each in known) / frames
        by_column.append(_values(table, at, values))
    return ClipLine(OVER_FRAMES, frames, _across(by_column), is_mean=True)


def _values(table: Table, at: int, values: Mapping[int, float | None]) -> tuple[ClipValue, ...]:
    """Return the values of one column for each model; absent where it was not run."""
    best, unit = table.best(at, values), table.columns[at].unit
    told = []
    for row in table.rows:
        if row.number not in values:
            told.append(ClipValue(ABSENT))
            continue
        value = values[row.number]
        text = "failed" if value is None else figure(value, unit)
        told.append(ClipValue(text, value, row.number in best))
    return tuple(told)


def _across(by_column: Iterable[tuple[ClipValue, ...]]) -> tuple[tuple[ClipValue, ...], ...]:
    """Return the values by model, then by column."""
    return tuple(zip(*by_column, strict=True))
