"""The scoring of existing images: a folder against targets, or the saved outputs of an earlier run."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from iqabench.errors import UsageError
from iqabench.metrics import (
    AnyColumn,
    any_column,
    require_files,
    require_no_scale,
    with_reasons,
)
from iqabench.models.core.card import Card
from iqabench.models.core.model import Model
from iqabench.run.conditions import Conditions
from iqabench.run.environment import new_run, resolve_device
from iqabench.run.outcome import Outcome, Watch
from iqabench.run.output_folders import output_folder, outputs_root, read_output, record_maker
from iqabench.run.records import Origin, RecordMaker
from iqabench.run.references import References
from iqabench.run.scoring.candidates import Candidate, Work, score_candidates
from iqabench.run.scoring.outputs import Outputs
from iqabench.run.scoring.pairing import Pairing
from iqabench.run.scoring.targets import Targets, targets_of_set
from iqabench.run.scoring.whole_set import score_sets
from iqabench.store import OutputFolder, Store, kept_runs
from iqabench.tasks import task_named


def score_folder(
    outputs: Path,
    targets: Targets,
    store: Store,
    columns: list[str],
    name: str = "",
    device: str = "auto",
    watch: Watch = lambda *_: None,
    *,
    force: bool = False,
    batch: int = 1,
) -> tuple[Outcome, Pairing]:
    """Score a folder of outputs, or a single output; return the outcome and the pairing.

    Every image has a record for each column; a target without an output is a failure.

    Raises: PairingError when nothing pairs; ImageError for a folder that is absent or empty; UsageError
        when a column needs targets, inputs or other outputs that are missing.
    """
    images = Outputs(outputs, targets)
    unbound = _columns(targets, columns)
    device = resolve_device(device)
    references = _references(targets, store, device)
    default_name = outputs.resolve().stem if outputs.is_file() else outputs.resolve().name
    card = Card(
        id=name or default_name,
        family="outputs",
        title=f"outputs in {outputs}",
        scale=targets.subject.scale,
        loader="file",
        channels="any",
    )
    outcome = Outcome()
    with store.writer(new_run()) as writer:
        origin = Origin.of_card(card, images.digest, device=device)
        maker = RecordMaker(targets.subject, origin, writer.run, batched=batch > 1)
        candidate = Candidate(maker, images.read, references.bind(unbound))
        work = Work([candidate], targets, references, store, writer, outcome, watch, force, batch)
        score_candidates(work, targets.names)
        score_sets(work, targets.names)
    return outcome, images.pairing


def has_saved_outputs(root: Path) -> bool:
    """Return whether a folder holds outputs with provenance, as `iqabench run --save-outputs` saves them."""
    return any(True for _ in kept_runs(root))


def score_saved_outputs(
    root: Path,
    store: Store,
    columns: list[str],
    device: str = "auto",
    watch: Watch = lambda *_: None,
    *,
    force: bool = False,
    batch: int = 1,
) -> Outcome:
    """Score the outputs that `iqabench run --save-outputs` saved, as records of the models that made them.

    Raises: SetError when a set has changed since; UsageError when a column needs targets, inputs or other
        outputs that are missing.
    """
    device = resolve_device(device)
    by_set: dict[str, list[OutputFolder]] = {}
    for outputs in kept_runs(root):
        if outputs.provenance.domain == "image":
            by_set.setdefault(outputs.provenance.address, []).append(outputs)
    outcome = Outcome()
    with store.writer(new_run()) as writer:
        for address, members in by_set.items():
            targets = targets_of_set(address, None)
            references = _references(targets, store, device, members)
            bound = references.bind(_columns(targets, columns))
            candidates = [
                Candidate(
                    record_maker(outputs, targets.subject, writer.run, batched=batch > 1),
                    partial(read_output, outputs),
                    bound,
                )
                for outputs in members
            ]
            work = Work(
                candidates, targets, references, store, writer, outcome, watch, force, batch
            )
            score_candidates(work, targets.names)
            score_sets(work, targets.names)
    return outcome


def _columns(targets: Targets, names: list[str]) -> list[AnyColumn]:
    """Return the columns with these names, by default those of the task.

    Raises: UsageError when a column needs a target and there are none.
    """
    if not names and targets.target is None:
        raise UsageError(
            "there are no targets; name them with --target DIR or --set NAME, or name columns that need "
            "none, as in --column niqe."
        )
    distinct = dict.fromkeys(names or task_named(targets.subject.task).columns)
    columns = [any_column(name, targets.protocol) for name in distinct]
    if not targets.subject.level and not targets.address:
        require_no_scale(columns, "--scale 4 (scale=4 in Python)")
    columns = with_reasons(columns, require_files(columns))
    undefined = [c.name for c in columns if c.needs_target and targets.target is None]
    if undefined:
        raise UsageError(
            f"{undefined[0]} compares with a target; name the targets with --target DIR or --set NAME."
        )
    return columns


def _references(
    targets: Targets, store: Store, device: str, members: Sequence[OutputFolder] = ()
) -> References:
    def folder_of(model: Model) -> OutputFolder:
        origin = Origin.of_card(model.card, model.hash, device=device)
        folder = output_folder(
            outputs_root(store), origin, targets.subject, targets.address, "image"
        )
        same = [m for m in members if m.provenance.same_as(folder.provenance)]
        return same[0] if same else folder

    return References(
        Conditions(targets.subject.scale, device),
        targets.recipe,
        has_inputs=targets.input is not None,
        members=members,
        folder_of=folder_of,
    )
