"""The place where all nouns meet: set, model, protocol, metric, record.

    for sample in samples(cell.set):
        output = restore(model, sample.input)
        for column in cell.columns:
            store.add(cell, sample, column, column(output, sample.target))

Columns that need what all models made wait until each has left its outputs (`later.py`). Everything else
here, and in `cell.py`, is what keeps that loop honest: it resumes, it survives, it says why.
"""

import torch

from iqabench.errors import IqabenchError
from iqabench.models.core.load import load_card, load_model
from iqabench.models.core.model import Model
from iqabench.run.cell import CellRun
from iqabench.run.environment import new_run, resolve_device
from iqabench.run.outcome import Failure, Outcome, Watch
from iqabench.run.plan import Cell, Options, check_fits
from iqabench.run.second_pass import Later, Left, score_later
from iqabench.store import Store


def evaluate(
    cells: list[Cell], store: Store, options: Options, watch: Watch = lambda *_: None
) -> Outcome:
    """Evaluate what has no record yet; every image is safe in the store before the next one starts.

    A model that cannot be loaded costs its own cells alone, unless no other cell is left.

    Raises: IqabenchError when nothing could be run at all; StoreError when records cannot be kept.
    """
    outcome = Outcome()
    device = resolve_device(options.device)
    loaded: tuple[str, Model] | None = None
    errors: list[IqabenchError] = []
    left: list[Left] = []
    with store.writer(new_run()) as writer:
        for cell in cells:
            try:
                if loaded is None or loaded[0] != _model_key(cell):
                    loaded = (_model_key(cell), _load(cell, device, options))
                check_fits(loaded[1].card, cell.set)
                run = CellRun(cell, loaded[1], store, writer, options, outcome, watch)
            except IqabenchError as error:
                errors.append(error)
                outcome.failures.append(Failure(str(error), f"{cell.model} on {cell.set.name}"))
                continue
            run.run()
            if run.later:
                left.append(run.left())
        score_later(left, Later(store, writer, options, device, outcome, watch))
    if errors and len(errors) == len(cells):
        raise errors[0]
    return outcome


def _model_key(cell: Cell) -> str:
    return cell.card.name if cell.card else f"{cell.model}\0{cell.set.scale}"


def _load(cell: Cell, device: str, options: Options) -> Model:
    torch.backends.cudnn.benchmark = False
    if cell.card is None:
        model = load_model(cell.model, cell.set.scale)
    else:
        model = load_card(
            cell.card,
            allow_random_weights=options.allow_random_weights,
            progress=options.progress,
        )
    return model.to(device, options.precision)
