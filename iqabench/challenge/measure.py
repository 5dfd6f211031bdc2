"""Measuring what a board asks for; what is in the store already is not measured again."""

from collections.abc import Container, Mapping, Sequence

from iqabench.boards import Board
from iqabench.challenge.agreement import measure_agreement
from iqabench.challenge.measurement import Measurement
from iqabench.challenge.parts import address_of, card_for, check_parts, scale_of
from iqabench.errors import FetchError, IqabenchError
from iqabench.probes import cost_column, sizes_of
from iqabench.probes.timing import Sampling
from iqabench.report.data.aggregate import Results
from iqabench.report.data.board_values import measured_values
from iqabench.run import Cell, Options, Watch, evaluate, plan
from iqabench.run.profile import ProfileOptions, profile
from iqabench.store import Store


def measure(
    board: Board,
    models: Sequence[str],
    store: Store,
    options: Options,
    watch: Watch = lambda *_: None,
    *,
    quality: bool = True,
    costs: bool = True,
    timed: bool = True,
    sampling: Sampling | None = None,
    only: Mapping[str, Container[str]] | None = None,
) -> Measurement:
    """Run the models on the board's sets and profile them side by side, as far as files are at hand.

    Of costs, what depends on the machine is left out without `timed`. Of quality, `only` has by models the
    quantities that are asked for; without it, it is all of them.

    Raises: FactsError for sets and probes that do not exist; ModelError for models of another task or scale;
        StoreError; BusyError when another process measures on the device.
    """
    check_parts(board)
    if board.task == "iqa":
        return measure_agreement(board, models, store, options, watch)
    found = Measurement(ids={model: card_for(board, model).id for model in models})
    keys: list[str] = []
    for model in models:
        names = [n for n in _with_metric(board) if only is None or n in only.get(model, ())]
        if quality:
            keys += _quality(board, model, names, store, options, watch, found)
        else:
            found.reasons |= {(model, name): "no images were restored" for name in names}
    if costs:
        how = ProfileOptions(
            device=options.device, scale=scale_of(board), wait=True, sampling=sampling or Sampling()
        )
        keys += _costs(board, models, store, how, watch, found, timed=timed)
    with Results(store, keys) as results:
        found.values = measured_values(results, board)
    return found


def _with_metric(board: Board) -> list[str]:
    return [name for name, quantity in board.quantities.items() if quantity.facts.metric]


def _quality(
    board: Board,
    model: str,
    names: Sequence[str],
    store: Store,
    options: Options,
    watch: Watch,
    found: Measurement,
) -> list[str]:
    """Keys of the cells of one model, which is loaded once; and reasons, where something could not be run."""
    cells = _planned(board, model, names, found)
    wanted = [name for name in names if (model, name) not in found.reasons]
    if not cells:
        return []
    try:
        outcome = evaluate(cells, store, options, watch)
    except IqabenchError as error:
        _tell(found, [model], wanted, error)
        return []
    for failure in reversed(outcome.failures):
        sets = failure.where.partition(" on ")[2]
        some = [name for name in wanted if sets in ("", board.quantities[name].set)]
        _tell(found, [model], some, failure.error)
    return outcome.keys


def _planned(board: Board, model: str, wanted: Sequence[str], found: Measurement) -> list[Cell]:
    cells: list[Cell] = []
    for name in wanted:
        if not board.quantities[name].set:
            found.reasons[model, name] = _not_at_hand(board, name)
    for address, columns in _by_set(board, found.ids[model], wanted).items():
        for metric, names in columns.items():
            try:
                cells += plan([model], [address], [metric], scale_of(board))
            except FetchError as error:
                images = board.quantities[names[0]].set
                hint = f"'iqabench fetch {images}' brings it, --from FOLDER takes it from you"
                _tell(found, [model], names, f"{str(error).splitlines()[0]} {hint}")
            except IqabenchError as error:
                _tell(found, [model], names, error)
    return _joined(cells)


def _by_set(board: Board, model: str, wanted: Sequence[str]) -> dict[str, dict[str, list[str]]]:
    """Address of a set to metrics to the quantities that want them."""
    found: dict[str, dict[str, list[str]]] = {}
    for name in wanted:
        quantity = board.quantities[name]
        if quantity.set:
            metric = board.metric_of(quantity, model)
            found.setdefault(address_of(board, quantity), {}).setdefault(metric, []).append(name)
    return found


def _joined(cells: Sequence[Cell]) -> list[Cell]:
    """Columns that ride on one forward pass in one cell."""
    found: dict[tuple[str, str, str], Cell] = {}
    for cell in cells:
        same = (cell.set.name, cell.set.level, cell.domain)
        before = found[same].columns if same in found else ()
        found[same] = Cell(cell.model, cell.card, cell.set, cell.domain, (*before, *cell.columns))
    return [*found.values()]


def _not_at_hand(board: Board, name: str) -> str:
    word = board.quantities[name].set_word
    return (
        f"the set {word} is not to be had here; name a folder that has it with --set {word}=FOLDER"
    )


def _tell(found: Measurement, models: Sequence[str], names: Sequence[str], error: object) -> None:
    reason = (str(error).splitlines() or [""])[0]
    found.reasons |= {(model, name): reason for model in models for name in names}


def _costs(
    board: Board,
    models: Sequence[str],
    store: Store,
    how: ProfileOptions,
    watch: Watch,
    found: Measurement,
    *,
    timed: bool,
) -> list[str]:
    """Keys of what the models cost, sampled in turn."""
    by_input: dict[str, dict[str, str]] = {}
    for name, quantity in board.quantities.items():
        if quantity.facts.probe and (timed or not quantity.facts.relative):
            by_input.setdefault(quantity.facts.input, {})[quantity.facts.probe] = name
    keys: list[str] = []
    for size, probes in by_input.items():
        columns = [cost_column(text) for text in probes]
        try:
            done = profile(list(models), columns, sizes_of([size], []), store, how, watch)
        except IqabenchError as error:
            _tell(found, models, [*probes.values()], error)
            continue
        keys += done.keys
        found.warnings += done.warnings
        for failure in done.failures:
            who = failure.where.partition(" at ")[0]
            some = [m for m in models if who in (m, found.ids[m])]
            _tell(found, some, [*probes.values()], failure.error)
    return keys
