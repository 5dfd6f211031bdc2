"""Gates and ranks: the entries that compete, and the rank of each."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from iqabench.boards.board import Board
from iqabench.boards.entries import BoardEntry
from iqabench.boards.scoring import Scores, add_scores, rank_sums, ranks, scores_in_order, value_of
from iqabench.boards.track import Gate, Track
from iqabench.boards.values import BoundedValue


@dataclass(frozen=True)
class Standing:
    """The rank of one entry in one track."""

    entry: BoardEntry
    rank: int
    best: int
    """The best rank that the printed digits allow."""
    worst: int
    """The worst rank that the printed digits allow."""
    by: BoundedValue
    """The value that decided."""


@dataclass(frozen=True)
class GateResult:
    """The result of some gates for one entry."""

    failed: tuple[str, ...] = ()
    """Gates that it does not meet, in words."""
    unchecked: tuple[Gate, ...] = ()
    """Gates that could not be checked, because the entry has no value."""


@dataclass
class Standings:
    """Everything that follows from a board's values: scores, gates and ranks."""

    board: Board
    scores: Scores = field(default_factory=dict)
    """Scores by entry, then by name."""
    tracks: dict[str, list[Standing]] = field(default_factory=dict)
    """Standings by track, best first."""
    competing: list[BoardEntry] = field(default_factory=list)
    """The entries that are ranked at all."""
    judged: dict[str, GateResult] = field(default_factory=dict)
    """The results of the board's gates by entry."""

    def of(self, entry: str, track: str) -> Standing | None:
        """Return the standing of an entry in a track, or None."""
        return next((s for s in self.tracks[track] if s.entry.name == entry), None)

    def value(self, entry: BoardEntry, name: str) -> BoundedValue | None:
        """Return a column's or score's value of one entry."""
        return value_of(entry, name, self.scores)

    def judge(self, gates: Sequence[Gate], entry: BoardEntry) -> GateResult:
        """Check gates against an entry's values as they were printed."""
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
    """Compute scores, gates and ranks; ratios refer to `baseline`, else to the board's own baseline.

    Whom the organisers ranked is known from the published figures. Others, such as models of one's own,
    compete unless they fail one of the board's gates; a gate that they could not be held against keeps nobody
    out, and stands in `judged`. A track's own gates say who belongs to it: without a value one does not.

    Raises: FactsError when the baseline lacks a value that a score refers to.
    """
    result = Standings(board, {e.name: {} for e in entries})
    base = baseline or next((e for e in entries if e.name == board.baseline), None)
    order = scores_in_order(board)
    plain = [name for name in order if not _of_ranks(board, name)]
    everybody = [*entries, base] if base and base not in entries else [*entries]
    add_scores(board, plain, everybody, base, result.scores)
    result.judged = {e.name: result.judge(board.gates, e) for e in entries}
    competing = [e for e in entries if e.ranked and (e.ranks or not result.judged[e.name].failed)]
    result.competing = competing
    for name in order:
        if (parts := board.scores[name].rank_sum) is not None:
            for entry_name, value in rank_sums(board, parts, competing, result.scores).items():
                result.scores[entry_name][name] = value
        elif name not in plain:
            add_scores(board, [name], competing, base, result.scores)
    for track in board.tracks:
        result.tracks[track.name] = _ranked(track, competing, result)
    return result


def _of_ranks(board: Board, name: str) -> bool:
    """Return whether a score contains a sum of ranks."""
    score = board.scores.get(name)
    return score is not None and (
        score.formula == "rank_sum" or any(_of_ranks(board, n) for n in score.needs)
    )


def _ranked(track: Track, entries: Sequence[BoardEntry], result: Standings) -> list[Standing]:
    known = [
        (entry, value)
        for entry in entries
        if (value := result.value(entry, track.rank)) is not None
        and result.judge(track.gates, entry) == GateResult()
    ]
    lower = result.board.better(track.rank) == "lower"
    placed = ranks([v for _, v in known], lower=lower, dense=track.ties == "dense")
    rows = [Standing(e, *place, v) for (e, v), place in zip(known, placed, strict=True)]
    return sorted(rows, key=lambda s: (s.rank, s.entry.name))
