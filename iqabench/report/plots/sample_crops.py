"""Side-by-side windows of the samples on which models differ most."""

import hashlib
import struct
from dataclasses import dataclass
from itertools import islice
from math import isfinite
from pathlib import Path

from iqabench.report.data.aggregate import Results
from iqabench.report.data.subjects import Configuration
from iqabench.report.data.tables import Table, TableRow
from iqabench.report.text.figures import figure
from iqabench.store import CropFolder

SHOWN = 6
"""Number of samples on a page."""
_WIDTH = 144
"""Width below which a window is enlarged by a whole number, so that no pixel is blurred."""
_PNG = b"\x89PNG\r\n\x1a\n"

Found = dict[int, tuple[float | None, str]]
"""Value of each configuration on one sample, or the reason why there is none."""


@dataclass(frozen=True)
class ModelCrop:
    """One picture with its label and its figures in words."""

    label: str
    href: str
    """Address of the copy in the report's folder; empty when there is none."""
    lines: tuple[str, ...]
    best: bool = False


@dataclass(frozen=True)
class SampleCrops:
    """The windows of one sample, all of one size."""

    sample: str
    spread: str
    """Range of the models' values, in words."""
    width: int
    height: int
    cuts: tuple[ModelCrop, ...]


def sample_crops(results: Results, table: Table, folder: Path) -> list[SampleCrops]:
    """Return the samples with the largest spread of the first column that have windows, copied into
    `folder`.
    """
    names = _by_spread(results, table)
    values = _values(results, table, names)
    found = (_comparison(results, table, folder, name, values[name]) for name in names)
    return list(islice((c for c in found if c is not None), SHOWN))


def _by_spread(results: Results, table: Table) -> list[str]:
    """Return sample names, those with the largest spread and then the worst means first."""
    ranked = [r.number for r in table.rows if not r.configuration.random_weights]
    found = results.query(
        "SELECT sample, max(value) - min(value) AS spread, avg(value ORDER BY value) AS mean FROM cells "
        'WHERE setting = ? AND "column" = ? AND sample IS NOT NULL AND isfinite(value) '
        "AND configuration IN (SELECT unnest(?)) "
        "GROUP BY sample ORDER BY spread DESC, mean * ?, sample LIMIT ?",
        [table.number, table.column_numbers[0], ranked, table.columns[0].sign, 4 * SHOWN],
    )
    return [row["sample"] for row in found]


def _values(results: Results, table: Table, samples: list[str]) -> dict[str, Found]:
    """Return the values of the first column for these samples."""
    found = results.query(
        'SELECT sample, configuration, value, error FROM cells WHERE setting = ? AND "column" = ? '
        "AND sample IN (SELECT unnest(?))",
        [table.number, table.column_numbers[0], samples],
    )
    values: dict[str, Found] = {}
    for row in found:
        values.setdefault(row["sample"], {})[row["configuration"]] = (row["value"], row["error"])
    return values


def _comparison(
    results: Results, table: Table, folder: Path, sample: str, found: Found
) -> SampleCrops | None:
    """Return the windows of one sample; None when no model's window was kept."""
    at = table.setting
    kept = CropFolder(results.store.folder, at.set, at.set_hash, at.level, sample)
    size = _png_size(kept.target)
    models = _models(table, kept, folder, found) if size else []
    if size is None or not any(cut.href for cut in models):
        return None
    scale = max(1, -(-_WIDTH // max(size[0], 1)))
    target = ModelCrop("target", _copied(kept.target, folder), ("what is sought",))
    given = ModelCrop("input", _copied(kept.input, folder), ("what models get",))
    spread = _spread(table, found)
    return SampleCrops(sample, spread, size[0] * scale, size[1] * scale, (target, given, *models))


def _picture(kept: CropFolder, made: Configuration) -> Path:
    return kept.model(made.model, made.model_hash, made.precision, made.tile, made.setting)


def _models(table: Table, kept: CropFolder, folder: Path, found: Found) -> list[ModelCrop]:
    """Return one window for each model and weights; configurations that share a window share its caption."""
    shared: dict[Path, list[TableRow]] = {}
    for row in table.rows:
        if row.number in found:
            path = _picture(kept, row.configuration)
            shared.setdefault(path, []).append(row)
    best = table.best(0, {n: value for n, (value, _) in found.items()})
    cuts = []
    for path, rows in shared.items():
        lines = tuple(_line(table, row, len(rows) > 1, found) for row in rows)
        label = rows[0].label if len(rows) == 1 else rows[0].configuration.model
        cuts.append(
            ModelCrop(label, _copied(path, folder), lines, any(r.number in best for r in rows))
        )
    return cuts


def _line(table: Table, row: TableRow, shared: bool, found: Found) -> str:
    value, error = found[row.number]
    said = (
        f"failed: {error}"
        if value is None
        else _with_unit(table, figure(value, table.columns[0].unit))
    )
    if not shared:
        return said
    own = (
        row.label.removeprefix(row.configuration.model).strip(" ()") or row.configuration.precision
    )
    return f"{own}: {said}"


def _spread(table: Table, found: Found) -> str:
    random = {r.number for r in table.rows if r.configuration.random_weights}
    values = [v for n, (v, _) in found.items() if n not in random and v is not None and isfinite(v)]
    if len(values) < 2:
        return ""
    unit = table.columns[0].unit
    return _with_unit(table, f"{figure(min(values), unit)} to {figure(max(values), unit)}")


def _with_unit(table: Table, text: str) -> str:
    unit = table.columns[0].unit
    return text if unit in {"", "1"} or text.endswith("inf") else f"{text} {unit}"


def _copied(path: Path, folder: Path) -> str:
    """Copy a file into `crops/` under a name made of its content; return its address, empty if absent."""
    try:
        data = path.read_bytes()
    except OSError:
        return ""
    if not data.startswith(_PNG):
        return ""
    name = f"crops/{hashlib.sha256(data).hexdigest()[:20]}.png"
    copy = folder / name
    if not copy.exists():
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(data)
    return name


def _png_size(path: Path) -> tuple[int, int] | None:
    """Return width and height, from the file's header."""
    try:
        with path.open("rb") as file:
            head = file.read(24)
    except OSError:
        return None
    if len(head) < 24 or not head.startswith(_PNG):
        return None
    width, height = struct.unpack(">II", head[16:24])
    return int(width), int(height)
