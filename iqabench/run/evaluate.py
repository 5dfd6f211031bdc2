"""The evaluation of cells: models restore sets, and metrics score the outputs.

    for cell in cells:
        for result in evaluate_cell(job_of(cell), samples_without_a_record):
            store.add(result.records)

`evaluate_cell.py` is the loop over samples. An executor (`executors/`) decides where the loop runs, and keeps
its results. Columns that need the outputs of all models wait for the second pass (`second_pass.py`).
"""

from functools import partial

from iqabench.images import remarks_on
from iqabench.metrics import require_files
from iqabench.run.context import RunContext
from iqabench.run.environment import resolve_device
from iqabench.run.executors import in_process
from iqabench.run.model_cache import ModelCache, load_for_cell
from iqabench.run.outcome import Outcome
from iqabench.run.plan import Cell, Options
from iqabench.run.progress import UNWATCHED, Watch
from iqabench.store import Store


def evaluate(
    cells: list[Cell], store: Store, options: Options, watch: Watch = UNWATCHED
) -> Outcome:
    """Evaluate the samples without a record; the records of each are stored before the next one starts.

    A model that cannot be loaded costs only its own cells, unless no other cell remains. The files of metrics
    (weights) are looked for before the first image: a column whose metric lacks one has failed records with
    that reason.

    Raises: MetricWeightsError when every column lacks a file; IqabenchError when no cell can be run;
        StoreError when records cannot be stored.
    """
    reasons = require_files(column for cell in cells for column in cell.columns)
    device = resolve_device(options.device)
    models = ModelCache(partial(load_for_cell, device=device, options=options))
    outcome = in_process(cells, models, RunContext(store, options, device, reasons, watch))
    outcome.notes += _remarks(cells)
    return outcome


def _remarks(cells: list[Cell]) -> list[str]:
    """Return the notes on the files of folders, each set once."""
    sets = {cell.set.id + cell.set.address: cell.set for cell in cells}.values()
    return [note for images in sets for note in remarks_on(images.own_files, images.reading)]
