"""The look, before workers are started, whether a run has anything left to do."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

import torch

from iqabench.errors import IqabenchError
from iqabench.run.context import RunContext
from iqabench.run.environment import new_run, resolve_device
from iqabench.run.executors.placement import Placement
from iqabench.run.model_cache import ModelCache
from iqabench.run.outcome import Outcome
from iqabench.run.plan import Cell, Options
from iqabench.run.restoring.ledger import CellLedger
from iqabench.store import Store, Writer


def nothing_left(
    rounds: list[tuple[list[Cell], Options]],
    store: Store,
    reasons: Mapping[str, str],
    placement: Placement,
) -> bool:
    """Return whether every sample of every cell has the records that a worker started here would write.

    The models are loaded on this machine, one after the other, as far as the first cell with something left
    to do. `rounds` are cells with the options of a run. It is False where that cannot be said from here: for
    a cluster that is joined, for outputs that are kept, and where a model cannot be loaded.
    """
    has_records = store.folder.exists() and not any(run.force for _, run in rounds)
    if placement.cluster or not has_records:
        return False
    models = ModelCache()
    with store.writer(new_run()) as writer, threads_of_a_worker(placement):
        return all(
            _is_finished(cell, store, run, reasons, models, writer)
            for cells, run in rounds
            for cell in cells
        )


def _is_finished(
    cell: Cell,
    store: Store,
    options: Options,
    reasons: Mapping[str, str],
    models: ModelCache,
    writer: Writer,
) -> bool:
    device = resolve_device(options.device)
    context = RunContext(store, replace(options, device=device), device, reasons)
    try:
        ledger = CellLedger(cell, writer, context, Outcome())
        return ledger.is_finished(ledger.job.open(models).opening)
    except IqabenchError:
        return False


@contextmanager
def threads_of_a_worker(placement: Placement) -> Iterator[None]:
    """Work with as many threads as a worker: their number is part of the keys of records."""
    before = torch.get_num_threads()
    torch.set_num_threads(placement.cpus_per_worker)
    try:
        yield
    finally:
        torch.set_num_threads(before)
