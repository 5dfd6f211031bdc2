"""The scoring of existing images: a folder against targets, or the saved outputs of an earlier run."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from iqabench.errors import PairingError
from iqabench.images import AS_STORED, ReadOptions
from iqabench.metrics import AnyColumn, SetColumn
from iqabench.models.core.card import Card
from iqabench.models.core.model import Model
from iqabench.pairing import Pairing
from iqabench.run.conditions import Conditions
from iqabench.run.environment import new_run
from iqabench.run.executors.executor import executor_of
from iqabench.run.executors.job import Executor
from iqabench.run.executors.placement import LOCAL, Placement
from iqabench.run.outcome import Failure, Outcome
from iqabench.run.output_folders import origin_of_outputs, output_folder
from iqabench.run.progress import UNWATCHED, Watch
from iqabench.run.records import Origin, Subject
from iqabench.run.resizing import resizing_note
from iqabench.run.scoring.candidates import CandidateFacts
from iqabench.run.scoring.chosen_columns import columns_for, needs_pairs
from iqabench.run.scoring.context import ScoringContext
from iqabench.run.scoring.job import ReferenceFacts, ScoringJob
from iqabench.run.scoring.ledger import ScoringLedger
from iqabench.run.scoring.outputs import Outputs
from iqabench.run.scoring.pairing_options import BY_NAME, PairingOptions
from iqabench.run.scoring.sources import FolderImages, ImageSource, SavedImages
from iqabench.run.scoring.targets import Targets, targets_of_set
from iqabench.run.scoring.whole_set import score_sets
from iqabench.store import OutputFolder, Store, Writer, kept_runs


def score_folder(
    outputs: Path,
    targets: Targets,
    store: Store,
    columns: list[str],
    name: str = "",
    device: str = "auto",
    watch: Watch = UNWATCHED,
    *,
    force: bool = False,
    batch: int = 1,
    options: PairingOptions = BY_NAME,
    placement: Placement = LOCAL,
) -> tuple[Outcome, Pairing]:
    """Score a folder of outputs, or a single output; return the outcome and the pairing.

    Every image has a record for each column; a target without an output is a failure. Columns over whole sets
    and no-reference columns need no pairs: where nothing pairs, only the others are failures. `placement`
    says where images are scored.

    Raises: PairingError when nothing pairs and no column does without pairs; ImageError for a folder that is
        absent or empty; UsageError when a column needs targets, inputs or other outputs that are missing;
        ExecutorError when there are no workers.
    """
    unbound = columns_for(targets, columns)
    images, refusals = _opened(outputs, targets, unbound, options)
    card = _card(outputs, name, targets)
    outcome = Outcome(missing=[*images.missing, *targets.missing], notes=images.notes)
    outcome.failures += [Failure(reason, card.id) for reason in refusals.values()]
    bound = [column for column in unbound if column.name not in refusals]
    with executor_of(placement, device, watch) as executor, store.writer(new_run()) as writer:
        origin = Origin.of_card(card, images.digest, device=executor.device)
        candidate = _candidate(images, origin, bound, allow_missing=options.allow_missing)
        names = targets.names if images.pairing.pairs else list(images.files)
        references = _references(targets, store, executor.device)
        of_depth = replace(
            targets, target=_deep(targets.target, bound), input=_deep(targets.input, bound)
        )
        job = _job(of_depth, names, [candidate], references, writer, batch)
        score_jobs(executor, [job], ScoringContext(store, writer, outcome, watch, force))
    outcome.notes += [*_sides(candidate, targets), *images.remarks()]
    outcome.notes += filter(None, [resizing_note(targets.subject.set, bound)])
    return outcome, images.pairing


def score_jobs(executor: Executor, jobs: Sequence[ScoringJob], context: ScoringContext) -> None:
    """Score candidates of several sets; a set that cannot be scored is a failure unless no other one can.

    Raises: StoreError when records cannot be stored; IqabenchError when no set can be scored.
    """
    ledgers = [ScoringLedger(job, context) for job in jobs]
    executor.run(ledgers)
    failed = [(each, each.error) for each in ledgers if each.error is not None]
    for ledger, error in failed:
        if len(failed) == len(ledgers):
            raise error
        context.outcome.failures.append(Failure(str(error), ledger.job.subject.set))
    score_sets(executor, ledgers, context)


def _job(
    targets: Targets,
    names: Sequence[str],
    candidates: Sequence[CandidateFacts],
    references: ReferenceFacts,
    writer: Writer,
    batch: int,
) -> ScoringJob:
    return ScoringJob(
        targets.subject,
        tuple(names),
        tuple(targets.names),
        len(targets.names),
        tuple(candidates),
        targets.target,
        targets.input,
        targets.mask,
        targets.parts,
        references,
        writer.run,
        batch,
    )


def _card(outputs: Path, name: str, targets: Targets) -> Card:
    """Return the card of a folder of outputs, by default with the name of the folder or the image."""
    default_name = outputs.resolve().stem if outputs.is_file() else outputs.resolve().name
    return Card(
        id=name or default_name,
        family="outputs",
        title=f"outputs in {outputs}",
        scale=targets.subject.scale,
        loader="file",
        channels="any",
    )


def _opened(
    outputs: Path, targets: Targets, columns: Sequence[AnyColumn], options: PairingOptions
) -> tuple[Outputs, dict[str, str]]:
    """Return the outputs, and the reason why a column is refused, by its name, where nothing pairs.

    Raises: PairingError when every column is refused.
    """
    try:
        return Outputs(outputs, targets, options), {}
    except PairingError as error:
        refusals = {
            column.name: f"{column.name} compares pairs, and {error}"
            for column in columns
            if needs_pairs(column)
        }
        if options.pairs is not None or len(refusals) == len(columns):
            hint = " Columns such as fid and niqe need no pairs." if options.pairs is None else ""
            raise PairingError(f"{error}{hint}") from error
        return Outputs(outputs, targets, options, paired=False), refusals


def _candidate(
    images: Outputs, origin: Origin, columns: Sequence[AnyColumn], *, allow_missing: bool
) -> CandidateFacts:
    """Return the outputs of a folder as a candidate.

    Columns over the whole set take the samples in order where outputs are paired, so that one without an
    output leaves no value; all files where nothing pairs, there are more, or the user allows that some miss.
    """
    pairing = images.pairing
    lacks_outputs = bool(pairing.targets_without_output) and not allow_missing
    by_sample, by_file = (_deep(each, columns) for each in (images.by_sample, images.by_file))
    if images.is_whole or (pairing.pairs and lacks_outputs):
        return CandidateFacts(origin, by_sample, columns)
    read = by_sample if pairing.pairs else by_file
    return CandidateFacts(origin, read, columns, sorted(images.files), by_file)


S = TypeVar("S", bound=ImageSource | None)


def _deep(source: S, columns: Sequence[AnyColumn]) -> S:
    """Return a source that reads files of more than 8 bits where a column compares them."""
    if not any(column.protocol.takes("uint16") for column in columns):
        return source
    return replace(source, any_depth=True) if isinstance(source, FolderImages) else source


def _sides(candidate: CandidateFacts, targets: Targets) -> list[str]:
    """Return a sentence for each column over the whole set that compares outputs with targets."""
    outputs = len(candidate.files or targets.names)
    return [
        f"{column.name} compares {outputs} outputs with {len(targets.names)} targets."
        for column in candidate.columns
        if isinstance(column, SetColumn) and column.needs_target
    ]


def has_saved_outputs(root: Path) -> bool:
    """Return whether a folder holds outputs with provenance, as `iqabench run --save-outputs` saves them."""
    return any(True for _ in kept_runs(root))


def score_saved_outputs(
    root: Path,
    store: Store,
    columns: list[str],
    device: str = "auto",
    watch: Watch = UNWATCHED,
    *,
    force: bool = False,
    batch: int = 1,
    reading: ReadOptions = AS_STORED,
    placement: Placement = LOCAL,
) -> Outcome:
    """Score the outputs that `iqabench run --save-outputs` saved, as records of the models that made them.

    A set that cannot be scored is a failure, unless no other one can. `placement` says where images are
    scored.

    Raises: SetError when a set has changed since; UsageError when a column needs targets, inputs or other
        outputs that are missing; ExecutorError when there are no workers.
    """
    by_set: dict[str, list[OutputFolder]] = {}
    for outputs in kept_runs(root):
        if outputs.provenance.domain == "image":
            by_set.setdefault(outputs.provenance.address, []).append(outputs)
    outcome = Outcome()
    with executor_of(placement, device, watch) as executor, store.writer(new_run()) as writer:
        jobs = []
        for address, members in by_set.items():
            targets = targets_of_set(address, None, reading)
            of_set = columns_for(targets, columns)
            candidates = [saved_candidate(each, targets.subject, of_set) for each in members]
            references = _references(targets, store, executor.device, members)
            jobs.append(_job(targets, targets.names, candidates, references, writer, batch))
        score_jobs(executor, jobs, ScoringContext(store, writer, outcome, watch, force))
    return outcome


def saved_candidate(
    outputs: OutputFolder, subject: Subject, columns: Sequence[AnyColumn]
) -> CandidateFacts:
    """Return saved outputs as a candidate; its records are those of the model that made them.

    Raises: SetError when the set has changed since.
    """
    origin = origin_of_outputs(outputs, subject)
    return CandidateFacts(origin, SavedImages(outputs), columns, saved=True)


def _references(
    targets: Targets, store: Store, device: str, members: Sequence[OutputFolder] = ()
) -> ReferenceFacts:
    def folder_of(model: Model) -> OutputFolder:
        origin = Origin.of_card(model.card, model.hash, device=device)
        folder = output_folder(store, origin, targets.subject, targets.address, "image")
        same = [m for m in members if m.provenance.same_as(folder.provenance)]
        return same[0] if same else folder

    return ReferenceFacts(
        Conditions(targets.subject.scale, device),
        targets.recipe,
        has_inputs=targets.input is not None,
        members=tuple(members),
        folder_of=folder_of,
        reading=targets.reading,
    )
