"""Sweeps over the settings of models: one text may name several values, each of which is a run.

alpha=0,0.5,1        three values
alpha=0:1:0.1        eleven values: from 0 to 1 in steps of 0.1
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from itertools import product

from iqabench.errors import UsageError
from iqabench.models.core.card import Card
from iqabench.models.core.signature import setting_values
from iqabench.run.plan import Cell

_MOST = 1000
"""The largest number of values of one sweep."""


def setting_points(texts: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the settings of each run that texts such as "alpha=0,0.5,1" or "alpha=0:1:0.1" ask for.

    Several sweeps are combined, each value with each other. A text with one value is left as it is.

    Raises: UsageError for a range that is not FIRST:LAST:STEP.
    """
    return list(dict.fromkeys(product(*(_values(text) for text in texts))))


def rounds_of(
    cells: Sequence[Cell], texts: Sequence[str]
) -> list[tuple[tuple[str, ...], list[Cell]]]:
    """Return the settings of each run with its cells: those that have not been run with the same values.

    Where a column needs the outputs of all models, every run has all cells. A model whose card names draws,
    as in `draws: 5`, runs with as many seeds, from the default on, unless the texts name its seed. A model
    without a setting runs once, whatever the others do.

    Raises: UsageError for a range that is not FIRST:LAST:STEP.
    """
    named = {text.partition("=")[0] for text in texts}
    share = any(column.waits for cell in cells for column in cell.columns)
    seeds: dict[str, dict[str, None]] = {}
    for card in (cell.card for cell in cells):
        if card is not None and card.seed and card.seed not in named:
            seeds.setdefault(card.seed, {}).update(dict.fromkeys(_draws(card)))
    drawn = [("", *(f"{name}={value}" for value in values)) for name, values in seeds.items()]
    rounds, done = [], set[tuple[int, tuple[str, ...]]]()
    for point in _points(texts, drawn):
        own = [(number, _own(cell.card, point, named)) for number, cell in enumerate(cells)]
        some = [cells[number] for number, values in own if share or (number, values) not in done]
        done.update(own)
        if some:
            rounds.append((point, some))
    return rounds


def _points(texts: Sequence[str], drawn: Sequence[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """Yield the settings of each run; the first draw has the default seed and names none."""
    for point in setting_points(texts):
        for seeds in product(*drawn):
            yield (*point, *(seed for seed in seeds if seed))


def _draws(card: Card) -> list[str]:
    """Return the seeds of all draws but the first."""
    setting = card.settings[card.seed]
    return [f"{setting.default + number:g}" for number in range(1, setting.draws)]


def _own(card: Card | None, point: Sequence[str], named: Container[str]) -> tuple[str, ...]:
    """Return the settings of a point that a model takes; one without a card yet takes all that were named."""
    if card is None:
        return tuple(text for text in point if text.partition("=")[0] in named)
    return tuple(text for text in point if text.partition("=")[0] in card.settings)


def check_settings(cards: Iterable[Card | None], points: Iterable[Sequence[str]]) -> None:
    """Check the values of all runs before the first one, for the models that have such settings.

    So an adaptive model and its parent, which has no settings, can be in one run.

    Raises: UsageError for a value out of range, and for a setting that no model of the run has.
    """
    every = list(cards)
    named = [card for card in every if card is not None]
    first = (
        named[:1] if None not in every else []
    )  # a model without a card yet may have any setting
    for point in points:
        for text in point:
            owners = [card for card in named if text.partition("=")[0] in card.settings]
            for card in owners or first:  # a model that lacks it says which ones it has
                setting_values(card.settings, [text], card.id)


def _values(text: str) -> list[str]:
    name, equals, values = text.partition("=")
    if ":" in values:
        return [f"{name}={value}" for value in _range(text, values)]
    return [f"{name}{equals}{value}" for value in values.split(",")]


def _range(text: str, values: str) -> list[str]:
    """Return the values from the first to the last one, in exact decimal steps."""
    try:
        first, last, step = (Decimal(part) for part in values.split(":"))
        count = int((last - first) / step) + 1 if step > 0 and last >= first else 0
    except (InvalidOperation, ValueError, OverflowError):
        count = 0
    if not 0 < count <= _MOST:
        raise UsageError(
            f"'{text}' is not a range of values; expected FIRST:LAST:STEP with at most {_MOST} values, "
            "as in alpha=0:1:0.1."
        )
    return [f"{(first + number * step).normalize():f}" for number in range(count)]
