"""Costs of submissions divided by the baseline's cost: times carry over from machine to machine only as
ratios.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from iqabench.boards import Board, BoardEntry, BoundedValue, Quantity
from iqabench.errors import UsageError
from iqabench.probes import CostColumn
from iqabench.submissions.measure import SubmissionRow, submission_ids
from iqabench.submissions.request import Counterpart
from iqabench.submissions.results import SubmissionRatio, SubmissionResults


def counterpart(
    board: Board, base: BoardEntry | None, columns: Iterable[Quantity], checkout: Path
) -> Counterpart | None:
    """Return what to time in turn with: the baseline's own submission, whose printed time the formulas divide
    by, else its registered model. Return None where nothing that depends on the machine is asked for.

    Raises: UsageError where there is neither; ModelError when the folder is no checkout.
    """
    if not any(quantity.facts.relative for quantity in columns):
        return None
    if base is None:
        raise UsageError(
            f"what depends on the machine compares as a ratio to a baseline, and the board {board.name} has "
            "none; leave --probe out."
        )
    if base.number in submission_ids(checkout):
        return Counterpart(base.name, model_id=base.number)
    if base.model:
        return Counterpart(base.name, model=base.model, scale=board.scale)
    raise UsageError(
        f"the baseline {base.name} of the board {board.name} is neither a submission in {checkout} nor "
        "registered here, and times compare as ratios to it; leave --probe out."
    )


def add_ratios(
    base: BoardEntry | None,
    pairs: Sequence[tuple[BoardEntry, SubmissionRow]],
    columns: Mapping[Quantity, CostColumn],
    results: SubmissionResults,
) -> None:
    """Add the measured ratios to the baseline beside the ratios of the printed figures."""
    for entry, row in pairs:
        for quantity, column in columns.items():
            there = base.values.get(quantity.name) if base and quantity.facts.relative else None
            printed = entry.values.get(quantity.name)
            if base and there and printed and not row.error:
                published = printed.value / there.value
                results.relatives.append(_relative(base, published, entry, row, quantity, column))


def _relative(
    base: BoardEntry,
    published: float,
    entry: BoardEntry,
    row: SubmissionRow,
    quantity: Quantity,
    column: CostColumn,
) -> SubmissionRatio:
    value, details = row.values.get(column.name), row.details.get(column.name, {})
    by = {"value": 1.0} if entry.name == base.name else details.get("ratio")
    measured = None
    if value is not None and by:
        measured = BoundedValue(by["value"], *by.get("interval", [by["value"]] * 2))
    return SubmissionRatio(
        entry.name,
        row.model_id,
        quantity.name,
        base.name,
        published,
        measured,
        None if value is None else value * quantity.facts.factor,
        quantity.facts.unit,
        tuple(details.get("warnings", [])),
        row.reasons.get(column.name, ""),
    )
