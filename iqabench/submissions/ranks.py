"""The ranking by what was measured of submissions, beside the one by what was published of them."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace

from scipy import stats

from iqabench.boards import Board, BoardEntry, BoundedValue, Quantity, Standing, Track, standings
from iqabench.probes import CostColumn
from iqabench.submissions.measure import SubmissionRow
from iqabench.submissions.results import EntryRanks, SubmissionResults, TrackAgreement


def add_ranks(
    board: Board,
    base: BoardEntry | None,
    pairs: Sequence[tuple[BoardEntry, SubmissionRow]],
    columns: Mapping[Quantity, CostColumn],
    results: SubmissionResults,
) -> None:
    """Rank those of whom everything was measured, by both kinds of figures, wherever these decide."""
    complete = [(entry, row) for entry, row in pairs if not _lacking(row, columns)]
    for entry, row in pairs:
        if not row.error and (lacking := _lacking(row, columns)):
            why = row.reasons.get(lacking[0], "no reason was given")
            results.not_run[entry.name] = f"no {', '.join(lacking)}: {why}"
    here = [_as_measured(entry, row, columns, base, results) for entry, row in complete]
    measured_base = next((e for e in here if e.name == board.baseline), base)
    before = standings(board, [entry for entry, _ in complete], base)
    after = standings(board, here, measured_base)
    names = {quantity.name for quantity in columns}
    for track in board.tracks:
        behind = _behind(board, track.rank)
        if complete and behind & names:
            pair = before.tracks[track.name], after.tracks[track.name]
            _compare(track, *pair, behind, results)
            column_names = tuple(sorted(behind & names)), tuple(sorted(behind - names))
            results.tracks.append(_agreement(track, *pair, *column_names))


def _lacking(row: SubmissionRow, columns: Mapping[Quantity, CostColumn]) -> list[str]:
    """Return the columns that could not be measured."""
    return [column.name for column in columns.values() if column.name not in row.values]


def _as_measured(
    entry: BoardEntry,
    row: SubmissionRow,
    columns: Mapping[Quantity, CostColumn],
    base: BoardEntry | None,
    results: SubmissionResults,
) -> BoardEntry:
    """Return the entry with measured figures in place of printed ones."""
    ratios = {r.column: r.measured for r in results.relatives if r.entry == entry.name}
    values = dict(entry.values)
    for quantity, column in columns.items():
        ratio = ratios.get(quantity.name)
        if not quantity.facts.relative:
            values[quantity.name] = BoundedValue.exact(
                row.values[column.name] * quantity.facts.factor
            )
        elif base and ratio:
            values[quantity.name] = ratio.times(base.values[quantity.name].value)
    return replace(entry, values=values)


def _behind(board: Board, name: str) -> set[str]:
    """Return the quantities that a score is made of."""
    score = board.scores.get(name)
    return {name} if score is None else {q for part in score.needs for q in _behind(board, part)}


def _compare(
    track: Track,
    before: Sequence[Standing],
    after: Sequence[Standing],
    behind: Container[str],
    results: SubmissionResults,
) -> None:
    by_name = {s.entry.name: s for s in before}
    for new in after:
        name = new.entry.name
        if (old := by_name.get(name)) is not None:
            why = "" if old.rank == new.rank else _cause(old, new, behind, results)
            printed = new.entry.ranks.get(track.name)
            row = EntryRanks(
                track.name, name, printed, old.rank, new.rank, new.best, new.worst, why
            )
            results.ranks.append(row)


def _cause(old: Standing, new: Standing, behind: Container[str], results: SubmissionResults) -> str:
    """Say why an entry's rank by measured figures differs from the rank by published ones."""
    name = old.entry.name
    odd = [c for c in results.counts if not c.equal and c.measured is not None]
    own = next((c for c in odd if c.entry == name), None)
    if own and own.measured is not None:
        return f"its {own.column} is {own.measured:.6g}, not {own.published:g}: {own.why}"
    if new.best <= old.rank <= new.worst and new.best < new.worst:
        return "no more than the intervals allow"
    if moved := _moved(name, behind, results):
        return moved
    if old.best < old.worst:
        return "the printed digits tie it with others, and the measured figures do not"
    others = ", ".join(dict.fromkeys(c.entry for c in odd))
    return (
        f"others' figures differ: {others}"
        if others
        else "others' figures differ within the digits"
    )


def _moved(name: str, behind: Container[str], results: SubmissionResults) -> str:
    """Say how far an entry's ratios to the baseline differ on this machine."""
    reasons = [
        f"{r.column} is {r.measured.value:.3g} of the baseline's here, {r.published:.3g} there"
        for r in results.relatives
        if r.entry == name and r.column in behind and r.measured and r.to != name
    ]
    return "; ".join(reasons) or (
        "others' ratios to it differ" if any(r.column in behind for r in results.relatives) else ""
    )


def _agreement(
    track: Track,
    before: Sequence[Standing],
    after: Sequence[Standing],
    measured: tuple[str, ...],
    published: tuple[str, ...],
) -> TrackAgreement:
    ranks = {s.entry.name: s.rank for s in before}
    both = [(ranks[s.entry.name], s.rank) for s in after if s.entry.name in ranks]
    kendall = spearman = None
    if len({a for a, _ in both}) > 1 and len({b for _, b in both}) > 1:
        one, other = zip(*both, strict=True)
        kendall = float(stats.kendalltau(one, other).statistic)
        spearman = float(stats.spearmanr(one, other).statistic)
    return TrackAgreement(track.name, len(both), kendall, spearman, measured, published)
