"""Checks of published scores and ranks: each is recomputed from the published measurements."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from iqabench.boards.board import Board
from iqabench.boards.entries import BoardEntry
from iqabench.boards.ranking import Standing, Standings, standings
from iqabench.boards.scoring import ranks
from iqabench.boards.track import Track

Verdict = Literal["equal", "rounding", "erratum", "differs"]
"""The result of a check. Rounding: the printed digits leave room for the difference; erratum: the board says
what was printed wrong."""


@dataclass(frozen=True)
class Check:
    """A published score or rank beside the one that follows from the other columns."""

    entry: str
    what: str
    """The kind and name: score NAME, rank NAME (of a track), or rank in NAME (of a column)."""
    published: float
    recomputed: float
    low: float
    high: float
    """The upper bound that the printed digits leave; `low` is the lower one."""
    verdict: Verdict
    why: str = ""
    """The explanation of a difference."""


def check(board: Board, entries: Sequence[BoardEntry]) -> list[Check]:
    """Recompute every published score and rank.

    Raises: FactsError when the baseline lacks a value that a score refers to.
    """
    computed = standings(board, entries)
    rows = [*_column_ranks(board, entries), *_scores(board, entries, computed)]
    for track in board.tracks:
        places = _from_printed(board, track, computed)
        for place in places:
            printed = place.entry.ranks.get(track.name)
            if printed is not None:
                rows.append(_rank(board, f"rank {track.name}", track, printed, place, places))
    return rows


def _from_printed(board: Board, track: Track, computed: Standings) -> list[Standing]:
    """Return the standings by the scores as they were printed, where all were, so that a wrong sum is
    reported once.
    """
    some = computed.tracks[track.name]
    known = [v for s in some if (v := s.entry.scores.get(track.rank)) is not None]
    if len(known) < len(some):
        return some
    placed = ranks(known, lower=board.better(track.rank) == "lower", dense=track.ties == "dense")
    return [Standing(s.entry, *p, v) for s, p, v in zip(some, placed, known, strict=True)]


def _column_ranks(board: Board, entries: Sequence[BoardEntry]) -> Iterator[Check]:
    for name in board.quantities:
        some = [e for e in entries if name in e.column_ranks and name in e.values]
        values = [e.values[name] for e in some]
        placed = ranks(values, lower=board.better(name) == "lower")
        rows = [Standing(e, *place, v) for e, place, v in zip(some, placed, values, strict=True)]
        for row in rows:
            by = Track(name=name, rank=name)
            yield _rank(board, f"rank in {name}", by, row.entry.column_ranks[name], row, rows)


def _scores(board: Board, entries: Sequence[BoardEntry], computed: Standings) -> Iterator[Check]:
    for name, score in board.scores.items():
        for entry in entries:
            printed, made = entry.scores.get(name), computed.scores[entry.name].get(name)
            if printed is None or made is None:
                continue
            equal = printed.low <= made.value <= printed.high
            near = printed.may_be(made, score.tolerance)
            room = "the printed digits of its parts leave that room"
            far = "the printed parts give another figure, whatever their rounding"
            why = _of_sum(score.rank_sum or (), entry, entries, computed) or (room if near else far)
            verdict, why = _verdict(board, entry.name, name, equal, near, why)
            yield Check(
                entry.name,
                f"score {name}",
                printed.value,
                made.value,
                made.low,
                made.high,
                verdict,
                why,
            )


def _rank(
    board: Board, what: str, by: Track, printed: int, place: Standing, rows: Iterable[Standing]
) -> Check:
    near = place.best <= printed <= place.worst
    verdict, why = _verdict(
        board,
        place.entry.name,
        by.name,
        printed == place.rank,
        near,
        _of_ties(by.rank, place, rows),
    )
    return Check(place.entry.name, what, printed, place.rank, place.best, place.worst, verdict, why)


def _verdict(
    board: Board, entry: str, of: str, equal: bool, near: bool, why: str
) -> tuple[Verdict, str]:
    if equal:
        return "equal", ""
    if near:
        return "rounding", why
    known = board.erratum(entry, of)
    return ("erratum", known.why) if known else ("differs", why)


def _of_ties(by: str, place: Standing, rows: Iterable[Standing]) -> str:
    """Name the entries that the printed digits tie with this one."""
    alike = [s.entry.name for s in rows if s.entry is not place.entry and s.by.may_be(place.by)]
    if not alike:
        return f"{by} stands alone at the printed digits"
    more = f" and {len(alike) - 4} more" if len(alike) > 4 else ""
    return f"{by} prints as that of {', '.join(alike[:4])}{more}"


def _of_sum(
    names: Sequence[str], entry: BoardEntry, entries: Sequence[BoardEntry], computed: Standings
) -> str:
    """Say which of the summed ranks the printed digits leave open."""
    reasons = []
    for name in names:
        own = computed.value(entry, name)
        others = [(e.name, computed.value(e, name)) for e in entries if e.ranked and e is not entry]
        alike = [who for who, value in others if own and value and value.value == own.value]
        if alike:
            reasons.append(f"{name} prints as that of {', '.join(alike)}")
    return "; ".join(reasons)
