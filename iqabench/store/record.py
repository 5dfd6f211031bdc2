"""The record: one number, with everything that is needed to judge it."""

import hashlib
import json
from dataclasses import MISSING, dataclass, fields
from operator import itemgetter
from typing import Any, Literal

Status = Literal["ok", "failed"]
Kind = Literal["image", "frame", "set", "cost"]

WHOLE_SET = "(whole set)"
"""The sample's name in a record of a whole set."""

NO_SAMPLE = "(cost)"
"""The sample's name in a record of a cost."""

SCHEMA_VERSION = 1
"""A number that is raised when a column of the store changes its meaning or goes, not when one is added."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """One column's value for one sample, or for a whole set, restored by one model.

    A record of cost is the same with other words: the device is its set, the size of the input its level,
    the probe its metric, and the counting convention (or nothing) its protocol.
    """

    key: str
    """The content key of the cell: equal keys mean equal numbers."""
    sample: str
    column: str
    """The column: metric@protocol."""
    status: Status
    value: float | None
    """The value; None when the cell failed. Infinity is a value."""
    error: str
    """The reason of a failure; otherwise empty."""
    unit: str
    better: str
    metric: str
    metric_version: int
    protocol: str
    protocol_hash: str
    task: str
    set: str
    set_hash: str
    """The hash over the names and checksums of all samples and the way their inputs are made."""
    scale: int
    level: str
    """The strength of the degradation, as in n25 or q10; x4 for super-resolution."""
    model: str
    model_hash: str
    """The SHA-256 of the weights; for models without weights, of their name and version."""
    model_facts: str
    """Facts of the model as JSON: parameters, licence, source, training sets."""
    random_weights: bool
    precision: str
    tile: int
    """The input tile in pixels; 0 is the whole image."""
    tile_note: str
    """The reason for tiles that the user did not ask for."""
    device_class: str
    device: str
    restore_ms: float | None
    """The wall time of the one forward pass, the first included: an indication, not a latency."""
    run: str
    versions: str
    """Versions as JSON: iqabench, Python, torch, numpy ... and the operating system."""
    time: str
    """The time in UTC, ISO 8601."""
    kind: Kind = "image"
    """The kind of the value: of one image, of the whole set, or a cost; the latter two name no sample."""
    images: int = 1
    """The number of images behind the value."""
    reference: str = ""
    """The identity of the reference, where the protocol has another reference than the target."""
    mode: str = ""
    """The mode of the network, where it is not the plain one: compile+channels_last, cuda_graph ..."""
    scale_denominator: int = 1
    """The number below the line, where the scale is a fraction: then `scale` is the one above it."""
    role: str = ""
    """The role of the output; empty for the output itself."""
    frame: int | None = None
    """The frame, from 0, in a record of kind `frame`; the record of its clip has none."""
    setting: str = ""
    """The setting of the model where it differs from its default, as in alpha=0.5; never a seed of draws."""
    draw: int | None = None
    """The seed of a model that draws at random; None for all others. Tables show the mean over the draws."""
    decoder: str = ""
    """Library and version of the decoder of lossy files among the images, such as JPEG; empty without them,
    and in records from before it was written down."""
    details: str = ""
    """Details of a cost as JSON: interval, samples, operators, clocks, load; see `probes`."""


_TYPES: dict[object, str] = {
    int: "BIGINT",
    bool: "BOOLEAN",
    float | None: "DOUBLE",
    int | None: "BIGINT",
}

FIELDS: dict[str, str] = {f.name: _TYPES.get(f.type, "VARCHAR") for f in fields(Record)}
"""The names and DuckDB types of a record's fields."""

_LARGEST = 2**63 - 1

ADDED: dict[str, object] = {f.name: f.default for f in fields(Record) if f.default is not MISSING}
"""The fields that old stores lack, and their values there."""

_NUMBERS = {name: kind for name, kind in FIELDS.items() if kind != "VARCHAR"}
_texts_of = itemgetter(*FIELDS.keys() - _NUMBERS.keys())
_NEEDED = FIELDS.keys() - ADDED.keys()
_MAY_BE_NONE = {
    f.name for f in fields(Record) if f.type in (float | None, int | None)
} | ADDED.keys()


def fault_of(row: object) -> str:
    """Return what is wrong with a row that should have the fields of a record; empty when it is sound."""
    if not isinstance(row, dict):
        return f"expected a record, found {type(row).__name__}"
    if not row.keys() >= _NEEDED:
        return f"it lacks {', '.join(sorted(_NEEDED - row.keys())[:3])}"
    for name, kind in (_NUMBERS if _has_plain_texts(row) else FIELDS).items():
        value = row.get(name)
        if value is None and name in _MAY_BE_NONE:
            continue
        if not _IS_SOUND[kind](value):
            return f"{name} is {ascii(value)[:40]}; expected {_EXPECTED[kind]}"
    return ""


def _has_plain_texts(row: dict[str, Any]) -> bool:
    """Return whether all texts are there and in ASCII, as nearly all are: one look instead of thirty."""
    try:
        return "".join(_texts_of(row)).isascii()
    except (KeyError, TypeError):
        return False


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST


def _is_text(value: object) -> bool:
    if not isinstance(value, str):
        return False
    return value.isascii() or not any("\ud800" <= c <= "\udfff" for c in value)


def _is_number(value: object) -> bool:
    return isinstance(value, float) or _is_whole(value)


_IS_SOUND = {
    "BIGINT": _is_whole,
    "BOOLEAN": lambda value: isinstance(value, bool),
    "DOUBLE": _is_number,
    "VARCHAR": _is_text,
}
_EXPECTED = {
    "BIGINT": "an integer",
    "BOOLEAN": "true or false",
    "DOUBLE": "a number",
    "VARCHAR": "text in UTF-8",
}


def without_seed(setting: str, seed: str) -> str:
    """Return a setting such as "seed=1,temperature=0.5" without the value of the setting named `seed`."""
    if not seed:
        return setting
    return ",".join(part for part in setting.split(",") if not part.startswith(f"{seed}="))


def content_key(**parts: Any) -> str:
    """Return the content key of a cell: 24 hexadecimal digits over all named parts."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:24]
