"""The numbers of a report as one JSON file, so that others can build on them.

OUT/index.json            every mean, every cost, every board
OUT/index.schema.json     what stands where: a JSON Schema (draft 2020-12)

`schema` and `version` at its top say what it is. The version is raised when something changes its meaning or
goes; fields may be added without. Numbers have all their digits. What failed or is absent is null; infinite
values, which JSON does not know, are the texts "inf" and "-inf". Addresses of pages are relative to the file.
Equal stores give equal bytes.
"""

import json
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any

from iqabench.report.data.costs import MeasuredCost
from iqabench.report.data.devices import Device
from iqabench.report.data.subjects import MeasuredColumn
from iqabench.report.data.tables import Table, TableCell, TableRow
from iqabench.report.pages.board_page import BoardPage, BoardRow
from iqabench.report.statistics.intervals import Intervals

SCHEMA = "iqabench-report-index"
VERSION = 1
_SCHEMA_FILE = Path(__file__).parent / "templates" / "index.schema.json"

Json = dict[str, Any]


def write_index(
    folder: Path,
    tables: Mapping[str, Table],
    devices: Mapping[str, Device],
    boards: Mapping[str, BoardPage],
    intervals: Intervals,
) -> None:
    """Write both files; tables, devices and boards are given by the slugs of their pages."""
    made = {
        "schema": SCHEMA,
        "version": VERSION,
        "sets": [_set(table, intervals, slug) for slug, table in tables.items()],
        "devices": [_device(device, slug) for slug, device in devices.items()],
        "boards": [_board(page, slug) for slug, page in boards.items()],
    }
    text = json.dumps(made, ensure_ascii=False, allow_nan=False, indent=1)
    (folder / "index.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    schema = _SCHEMA_FILE.read_text(encoding="utf-8")
    (folder / "index.schema.json").write_text(schema, encoding="utf-8", newline="\n")


def _set(table: Table, intervals: Intervals, slug: str) -> Json:
    at = table.setting
    return {
        "page": f"{slug}.html",
        "per_image": f"per-image/{slug}.csv",
        "task": at.task,
        "set": at.set,
        "scale": at.scale,
        "level": at.level,
        "set_hash": at.set_hash,
        "samples": table.samples,
        "columns": [
            _column(c, label) for c, label in zip(table.columns, table.labels, strict=True)
        ],
        "rows": [_row(table, row, intervals) for row in table.rows],
    }


def _column(column: MeasuredColumn, label: str) -> Json:
    return {
        "label": label,
        "column": column.column,
        "metric": column.metric,
        "metric_version": column.metric_version,
        "protocol": column.protocol,
        "protocol_hash": column.protocol_hash,
        "unit": column.unit,
        "better": column.better,
    }


def _row(table: Table, row: TableRow, intervals: Intervals) -> Json:
    how, facts = row.configuration, row.facts
    values = {
        label: _mean(cell, intervals)
        for label, cell in zip(table.labels, row.cells, strict=True)
        if cell is not None
    }
    return {
        "label": row.label,
        "model": how.model,
        "model_hash": how.model_hash,
        "random_weights": how.random_weights,
        "precision": how.precision,
        "tile": how.tile,
        "mode": how.mode,
        "device_class": how.device_class,
        "params": facts.params,
        "licence": facts.licence,
        "parent": facts.variant.parent if facts.variant else None,
        "values": values,
    }


def _mean(cell: TableCell, intervals: Intervals) -> Json:
    mean = cell.mean
    low, high = intervals.of(mean) or (None, None)
    return {
        "value": _number(mean.value),
        "ci_low": low,
        "ci_high": high,
        "n": mean.n,
        "of": mean.of,
        "failed": mean.failed,
        "infinite": mean.infinite,
        "place": cell.place or None,
    }


def _device(device: Device, slug: str) -> Json:
    return {
        "page": f"{slug}.html",
        "device": device.name,
        "hash": device.hash,
        "costs": [_cost(cost) for cost in device.costs],
    }


def _cost(cost: MeasuredCost) -> Json:
    how, column = cost.configuration, cost.column
    low, high = cost.interval or (None, None)
    return {
        "model": how.model,
        "model_hash": how.model_hash,
        "random_weights": how.random_weights,
        "precision": how.precision,
        "mode": how.mode,
        "scale": cost.setting.scale,
        "input": cost.setting.level,
        "column": column.column,
        "probe": column.metric,
        "probe_version": column.metric_version,
        "convention": column.protocol,
        "unit": column.unit,
        "better": column.better,
        "value": _number(cost.value),
        "ci_low": low,
        "ci_high": high,
        "error": cost.error,
    }


def _board(page: BoardPage, slug: str) -> Json:
    board = page.board
    return {
        "page": f"{slug}.html",
        "board": board.name,
        "title": board.title,
        "source": board.source,
        "columns": [
            {
                "name": c.name,
                "title": " ".join(filter(None, (c.group, c.title))),
                "kind": c.under,
                "better": c.better,
            }
            for c in page.columns
        ],
        "tracks": [
            {
                "track": table.track.name if table.track else None,
                "entries": [_entry(page, row) for row in table.rows],
            }
            for table in page.tables
        ],
        "follows": page.follows,
    }


def _entry(page: BoardPage, row: BoardRow) -> Json:
    by = row.worked_out
    cells = zip(page.columns, row.cells, strict=True)
    return {
        "entry": row.entry.name,
        "models": [*dict.fromkeys(row.entry.models.values())],
        "published": not row.is_own,
        "rank": row.rank,
        "best": by.best if by else None,
        "worst": by.worst if by else None,
        "failed_gates": [*row.failed],
        "unchecked_gates": [*row.unchecked],
        "values": {column.name: _number(cell.sort) for column, cell in cells if cell},
    }


def _number(value: float | None) -> float | str | None:
    if value is None or isfinite(value):
        return value
    return "inf" if value > 0 else "-inf"
