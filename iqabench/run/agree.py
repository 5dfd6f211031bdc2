"""The values of metrics on images that people have judged, as records of the model `identity`.

Nothing is restored: the distorted image is the output, and its reference is the target. The values are
records like all others: a second run computes only what is missing, and the same images give the same keys
wherever their folder lies. Opinions are not part of a record; the report joins both.
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from iqabench.errors import IqabenchError, UsageError
from iqabench.images import AS_STORED, Case, Image, ReadOptions, read_image, remarks_on
from iqabench.metrics import (
    Column,
    column,
    metrics,
    require_files,
    require_no_scale,
    with_reasons,
)
from iqabench.models.core.card import Card
from iqabench.opinions import Opinion, Opinions
from iqabench.run.environment import new_run, resolve_device
from iqabench.run.outcome import Outcome
from iqabench.run.prefetch import run_in_threads
from iqabench.run.progress import UNWATCHED, Watch
from iqabench.run.records import Origin, RecordMaker, Subject, score
from iqabench.run.threads import CellKey, find_finished
from iqabench.store import Record, Store, Writer, content_key
from iqabench.tasks import task_named

IDENTITY = Card(
    id="identity",
    family="identity",
    title="The image as it is",
    task="opinion",
    loader="file",
    channels="any",
)

_WRITE_INTERVAL_S = 1.0
"""The seconds between two writes of records: these sets have tens of thousands of small images, and a safe
write costs as much as some metrics."""


def score_opinions(
    opinions: Opinions,
    store: Store,
    names: list[str],
    device: str = "auto",
    watch: Watch = UNWATCHED,
    reading: ReadOptions = AS_STORED,
) -> Outcome:
    """Score all images of a set of opinions in the columns with these names; skip those that have a record.

    Raises: UsageError for columns that need references when the set has none; UnknownNameError.
    """
    columns = _columns(opinions, names)
    device = resolve_device(device)
    subject = Subject(IDENTITY.task, opinions.facts.name, _digest(opinions, watch, reading), 1, "")
    outcome = Outcome()
    with store.writer(new_run()) as writer:
        origin = Origin.of_card(IDENTITY, content_key(model=IDENTITY.id), device=device)
        maker = RecordMaker(subject, origin, writer.run)
        keys = {c: maker.key(c) for c in columns}
        outcome.keys = list(keys.values())
        finished = find_finished(store, writer, (CellKey.of(maker, c) for c in columns))
        todo = [
            (sample, missing)
            for sample in opinions.samples
            if (missing := [c for c in columns if (keys[c], sample.name) not in finished])
        ]
        total = len(opinions.samples)
        outcome.skipped = total - len(todo)
        what = columns[0].name if len(columns) == 1 else f"{len(columns)} columns"
        name = f"{what} on {opinions.facts.name}"
        watch(name, outcome.skipped, total)
        with _record_buffer(writer) as add_records:
            for image, missing in _decode(todo, reading):
                records = _score(maker, missing, image, device)
                add_records(records)
                is_missing = image.distorted is None
                errors = (record.error for record in records)
                outcome.add(opinions.facts.name, image.name, errors, is_missing=is_missing)
                watch(name, outcome.skipped + outcome.done, total)
    outcome.notes += remarks_on([sample.distorted for sample, _ in todo], reading)
    return outcome


def _columns(opinions: Opinions, names: list[str]) -> list[Column]:
    facts = opinions.facts
    if not names and not facts.has_references:
        no_reference = [m.name for m in metrics() if m.reference == "none"]
        raise UsageError(
            f"{facts.title} has no references; name no-reference metrics with --column: "
            f"{', '.join(no_reference)}."
        )
    names = list(dict.fromkeys(names or task_named(IDENTITY.task).columns))
    columns = [column(name, "rgb") for name in names]
    for each in columns:
        if each.protocol.reference != "target":
            raise UsageError(
                f"{each.name} compares with {each.protocol.compared_with}; opinions are about images that "
                "no model made. Expected a protocol that compares with the target, such as rgb."
            )
        if each.needs_target and not facts.has_references:
            raise UsageError(
                f"{each.name} compares with a reference, and {facts.title} has none; expected a "
                "no-reference metric ('iqabench list metrics' shows them)."
            )
    require_no_scale(columns, "a set that has a scale; images with opinions have none")
    distinct = {each.name: each for each in columns}.values()
    return with_reasons(distinct, require_files(distinct))


@dataclass(frozen=True)
class _JudgedImage:
    """One image and its reference, or the reasons why they cannot be read."""

    name: str
    distorted: Image | None
    reference: Image | None
    error: str
    """The reason why there is no distorted image."""
    reference_error: str
    """The reason why there is no reference."""


def _decode(
    todo: list[tuple[Opinion, list[Column]]], reading: ReadOptions
) -> Iterator[tuple[_JudgedImage, list[Column]]]:
    """Yield the images, decoded in threads; images of one reference are neighbours and share its pixels."""
    references = lru_cache(maxsize=4)(partial(read_image, reading=reading))
    jobs = (
        partial(_load, sample, references, any(c.needs_target for c in missing), reading)
        for sample, missing in todo
    )
    return zip(run_in_threads(jobs), (missing for _, missing in todo), strict=True)


def _load(
    sample: Opinion, references: Callable[[Path], Image], compares: bool, reading: ReadOptions
) -> _JudgedImage:
    reference, reference_error = None, "it has no reference"
    try:
        distorted = read_image(sample.distorted, reading=reading)
    except IqabenchError as error:
        return _JudgedImage(sample.name, None, None, str(error), "")
    if compares and sample.reference is not None:
        try:
            reference = references(sample.reference)
        except IqabenchError as error:
            reference_error = str(error)
    return _JudgedImage(sample.name, distorted, reference, "", reference_error)


def _score(
    maker: RecordMaker, columns: list[Column], image: _JudgedImage, device: str
) -> list[Record]:
    if image.distorted is None:
        return [maker.make_failed(c, image.name, image.error) for c in columns]
    defined = [c for c in columns if image.reference is not None or not c.needs_target]
    results = score(defined, Case(image.distorted, image.reference, device=device))
    scores = dict(zip((c.name for c in defined), results, strict=True))
    return [
        maker.make(c, image.name, scores[c.name], None)
        if c.name in scores
        else maker.make_failed(c, image.name, image.reference_error)
        for c in columns
    ]


@contextmanager
def _record_buffer(writer: Writer) -> Iterator[Callable[[list[Record]], None]]:
    """Yield a function that collects records and writes them once a second; write the rest at the end.

    The rest is written also when an error or an interrupt ends the work.
    """
    pending: list[Record] = []
    last = time.monotonic()

    def add_records(records: list[Record]) -> None:
        nonlocal last
        pending.extend(records)
        if time.monotonic() - last >= _WRITE_INTERVAL_S:
            writer.add(pending.copy())
            pending.clear()
            last = time.monotonic()

    try:
        yield add_records
    finally:
        if pending:
            writer.add(pending)


def _digest(opinions: Opinions, watch: Watch, reading: ReadOptions) -> str:
    """Return the identity of a set of opinions: a hash over names and contents of all images."""
    paths: Iterable[Path | None] = (p for s in opinions.samples for p in (s.distorted, s.reference))
    distinct = [p for p in dict.fromkeys(paths) if p is not None]
    hashes: dict[Path | None, str] = {None: ""}
    with ThreadPoolExecutor(4, thread_name_prefix="hash") as pool:
        checksums = zip(distinct, pool.map(_sha256, distinct), strict=True)
        for count, (path, sha256) in enumerate(checksums, 1):
            hashes[path] = sha256
            watch(f"checksums of {opinions.facts.name}", count, len(distinct))
    return content_key(
        images={s.name: [hashes[s.distorted], hashes[s.reference]] for s in opinions.samples},
        **reading.facts,
    )


def _sha256(path: Path) -> str:
    """Return the checksum of an image; empty when it cannot be read, which fails later with its reason."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
