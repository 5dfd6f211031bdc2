"""Checks that the sets, probes and opinions that a board names exist, with file and line in the message."""

from collections.abc import Callable

from iqabench.boards import Board, Quantity
from iqabench.errors import FactsError, IqabenchError, ModelError
from iqabench.facts import line_of
from iqabench.models.core.card import Card
from iqabench.models.core.catalogue import card_of
from iqabench.models.core.load import is_own, load_model, runs_code
from iqabench.opinions import opinion_set_named
from iqabench.places import expanded
from iqabench.probes import cost_column, sizes_of
from iqabench.sets.catalogue import find_entry
from iqabench.tasks import Ratio, Task, scale_text, task_named
from iqabench.trust import require_trust


def check_parts(board: Board) -> None:
    """Check that every set, level, probe and set of opinions that the board names exists.

    Raises: FactsError with file and line of those that do not exist.

    A metric may come with a package that is not installed: that is the column's own reason, and no mistake.
    """
    for word, name in board.sets.items():
        if name and "/" not in name:
            _known(board, ("sets", word), _check_set, name)
    for quantity in board.quantities.values():
        if quantity.level and quantity.set and "/" not in quantity.set:
            _known(board, ("levels", quantity.level_word), find_entry, quantity.address)
    for column, facts in board.columns.items():
        if facts.probe:
            _known(board, ("columns", column, "probe"), _check_probe, facts.probe)
            _known(board, ("columns", column, "input"), _check_size, facts.input)
    _check_consent(board)
    if board.opinions:
        _known(board, ("opinions",), opinion_set_named, board.opinions)


def _check_consent(board: Board) -> None:
    """Check that no command or factory runs only because a board names it, as a model or behind a protocol.

    Raises: TrustError without consent.
    """
    metrics = [m for c in board.columns.values() for m in (c.metric, *c.metric_of.values())]
    named = [m.partition("@")[2].partition(":")[2] for m in metrics]
    for name in (*board.model_ids, *named):
        if runs_code(name):
            require_trust(f"the board {board.name} runs {name}", board.file)


def _known(board: Board, at: tuple[str, ...], look_up: Callable[[str], object], name: str) -> None:
    try:
        look_up(name)
    except IqabenchError as error:
        message = f"{board.file}:{line_of(board.file, at)}: {'.'.join(at)}: {error}"
        raise FactsError(message) from error


def _check_set(name: str) -> None:
    entry = find_entry(name)
    if entry is None:
        raise FactsError(f"no set is called '{name}'; 'iqabench list sets' shows them all.")
    if entry[0].facts.name != name:
        raise FactsError(f"the set '{name}' is called '{entry[0].facts.name}' here; write that.")


def _check_probe(text: str) -> None:
    column = cost_column(text)
    if column.convention and "@" not in text:
        raise FactsError(
            f"'{text}' counts in several ways; write {text}@{column.convention}, or another."
        )


def _check_size(text: str) -> None:
    sizes_of([text], [])


def address_of(board: Board, quantity: Quantity) -> str:
    """Return the address by which `load_set` finds a quantity's set; folders are beside the board."""
    if "/" not in quantity.set:
        return quantity.address
    folder = board.file.parent / expanded(quantity.set)
    return f"{folder}@{quantity.level}" if quantity.level else str(folder)


def scale_of(board: Board) -> int | None:
    """Return the scale at which models are asked for, or None where the task has no scales."""
    return board.scale if board.has_scales else None


def card_for(board: Board, model: str) -> Card:
    """Return the card of a model that may enter the board.

    Raises: ModelError when it is for another task or scale; UnknownNameError; WeightsError.
    """
    scale = scale_of(board)
    card = load_model(model, scale).card if is_own(model) else _registered(board, model)
    wanted = board.scale if board.has_scales else 1
    own, task = task_named(card.task), task_named(board.task)
    if not _is_for(own, task) or card.scale != wanted:
        raise ModelError(
            f"the model '{model}' is for {own.phrase}{_at(card.scale)}; the board {board.name} is of "
            f"{task.phrase}{_at(wanted)}."
        )
    return card


def _is_for(own: Task, task: Task) -> bool:
    """Return whether a model of one task may enter a board of another, as an undescribed one may."""
    is_open = own == task or task.name in own.enters
    return is_open or (own.default and own.sizes == task.sizes and task.ranks == "models")


def _registered(board: Board, model: str) -> Card:
    card = card_of(model)  # at any scale: a denoiser has none that a board of x4 could ask for
    same = board.has_scales and board.task in (card.task, *task_named(card.task).enters)
    return card_of(model, board.scale) if same else card


def _at(scale: Ratio) -> str:
    return f" x{scale_text(scale)}" if scale > 1 else ""
