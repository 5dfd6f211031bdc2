"""Checks that every name in a board refers to something and no score to itself, with file and line."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from iqabench.boards.board import Board
from iqabench.boards.column import ColumnFacts
from iqabench.boards.track import Gate
from iqabench.errors import FactsError
from iqabench.facts import line_of

Mistake = tuple[Sequence[str | int], str]
"""A place in the YAML, and what is wrong there."""


def check_references(board: Board, path: Path) -> None:
    """Check every name that a board refers to, and that no score is made of itself.

    Raises: FactsError with file and line of each name that refers to nothing, and each circle.
    """
    wrong = [*_scores(board), *_circles(board), *_tracks(board), *_columns(board), *_others(board)]
    if wrong:
        lines = [f"{path}:{line_of(path, at)}: {_at(at)}: {words}" for at, words in wrong]
        raise FactsError("\n".join(lines))


def _at(keys: Sequence[str | int]) -> str:
    return ".".join(map(str, keys))


def _unknown(board: Board, name: str) -> str:
    """Say why a name refers to nothing; the text is empty if it refers to something."""
    if name in board.names:
        return ""
    if name in board.columns:
        several = [q.name for q in board.quantities.values() if q.column == name]
        return f"'{name}' is several columns here; name one of them: {', '.join(several)}"
    known = ", ".join(sorted(board.names))
    return f"'{name}' is no column and no score of this board; there are {known}"


def _scores(board: Board) -> Iterator[Mistake]:
    for name, score in board.scores.items():
        if name in board.quantities or name in board.columns:
            yield ("scores", name), f"'{name}' is a column, too"
        for needed in score.needs:
            if mistake := _unknown(board, needed):
                yield ("scores", name, score.formula), mistake
        if score.needs_baseline and not board.baseline:
            yield ("scores", name), "a ratio to the baseline, and the board names none"


def _circles(board: Board) -> Iterator[Mistake]:
    reported: set[str] = set()
    for name in board.scores:
        circle = _circle(board, name, [])
        if circle and not reported & set(circle):
            reported |= set(circle)
            yield ("scores", name), f"it is made of itself: {' of '.join([*circle, circle[0]])}"


def _circle(board: Board, name: str, above: list[str]) -> list[str]:
    """Return the scores from one back to itself."""
    if name in above:
        return above[above.index(name) :]
    score = board.scores.get(name)
    parts = (_circle(board, n, [*above, name]) for n in score.needs) if score else iter(())
    return next(filter(None, parts), [])


def _tracks(board: Board) -> Iterator[Mistake]:
    yield from _gates(board, board.gates, ("gates",))
    for at, track in enumerate(board.tracks):
        if mistake := _unknown(board, track.rank):
            yield ("tracks", at, "rank"), mistake
        if track.name in [t.name for t in board.tracks[:at]]:
            yield ("tracks", at, "name"), f"two tracks are called '{track.name}'"
        yield from _gates(board, track.gates, ("tracks", at, "gates"))


def _gates(board: Board, gates: Sequence[Gate], where: tuple[str | int, ...]) -> Iterator[Mistake]:
    for at, gate in enumerate(gates):
        mistake = _unknown(board, gate.of)
        if not mistake and _of_ranks(board, gate.of, set()):
            mistake = f"'{gate.of}' is made of ranks, and who is ranked depends on the gate"
        if mistake:
            yield (*where, at, "of"), mistake


def _of_ranks(board: Board, name: str, seen: set[str]) -> bool:
    """Return whether a score contains a sum of ranks; circles are reported elsewhere."""
    score = board.scores.get(name)
    if score is None or name in seen:
        return False
    return score.formula == "rank_sum" or any(
        _of_ranks(board, n, {*seen, name}) for n in score.needs
    )


def _columns(board: Board) -> Iterator[Mistake]:
    for name, column in board.columns.items():
        if column.set and column.set not in (*board.sets, *board.sets.values()):
            yield ("columns", name, "set"), f"'{column.set}' is none of the board's sets"
        if column.level and column.level not in (*board.levels, *board.levels.values()):
            yield ("columns", name, "level"), f"'{column.level}' is none of the board's levels"
        if column.metric and not board.sets:
            yield ("columns", name, "metric"), "a metric needs a set, and the board names none"
        for entry, metric in column.metric_of.items():
            for other in _other_ways(board, column, entry, metric):
                mistake = f"the model of '{entry}' is that of '{other}', whose figures were made by"
                yield ("columns", name, "metric_of"), f"{mistake} another metric; name it for one"
        if column.agreement and not board.opinions:
            yield ("columns", name, "agreement"), "the board names no opinions"
        several = [q.name for q in board.quantities.values() if q.column == name]
        if column.published and len(several) > 1 and not _row_each(board):
            mistake = f"one figure for several columns: {', '.join(several)}; give it its set and level, or "
            yield (
                ("columns", name, "published"),
                f"{mistake}name the CSV's columns of these in 'published'",
            )
        if board.published is None and not (column.measurable or column.not_here):
            mistake = (
                "it cannot be measured: it has no metric and no probe, and the board has no published "
                "figures"
            )
            yield ("columns", name), mistake


def _other_ways(board: Board, column: ColumnFacts, entry: str, metric: str) -> Iterator[str]:
    """Yield the entries of the same model whose figures in a column were made by another metric."""
    own = set(board.models_of(entry).values())
    for other in board.models:
        same = own & set(board.models_of(other).values())
        if same and column.metric_of.get(other, column.metric) != metric:
            yield other


def _row_each(board: Board) -> bool:
    """Return whether the CSV has a row for each set and level of which the board has several."""
    rows = board.published
    by_set = len(board.sets) < 2 or bool(rows and rows.set)
    return by_set and (len(board.levels) < 2 or bool(rows and rows.level))


def _others(board: Board) -> Iterator[Mistake]:
    if board.published:
        for part, known in (("set", board.sets), ("level", board.levels)):
            if getattr(board.published, part) and not known:
                yield ("published", part), f"the board names no {part}s"
    for entry, given in board.models.items():
        for word in given if isinstance(given, dict) else ():
            if word not in board.levels and word not in board.sets:
                yield ("models", entry), f"'{word}' is none of the board's levels and sets"
    tracks = {t.name for t in board.tracks}
    for at, erratum in enumerate(board.errata):
        if board.erratum(erratum.entry, erratum.of) is not erratum:
            yield ("errata", at), f"a second erratum of {erratum.entry} in {erratum.of}"
        if erratum.of not in tracks and (mistake := _unknown(board, erratum.of)):
            yield ("errata", at, "of"), mistake
    for at, remark in enumerate(board.remarks):
        for name in remark.of:
            if name not in board.columns and name not in board.quantities:
                columns = ", ".join(board.columns)
                mistake = f"'{name}' is no column of this board; there are {columns}"
                yield ("remarks", at, "of"), mistake
