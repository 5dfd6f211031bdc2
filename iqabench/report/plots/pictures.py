"""Pictures of a sample: its windows, or whole outputs beside the set that they were made from."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

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
    input: bytes
    """Encoded input; empty when it was not kept."""
    outputs: dict[int, bytes]
    """Encoded outputs by the numbers of rows; rows whose output was not kept are absent."""


Finder = Callable[[str], Pictures | None]
"""A function from a sample's name to its pictures; None without a target or an output."""


def cuts_of(store: Store, table: Table) -> Finder:
    """Return a finder of the windows of samples that runs keep."""
    at = table.setting
    if not CropFolder(store.folder, at.set, at.set_hash, at.level, "").path.parent.is_dir():
        return lambda _: None  # not to look for every cut of a run that kept none

    def found(sample: str) -> Pictures | None:
        kept = CropFolder(store.folder, at.set, at.set_hash, at.level, sample)
        outputs = {row.number: _read(_cut(kept, row.configuration)) for row in table.rows}
        return _pictures(_read(kept.target), _read(kept.input), outputs)

    return found


def whole_of(root: Path, table: Table) -> tuple[Finder | None, str]:
    """Return a finder of whole images of the runs under a root that saved their outputs.

    Returns: the finder, or None and why there is none.
    """
    runs = {r.number: run for run in kept_runs(root) for r in table.rows if _made(run, table, r)}
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
        target, given = _originals(ref) if ref and any(outputs.values()) else (b"", b"")
        return _pictures(target, given, outputs)

    return found, ""


def _address(runs: dict[int, OutputFolder]) -> str:
    return next(iter(runs.values())).provenance.address


def _originals(ref: SampleRef) -> tuple[bytes, bytes]:
    """Return target and input; empty when they cannot be read."""
    try:
        sample = ref.load()
    except IqabenchError:
        return b"", b""
    if sample.target is None:
        return b"", b""
    return encoded(_plain(sample.target)), encoded(_plain(sample.input))


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
    same = ("model", "model_hash", "random_weights", "precision", "tile", "device_class", "setting")
    return here == at and all(getattr(made, n) == getattr(row.configuration, n) for n in same)


def _cut(kept: CropFolder, made: Configuration) -> Path:
    return kept.model(made.model, made.model_hash, made.precision, made.tile, made.setting)


def _pictures(target: bytes, given: bytes, outputs: dict[int, bytes]) -> Pictures | None:
    some = {number: data for number, data in outputs.items() if data}
    return Pictures(target, given, some) if target and some else None


def _read(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError:
        return b""
    return data if data.startswith(b"\x89PNG\r\n\x1a\n") else b""
