"""Outputs that a run keeps, between pixels and records."""

from dataclasses import asdict, fields
from pathlib import Path

from iqabench.errors import MetricError, SetError
from iqabench.images import Image, read_part
from iqabench.protocol import Domain
from iqabench.run.records import Origin, RecordMaker, Subject
from iqabench.samples import image_of
from iqabench.store import OutputFolder, Provenance, Store


def place_of(
    root: Path, origin: Origin, subject: Subject, address: str, domain: Domain
) -> OutputFolder:
    """Where the outputs of a model on a set belong under a root."""
    facts = {**asdict(origin), **asdict(subject)}
    return OutputFolder(root, Provenance(**facts, address=address, domain=domain))


def outputs_root(store: Store) -> Path:
    """Where outputs are kept that only columns ask for."""
    return store.folder / "outputs"


def maker_of(
    kept: OutputFolder, subject: Subject, run: str, *, batched: bool = False
) -> RecordMaker:
    """Makes records of the model that left these outputs.

    Raises: SetError when the set is not the one that they were made from.
    """
    facts = asdict(kept.provenance)
    if facts["set_hash"] != subject.set_hash:
        raise SetError(
            f"{kept.path} was made from another version of {subject.set} ({facts['set_hash']}; now it is "
            f"{subject.set_hash}). Run the model again, or score the folder with --target DIR."
        )
    return RecordMaker(
        subject, Origin(**{f.name: facts[f.name] for f in fields(Origin)}), run, batched=batched
    )


def read_output(kept: OutputFolder, sample: str) -> Image:
    """The output of a sample.

    Raises: MetricError when there is none, ImageError when it cannot be read.
    """
    if not kept.has(sample):
        raise MetricError(f"{kept.provenance.model} left no output of it")
    return image_of(read_part(kept.file(sample)), f"the output of '{sample}'")
