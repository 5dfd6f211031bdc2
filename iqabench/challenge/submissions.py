"""A challenge's own submissions, measured: the ranking that follows, beside the published one.

What can be measured here replaces what was printed; what cannot, such as the runtime on the organisers' GPU,
stays as it was printed. Both rankings are among the same entries, those that could be measured, so that they
differ by the measured columns alone.
"""

from collections.abc import Sequence
from pathlib import Path

from iqabench.boards import Board, Entry, Quantity, entries_of
from iqabench.challenge.parts import check_parts
from iqabench.challenge.submission_ranks import add_ranks
from iqabench.challenge.submitted import Counted, Submissions
from iqabench.errors import UsageError
from iqabench.probes import CostColumn, cost_column, sizes_of
from iqabench.run import Watch
from iqabench.run.submissions import SubmissionRow, measure_submissions


def reproduce_submissions(
    board: Board, checkout: Path, *, trust: bool = False, ids: Sequence[int] = (),
    timed: Sequence[str] = (), watch: Watch = lambda *_: None,
) -> Submissions:  # fmt: skip
    """Measure the submissions of a checkout, and rank them by the board's formulas.

    Counts are measured always; what depends on the machine (`timed`: names of probes) on request, one
    submission after the other. Such columns enter as ratios to the baseline, if that was measured too.

    Raises: UsageError without `trust`, for ids that are not there and boards without numbered entries;
        ModelError for other folders; FactsError.
    """
    check_parts(board)
    entries = [e for e in entries_of(board) if e.number is not None]
    if not entries:
        raise UsageError(
            f"the published figures of {board.name} do not say which submission is whose; expected numbers "
            "that begin the entries' names, or a column named by 'number' in 'published'."
        )
    asked = _asked(board, timed)
    size = sizes_of([next(iter(asked)).facts.input] if asked else [], [])
    rows = measure_submissions(
        checkout,
        list(ids) or None,
        _columns([*asked.values()]),
        (size or [])[0],
        trust=trust,
        watch=watch,
    )
    by_number = {row.model_id: row for row in rows}
    found = Submissions()
    pairs = [(e, by_number[e.number]) for e in entries if e.number in by_number]
    for entry in entries:
        row = by_number.get(entry.number or 0)
        if row is None and not ids:
            found.not_run[entry.name] = "the checkout has no such submission"
        elif row is not None and row.error:
            found.not_run[entry.name] = row.error
    _count(board, pairs, asked, found)
    add_ranks(board, entries, pairs, asked, found)
    return found


def _asked(board: Board, timed: Sequence[str]) -> dict[Quantity, CostColumn]:
    """The quantities that are measured on submissions."""
    found = {}
    for quantity in board.quantities.values():
        if quantity.facts.probe:
            column = cost_column(quantity.facts.probe)
            if not quantity.facts.relative or column.probe.name in timed:
                found[quantity] = column
    return found


def _columns(asked: Sequence[CostColumn]) -> list[CostColumn]:
    return list({column.name: column for column in asked}.values())


def _count(
    board: Board, pairs: Sequence[tuple[Entry, SubmissionRow]], asked: dict[Quantity, CostColumn],
    found: Submissions,
) -> None:  # fmt: skip
    for entry, row in pairs:
        for quantity, column in asked.items():
            printed = entry.values.get(quantity.name)
            if printed is None or row.error:
                continue
            value = row.values.get(column.name)
            here = None if value is None else value * quantity.facts.factor
            equal = here is not None and (
                quantity.facts.relative or printed.low - 1e-9 <= here <= printed.high + 1e-9
            )
            why = "" if equal else _why(board, entry, quantity, row, column)
            found.counts.append(
                Counted(entry.name, row.model_id, quantity.name, printed.value, here, equal, why)
            )


def _why(
    board: Board, entry: Entry, quantity: Quantity, row: SubmissionRow, column: CostColumn
) -> str:
    """What is known of a count that is not as it was printed."""
    known = board.erratum(entry.name, quantity.name)
    said = [known.why] if known else []
    said += [row.reasons[column.name]] if column.name in row.reasons else []
    said += [*row.notes.get(column.name, []), *row.notes.get("", [])]
    return "; ".join(dict.fromkeys(said)) or "unexplained"
