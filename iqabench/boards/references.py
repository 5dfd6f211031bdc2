"""Whether every name in a board refers to something, and no score to itself; told with file and line."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from iqabench.boards.board import Board
from iqabench.boards.track import Gate
from iqabench.errors import FactsError
from iqabench.facts import line_of

Mistake = tuple[Sequence[str | int], str]
"""Where in the YAML, and what is wrong there."""


def check_references(found: Board, path: Path) -> None:
    """Raises: FactsError with file and line of each name that refers to nothing, and each circle."""
    wrong = [*_scores(found), *_circles(found), *_tracks(found), *_columns(found), *_others(found)]
    if wrong:
        said = [f"{path}:{line_of(path, at)}: {_at(at)}: {words}" for at, words in wrong]
        raise FactsError("\n".join(said))


def _at(keys: Sequence[str | int]) -> str:
    return ".".join(map(str, keys))


def _unknown(found: Board, name: str) -> str:
    """Why a name refers to nothing; nothing if it does."""
    if name in found.names:
        return ""
    if name in found.columns:
        several = [q.name for q in found.quantities.values() if q.column == name]
        return f"'{name}' is several columns here; name one of them: {', '.join(several)}"
    known = ", ".join(sorted(found.names))
    return f"'{name}' is no column and no score of this board; there are {known}"


def _scores(found: Board) -> Iterator[Mistake]:
    for name, score in found.scores.items():
        if name in found.quantities or name in found.columns:
            yield ("scores", name), f"'{name}' is a column, too"
        for needed in score.needs:
            if said := _unknown(found, needed):
                yield ("scores", name, score.formula), said
        if score.needs_baseline and not found.baseline:
            yield ("scores", name), "a ratio to the baseline, and the board names none"


def _circles(found: Board) -> Iterator[Mistake]:
    told: set[str] = set()
    for name in found.scores:
        circle = _circle(found, name, [])
        if circle and not told & set(circle):
            told |= set(circle)
            yield ("scores", name), f"it is made of itself: {' of '.join([*circle, circle[0]])}"


def _circle(found: Board, name: str, above: list[str]) -> list[str]:
    """The scores from one back to itself."""
    if name in above:
        return above[above.index(name) :]
    score = found.scores.get(name)
    parts = (_circle(found, n, [*above, name]) for n in score.needs) if score else iter(())
    return next(filter(None, parts), [])


def _tracks(found: Board) -> Iterator[Mistake]:
    yield from _gates(found, found.gates, ("gates",))
    for at, track in enumerate(found.tracks):
        if said := _unknown(found, track.rank):
            yield ("tracks", at, "rank"), said
        if track.name in [t.name for t in found.tracks[:at]]:
            yield ("tracks", at, "name"), f"two tracks are called '{track.name}'"
        yield from _gates(found, track.gates, ("tracks", at, "gates"))


def _gates(found: Board, gates: Sequence[Gate], where: tuple[str | int, ...]) -> Iterator[Mistake]:
    for at, gate in enumerate(gates):
        said = _unknown(found, gate.of)
        if not said and _of_ranks(found, gate.of, set()):
            said = f"'{gate.of}' is made of ranks, and who is ranked depends on the gate"
        if said:
            yield (*where, at, "of"), said


def _of_ranks(found: Board, name: str, seen: set[str]) -> bool:
    """Whether a sum of ranks is in it; circles are told of elsewhere."""
    score = found.scores.get(name)
    if score is None or name in seen:
        return False
    return score.formula == "rank_sum" or any(
        _of_ranks(found, n, {*seen, name}) for n in score.needs
    )


def _columns(found: Board) -> Iterator[Mistake]:
    for name, column in found.columns.items():
        if column.set and column.set not in (*found.sets, *found.sets.values()):
            yield ("columns", name, "set"), f"'{column.set}' is none of the board's sets"
        if column.level and column.level not in (*found.levels, *found.levels.values()):
            yield ("columns", name, "level"), f"'{column.level}' is none of the board's levels"
        if column.metric and not found.sets:
            yield ("columns", name, "metric"), "a metric needs a set, and the board names none"
        if column.agreement and not found.opinions:
            yield ("columns", name, "agreement"), "the board names no opinions"
        several = [q.name for q in found.quantities.values() if q.column == name]
        if column.published and len(several) > 1 and not _row_each(found):
            said = f"one figure for several columns: {', '.join(several)}; give it its set and level, or "
            yield (
                ("columns", name, "published"),
                f"{said}name the CSV's columns of these in 'published'",
            )
        if found.published is None and not (column.measurable or column.not_here):
            said = "nobody measures it: it has no metric and no probe, and the board no published figures"
            yield ("columns", name), said


def _row_each(found: Board) -> bool:
    """Whether the CSV has a row for each set and level of which the board has several."""
    rows = found.published
    by_set = len(found.sets) < 2 or bool(rows and rows.set)
    return by_set and (len(found.levels) < 2 or bool(rows and rows.level))


def _others(found: Board) -> Iterator[Mistake]:
    if found.published:
        for part, known in (("set", found.sets), ("level", found.levels)):
            if getattr(found.published, part) and not known:
                yield ("published", part), f"the board names no {part}s"
    for entry, given in found.models.items():
        for level in given if isinstance(given, dict) else ():
            if level not in found.levels:
                yield ("models", entry), f"'{level}' is none of the board's levels"
    tracks = {t.name for t in found.tracks}
    for at, erratum in enumerate(found.errata):
        if erratum.of not in tracks and (said := _unknown(found, erratum.of)):
            yield ("errata", at, "of"), said
