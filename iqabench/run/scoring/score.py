"""Scoring images that exist already: a folder against targets, or what an earlier run left."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from iqabench.errors import UsageError
from iqabench.metrics import AnyColumn, any_column, require_files, with_reasons
from iqabench.models.core.card import Card
from iqabench.models.core.model import Model
from iqabench.run.conditions import Conditions
from iqabench.run.environment import new_run, resolve_device
from iqabench.run.outcome import Outcome, Watch
from iqabench.run.output_folders import maker_of, outputs_root, place_of, read_output
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
    wanted: list[str],
    name: str = "",
    device: str = "auto",
    watch: Watch = lambda *_: None,
    *,
    force: bool = False,
    batch: int = 1,
) -> tuple[Outcome, Pairing]:
    """Score a folder of outputs, or one; every image is a record. Targets without an output are failures.

    Raises: PairingError when nothing pairs; ImageError for a folder that is absent or empty; UsageError
        when a column needs what is not at hand.
    """
    found = Outputs(outputs, targets)
    columns = _columns(targets, wanted)
    where = resolve_device(device)
    references = _references(targets, store, where)
    called = outputs.resolve().stem if outputs.is_file() else outputs.resolve().name
    card = Card(
        id=name or called,
        family="outputs",
        title=f"outputs in {outputs}",
        scale=targets.subject.scale,
        loader="file",
        channels="any",
    )
    outcome = Outcome()
    with store.writer(new_run()) as writer:
        origin = Origin.of_card(card, found.digest, device=where)
        maker = RecordMaker(targets.subject, origin, writer.run, batched=batch > 1)
        candidate = Candidate(maker, found.read, references.bound(columns))
        work = Work([candidate], targets, references, store, writer, outcome, watch, force, batch)
        score_candidates(work, targets.names)
        score_sets(work, targets.names)
    return outcome, found.pairing


def has_kept_runs(root: Path) -> bool:
    """Whether a folder holds outputs that tell where they come from."""
    return any(True for _ in kept_runs(root))


def score_kept(
    root: Path,
    store: Store,
    wanted: list[str],
    device: str = "auto",
    watch: Watch = lambda *_: None,
    *,
    force: bool = False,
    batch: int = 1,
) -> Outcome:
    """Score what `iqabench run --save-outputs` left under a folder, as records of the models that made it.

    Raises: SetError when its set has changed; UsageError when a column needs what is not at hand.
    """
    where = resolve_device(device)
    by_set: dict[str, list[OutputFolder]] = {}
    for kept in kept_runs(root):
        if kept.provenance.domain == "image":
            by_set.setdefault(kept.provenance.address, []).append(kept)
    outcome = Outcome()
    with store.writer(new_run()) as writer:
        for address, members in by_set.items():
            targets = targets_of_set(address, None)
            references = _references(targets, store, where, members)
            columns = references.bound(_columns(targets, wanted))
            candidates = [
                Candidate(
                    maker_of(kept, targets.subject, writer.run, batched=batch > 1),
                    partial(read_output, kept),
                    columns,
                )
                for kept in members
            ]
            work = Work(
                candidates, targets, references, store, writer, outcome, watch, force, batch
            )
            score_candidates(work, targets.names)
            score_sets(work, targets.names)
    return outcome


def _columns(targets: Targets, wanted: list[str]) -> list[AnyColumn]:
    """Raises: UsageError when one needs a target and there are none."""
    if not wanted and targets.target is None:
        raise UsageError(
            "there are no targets; name them with --target DIR or --set NAME, or name columns that need "
            "none, as in --column niqe."
        )
    names = dict.fromkeys(wanted or task_named(targets.subject.task).columns)
    columns = [any_column(c, targets.protocol) for c in names]
    columns = with_reasons(columns, require_files(columns))
    lost = [c.name for c in columns if c.needs_target and targets.target is None]
    if lost:
        raise UsageError(
            f"{lost[0]} compares with a target; name the targets with --target DIR or --set NAME."
        )
    return columns


def _references(
    targets: Targets, store: Store, device: str, members: Sequence[OutputFolder] = ()
) -> References:
    def kept(model: Model) -> OutputFolder:
        origin = Origin.of_card(model.card, model.hash, device=device)
        place = place_of(outputs_root(store), origin, targets.subject, targets.address, "image")
        same = [m for m in members if m.provenance.same_as(place.provenance)]
        return same[0] if same else place

    return References(
        Conditions(targets.subject.scale, device),
        targets.recipe,
        has_inputs=targets.input is not None,
        members=members,
        kept=kept,
    )
