"""The ranking by what was measured of submissions, beside the one by what was published of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from scipy import stats

from iqabench.boards import Board, Entry, Quantity, Standing, Track, Value, standings
from iqabench.challenge.submitted import Beside, Submissions, TrackAgreement
from iqabench.probes import CostColumn
from iqabench.run.submissions import SubmissionRow


def add_ranks(
    board: Board, entries: Sequence[Entry], pairs: Sequence[tuple[Entry, SubmissionRow]],
    asked: Mapping[Quantity, CostColumn], found: Submissions,
) -> None:  # fmt: skip
    """Rank those of whom everything was measured, by both kinds of figures, wherever these decide."""
    whole = [(entry, row) for entry, row in pairs if not _lacking(row, asked)]
    for entry, row in pairs:
        if not row.error and (lacking := _lacking(row, asked)):
            why = row.reasons.get(lacking[0], "no reason was given")
            found.not_run[entry.name] = f"no {', '.join(lacking)}: {why}"
    base = next((e for e in entries if e.name == board.baseline), None)
    of_base = next((row for entry, row in whole if entry.name == board.baseline), None)
    here = [_as_measured(entry, row, asked, base, of_base) for entry, row in whole]
    measured_base = next((e for e in here if e.name == board.baseline), base)
    before = standings(board, [entry for entry, _ in whole], base)
    after = standings(board, here, measured_base)
    names = {quantity.name for quantity in asked}
    for track in board.tracks:
        behind = _behind(board, track.rank)
        if whole and behind & names:
            pair = before.tracks[track.name], after.tracks[track.name]
            _compare(track, *pair, found)
            told = tuple(sorted(behind & names)), tuple(sorted(behind - names))
            found.tracks.append(_agreement(track, *pair, *told))


def _lacking(row: SubmissionRow, asked: Mapping[Quantity, CostColumn]) -> list[str]:
    """Columns that could not be measured."""
    return [column.name for column in asked.values() if column.name not in row.values]


def _as_measured(
    entry: Entry, row: SubmissionRow, asked: Mapping[Quantity, CostColumn], base: Entry | None,
    of_base: SubmissionRow | None,
) -> Entry:  # fmt: skip
    """The entry with what was measured in place of what was printed."""
    values = dict(entry.values)
    for quantity, column in asked.items():
        value = row.values[column.name]
        if not quantity.facts.relative:
            values[quantity.name] = Value.exact(value * quantity.facts.factor)
        elif base and of_base and quantity.name in base.values:
            ratio = value / of_base.values[column.name]
            values[quantity.name] = Value.exact(ratio * base.values[quantity.name].value)
    return replace(entry, values=values)


def _behind(board: Board, name: str) -> set[str]:
    """The quantities that a score is made of."""
    score = board.scores.get(name)
    return {name} if score is None else {q for part in score.needs for q in _behind(board, part)}


def _compare(
    track: Track, before: Sequence[Standing], after: Sequence[Standing], found: Submissions
) -> None:
    by_name = {s.entry.name: s for s in before}
    for standing in after:
        name = standing.entry.name
        if (old := by_name.get(name)) is not None:
            why = "" if old.rank == standing.rank else _cause(old, found)
            printed = standing.entry.ranks.get(track.name)
            found.ranks.append(Beside(track.name, name, printed, old.rank, standing.rank, why))


def _cause(old: Standing, found: Submissions) -> str:
    """Why an entry's rank by measured figures is another than by published ones."""
    name = old.entry.name
    odd = [c for c in found.counts if not c.equal and c.measured is not None]
    own = next((c for c in odd if c.entry == name), None)
    if own and own.measured is not None:
        return f"its {own.column} is {own.measured:.6g}, not {own.published:g}: {own.why}"
    if old.best < old.worst:
        return "the printed digits tie it with others, and the measured figures do not"
    others = ", ".join(dict.fromkeys(c.entry for c in odd))
    return (
        f"others' figures differ: {others}"
        if others
        else "others' figures differ within the digits"
    )


def _agreement(
    track: Track, before: Sequence[Standing], after: Sequence[Standing], measured: tuple[str, ...],
    published: tuple[str, ...],
) -> TrackAgreement:  # fmt: skip
    ranks = {s.entry.name: s.rank for s in before}
    both = [(ranks[s.entry.name], s.rank) for s in after if s.entry.name in ranks]
    kendall = spearman = None
    if len({a for a, _ in both}) > 1 and len({b for _, b in both}) > 1:
        one, other = zip(*both, strict=True)
        kendall = float(stats.kendalltau(one, other).statistic)
        spearman = float(stats.spearmanr(one, other).statistic)
    return TrackAgreement(track.name, len(both), kendall, spearman, measured, published)
