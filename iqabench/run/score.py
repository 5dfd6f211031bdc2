"""Scoring images that exist already: a folder of outputs against a folder of targets or a set."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from iqabench.errors import ImageError, IqabenchError, PairingError
from iqabench.images import Image, image_files, read_image
from iqabench.metrics import Column, column
from iqabench.models.card import Card
from iqabench.run.environment import new_run, resolve_device
from iqabench.run.evaluate import Outcome, Watch
from iqabench.run.pairing import Pairing, pair_names
from iqabench.run.plan import DEFAULT_METRICS
from iqabench.run.prefetch import ahead
from iqabench.run.records import RecordMaker, Subject, score
from iqabench.sets import SampleSet, load_set
from iqabench.store import Record, Store, content_key


@dataclass(frozen=True)
class Targets:
    """What outputs are compared with: names, and how to get the pixels of each."""

    subject: Subject
    names: list[str]
    load: Callable[[str], Image]
    protocol: str


def targets_of_set(name: str, scale: int | None) -> Targets:
    """The targets of a registered set.

    Raises: SetError, UnknownNameError, FetchError.
    """
    images: SampleSet = load_set(name, scale)
    by_name = {s.name: s for s in images.samples if s.has_target}
    if not by_name:
        raise PairingError(f"{images.name} has no targets; there is nothing to compare with.")

    def load(sample: str) -> Image:
        target = by_name[sample].load().target
        assert target is not None
        return target

    return Targets(Subject.of_set(images), list(by_name), load, images.protocol)


def targets_of_folder(folder: Path, scale: int | None) -> Targets:
    """The images of a folder, compared at a scale (then as super-resolution) or as they are.

    Raises: ImageError when there is no such folder or no image in it.
    """
    files = _by_stem(folder)
    digest = content_key(files={n: _sha256(p) for n, p in files.items()}, scale=scale or 1)
    subject = Subject(
        task="sr" if scale else "denoise",
        set=folder.resolve().name,
        set_hash=digest,
        scale=scale or 1,
        level=f"x{scale}" if scale else "",
    )
    return Targets(subject, list(files), lambda n: read_image(files[n]), "sr-y" if scale else "rgb")


def score_folder(
    outputs: Path, targets: Targets, store: Store, wanted: list[str], name: str = "",
    device: str = "auto", watch: Watch = lambda *_: None,
) -> tuple[Outcome, Pairing]:  # fmt: skip
    """Score a folder of outputs; every pair is a record. Targets without an output are failures.

    Raises: PairingError when nothing pairs; ImageError for a folder that is absent or empty.
    """
    files = _by_stem(outputs)
    pairing = pair_names(files, targets.names)
    columns = [column(c, targets.protocol) for c in dict.fromkeys(wanted or DEFAULT_METRICS)]
    digest = content_key(files={n: _sha256(files[n]) for n in sorted(pairing.pairs.values())})
    title = f"outputs in {outputs}"
    card = Card(id=name or outputs.resolve().name, family="outputs", title=title,
                scale=targets.subject.scale, loader="file", channels="any")  # fmt: skip
    outcome = Outcome()
    where = resolve_device(device)
    jobs = (
        partial(_load_both, targets, t, files.get(pairing.pairs.get(t, ""))) for t in targets.names
    )
    with store.writer(new_run()) as writer:
        maker = RecordMaker(targets.subject, card, digest, writer.run, device=where)
        outcome.keys = [maker.key(c) for c in columns]
        for at, both in enumerate(ahead(jobs)):
            records = _score_one(maker, columns, both, where)
            writer.add(records)
            outcome.done += 1
            outcome.failures += [f"{both.sample}: {r.error}" for r in records if r.error][:1]
            watch(f"{card.id} against {targets.subject.set}", at + 1, len(targets.names))
    return outcome, pairing


@dataclass(frozen=True)
class _Both:
    sample: str
    output: Image | None
    target: Image | None
    error: str


def _load_both(targets: Targets, sample: str, path: Path | None) -> _Both:
    if path is None:
        return _Both(sample, None, None, "it has no output")
    try:
        return _Both(sample, read_image(path), targets.load(sample), "")
    except IqabenchError as error:
        return _Both(sample, None, None, str(error))


def _score_one(maker: RecordMaker, columns: list[Column], both: _Both, device: str) -> list[Record]:
    if both.output is None or both.target is None:
        return [maker.failed(c, both.sample, both.error) for c in columns]
    found = score(columns, both.output, both.target, maker.subject.scale, device)
    return [maker.make(c, both.sample, v, None) for c, v in zip(columns, found, strict=True)]


def _by_stem(folder: Path) -> dict[str, Path]:
    """Names without suffix to files.

    Raises: ImageError when there are no images, PairingError when two share a name.
    """
    found: dict[str, Path] = {}
    for path in image_files(folder):
        if path.stem in found:
            raise PairingError(
                f"{found[path.stem].name} and {path.name} in {folder} share a name; keep one."
            )
        found[path.stem] = path
    if not found:
        raise ImageError(f"{folder} holds no images; expected files such as baby.png in it.")
    return found


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
