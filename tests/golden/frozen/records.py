"""Records, read from the Parquet files of a store by DuckDB, without the package."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

Entries = dict[str, dict[str, Any]]
"""What a case gives: by a name that is unique in it, facts and numbers."""

FIELDS = (
    "key", "sample", "column", "value", "status", "error", "unit", "better", "metric_version",
    "protocol_hash", "reference", "task", "set", "set_hash", "scale", "level", "model", "model_hash",
    "random_weights", "precision", "tile", "mode", "device_class", "kind", "images",
)  # fmt: skip
"""What must not change. Left out is what differs from run to run: times, versions, the device's name."""


def entries_of(store: Path) -> Entries:
    """Read every record; those of a case differ in what stands in the name.

    Raises: RuntimeError when two records have one name.
    """
    return named(records_of(store))


def named(records: Iterable[dict[str, Any]]) -> Entries:
    """Return what must not change of each record, by its name.

    Raises: RuntimeError when two records have one name.
    """
    found: Entries = {}
    for record in records:
        name = _name(record)
        if name in found:
            raise RuntimeError(f"two records are named {name}")
        found[name] = {field: record[field] for field in FIELDS}
    return found


def records_of(store: Path) -> list[dict[str, Any]]:
    """Read all fields of all finished records, sorted by key and sample."""
    files = str(store / "records" / "*.parquet")
    with duckdb.connect() as connection:
        answer = connection.execute(
            "SELECT * FROM read_parquet(?, union_by_name=true) ORDER BY key, sample, run", [files]
        )
        names = [column[0] for column in answer.description or []]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def _name(record: dict[str, Any]) -> str:
    words = [record["model"], record["set"], record["level"], record["column"], record["sample"]]
    if record["tile"]:
        words.append(f"tile {record['tile']}")
    if record["precision"] != "fp32":
        words.append(record["precision"])
    return " ".join(word for word in words if word)
