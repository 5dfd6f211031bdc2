"""The measurement of everything that a board asks for; what is in the store already is not measured again."""

from collections.abc import Container, Mapping, Sequence
from itertools import chain

from iqabench.boards import Board
from iqabench.challenge.agreement import measure_agreement
from iqabench.challenge.measurement import Measurement
from iqabench.challenge.parts import address_of, card_for, check_parts, scale_of
from iqabench.errors import FetchError, IqabenchError
from iqabench.probes import cost_column, sizes_of
from iqabench.probes.timing import Sampling
from iqabench.report.data.aggregate import Results
from iqabench.report.data.board_values import measured_values
from iqabench.run import UNWATCHED, Cell, Options, Watch, announce, evaluate, plan
from iqabench.run.profile import ProfileOptions, profile
from iqabench.store import Store


def measure(
    board: Board,
    models: Sequence[str],
    store: Store,
    options: Options,
    watch: Watch = UNWATCHED,
    *,
    quality: bool = True,
    costs: bool = True,
    timed: bool = True,
    sampling: Sampling | None = None,
    only: Mapping[str, Container[str]] | None = None,
) -> Measurement:
    """Run the models on the board's sets and profile them side by side, as far as files are available.

    Of costs, what depends on the machine is left out without `timed`. Of quality, `only` has by models the
    quantities that are asked for; without it, it is all of them.

    Raises: FactsError for sets and probes that do not exist; ModelError for models of another task or scale;
        StoreError; BusyError when another process measures on the device.
    """
    check_parts(board)
    if board.ranks_metrics:
        return measure_agreement(board, models, store, options, watch)
    measurement = Measurement(ids={model: card_for(board, model).id for model in models})
    keys: list[str] = []
    names_of = {
        model: [n for n in _metric_quantities(board) if only is None or n in only.get(model, ())]
        for model in models
    }
    if quality:
        keys += _quality(board, names_of, store, options, watch, measurement)
    else:
        measurement.reasons |= {
            (model, name): "no images were restored"
            for model, names in names_of.items()
            for name in names
        }
    if costs:
        profile_options = ProfileOptions(
            device=options.device, scale=scale_of(board), wait=True, sampling=sampling or Sampling()
        )
        keys += _costs(board, models, store, profile_options, watch, measurement, timed=timed)
    with Results(store, keys, measurement.samples) as results:
        measurement.values = measured_values(results, board)
    measurement.missing += _fewer(measurement, options.limit)
    return measurement


def _fewer(measurement: Measurement, limit: int | None) -> list[str]:
    """Return sentences about means over fewer images than the set has; none where the user limits them."""
    lines = []
    for model, values in measurement.values.items():
        for name, value in values.items():
            if value.n < value.of and not limit:
                lines.append(f"{name} of {model} is the mean over {value.n} of {value.of} images")
    return lines


def _metric_quantities(board: Board) -> list[str]:
    return [name for name, quantity in board.quantities.items() if quantity.facts.metric]


def _quality(
    board: Board,
    names_of: Mapping[str, Sequence[str]],
    store: Store,
    options: Options,
    watch: Watch,
    measurement: Measurement,
) -> list[str]:
    """Evaluate the cells of all models for the quantities of each, and return their keys."""
    cells = {model: _planned(board, model, names, measurement) for model, names in names_of.items()}
    announce(watch, [*chain.from_iterable(cells.values())], options.limit)
    keys: list[str] = []
    for model, names in names_of.items():
        keys += _of_model(board, model, names, cells[model], store, options, watch, measurement)
    return keys


def _of_model(
    board: Board,
    model: str,
    names: Sequence[str],
    cells: list[Cell],
    store: Store,
    options: Options,
    watch: Watch,
    measurement: Measurement,
) -> list[str]:
    """Evaluate the cells of one model, loaded once, and return their keys; failures become reasons."""
    wanted = [name for name in names if (model, name) not in measurement.reasons]
    if not cells:
        return []
    try:
        outcome = evaluate(cells, store, options, watch)
    except IqabenchError as error:
        _add_reasons(measurement, [model], wanted, error)
        return []
    measurement.samples |= outcome.samples
    measurement.missing += [line for line in outcome.missing if line not in measurement.missing]
    for failure in reversed(outcome.failures):
        sets = failure.where.partition(" on ")[2]
        some = [name for name in wanted if sets in ("", board.quantities[name].set)]
        _add_reasons(measurement, [model], _meant(board, some, failure.error), failure.error)
    return outcome.keys


def _meant(board: Board, names: Sequence[str], error: str) -> Sequence[str]:
    """Return the quantities whose metric an error begins with, or all of them where it names none."""
    own = [n for n in names if _begins_with(error, board.quantities[n].facts.metric)]
    return own or names


def _begins_with(error: str, metric: str) -> bool:
    return error.startswith((f"{metric.partition('@')[0]} ", f"{metric}:"))


def _planned(
    board: Board, model: str, wanted: Sequence[str], measurement: Measurement
) -> list[Cell]:
    cells: list[Cell] = []
    for name in wanted:
        if not board.quantities[name].set:
            measurement.reasons[model, name] = _unavailable_message(board, name)
    for address, columns in _by_set(board, measurement.ids[model], wanted).items():
        for metric, names in columns.items():
            try:
                cells += plan([model], [address], [metric], scale_of(board))
            except FetchError as error:
                _add_reasons(measurement, [model], names, _how_to_fetch(board, names[0], error))
            except IqabenchError as error:
                _add_reasons(measurement, [model], names, error)
    return _joined(cells)


def _how_to_fetch(board: Board, name: str, error: FetchError) -> str:
    """Return the first line of an error, with the command that brings the set where it names none."""
    reason = str(error).splitlines()[0]
    if "iqabench fetch" in reason:
        return reason
    command = f"iqabench fetch {board.quantities[name].set}"
    return f"{reason} '{command}' brings it, --from FOLDER takes it from you"


def _by_set(board: Board, model: str, wanted: Sequence[str]) -> dict[str, dict[str, list[str]]]:
    """Group quantities by the address of their set, then by metric."""
    groups: dict[str, dict[str, list[str]]] = {}
    for name in wanted:
        quantity = board.quantities[name]
        if quantity.set:
            metric = board.metric_of(quantity, model)
            groups.setdefault(address_of(board, quantity), {}).setdefault(metric, []).append(name)
    return groups


def _joined(cells: Sequence[Cell]) -> list[Cell]:
    """Join cells that need the same outputs, so that all their columns share one forward pass."""
    joined: dict[tuple[str, str, str], Cell] = {}
    for cell in cells:
        same = (cell.set.name, cell.set.level, cell.domain)
        columns = joined[same].columns if same in joined else ()
        joined[same] = Cell(cell.model, cell.card, cell.set, cell.domain, (*columns, *cell.columns))
    return [*joined.values()]


def _unavailable_message(board: Board, name: str) -> str:
    word = board.quantities[name].set_word
    return (
        f"the set {word} is not available here; name a folder that has it with --set {word}=FOLDER"
    )


def _add_reasons(
    measurement: Measurement, models: Sequence[str], names: Sequence[str], error: object
) -> None:
    reason = (str(error).splitlines() or [""])[0]
    measurement.reasons |= {(model, name): reason for model in models for name in names}


def _costs(
    board: Board,
    models: Sequence[str],
    store: Store,
    profile_options: ProfileOptions,
    watch: Watch,
    measurement: Measurement,
    *,
    timed: bool,
) -> list[str]:
    """Profile the models, sampled in turn, and return the keys of their costs."""
    by_input: dict[str, dict[str, str]] = {}
    for name, quantity in board.quantities.items():
        if quantity.facts.probe and (timed or not quantity.facts.relative):
            by_input.setdefault(quantity.facts.input, {})[quantity.facts.probe] = name
    keys: list[str] = []
    for size, probes in by_input.items():
        columns = [cost_column(text) for text in probes]
        try:
            done = profile(
                list(models), columns, sizes_of([size], []), store, profile_options, watch
            )
        except IqabenchError as error:
            _add_reasons(measurement, models, [*probes.values()], error)
            continue
        keys += done.keys
        measurement.warnings += done.warnings
        for failure in done.failures:
            who = failure.where.partition(" at ")[0]
            some = [m for m in models if who in (m, measurement.ids[m])]
            _add_reasons(measurement, some, [*probes.values()], failure.error)
    return keys
