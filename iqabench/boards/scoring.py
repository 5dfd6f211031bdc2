"""Scores computed from values, each with the room that printed digits leave."""

from collections.abc import Mapping, Sequence

from iqabench.boards.board import Board
from iqabench.boards.entries import BoardEntry
from iqabench.boards.score import ScoreFormula
from iqabench.boards.values import BoundedValue
from iqabench.errors import FactsError

Scores = dict[str, dict[str, BoundedValue]]
"""Values by entry, then by score."""


def value_of(entry: BoardEntry, name: str, scores: Scores) -> BoundedValue | None:
    """Return a column's or score's value of one entry, or None."""
    return entry.values.get(name) or scores.get(entry.name, {}).get(name)


def scores_in_order(board: Board) -> list[str]:
    """Return the names of scores, each after those that it is computed from."""
    done: list[str] = []

    def add(name: str) -> None:
        for needed in board.scores[name].needs if name in board.scores else ():
            add(needed)
        if name in board.scores and name not in done:
            done.append(name)

    for name in board.scores:
        add(name)
    return done


def add_scores(
    board: Board,
    names: Sequence[str],
    entries: Sequence[BoardEntry],
    base: BoardEntry | None,
    scores: Scores,
) -> None:
    """Compute these scores for every entry that has what they need; sums of ranks are not among them.

    Raises: FactsError when the baseline lacks a value that a score refers to.
    """
    for name in names:
        score = board.scores[name]
        for entry in entries:
            values = {n: value_of(entry, n, scores) for n in score.needs}
            known = {n: v for n, v in values.items() if v is not None}
            if len(known) == len(values):
                to = _baseline_value(board, score, base, scores)
                scores.setdefault(entry.name, {})[name] = _evaluate(score, known, to)


def rank_sums(
    board: Board, names: Sequence[str], competing: Sequence[BoardEntry], scores: Scores
) -> Mapping[str, BoundedValue]:
    """Sum the ranks in these, for every entry that has a value in all of them."""
    sums: dict[str, BoundedValue] = {}
    for name in names:
        values = {e.name: value_of(e, name, scores) for e in competing}
        known = {n: v for n, v in values.items() if v is not None}
        placed = ranks([*known.values()], lower=board.better(name) == "lower")
        for entry, place in zip(known, placed, strict=True):
            sums[entry] = sums.get(entry, BoundedValue.exact(0.0)).plus(
                BoundedValue(*map(float, place))
            )
    complete = {e.name for e in competing if all(value_of(e, n, scores) for n in names)}
    return {name: value for name, value in sums.items() if name in complete}


def ranks(
    values: Sequence[BoundedValue], *, lower: bool, dense: bool = False
) -> list[tuple[int, int, int]]:
    """Return for each value its rank, and the best and the worst rank within the printed digits."""
    sign = 1.0 if lower else -1.0
    keyed = [(sign * v.value, *sorted((sign * v.low, sign * v.high))) for v in values]
    placed = []
    for value, low, high in keyed:
        better = [v for v, _, _ in keyed if v < value]
        surely = sum(h < low for _, _, h in keyed)
        maybe = sum(lo < high for _, lo, _ in keyed) - (low < high)
        rank = len(set(better) if dense else better) + 1
        placed.append((rank, min(surely + 1, rank), max(maybe + 1, rank)))
    return placed


def _baseline_value(
    board: Board, score: ScoreFormula, base: BoardEntry | None, scores: Scores
) -> BoundedValue | None:
    """Return the value that a score's ratio refers to, or None for scores without a ratio."""
    if not score.needs_baseline:
        return None
    (name,) = score.needs
    to = value_of(base, name, scores) if base else None
    if to is None or not to.value:
        raise FactsError(
            f"{board.file}: the baseline {board.baseline} has {'0 as' if to else 'no'} {name}, and a score "
            "is the ratio to it."
        )
    return to


def _evaluate(
    score: ScoreFormula, values: Mapping[str, BoundedValue], to: BoundedValue | None
) -> BoundedValue:
    total = BoundedValue.exact(0.0)
    if score.weighted_sum is not None:
        for name, weight in score.weighted_sum.items():
            total = total.plus(values[name].times(weight))
        return total
    if score.terms:
        for name in score.terms:
            total = total.plus(values[name].times(1 / len(score.terms)))
        return total
    (value,) = values.values()
    if score.linear is not None:
        how = score.linear
        moved = value.times(how.factor).plus(BoundedValue.exact(how.offset))
        return moved.cut(how.low, how.high)
    assert to is not None
    ratio = value.by(to)
    return ratio.times(score.exp_ratio.times).exp() if score.exp_ratio else ratio
