"""The record: one number, and everything that one must know to believe it."""

import hashlib
import json
from dataclasses import MISSING, dataclass, fields
from typing import Any, Literal

Status = Literal["ok", "failed"]
Kind = Literal["image", "set", "cost"]

WHOLE_SET = "(whole set)"
"""What stands for the sample in a record of a whole set."""

NO_SAMPLE = "(cost)"
"""What stands for the sample in a record of what a model costs."""

SCHEMA_VERSION = 1
"""Raised when a column of the store changes its meaning or goes; adding one does not raise it."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """One column's value for one sample, or for a whole set, restored by one model.

    A record of cost is the same with other words: the device is its set, the size of the input its level,
    the probe its metric, and the counting convention (or nothing) its protocol.
    """

    key: str
    """Content key of the cell: equal keys mean equal numbers."""
    sample: str
    column: str
    """metric@protocol."""
    status: Status
    value: float | None
    """Absent when failed; inf is a value."""
    error: str
    """The reason, when failed; otherwise empty."""
    unit: str
    better: str
    metric: str
    metric_version: int
    protocol: str
    protocol_hash: str
    task: str
    set: str
    set_hash: str
    """Over the names and checksums of all samples and the way their inputs are made."""
    scale: int
    level: str
    """Strength of the degradation, as in n25 or q10; x4 for super-resolution."""
    model: str
    model_hash: str
    """SHA-256 of the weights; for models without any, of their name and version."""
    model_facts: str
    """JSON: parameters, licence, source, training sets."""
    random_weights: bool
    precision: str
    tile: int
    """Input tile in pixels; 0 is the whole image."""
    tile_note: str
    """Why it was tiled, when nobody asked for it."""
    device_class: str
    device: str
    restore_ms: float | None
    """Wall time of the one forward pass, the first included: an indication, not a latency."""
    run: str
    versions: str
    """JSON: iqabench, Python, torch, numpy ... and the operating system."""
    time: str
    """UTC, ISO 8601."""
    kind: Kind = "image"
    """Whether the value is of one image, of the whole set, or of what the model costs: then `sample` says so,
    and names none.
    """
    images: int = 1
    """How many images the value is of."""
    reference: str = ""
    """What tells the reference from others of its name, where the protocol has another than the target."""
    mode: str = ""
    """How the network was made to run, where that is not plain: compile+channels_last, cuda_graph ..."""
    details: str = ""
    """JSON of what stands behind a cost: interval, samples, operators, clocks, load; see `probes`."""


_TYPES: dict[object, str] = {int: "BIGINT", bool: "BOOLEAN", float | None: "DOUBLE"}

FIELDS: dict[str, str] = {f.name: _TYPES.get(f.type, "VARCHAR") for f in fields(Record)}
"""Names and DuckDB types of a record's fields."""

ADDED: dict[str, object] = {f.name: f.default for f in fields(Record) if f.default is not MISSING}
"""Fields that old stores lack, and what they mean there."""


def content_key(**parts: Any) -> str:
    """24 hexadecimal digits over all named parts."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:24]
