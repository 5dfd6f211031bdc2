"""Provenance of numbers: runs, devices, versions, tiles, and the cards of models."""

import json
from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Any

from iqabench.report.data.aggregate import Results
from iqabench.report.data.tables import Table, TableRow
from iqabench.report.text.figures import ABSENT, moment

Terms = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Run:
    """One run, as far as its records are in the chosen settings."""

    run: str
    device: str
    first: str
    last: str
    records: int
    versions: Terms


@dataclass(frozen=True)
class RowProvenance:
    """Everything about one row except its numbers."""

    row: TableRow
    brief: str
    """Title, weights, precision and device class, in one line."""
    terms: Terms
    code: str
    """Address of the code that may be linked; otherwise empty."""


class RunProvenance:
    """Runs and their facts, read once from all records and asked page by page."""

    def __init__(self, results: Results) -> None:
        self._results = results
        found = results.query(
            "SELECT numbered.setting, configuration, run, device, tile, tile_note, count(*) AS records, "
            "count(DISTINCT sample) FILTER (tile_note <> '') AS samples, min(time) AS first, "
            "max(time) AS last FROM records JOIN numbered USING (key) GROUP BY ALL ORDER BY ALL"
        )
        self._parts: dict[int, list[dict[str, Any]]] = {}
        for part in found:
            self._parts.setdefault(part["setting"], []).append(part)
        versions = results.query("SELECT run, min(versions) AS versions FROM records GROUP BY run")
        self._versions = {row["run"]: _terms(row["versions"]) for row in versions}

    def versions(self, run: str) -> Terms:
        """Return names and versions of the software of a run."""
        return self._versions.get(run, ())

    def runs(self, settings: Iterable[int], among: Container[int] | None = None) -> list[Run]:
        """Return the runs that the records of these settings come from, oldest first.

        `among` keeps to some configurations, by their positions.
        """
        found: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for part in (part for number in settings for part in self._parts[number]):
            if among is None or part["configuration"] in among:
                found.setdefault((part["run"], part["device"]), []).append(part)
        runs = [
            Run(
                run,
                device,
                moment(min(p["first"] for p in parts)),
                moment(max(p["last"] for p in parts)),
                sum(p["records"] for p in parts),
                self._versions.get(run, ()),
            )
            for (run, device), parts in found.items()
        ]
        return sorted(runs, key=lambda r: (r.first, r.run, r.device))

    def origins(self, table: Table) -> list[RowProvenance]:
        """Return the provenance of each row, in the table's order."""
        parts: dict[int, list[dict[str, Any]]] = {}
        for part in self._parts[table.number]:
            parts.setdefault(part["configuration"], []).append(part)
        times = {t["configuration"]: t["ms"] for t in self._results.query(_TIMES, [table.number])}
        return [_origin(row, parts[row.number], times.get(row.number)) for row in table.rows]


_TIMES = """
SELECT configuration, median(restore_ms) AS ms, "column" FROM cells
WHERE setting = ? AND restore_ms IS NOT NULL GROUP BY ALL ORDER BY "column" DESC
"""
"""Query for times of the first column that has them, which comes last and replaces the others."""


def _origin(row: TableRow, parts: list[dict[str, Any]], ms: float | None) -> RowProvenance:
    facts, how = row.facts, row.configuration
    params = f"{facts.params:,}" if facts.params is not None else "not stated"
    terms = (
        ("Model", f"{how.model}{f' – {facts.title}' if facts.title else ''}"),
        ("Variant", str(facts.variant or "")),
        ("Parameters", params),
        ("Weights", _weights(row)),
        ("Precision", how.precision),
        ("Tile", _tile(how.tile, parts)),
        ("Device", _list(p["device"] for p in parts)),
        ("Time an image", f"{ms:,.1f} ms, median of single passes" if ms is not None else ABSENT),
        ("Runs", _list(p["run"] for p in parts)),
        ("Licence", facts.licence or "not stated"),
        ("Trained on", ", ".join(facts.training_sets) or "not stated"),
        ("Source", facts.source or "not stated"),
        ("Code", facts.code or "not stated"),
        ("Notes", facts.notes),
    )
    code = facts.code if facts.code.startswith(("https://", "http://")) else ""
    hashed = (
        f"weights {how.model_hash[:8]}" if facts.params != 0 and how.model_hash else "no weights"
    )
    brief = " · ".join(b for b in (facts.title, hashed, how.precision, how.device_class) if b)
    return RowProvenance(row, brief, tuple((k, v) for k, v in terms if v), code)


def _weights(row: TableRow) -> str:
    hashed = row.configuration.model_hash
    if row.configuration.random_weights:
        return f"random; these figures say nothing of the model's quality. SHA-256 {hashed}"
    if row.facts.params == 0:
        return f"none; the hash stands for the method and its version: {hashed}"
    return f"SHA-256 {hashed}" if hashed else "not known"


def _tile(asked: int, parts: list[dict[str, Any]]) -> str:
    said = [f"{asked} pixels" if asked else "whole image"]
    notes: dict[str, int] = {}
    for part in parts:
        if part["tile_note"]:
            note = f"tiles of {part['tile']} ({part['tile_note']})"
            notes[note] = notes.get(note, 0) + part["samples"]
    counted = [
        f"{n} {'image' if n == 1 else 'images'} in {note}" for note, n in sorted(notes.items())
    ]
    return "; ".join([*said, *counted])


def _list(texts: Iterable[str]) -> str:
    return ", ".join(sorted({t for t in texts if t})) or ABSENT


def _terms(text: str) -> Terms:
    try:
        found = json.loads(text)
    except ValueError:
        return ()
    return tuple((str(k), str(v)) for k, v in found.items()) if isinstance(found, dict) else ()
