"""Whole outputs, kept on request, or because another output is compared with them.

    ROOT/MODEL/SET_LEVEL/SAMPLE.png          the output, in the depth of its pixels; .npz for clips and floats
    ROOT/MODEL/SET_LEVEL/SAMPLE.ROLE.png     a further output, by its role
    ROOT/MODEL/SET_LEVEL/run.json      which weights made them, from which set, under which conditions
    ROOT/MODEL/SET_LEVEL/checksums.txt SHA-256 of each output, as sha256sum writes it

With that file the images can be scored by other columns later, as records of the same model, and outputs of
other weights are never taken for them.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import MISSING, asdict, dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from iqabench.atomic import write_whole
from iqabench.errors import StoreError
from iqabench.store.checksum_notes import ChecksumNotes
from iqabench.store.crops import file_name
from iqabench.store.record import without_seed

_RUN = "run.json"
_CHECKSUMS = "checksums.txt"
ENDINGS = (".png", ".npz")
"""The formats of kept outputs: images of 8 or 16 bits, and everything else."""


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """The origin of outputs: model, weights, set and conditions."""

    model: str
    model_hash: str
    model_facts: str
    """Facts of the model as JSON, as in a record."""
    model_version: int
    random_weights: bool
    precision: str
    tile: int
    device_class: str
    device: str
    task: str
    set: str
    scale: int
    set_hash: str
    level: str
    address: str
    """The name or path by which `load_set` finds the set."""
    domain: str
    scale_denominator: int = 1
    """The number below the line, where the scale is a fraction."""
    setting: str = ""
    """The setting of the model where it differs from its default, with the seed of a draw."""
    draw: int | None = None
    """The seed of a model that draws at random; None for all others."""
    seed: str = ""
    """The name of the setting that is the seed."""
    threads: int = 1
    """The number of threads, where it decides the last digits; otherwise 1."""

    @property
    def folder(self) -> str:
        """The folder of the outputs below the root."""
        domain = "" if self.domain == "image" else f"_{self.domain}"
        setting = f"_{file_name(self.setting)}" if self.setting else ""
        return f"{file_name(self.model)}/{file_name(self.set)}_{self.level}{domain}{setting}"

    @property
    def shown_setting(self) -> str:
        """The setting without the seed, as records have it."""
        return without_seed(self.setting, self.seed)

    @property
    def digest(self) -> str:
        """The hash of everything that decides the pixels."""
        return hashlib.sha256(json.dumps(_pixels(self), sort_keys=True).encode()).hexdigest()

    def same_as(self, other: "Provenance") -> bool:
        """Return whether the pixels must be the same: everything but the prose and the place of the set."""
        return _pixels(self) == _pixels(other)


class OutputFolder:
    """The outputs of one model on one set."""

    def __init__(self, root: Path, provenance: Provenance) -> None:
        self.provenance = provenance
        self.path = root / provenance.folder
        self._checksums = ChecksumNotes()

    def stem(self, sample: str, role: str = "") -> Path:
        """Return the place of an output without the ending of its format; no role is the output itself."""
        return self.path / (f"{file_name(sample)}.{role}" if role else file_name(sample))

    def file(self, sample: str, role: str = "") -> Path:
        """Return the file of an output that is there, else the place of an 8-bit image."""
        stem = self.stem(sample, role)
        places = [stem.with_name(stem.name + ending) for ending in ENDINGS]
        return next((place for place in places if place.exists()), places[0])

    def has(self, sample: str, roles: Iterable[str] = ("",)) -> bool:
        """Return whether those outputs are there as the model made them, under these conditions."""
        return self._is_ours and all(
            self.file(sample, role).exists() and not self.was_changed(sample, role)
            for role in roles
        )

    def write(self, sample: str, role: str, ending: str, content: bytes) -> Path:
        """Write an output, note its checksum, and return its file; the folder must be claimed.

        Raises: StoreError when it cannot be written.
        """
        stem = self.stem(sample, role)
        path = stem.with_name(stem.name + ending)
        try:
            write_whole(path, content, durable=False)
            with (self.path / _CHECKSUMS).open("a", encoding="utf-8") as notes:
                notes.write(f"{hashlib.sha256(content).hexdigest()}  {path.name}\n")
        except OSError as error:
            raise StoreError(f"{path} cannot be written: {error.strerror}.") from error
        return path

    @property
    def notes(self) -> list[Path]:
        """The files about the outputs: their origin, and their checksums."""
        return [self.path / _RUN, self.path / _CHECKSUMS]

    def was_changed(self, sample: str, role: str = "") -> bool:
        """Return whether an output has another content than the model gave it, as far as that was noted."""
        file = self.file(sample, role)
        try:
            known = self._checksums.of(file.name, self.path / _CHECKSUMS)
            return known is not None and _sha256(file) != known
        except OSError:
            return False

    def claim(self) -> None:
        """Take the folder before the first output is written; outputs of other weights in it are deleted.

        Raises: StoreError when it cannot be written.
        """
        if self._is_ours:
            return
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            if (self.path / _RUN).exists():
                for old in (file for ending in ENDINGS for file in self.path.glob(f"*{ending}")):
                    old.unlink()
                (self.path / _CHECKSUMS).unlink(missing_ok=True)
                self._checksums = ChecksumNotes()
            facts = json.dumps(asdict(self.provenance), indent=1)
            write_whole(self.path / _RUN, facts.encode() + b"\n")
        except OSError as error:
            raise StoreError(f"{self.path} cannot be written: {error.strerror}.") from error
        del self._is_ours

    @cached_property
    def _is_ours(self) -> bool:
        try:
            return read_provenance(self.path).same_as(self.provenance)
        except StoreError:
            return False


def kept_runs(root: Path) -> Iterator[OutputFolder]:
    """Give the output folders below a root, or the folder itself, that have a run.json."""
    for run in sorted([*root.glob(_RUN), *root.glob(f"*/{_RUN}"), *root.glob(f"*/*/{_RUN}")]):
        folder = OutputFolder(root, read_provenance(run.parent))
        folder.path = run.parent  # wherever it was copied to
        yield folder


def read_provenance(folder: Path) -> Provenance:
    """Return the provenance from the run.json of a folder.

    Raises: StoreError when it is absent or damaged.
    """
    path = folder / _RUN
    try:
        data: dict[str, Any] = json.loads(path.read_text())
        return Provenance(
            **{
                f.name: data[f.name]
                for f in fields(Provenance)
                if f.default is MISSING or f.name in data
            }
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"{path} is absent or damaged ({error}); it names the origin of the outputs beside it. "
            "Run the model again with --save-outputs."
        ) from error


def _pixels(provenance: Provenance) -> dict[str, Any]:
    facts = asdict(provenance)
    for prose in ("model_facts", "address", "device", "task", "draw", "seed"):
        del facts[prose]  # the setting has the seed
    return facts


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
