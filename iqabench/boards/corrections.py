"""Corrections: scores and ranks with a board's errata put in, beside those of the printed figures.

An erratum that gives the right figure of a column corrects an input: every score and rank that depends on it
is computed again. What was printed stays what it is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from iqabench.boards.board import Board
from iqabench.boards.entries import BoardEntry
from iqabench.boards.ranking import Standings, standings
from iqabench.boards.values import BoundedValue


@dataclass(frozen=True)
class Correction:
    """One figure of an entry that is another when the errata are put in."""

    entry: str
    what: str
    """The kind and name: a column, score NAME, or rank NAME (of a track)."""
    printed: float
    """The printed figure, or the one that follows from the printed ones."""
    corrected: float | None
    """The corrected figure; None where the entry is no longer ranked."""
    why: str = ""
    """The board's reason, for what an erratum itself names."""

    @property
    def texts(self) -> tuple[str, str]:
        """Both figures as text, with as many digits as tell them apart."""
        if self.corrected is None:
            return f"{self.printed:.4g}", "not ranked"
        digits = next(
            (n for n in range(4, 10) if f"{self.printed:.{n}g}" != f"{self.corrected:.{n}g}"), 4
        )
        return f"{self.printed:.{digits}g}", f"{self.corrected:.{digits}g}"

    @property
    def words(self) -> str:
        """The correction in words: "3.867 printed, 4.367 corrected"."""
        return "{} printed, {} corrected".format(*self.texts)


def corrects_inputs(board: Board) -> bool:
    """Return whether an erratum of the board gives the right figure of a column."""
    return any(e.instead is not None and e.of in board.quantities for e in board.errata)


def corrected_entries(board: Board, entries: Sequence[BoardEntry]) -> list[BoardEntry]:
    """Return the entries with the right figures of columns in the places of the wrong ones."""
    return [_corrected(board, entry) for entry in entries]


def corrected_standings(
    board: Board, entries: Sequence[BoardEntry], baseline: BoardEntry | None = None
) -> Standings | None:
    """Return the standings with the errata put in; None when no erratum corrects an input.

    Raises: FactsError when the baseline lacks a value that a score refers to.
    """
    if not corrects_inputs(board):
        return None
    base = _corrected(board, baseline) if baseline else None
    return standings(board, corrected_entries(board, entries), base)


def corrections(board: Board, entries: Sequence[BoardEntry]) -> list[Correction]:
    """Return what the errata change of the entries that they are about: columns, scores and ranks.

    Raises: FactsError when the baseline lacks a value that a score refers to.
    """
    before, after = standings(board, entries), corrected_standings(board, entries)
    found = []
    for entry in entries:
        named = [e for e in board.errata if e.entry == entry.name and e.instead is not None]
        for erratum in named:
            printed = entry.printed(erratum.of)
            assert printed is not None  # `entries_of` refuses others
            what = _what(board, erratum.of)
            found.append(Correction(entry.name, what, printed.value, erratum.instead, erratum.why))
        if named and after is not None:
            told = {one.what for one in found if one.entry == entry.name}
            changed = (*_scores(board, entry, before, after), *_ranks(board, entry, before, after))
            found += [one for one in changed if one.what not in told]
    return found


def _corrected(board: Board, entry: BoardEntry) -> BoardEntry:
    right = {
        e.of: BoundedValue.exact(e.instead)
        for e in board.errata
        if e.entry == entry.name and e.instead is not None and e.of in entry.values
    }
    return replace(entry, values={**entry.values, **right}) if right else entry


def _what(board: Board, of: str) -> str:
    if of in board.quantities:
        return of
    return f"score {of}" if of in board.scores else f"rank {of}"


def _scores(
    board: Board, entry: BoardEntry, before: Standings, after: Standings
) -> Iterator[Correction]:
    for name in board.scores:
        old, new = before.scores[entry.name].get(name), after.scores[entry.name].get(name)
        if old is not None and new is not None and old.value != new.value:
            printed = entry.scores.get(name, old)
            yield Correction(entry.name, f"score {name}", printed.value, new.value)


def _ranks(
    board: Board, entry: BoardEntry, before: Standings, after: Standings
) -> Iterator[Correction]:
    for track in board.tracks:
        old, new = before.of(entry.name, track.name), after.of(entry.name, track.name)
        if old is not None:
            printed, right = entry.ranks.get(track.name, old.rank), new.rank if new else None
            if (old.rank, old.by.value) != (right, new.by.value if new else None):
                yield Correction(entry.name, f"rank {track.name}", printed, right)
