"""The place where all nouns meet: set, model, protocol, metric, record.

    for cell in cells:
        for result in evaluate_cell(job_of(cell), samples_without_a_record):
            store.add(result.records)

`evaluate_cell.py` is the loop over samples; an executor (`executors/`) decides where it runs and keeps its
results; columns that need what all models made wait for the second pass (`second_pass.py`).
"""

from dataclasses import replace

from iqabench.metrics import require_files, with_reasons
from iqabench.run.environment import resolve_device
from iqabench.run.executors import in_process
from iqabench.run.outcome import Outcome, Watch
from iqabench.run.plan import Cell, Options
from iqabench.store import Store


def evaluate(
    cells: list[Cell], store: Store, options: Options, watch: Watch = lambda *_: None
) -> Outcome:
    """Evaluate what has no record yet; every image is safe in the store before the next one starts.

    A model that cannot be loaded costs only its own cells, unless no other cell is left.

    What metrics need (weights) is looked for before the first image: a column whose metric lacks it has
    failed records with that reason.

    Raises: MetricWeightsError when that befalls every column; IqabenchError when nothing could be run at all;
        StoreError when records cannot be kept.
    """
    reasons = require_files(column for cell in cells for column in cell.columns)
    able = [replace(cell, columns=tuple(with_reasons(cell.columns, reasons))) for cell in cells]
    return in_process(able, store, options, resolve_device(options.device), watch)
