"""The evaluation of cells: models restore sets, and metrics score the outputs.

    for cell in cells:
        session = open the cell where an executor says                       # restoring/session.py
        for result in session.run(samples_without_a_record):                 # evaluate_cell.py
            write the files of the result, then its records                  # restoring/ledger.py

Columns that need the outputs of all models wait for the second pass (`second_pass.py`).
"""

from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace

from iqabench.images import remarks_on
from iqabench.metrics import require_files
from iqabench.models.core.package import require_packable
from iqabench.run.context import RunContext
from iqabench.run.environment import new_run
from iqabench.run.executors.executor import executor_of
from iqabench.run.executors.job import Executor
from iqabench.run.executors.placement import LOCAL, Placement
from iqabench.run.nothing_left import nothing_left, threads_of_a_worker
from iqabench.run.outcome import Outcome
from iqabench.run.plan import Cell, Options
from iqabench.run.progress import UNWATCHED, Watch
from iqabench.run.resizing import resizing_note
from iqabench.run.restoring.ledger import CellLedger
from iqabench.run.second_pass import SecondPass, score_second_pass
from iqabench.run.setting_points import check_settings, rounds_of, setting_points
from iqabench.store import Store


def evaluate(
    cells: list[Cell],
    store: Store,
    options: Options,
    watch: Watch = UNWATCHED,
    placement: Placement = LOCAL,
) -> Outcome:
    """Evaluate the samples without a record; the records of each are stored as soon as it is done.

    A setting with several values, as in alpha=0:1:0.1, makes one run for each of them, and a model that draws
    at random one for each draw.
    A model that cannot be loaded costs only its own cells, unless no other cell remains. The files of metrics
    (weights) are looked for before the first image: a column whose metric lacks one has failed records with
    that reason. `placement` says where models run; no workers are started when nothing is left to do.

    Raises: MetricWeightsError when every column lacks a file; IqabenchError when no cell can be run;
        UsageError for a setting out of range;
        TrustError for code that would run on workers without consent; ExecutorError when there are no
        workers; StoreError when records cannot be stored.
    """
    if placement.executor != "local":
        placement.check(options.device)
        require_packable(cell.model for cell in cells)
    check_settings((cell.card for cell in cells), setting_points(options.settings))
    reasons = require_files(column for cell in cells for column in cell.columns)
    rounds = [
        (some, replace(options, settings=point))
        for point, some in rounds_of(cells, options.settings)
    ]
    with ExitStack() as stack:
        if placement.executor != "local" and nothing_left(rounds, store, reasons, placement):
            stack.enter_context(threads_of_a_worker(placement))
            placement = LOCAL
        executor = stack.enter_context(executor_of(placement, options.device, watch))
        return Outcome.joined(
            evaluate_on(
                executor, some, store, own, reasons, watch, must_run=len(some) == len(cells)
            )
            for some, own in rounds
        )


def evaluate_on(
    executor: Executor,
    cells: list[Cell],
    store: Store,
    options: Options,
    reasons: Mapping[str, str],
    watch: Watch = UNWATCHED,
    *,
    must_run: bool = True,
) -> Outcome:
    """Evaluate the samples without a record on an executor, which may be used again; see `evaluate`.

    `reasons` names the metrics that lack something, with the reason. Without `must_run` cells that cannot be
    run are failures of the outcome, even where no other remains.

    Raises: IqabenchError when no cell can be run; StoreError when records cannot be stored.
    """
    outcome = Outcome(
        missing=list(dict.fromkeys(line for cell in cells for line in cell.set.missing)),
        notes=list(dict.fromkeys(line for cell in cells for line in cell.set.notes)),
    )
    options = replace(options, device=executor.device)
    context = RunContext(store, options, executor.device, reasons, _shared_sets(cells), watch)
    with store.writer(new_run()) as writer:
        ledgers = [CellLedger(cell, writer, context, outcome) for cell in cells]
        executor.run(ledgers)
        waiting = [outputs for ledger in ledgers for outputs in ledger.waiting_outputs]
        score_second_pass(waiting, SecondPass(context, writer, outcome))
    errors = [ledger.error for ledger in ledgers if ledger.error is not None]
    if must_run and errors and len(errors) == len(cells):
        raise errors[0]
    outcome.notes += _remarks(cells)
    return outcome


def _shared_sets(cells: list[Cell]) -> frozenset[str]:
    counts = Counter(cell.set.address for cell in cells)
    return frozenset(address for address, count in counts.items() if count > 1)


def _remarks(cells: list[Cell]) -> list[str]:
    """Return the notes on the files of folders, each set once."""
    sets = {cell.set.id + cell.set.address: cell.set for cell in cells}.values()
    notes = [note for images in sets for note in remarks_on(images.own_files, images.reading)]
    of_cells = [
        note
        for cell in cells
        for note in (_clip_note(cell), resizing_note(cell.set.name, cell.columns))
    ]
    return [*(note for note in dict.fromkeys(of_cells) if note), *notes]


def _clip_note(cell: Cell) -> str:
    """Return a sentence where a model of clips has restored single images of a folder; empty elsewhere."""
    images, card = cell.set, cell.card
    is_clip = any(len(places) > 1 for sample in images for places in sample.files.values())
    if card is None or not card.looks_at_clips or is_clip or not images.own_files:
        return ""
    return (
        f"{card.id} looks at several frames of a clip, and {images.name} has none: each of its "
        f"{len(images)} images was a clip of one frame. Put the frames of each clip into a folder of their "
        "own, as in FOLDER/target/CLIP/001.png."
    )
