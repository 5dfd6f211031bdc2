"""Side-by-side windows of the samples on which models differ most."""

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from math import isfinite
from pathlib import Path

from iqabench.report.data.aggregate import Results
from iqabench.report.data.subjects import Configuration
from iqabench.report.data.tables import Table, TableRow
from iqabench.report.text.figures import figure, short_unit
from iqabench.report.text.task_titles import block_title, compared_part, part_titles
from iqabench.store import CropFolder

SHOWN = 6
"""Number of samples on a page."""
_WIDTH = 144
"""Width below which a window is enlarged by a whole number, so that no pixel is blurred."""
_LONGEST = 80
"""Number of characters of a reason below a picture."""
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
class CropBlock:
    """The windows of one output of all models, beside those of the parts that belong to it."""

    title: str
    """Title; empty for the only output."""
    width: int
    height: int
    """Height of each window as it is shown, in pixels of the page."""
    cuts: tuple[ModelCrop, ...]


@dataclass(frozen=True)
class SampleCrops:
    """The windows of one sample: a block for each output that models make."""

    sample: str
    spread: str
    """Range of the models' values, in words."""
    blocks: tuple[CropBlock, ...]


def sample_crops(results: Results, table: Table, folder: Path) -> list[SampleCrops]:
    """Return the samples with the largest spread of the first column that have windows, copied into
    `folder`.
    """
    names = _by_spread(results, table)
    firsts = {table.columns[at].role: at for at in reversed(range(len(table.columns)))}
    outputs = [
        _Output(role, firsts[role], _values(results, table, names, firsts[role]))
        for role in ("", *table.roles)
        if role in firsts
    ]
    at = table.setting
    kept = CropFolder(results.store.folder, at.set, at.set_hash, at.level, "")
    found = (_comparison(table, kept.of(name), folder, outputs) for name in names)
    return list(islice((c for c in found if c is not None), SHOWN))


def _by_spread(results: Results, table: Table) -> list[str]:
    """Return sample names, those with the largest spread and then the worst means first."""
    found = results.query(
        "SELECT sample, max(value) - min(value) AS spread, avg(value ORDER BY value) AS mean FROM cells "
        'WHERE setting = ? AND "column" = ? AND sample IS NOT NULL AND isfinite(value) '
        "AND configuration IN (SELECT unnest(?)) "
        "GROUP BY sample ORDER BY spread DESC, mean * ?, sample LIMIT ?",
        [table.number, table.column_numbers[0], table.judged, table.columns[0].sign, 4 * SHOWN],
    )
    return [row["sample"] for row in found]


def _values(results: Results, table: Table, samples: list[str], at: int) -> dict[str, Found]:
    """Return the values of a column for these samples."""
    found = results.query(
        'SELECT sample, configuration, value, error FROM cells WHERE setting = ? AND "column" = ? '
        "AND sample IN (SELECT unnest(?))",
        [table.number, table.column_numbers[at], samples],
    )
    values: dict[str, Found] = {}
    for row in found:
        values.setdefault(row["sample"], {})[row["configuration"]] = (row["value"], row["error"])
    return values


@dataclass(frozen=True)
class _Output:
    """One output of the models of a table: its role, and the first of its columns."""

    role: str
    at: int
    """Position of the column."""
    values: dict[str, Found]


def _comparison(
    table: Table, kept: CropFolder, folder: Path, outputs: Sequence[_Output]
) -> SampleCrops | None:
    """Return the windows of one sample; None when no model's window was kept."""
    parts = _parts(table, kept, folder)
    blocks = []
    for output in outputs:
        block = _block(table, kept, folder, output, parts)
        if block is None:
            break
        blocks.append(block if len(outputs) > 1 else replace(block, title=""))
    if not blocks:
        return None
    return SampleCrops(
        kept.sample, _spread(table, outputs[0].values.get(kept.sample, {})), tuple(blocks)
    )


def _block(
    table: Table,
    kept: CropFolder,
    folder: Path,
    output: _Output,
    parts: dict[str, ModelCrop],
) -> CropBlock | None:
    """Return the windows of one output; None when none was kept."""
    task = table.setting.task
    sought = compared_part(task, output.role) if output.role else "target"
    targets = {compared_part(task, role) for role in table.roles}
    names = [n for n in parts if n == sought or (not output.role and n not in targets)]
    if sought in parts:
        names = [sought, *(name for name in names if name != sought)]
    models = _models(table, kept, folder, output)
    size = next(filter(None, (_png_size(folder / cut.href) for cut in models if cut.href)), None)
    if size is None:
        return None
    scale = max(1, -(-_WIDTH // max(size[0], 1)))
    title = block_title(task, output.role)
    cuts = (*(parts[name] for name in names), *models)
    return CropBlock(title, size[0] * scale, size[1] * scale, cuts)


_ROLES = {"target": "what is sought", "input": "what models get"}


def _parts(table: Table, kept: CropFolder, folder: Path) -> dict[str, ModelCrop]:
    """Return the windows of the parts of a sample by name, the target first."""
    found = {"target": kept.target, "input": kept.input, **kept.parts}
    copies = {name: _copied(path, folder) for name, path in found.items()}
    there = {name: href for name, href in copies.items() if href}
    titles = part_titles(table.setting.task, there)
    sought = {compared_part(table.setting.task, role) for role in table.roles}
    return {
        name: ModelCrop(
            titles[name], href, (_ROLES["target" if name in {"target", *sought} else "input"],)
        )
        for name, href in there.items()
    }


def _picture(kept: CropFolder, made: Configuration, role: str) -> Path:
    return kept.model(made.model, made.model_hash, made.precision, made.tile, made.setting, role)


def _models(table: Table, kept: CropFolder, folder: Path, output: _Output) -> list[ModelCrop]:
    """Return one window for each model and weights; configurations that share a window share its caption."""
    found = output.values.get(kept.sample, {})
    shared: dict[Path, list[TableRow]] = {}
    for row in table.rows:
        if row.number in found:
            path = _picture(kept, row.configuration, output.role)
            shared.setdefault(path, []).append(row)
    best = table.best(output.at, {n: value for n, (value, _) in found.items()})
    unit = table.columns[output.at].unit
    cuts = []
    for path, rows in shared.items():
        lines = tuple(_line(row, len(rows) > 1, unit, found) for row in rows)
        label = rows[0].label if len(rows) == 1 else rows[0].configuration.model
        cuts.append(
            ModelCrop(label, _copied(path, folder), lines, any(r.number in best for r in rows))
        )
    return cuts


def _line(row: TableRow, shared: bool, unit: str, found: Found) -> str:
    value, error = found[row.number]
    said = (
        f"failed: {_shortened(error)}" if value is None else _with_unit(figure(value, unit), unit)
    )
    if not shared:
        return said
    own = (
        row.label.removeprefix(row.configuration.model).strip(" ()") or row.configuration.precision
    )
    return f"{own}: {said}"


def _shortened(error: str) -> str:
    """Return the beginning of a reason; the section on failures has all of it."""
    return error if len(error) <= _LONGEST else f"{error[:_LONGEST].rstrip()} …"


def _spread(table: Table, found: Found) -> str:
    values = [
        value
        for number, (value, _) in found.items()
        if number in table.judged and value is not None and isfinite(value)
    ]
    if len(values) < 2:
        return ""
    unit = table.columns[0].unit
    return _with_unit(f"{figure(min(values), unit)} to {figure(max(values), unit)}", unit)


def _with_unit(text: str, unit: str) -> str:
    return text if unit in {"", "1"} or text.endswith("inf") else f"{text} {short_unit(unit)}"


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
