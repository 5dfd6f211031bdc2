"""The values of metrics on images that people have judged, as records of the model `identity`.

Nothing is restored: the distorted image is the output, and its reference is the target. The values are
records like all others: a second run computes only what is missing, and the same images give the same keys
wherever their folder lies. Opinions are not part of a record; the report joins both.
"""

import hashlib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from iqabench.errors import UsageError
from iqabench.images import AS_STORED, ReadOptions
from iqabench.metrics import (
    Column,
    column,
    metrics,
    require_files,
    require_no_scale,
    with_reasons,
)
from iqabench.opinions import Opinions
from iqabench.run.environment import new_run
from iqabench.run.executors.executor import executor_of
from iqabench.run.executors.job import Executor
from iqabench.run.executors.placement import LOCAL, Placement
from iqabench.run.judging.images import JudgedFiles
from iqabench.run.judging.job import MOST_IMAGES, JudgingJob
from iqabench.run.judging.ledger import JudgingLedger
from iqabench.run.judging.session import IDENTITY
from iqabench.run.outcome import Outcome
from iqabench.run.progress import UNWATCHED, Watch
from iqabench.run.records import Subject
from iqabench.store import Store, content_key
from iqabench.tasks import task_named


def score_opinions(
    opinions: Opinions,
    store: Store,
    names: list[str],
    device: str = "auto",
    watch: Watch = UNWATCHED,
    reading: ReadOptions = AS_STORED,
    placement: Placement = LOCAL,
) -> Outcome:
    """Score all images of a set of opinions in the columns with these names; skip those that have a record.

    `placement` says where images are scored.

    Raises: UsageError for columns that need references when the set has none; UnknownNameError; ExecutorError
        when there are no workers.
    """
    columns = _columns(opinions, names)
    outcome = Outcome()
    with executor_of(placement, device, watch) as executor:
        checksums = _checksums(opinions, watch)
        digest = _digest(opinions, checksums, reading)
        with store.writer(new_run()) as writer:
            job = JudgingJob(
                Subject(IDENTITY.task, opinions.facts.name, digest, 1, ""),
                tuple(JudgedFiles.of(sample, reading) for sample in opinions.samples),
                tuple(columns),
                executor.device,
                writer.run,
                reading,
                checksums,
                _images_of_item(placement),
            )
            ledger = JudgingLedger(job, store, writer, outcome, watch)
            _run(executor, ledger)
            if ledger.lost:
                _run(executor, ledger.one_by_one())
    return outcome


def _run(executor: Executor, ledger: JudgingLedger) -> None:
    """Score the images of a ledger; the last records are stored also when an interrupt ends the work."""
    try:
        executor.run([ledger])
    finally:
        ledger.flush()
    if ledger.error is not None:
        raise ledger.error


def _images_of_item(placement: Placement) -> int:
    """Return the most images of an item: one where items cost nothing, or each has a limit of time."""
    is_local, has_limit = placement.executor == "local", placement.image_limit_s is not None
    return 1 if is_local or has_limit else MOST_IMAGES


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


def _checksums(opinions: Opinions, watch: Watch) -> dict[Path, str]:
    """Return the checksums of all images; that of one that cannot be read is empty."""
    paths: Iterable[Path | None] = (p for s in opinions.samples for p in (s.distorted, s.reference))
    distinct = [p for p in dict.fromkeys(paths) if p is not None]
    checksums = {}
    with ThreadPoolExecutor(4, thread_name_prefix="hash") as pool:
        for path, sha256 in zip(distinct, pool.map(_sha256, distinct), strict=True):
            checksums[path] = sha256
            watch(f"checksums of {opinions.facts.name}", len(checksums), len(distinct))
    return checksums


def _digest(opinions: Opinions, checksums: Mapping[Path, str], reading: ReadOptions) -> str:
    """Return the identity of a set of opinions: a hash over names and contents of all images."""

    def checksum(path: Path | None) -> str:
        return checksums[path] if path else ""

    return content_key(
        images={s.name: [checksum(s.distorted), checksum(s.reference)] for s in opinions.samples},
        **reading.facts,
    )


def _sha256(path: Path) -> str:
    """Return the checksum of an image; empty when it cannot be read, which fails later with its reason."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
