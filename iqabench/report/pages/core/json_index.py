"""The numbers of a report as one JSON file, so that others can build on them.

OUT/index.json            every mean, every cost, every board
OUT/index.schema.json     what stands where: a JSON Schema (draft 2020-12)

`schema` and `version` at its top say what it is. The version is raised when something changes its meaning or
goes; fields may be added without. Numbers have all their digits. What failed or is absent is null; infinite
values, which JSON does not know, are the texts "inf" and "-inf". Addresses of pages are relative to the file.
Equal stores give equal bytes.
"""

import json
from dataclasses import asdict
from math import isfinite
from pathlib import Path
from typing import Any

from iqabench.report.data.agreement import AgreementRow, OpinionAgreement
from iqabench.report.data.board_report import BoardReport, BoardRow
from iqabench.report.data.costs import MeasuredCost
from iqabench.report.data.devices import Device
from iqabench.report.data.subjects import MeasuredColumn
from iqabench.report.data.tables import Table, TableCell, TableRow
from iqabench.report.pages.core.report import Report
from iqabench.report.statistics.intervals import Intervals

SCHEMA = "iqabench-report-index"
VERSION = 1
_SCHEMA_FILE = Path(__file__).parents[1] / "templates" / "index.schema.json"

Json = dict[str, Any]


def write_index(report: Report) -> None:
    """Write both files."""
    index: Json = {
        "schema": SCHEMA,
        "version": VERSION,
        "sets": [_set(t, report.intervals, report.set_slugs[t.number]) for t in report.tables],
        "devices": [_device(d, report.device_slugs[d.hash]) for d in report.devices],
        "boards": [_board(b, report.page_of("board", b.board.name)) for b in report.boards],
    }
    if report.agreements:
        index["opinions"] = [_opinions(a, report) for a in report.agreements]
    text = json.dumps(index, ensure_ascii=False, allow_nan=False, indent=1)
    report.write("index.json", f"{text}\n")
    report.write("index.schema.json", _SCHEMA_FILE.read_text(encoding="utf-8"))


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


def _opinions(agreement: OpinionAgreement, report: Report) -> Json:
    setting = agreement.setting
    return {
        "page": report.page_of("agreement", agreement.number),
        "set": setting.set,
        "set_hash": setting.set_hash,
        "opinion": agreement.scale,
        "samples": agreement.samples,
        "metrics": [_agreement(agreement, row) for row in agreement.rows],
    }


def _agreement(agreement: OpinionAgreement, row: AgreementRow) -> Json:
    figures = [
        {
            "statistic": statistic[0],
            "fit": statistic[1],
            "value": found.value,
            "ci_low": found.low,
            "ci_high": found.high,
            "n": found.n,
            "error": found.error,
        }
        for statistic in agreement.statistics
        if (found := row.figures.get(statistic))
    ]
    return {
        **_column(row.column, row.label),
        "n": row.mean.n,
        "failed": row.mean.failed,
        "agreement": figures,
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
        **({"finite": mean.finite} if mean.infinite else {}),
        **({"draws": mean.draws, "sd": mean.sd} if mean.draws else {}),
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


def _board(page: BoardReport, address: str) -> Json:
    board = page.board
    return {
        "page": address,
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
        **({"corrections": [asdict(c) for c in page.corrections]} if page.corrections else {}),
    }


def _entry(page: BoardReport, row: BoardRow) -> Json:
    by = row.worked_out
    cells = zip(page.columns, row.cells, strict=True)
    return {
        "entry": row.entry.name,
        "models": [*dict.fromkeys(row.entry.models.values())],
        "published": not row.is_own,
        "rank": row.rank,
        "best": by.best if by else None,
        "worst": by.worst if by else None,
        **({"corrected_rank": row.corrected.rank} if row.corrected else {}),
        "failed_gates": [*row.failed],
        "unchecked_gates": [*row.unchecked],
        "values": {column.name: _number(cell.sort) for column, cell in cells if cell},
    }


def _number(value: float | None) -> float | str | None:
    if value is None or isfinite(value):
        return value
    return "inf" if value > 0 else "-inf"
