"""The values of metrics on images that people have judged, as records of the model `identity`.

Nothing is restored: the distorted image is the output, its reference the target. So the values are records
like any others: they resume, another column computes only itself, and the same images give the same keys
wherever their folder lies. What the opinions say is no part of a record; they meet in the report.
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
from iqabench.images import Case, Image, read_image
from iqabench.metrics import Column, column, metrics, require_files, with_reasons
from iqabench.models.core.card import Card
from iqabench.opinions import Opinion, Opinions
from iqabench.run.environment import new_run, resolve_device
from iqabench.run.outcome import Outcome, Watch
from iqabench.run.prefetch import ahead
from iqabench.run.records import Origin, RecordMaker, Subject, score
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

_KEPT_S = 1.0
"""Seconds after which records are written: these sets have tens of thousands of small images, and a write
that is safe costs as much as some metrics do."""


def score_opinions(
    opinions: Opinions,
    store: Store,
    wanted: list[str],
    device: str = "auto",
    watch: Watch = lambda *_: None,
) -> Outcome:
    """Score all images that there are opinions of; a record for each column that lacks one.

    Raises: UsageError for columns that the set has no references for; UnknownNameError.
    """
    columns = _columns(opinions, wanted)
    where = resolve_device(device)
    subject = Subject(IDENTITY.task, opinions.facts.name, _digest(opinions, watch), 1, "")
    outcome = Outcome()
    with store.writer(new_run()) as writer:
        origin = Origin.of_card(IDENTITY, content_key(model=IDENTITY.id), device=where)
        maker = RecordMaker(subject, origin, writer.run)
        keys = {c: maker.key(c) for c in columns}
        outcome.keys = list(keys.values())
        there = store.finished(outcome.keys)
        todo = [
            (sample, missing)
            for sample in opinions.samples
            if (missing := [c for c in columns if (keys[c], sample.name) not in there])
        ]
        total = len(opinions.samples)
        outcome.found = total - len(todo)
        what = columns[0].name if len(columns) == 1 else f"{len(columns)} columns"
        name = f"{what} on {opinions.facts.name}"
        with _kept(writer) as keep:
            for loaded, missing in _loaded(todo):
                records = _score(maker, missing, loaded, where)
                keep(records)
                outcome.tell(opinions.facts.name, loaded.name, (r.error for r in records))
                watch(name, outcome.found + outcome.done, total)
    return outcome


def _columns(opinions: Opinions, wanted: list[str]) -> list[Column]:
    facts = opinions.facts
    if not wanted and not facts.has_references:
        alone = [m.name for m in metrics() if m.reference == "none"]
        raise UsageError(
            f"{facts.title} has no references; name no-reference metrics with --column: "
            f"{', '.join(alone)}."
        )
    columns = [column(c, "rgb") for c in dict.fromkeys(wanted or task_named(IDENTITY.task).columns)]
    for part in columns:
        if part.protocol.reference != "target":
            raise UsageError(
                f"{part.name} compares with {part.protocol.compared_with}; opinions are about images that "
                "no model made. Expected a protocol that compares with the target, such as rgb."
            )
        if part.needs_target and not facts.has_references:
            raise UsageError(
                f"{part.name} compares with a reference, and {facts.title} has none; expected a "
                "no-reference metric ('iqabench list metrics' shows them)."
            )
    distinct = {part.name: part for part in columns}.values()
    return with_reasons(distinct, require_files(distinct))


@dataclass(frozen=True)
class _Loaded:
    """One image and its reference, or the reasons why they cannot be had."""

    name: str
    distorted: Image | None
    reference: Image | None
    error: str
    reference_error: str


def _loaded(
    todo: list[tuple[Opinion, list[Column]]],
) -> Iterator[tuple[_Loaded, list[Column]]]:
    """Decoded ahead; many images of one reference follow each other, and share its pixels."""
    references = lru_cache(maxsize=4)(read_image)
    jobs = (
        partial(_load, sample, references, any(c.needs_target for c in missing))
        for sample, missing in todo
    )
    return zip(ahead(jobs), (missing for _, missing in todo), strict=True)


def _load(sample: Opinion, references: Callable[[Path], Image], compares: bool) -> _Loaded:
    reference, why = None, "it has no reference"
    try:
        distorted = read_image(sample.distorted)
    except IqabenchError as error:
        return _Loaded(sample.name, None, None, str(error), "")
    if compares and sample.reference is not None:
        try:
            reference = references(sample.reference)
        except IqabenchError as error:
            why = str(error)
    return _Loaded(sample.name, distorted, reference, "", why)


def _score(maker: RecordMaker, columns: list[Column], loaded: _Loaded, device: str) -> list[Record]:
    if loaded.distorted is None:
        return [maker.failed(c, loaded.name, loaded.error) for c in columns]
    able = [c for c in columns if loaded.reference is not None or not c.needs_target]
    found = score(able, Case(loaded.distorted, loaded.reference, device=device))
    values = dict(zip((c.name for c in able), found, strict=True))
    return [
        maker.make(c, loaded.name, values[c.name], None)
        if c.name in values
        else maker.failed(c, loaded.name, loaded.reference_error)
        for c in columns
    ]


@contextmanager
def _kept(writer: Writer) -> Iterator[Callable[[list[Record]], None]]:
    """Keeps records once a second, and what is left on the way out, whatever the reason."""
    pending: list[Record] = []
    last = time.monotonic()

    def keep(records: list[Record]) -> None:
        nonlocal last
        pending.extend(records)
        if time.monotonic() - last >= _KEPT_S:
            writer.add(pending.copy())
            pending.clear()
            last = time.monotonic()

    try:
        yield keep
    finally:
        if pending:
            writer.add(pending)


def _digest(opinions: Opinions, watch: Watch) -> str:
    """Over names and contents of all images."""
    paths: Iterable[Path | None] = (p for s in opinions.samples for p in (s.distorted, s.reference))
    distinct = [p for p in dict.fromkeys(paths) if p is not None]
    hashes: dict[Path | None, str] = {None: ""}
    with ThreadPoolExecutor(4, thread_name_prefix="hash") as pool:
        for at, (path, found) in enumerate(
            zip(distinct, pool.map(_sha256, distinct), strict=True), 1
        ):
            hashes[path] = found
            watch(f"checksums of {opinions.facts.name}", at, len(distinct))
    return content_key(
        images={s.name: [hashes[s.distorted], hashes[s.reference]] for s in opinions.samples}
    )


def _sha256(path: Path) -> str:
    """Of an image that cannot be read: nothing; it fails, with its reason, when it is its turn."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
