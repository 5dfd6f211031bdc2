"""The folders of outputs that runs save: their places, their records and their images."""

from dataclasses import asdict, fields
from pathlib import Path

from iqabench.errors import MetricError, SetError
from iqabench.images import Image, read_part
from iqabench.protocol import Domain
from iqabench.run.records import Origin, RecordMaker, Subject
from iqabench.samples import image_of
from iqabench.store import OutputFolder, Provenance, Store


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


def record_maker(
    outputs: OutputFolder, subject: Subject, run: str, *, batched: bool = False
) -> RecordMaker:
    """Return the maker of records for saved outputs; the records are those of the model that made them.

    Raises: SetError when the set has changed since.
    """
    facts = asdict(outputs.provenance)
    if facts["set_hash"] != subject.set_hash:
        raise SetError(
            f"{outputs.path} was made from another version of {subject.set} ({facts['set_hash']}; now it is "
            f"{subject.set_hash}). Run the model again, or score the folder with --target DIR; where it "
            "ran with --page or --apply-orientation, give them again."
        )
    return RecordMaker(
        subject, Origin(**{f.name: facts[f.name] for f in fields(Origin)}), run, batched=batched
    )


def read_output(outputs: OutputFolder, sample: str) -> Image:
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
    return image_of(read_part(outputs.file(sample)), f"the output of '{sample}'")
