"""Formulas by which a board makes scores and ranks: declared lines, words, and the values of one entry."""

from textwrap import dedent

from iqabench.boards import BoardEntry, BoundedValue, Track
from iqabench.boards.scoring import rank_sums
from iqabench.facts import line_of
from iqabench.report.data.board_columns import printed
from iqabench.report.data.board_report import BoardReport, baseline_of
from iqabench.report.data.provenance import Terms


class Formulas:
    """The formulas of the scores and tracks of one board."""

    def __init__(self, page: BoardReport) -> None:
        self._page, self._board = page, page.board
        entries = [row.entry for row in page.tables[0].rows]
        self._base = baseline_of(page.board, entries)
        self._lines = page.board.file.read_text(encoding="utf-8").splitlines()
        self._ranks = {
            name: {
                part: rank_sums(page.board, [part], page.found.competing, page.found.scores)
                for part in parts
            }
            for name, score in page.board.scores.items()
            if (parts := score.rank_sum)
        }
        self._of = {name: self._declared("scores", name) for name in page.board.scores}
        self._tracks = {
            track.name: self._declared("tracks", at) for at, track in enumerate(page.board.tracks)
        }

    def of(self, name: str) -> Terms:
        """Return a score's formula."""
        score = self._board.scores[name]
        return (("Formula", f"{name} = {score.words(self._board.baseline)}"), *self._of[name])

    def of_track(self, track: Track) -> Terms:
        """Return the gates of a track and the order in it."""
        gates = (*self._board.gates, *track.gates)
        return (
            ("Order", f"{self._board.better(track.rank)} {track.rank} is better"),
            ("Gates", "; ".join(gate.words for gate in gates)),
            *self._tracks[track.name],
        )

    def entered(self, entry: BoardEntry, name: str) -> Terms:
        """Return the values of one entry that a score is computed from."""
        score = self._board.scores[name]
        found = [(part, self.value(entry, part)) for part in score.needs]
        if ranks := self._ranks.get(name):
            found = [(part, f"{text}{_rank(ranks[part].get(entry.name))}") for part, text in found]
        if score.needs_baseline and self._base is not None:
            found += [
                (f"{part} of {self._base.name}", self.value(self._base, part))
                for part in score.needs
            ]
        return tuple(found)

    def value(self, entry: BoardEntry, name: str) -> str:
        """Return the value of one entry in a column or score, and its origin in words."""
        value = self._page.found.value(entry, name)
        if value is None:
            return "missing"
        if name in self._board.scores:
            return f"{value.value:.8g}, worked out"
        return f"{printed(value)}, published" if entry.line else f"{value.value:.8g}, measured here"

    def _declared(self, part: str, key: str | int) -> Terms:
        """Return the lines of the board's file that declare a part."""
        first = line_of(self._board.file, [part, key]) - 1
        depth = _depth(self._lines[first])
        last = first + 1
        while last < len(self._lines) and _depth(self._lines[last]) > depth:
            last += 1
        text = dedent("\n".join(self._lines[first:last])).strip()
        return ("As declared", text), ("In", f"{self._board.file.name}, line {first + 1}")


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _rank(rank: BoundedValue | None) -> str:
    return f", rank {rank.value:g}" if rank else ", not ranked"
