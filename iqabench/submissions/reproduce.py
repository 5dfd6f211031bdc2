"""The ranking of a challenge's submissions by measured figures, beside the published one.

What can be measured here replaces what was printed; what cannot, such as the runtime on the organisers' GPU,
stays as it was printed. Both rankings are among the same entries, those that could be measured, so that they
differ by the measured columns alone.

What depends on the machine carries over as a ratio: a submission that takes 0.7 of the baseline's time here
is given 0.7 of the baseline's printed time. Both are timed in turn in one process, so that the ratio has
an interval.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from iqabench.boards import Board, BoardEntry, Quantity, entries_of
from iqabench.challenge.parts import check_parts
from iqabench.errors import UsageError
from iqabench.probes import CostColumn, cost_column, sizes_of
from iqabench.probes.timing import Sampling
from iqabench.run import UNWATCHED, Watch
from iqabench.submissions.measure import SubmissionRow, measure_submissions, submission_ids
from iqabench.submissions.ranks import add_ranks
from iqabench.submissions.ratios import add_ratios, counterpart
from iqabench.submissions.results import SubmissionCount, SubmissionResults


def reproduce_submissions(
    board: Board,
    checkout: Path,
    *,
    trust: bool = False,
    ids: Sequence[int] = (),
    timed: Sequence[str] = (),
    sampling: Sampling | None = None,
    timeout_s: float = 600.0,
    watch: Watch = UNWATCHED,
) -> SubmissionResults:
    """Measure the submissions of a checkout, and rank them by the board's formulas.

    Counts are measured always; what depends on the machine (`timed`: names of probes) on request, in turn
    with the baseline.

    Raises: UsageError without `trust`, for ids and probes that are not there and boards without numbered
        entries, without the baseline that is needed, or with counts at several sizes; ModelError for other
        folders; FactsError.
    """
    check_parts(board)
    entries = _numbered(board)
    columns = _asked(board, timed)
    base = next((e for e in entries_of(board) if e.name == board.baseline), None)
    wanted, unheard = _wanted(entries, checkout, ids)
    rows = _measure_once(
        columns,
        checkout,
        wanted,
        trust=trust,
        to=counterpart(board, base, columns, checkout),
        sampling=sampling,
        timeout_s=timeout_s,
        watch=watch,
    )
    by_number = {row.model_id: row for row in rows}
    pairs = [(e, by_number[e.number]) for e in entries if e.number in by_number]
    results = SubmissionResults()
    results.not_run = {f"submission {n}": "nothing is published of it" for n in unheard}
    results.not_run |= {entry.name: row.error for entry, row in pairs if row.error}
    if not ids:
        absent = [e.name for e in entries if e.number not in by_number]
        results.not_run |= dict.fromkeys(absent, "the checkout has no such submission")
    _count(board, pairs, columns, results)
    add_ratios(base, pairs, columns, results)
    add_ranks(board, base, pairs, columns, results)
    return results


def _wanted(
    entries: Sequence[BoardEntry], checkout: Path, ids: Sequence[int]
) -> tuple[list[int], list[int]]:
    """Return the ids to measure, and those that were asked for although nothing is published of them."""
    known, published = submission_ids(checkout), {entry.number for entry in entries}
    unheard = [n for n in ids if n in known and n not in published]
    return [n for n in ids or known if n not in unheard and (ids or n in published)], unheard


def _measure_once(
    columns: Mapping[Quantity, CostColumn], checkout: Path, ids: Sequence[int], **how: Any
) -> list[SubmissionRow]:
    """Measure each column once, even if several quantities are made of it, at the size that they share."""
    distinct = list({column.name: column for column in columns.values()}.values())
    size = sizes_of([next(iter(columns)).facts.input], [])[0]
    return measure_submissions(checkout, ids, distinct, size, **how)


def _numbered(board: Board) -> list[BoardEntry]:
    entries = [entry for entry in entries_of(board) if entry.number is not None]
    if not entries:
        raise UsageError(
            f"the published figures of {board.name} do not say which submission is whose; expected numbers "
            "that begin the entries' names, or a column named by 'number' in 'published'."
        )
    return entries


def _asked(board: Board, timed: Sequence[str]) -> dict[Quantity, CostColumn]:
    """Return the quantities that are measured on submissions, with their columns."""
    columns = {}
    for quantity in board.quantities.values():
        if quantity.facts.probe:
            column = cost_column(quantity.facts.probe)
            if not quantity.facts.relative or column.probe.name in timed:
                columns[quantity] = column
    unknown = sorted(set(timed) - {column.probe.name for column in columns.values()})
    if unknown:
        raise UsageError(f"the board {board.name} has no column of the probe '{unknown[0]}'.")
    if len({quantity.facts.input for quantity in columns}) != 1:
        raise UsageError(
            f"submissions are measured at one size; the board {board.name} counts at "
            f"{', '.join(sorted({q.facts.input for q in columns})) or 'none'}."
        )
    return columns


def _count(
    board: Board,
    pairs: Sequence[tuple[BoardEntry, SubmissionRow]],
    columns: dict[Quantity, CostColumn],
    results: SubmissionResults,
) -> None:
    for entry, row in pairs:
        for quantity, column in columns.items():
            printed = entry.values.get(quantity.name)
            if printed is None or row.error or quantity.facts.relative:
                continue
            value = row.values.get(column.name)
            here = None if value is None else value * quantity.facts.factor
            equal = here is not None and printed.low - 1e-9 <= here <= printed.high + 1e-9
            why = "" if equal else _why(board, entry, quantity, row, column)
            results.counts.append(
                SubmissionCount(
                    entry.name, row.model_id, quantity.name, printed.value, here, equal, why
                )
            )


def _why(
    board: Board, entry: BoardEntry, quantity: Quantity, row: SubmissionRow, column: CostColumn
) -> str:
    """Explain a count that differs from the printed one."""
    known = board.erratum(entry.name, quantity.name)
    reasons = [known.why] if known else []
    reasons += [row.reasons[column.name]] if column.name in row.reasons else []
    reasons += [*row.notes.get(column.name, []), *row.notes.get("", [])]
    return "; ".join(dict.fromkeys(reasons)) or "unexplained"
