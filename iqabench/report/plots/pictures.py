"""Pictures of a sample: its windows, or whole outputs beside the set that they were made from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np

from iqabench.errors import IqabenchError
from iqabench.images import Image, quantise
from iqabench.report.data.subjects import Configuration, Setting
from iqabench.report.data.tables import Table, TableRow
from iqabench.report.plots.error_maps import encoded
from iqabench.sets import SampleRef, load_set
from iqabench.store import CropFolder, OutputFolder, Store, kept_runs


@dataclass(frozen=True)
class Pictures:
    """Encoded pictures of one sample, as their files have them."""

    target: bytes
    """Encoded target; empty in a set without targets."""
    input: bytes
    """Encoded input; empty when it was not kept."""
    outputs: dict[int, bytes]
    """Encoded outputs by the numbers of rows; rows whose output was not kept are absent."""
    parts: Mapping[str, bytes] = field(default_factory=dict)
    """Encoded further parts by name: `mask`, `pan`, `input-2` for the second source ..."""
    others: Mapping[str, Mapping[int, bytes]] = field(default_factory=dict)
    """Encoded further outputs by role and the numbers of rows."""


Finder = Callable[[str], Pictures | None]
"""A function from a sample's name to its pictures; None without an output, or without target and input."""


def cuts_of(store: Store, table: Table) -> Finder:
    """Return a finder of the windows of samples that runs keep."""
    at = table.setting
    if not CropFolder(store.folder, at.set, at.set_hash, at.level, "").path.parent.is_dir():
        return lambda _: None  # not to look for every cut of a run that kept none

    def found(sample: str) -> Pictures | None:
        kept = CropFolder(store.folder, at.set, at.set_hash, at.level, sample)
        outputs = {row.number: _read(_cut(kept, row.configuration)) for row in table.rows}
        parts = {name: _read(path) for name, path in kept.parts.items()}
        others = {
            role: {row.number: _read(_cut(kept, row.configuration, role)) for row in table.rows}
            for role in table.roles
        }
        return _pictures(_read(kept.target), _read(kept.input), outputs, parts, others)

    return found


def whole_of(root: Path, table: Table) -> tuple[Finder | None, str]:
    """Return a finder of whole images of the runs under a root that saved their outputs.

    Returns: the finder, or None and why there is none.
    """
    drawn = sorted(kept_runs(root), key=lambda run: run.provenance.draw or 0, reverse=True)
    runs = {r.number: run for run in drawn for r in table.rows if _made(run, table, r)}
    if not runs:
        return None, f"no outputs of this set's models were found under {root.name}"
    try:
        images = load_set(_address(runs), fetch=False)
    except IqabenchError as error:
        return None, str(error)
    if images.hash != table.setting.set_hash:
        return (
            None,
            f"the images of {images.name} have changed since, or were read with other options",
        )
    refs = {ref.name: ref for ref in images}

    def found(sample: str) -> Pictures | None:
        ref = refs.get(sample)
        outputs = {number: _read(run.file(sample)) for number, run in runs.items()}
        parts = _originals(ref) if ref and any(outputs.values()) else {}
        target, given = parts.pop("target", b""), parts.pop("input", b"")
        others = {
            role: {number: _read(run.file(sample, role)) for number, run in runs.items()}
            for role in table.roles
        }
        return _pictures(target, given, outputs, parts, others)

    return found, ""


def _address(runs: dict[int, OutputFolder]) -> str:
    return next(iter(runs.values())).provenance.address


def _originals(ref: SampleRef) -> dict[str, bytes]:
    """Return the parts of a sample, by name; none when they cannot be read or are no images of 8 bits."""
    try:
        sample = ref.load()
    except IqabenchError:
        return {}
    parts = {role: part for role, part in sample.parts.items() if role != "original"}
    if any(part.dtype not in (np.uint8, np.float64) for part in parts.values()):
        return {}
    several = {f"input-{n}": part for n, part in enumerate(sample.parts["input"][1:4], start=2)}
    return {
        **{role: encoded(_plain(part[0])) for role, part in parts.items()},
        **{name: encoded(_plain(frame)) for name, frame in several.items()},
    }


def _plain(image: Image) -> Image:
    """Return three channels of 8 bits: pictures are looked at, not measured."""
    three = image if image.shape[2] == 3 else np.repeat(image[:, :, :1], 3, axis=2)
    return quantise(three)


def _made(run: OutputFolder, table: Table, row: TableRow) -> bool:
    """Return whether a run's outputs are those that a row's figures are about."""
    made, at = run.provenance, table.setting
    if made.domain != "image":
        return False
    here = Setting(made.task, made.set, made.scale, made.level, made.set_hash)
    same = ("model", "model_hash", "random_weights", "precision", "tile", "device_class")
    how = row.configuration
    is_same = made.shown_setting == how.setting
    return here == at and is_same and all(getattr(made, n) == getattr(how, n) for n in same)


def _cut(kept: CropFolder, made: Configuration, role: str = "") -> Path:
    return kept.model(made.model, made.model_hash, made.precision, made.tile, made.setting, role)


def _pictures(
    target: bytes,
    given: bytes,
    outputs: dict[int, bytes],
    parts: dict[str, bytes],
    others: dict[str, dict[int, bytes]],
) -> Pictures | None:
    some = _there(outputs)
    further = {role: _there(found) for role, found in others.items()}
    if not some or not (target or given):
        return None
    return Pictures(target, given, some, _there(parts), further)


T = TypeVar("T")


def _there(found: Mapping[T, bytes]) -> dict[T, bytes]:
    return {name: data for name, data in found.items() if data}


def _read(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError:
        return b""
    return data if data.startswith(b"\x89PNG\r\n\x1a\n") else b""
