"""Gates and ranks: who competes, and where everybody stands."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from iqabench.boards.board import Board
from iqabench.boards.entries import BoardEntry
from iqabench.boards.scoring import Scores, add_scores, rank_sums, ranks, scores_in_order, value_of
from iqabench.boards.track import Gate, Track
from iqabench.boards.values import BoundedValue


@dataclass(frozen=True)
class Standing:
    """Where one entry stands in one track."""

    entry: BoardEntry
    rank: int
    best: int
    """The best rank that the printed digits allow,"""
    worst: int
    """and the worst."""
    by: BoundedValue
    """What decided."""


@dataclass(frozen=True)
class GateResult:
    """One entry before some gates."""

    failed: tuple[str, ...] = ()
    """Gates that it does not meet, in words."""
    unchecked: tuple[Gate, ...] = ()
    """Gates that it could not be held against, for lack of a value."""


@dataclass
class Standings:
    """Everything that was worked out of a board's values."""

    board: Board
    scores: Scores = field(default_factory=dict)
    """Entry to score to value."""
    tracks: dict[str, list[Standing]] = field(default_factory=dict)
    """Track to standings, best first."""
    competing: list[BoardEntry] = field(default_factory=list)
    """Who is ranked at all."""
    judged: dict[str, GateResult] = field(default_factory=dict)
    """Entry to what the board's gates say of it."""

    def of(self, entry: str, track: str) -> Standing | None:
        """Where an entry stands in a track."""
        return next((s for s in self.tracks[track] if s.entry.name == entry), None)

    def value(self, entry: BoardEntry, name: str) -> BoundedValue | None:
        """A column's or score's value of one entry."""
        return value_of(entry, name, self.scores)

    def judge(self, gates: Sequence[Gate], entry: BoardEntry) -> GateResult:
        """What gates say of an entry. A printed value counts as it was printed."""
        failed, unchecked = list[str](), list[Gate]()
        for gate in gates:
            value = self.value(entry, gate.of)
            if value is None:
                unchecked.append(gate)
            elif not gate.met_by(value.value):
                failed.append(f"{gate.of} is {value.value:g}, and the gate is {gate.bound}")
        return GateResult(tuple(failed), tuple(unchecked))


def standings(
    board: Board, entries: Sequence[BoardEntry], baseline: BoardEntry | None = None
) -> Standings:
    """Scores, gates and ranks; ratios are to `baseline`, else to the entry that the board names so.

    Whom the organisers ranked is known from the published figures. Others, such as models of one's own,
    compete unless they fail one of the board's gates; a gate that they could not be held against keeps nobody
    out, and stands in `judged`. A track's own gates say who belongs to it: without a value one does not.

    Raises: FactsError when the baseline lacks a value that a score refers to.
    """
    found = Standings(board, {e.name: {} for e in entries})
    base = baseline or next((e for e in entries if e.name == board.baseline), None)
    order = scores_in_order(board)
    plain = [name for name in order if not _of_ranks(board, name)]
    everybody = [*entries, base] if base and base not in entries else [*entries]
    add_scores(board, plain, everybody, base, found.scores)
    found.judged = {e.name: found.judge(board.gates, e) for e in entries}
    competing = [e for e in entries if e.ranked and (e.ranks or not found.judged[e.name].failed)]
    found.competing = competing
    for name in order:
        if (parts := board.scores[name].rank_sum) is not None:
            for entry_name, value in rank_sums(board, parts, competing, found.scores).items():
                found.scores[entry_name][name] = value
        elif name not in plain:
            add_scores(board, [name], competing, base, found.scores)
    for track in board.tracks:
        found.tracks[track.name] = _ranked(track, competing, found)
    return found


def _of_ranks(board: Board, name: str) -> bool:
    """Whether a sum of ranks is in a score."""
    score = board.scores.get(name)
    return score is not None and (
        score.formula == "rank_sum" or any(_of_ranks(board, n) for n in score.needs)
    )


def _ranked(track: Track, entries: Sequence[BoardEntry], found: Standings) -> list[Standing]:
    known = [
        (entry, value)
        for entry in entries
        if (value := found.value(entry, track.rank)) is not None
        and found.judge(track.gates, entry) == GateResult()
    ]
    lower = found.board.better(track.rank) == "lower"
    placed = ranks([v for _, v in known], lower=lower, dense=track.ties == "dense")
    rows = [Standing(e, *place, v) for (e, v), place in zip(known, placed, strict=True)]
    return sorted(rows, key=lambda s: (s.rank, s.entry.name))
