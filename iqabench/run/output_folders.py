"""The folders of outputs that runs save: their places, their records and their images."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Protocol

from iqabench.errors import MetricError, SetError
from iqabench.files.disk import sha256_of
from iqabench.files.obtain import obtain
from iqabench.files.remote import RemoteFile
from iqabench.images import Image, read_part
from iqabench.protocol import Domain
from iqabench.run.records import Origin, Subject
from iqabench.samples import image_of
from iqabench.store import OutputFolder, Provenance, Store


class SavedOutputs(Protocol):
    """The saved outputs of one model on one set: a folder, or what has travelled of it."""

    @property
    def provenance(self) -> Provenance:
        """The origin of the outputs."""

    def file(self, sample: str, /) -> Path:
        """Return the file of an output."""

    def has(self, sample: str, /) -> bool:
        """Return whether the output of a sample is there as the model made it."""

    def was_changed(self, sample: str, /) -> bool:
        """Return whether an output has another content than the model gave it."""


@dataclass(frozen=True)
class ShippedOutputs:
    """The saved outputs of one model on one set, on another machine."""

    provenance: Provenance
    files: Mapping[str, tuple[Path, str]]
    """The place on the driver and the checksum of each output that is as the model made it."""
    changed: Mapping[str, Path]
    """The places on the driver of outputs that were changed."""

    def file(self, sample: str) -> Path:
        """Return the file of an output, obtained by its checksum.

        Raises: FetchError when nobody has it.
        """
        if sample in self.changed:
            return self.changed[sample]
        path, sha256 = self.files[sample]
        return obtain(RemoteFile(path.name, None, sha256, None), path)

    def has(self, sample: str) -> bool:
        """Return whether the output of a sample is there as the model made it."""
        return sample in self.files

    def was_changed(self, sample: str) -> bool:
        """Return whether an output has another content than the model gave it."""
        return sample in self.changed


def ship_outputs(
    outputs: SavedOutputs, names: Iterable[str]
) -> tuple[ShippedOutputs, dict[str, Path]]:
    """Return saved outputs as they travel, and their files by their checksums."""
    files: dict[str, tuple[Path, str]] = {}
    changed: dict[str, Path] = {}
    for name in names:
        path = outputs.file(name)
        if outputs.was_changed(name):
            changed[name] = path
        elif outputs.has(name):
            files[name] = (path, sha256_of(path))
    shipped = ShippedOutputs(outputs.provenance, files, changed)
    return shipped, {sha256: path for path, sha256 in files.values()}


def output_folder(
    place: Path | Store, origin: Origin, subject: Subject, address: str, domain: Domain
) -> OutputFolder:
    """Return the folder for the outputs of a model on a set: under a root, or where a store keeps its own."""
    facts = {**asdict(origin), **asdict(subject)}
    provenance = Provenance(**facts, address=address, domain=domain)
    return (
        place.output_folder(provenance)
        if isinstance(place, Store)
        else OutputFolder(place, provenance)
    )


def outputs_root(store: Store) -> Path:
    """Return the folder for outputs that are saved only because a column needs them."""
    return store.folder / "outputs"


def origin_of_outputs(outputs: OutputFolder, subject: Subject) -> Origin:
    """Return the origin of saved outputs, for records of the model that made them.

    Raises: SetError when the set has changed since.
    """
    facts = asdict(outputs.provenance)
    if facts["set_hash"] != subject.set_hash:
        raise SetError(
            f"{outputs.path} was made from another version of {subject.set} ({facts['set_hash']}; now it is "
            f"{subject.set_hash}). Run the model again, or score the folder with --target DIR; where it "
            "ran with --page or --apply-orientation, give them again."
        )
    return Origin(**{f.name: facts[f.name] for f in fields(Origin)})


def read_output(outputs: SavedOutputs, sample: str) -> Image:
    """Return the output of a sample.

    Raises: MetricError when there is none; ImageError when it cannot be read.
    """
    if not outputs.has(sample):
        if not outputs.was_changed(sample):
            raise MetricError(f"{outputs.provenance.model} left no output of it")
        raise MetricError(
            f"{outputs.file(sample)} was changed after {outputs.provenance.model} made it. Run the model "
            "again with --save-outputs, or score the folder as outputs of your own with --target DIR"
        )
    part = read_part(outputs.file(sample))
    if len(part) > 1:
        raise MetricError(
            f"the output of '{sample}' is a clip of {len(part)} frames, and saved clips are not scored "
            "again. Name the column when the model runs, or score a folder of frames for each clip with --set"
        )
    return image_of(part)
