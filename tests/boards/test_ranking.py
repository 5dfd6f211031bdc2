"""Gates, ties, and the ranks that printed digits leave open."""

import pytest

from iqabench.boards import BoardEntry, BoundedValue, Gate, entries_of, standings
from iqabench.boards.scoring import ranks

from .conftest import Write


def exact(*values: float) -> list[BoundedValue]:
    return [BoundedValue.exact(v) for v in values]


def test_competition_and_dense_ties() -> None:
    values = exact(1, 3, 1, 2)
    assert [r for r, _, _ in ranks(values, lower=True)] == [1, 4, 1, 3]
    assert [r for r, _, _ in ranks(values, lower=True, dense=True)] == [1, 3, 1, 2]
    assert [r for r, _, _ in ranks(values, lower=False)] == [3, 1, 3, 2]


def test_exact_values_leave_nothing_open() -> None:
    assert all(r == best == worst for r, best, worst in ranks(exact(1, 3, 1, 2), lower=True))


@pytest.mark.parametrize("lower", [True, False])
def test_overlapping_intervals_leave_ranks_open(lower: bool) -> None:
    sign = 1 if lower else -1
    values = [
        BoundedValue(sign * v, *sorted((sign * (v - r), sign * (v + r))))
        for v, r in [(1.0, 0.1), (1.15, 0.1), (2.0, 0.1), (2.0, 0.1)]
    ]
    assert ranks(values, lower=lower) == [(1, 1, 2), (2, 1, 2), (3, 3, 4), (3, 3, 4)]


def test_neighbouring_digits_do_not_overlap() -> None:
    values = [BoundedValue.printed(t) for t in ("0.316", "0.317", "0.318")]
    assert ranks(values, lower=True) == [(1, 1, 1), (2, 2, 2), (3, 3, 3)]


@pytest.mark.parametrize(
    ("bound", "words", "met", "missed"),
    [
        ({"at_least": 29}, "x at least 29", 29.0, 28.999),
        ({"at_most": 29}, "x at most 29", 29.0, 29.001),
        ({"above": 29}, "x above 29", 29.001, 29.0),
        ({"below": 29}, "x below 29", 28.999, 29.0),
    ],
)
def test_bounds(bound: dict[str, float], words: str, met: float, missed: float) -> None:
    gate = Gate.model_validate({"of": "x", **bound})
    assert gate.words == words
    assert gate.met_by(met)
    assert not gate.met_by(missed)


def test_a_gate_keeps_out_and_says_why(write: Write) -> None:
    board = write("gates: [{of: quality, at_least: 28.5}]\ntracks: [{name: t, rank: cost}]")
    found = standings(board, entries_of(board))
    assert [(s.rank, s.entry.name) for s in found.tracks["t"]] == [(1, "b"), (2, "a")]
    assert found.judged["c"].failed == ("quality is 28, and the gate is at least 28.5",)


def test_a_gate_on_a_score_counts(write: Write) -> None:
    board = write(
        """
        baseline: a
        scores: {share: {ratio: cost}}
        gates: [{of: share, at_most: 0.5}]
        tracks: [{name: t, rank: quality}]
        """
    )
    found = standings(board, entries_of(board))
    assert [s.entry.name for s in found.tracks["t"]] == ["b", "c"]
    assert found.judged["a"].failed == ("share is 1, and the gate is at most 0.5",)


def test_what_cannot_be_held_against_a_gate_is_told_and_competes(write: Write) -> None:
    rows = "team,quality,cost\na,30.0,4\nb,,2\n"
    board = write("gates: [{of: quality, at_least: 28.5}]\ntracks: [{name: t, rank: cost}]", rows)
    found = standings(board, entries_of(board))
    assert [s.entry.name for s in found.tracks["t"]] == ["b", "a"]
    assert [g.words for g in found.judged["b"].unchecked] == ["quality at least 28.5"]


def test_a_track_holds_those_who_meet_its_gates(write: Write) -> None:
    rows = "team,quality,cost\na,11.5,4\nb,11.6,2\nc,12.5,1\nd,,1\n"
    board = write(
        """
        tracks:
          - {name: first, rank: cost, gates: [{of: quality, at_most: 11.5}]}
          - {name: second, rank: cost, gates: [{of: quality, above: 11.5}, {of: quality, at_most: 12.5}]}
        """,
        rows,
    )
    tracks = standings(board, entries_of(board)).tracks
    assert {n: [s.entry.name for s in some] for n, some in tracks.items()} == {
        "first": ["a"],
        "second": ["c", "b"],
    }


def test_whom_the_organisers_ranked_is_theirs_to_say(write: Write) -> None:
    rows = "team,quality,cost,place\na,30.0,4,2\nb,28.0,2,1\nc,31.0,1,\n"
    whole = """
    title: A made challenge
    source: nobody
    published: {file: made.csv, entry: team, ranked: place}
    columns:
      quality: {better: higher, published: quality}
      cost: {better: lower, published: cost}
    gates: [{of: quality, at_least: 29}]
    tracks: [{name: t, rank: cost, published: place}]
    """
    board = write(whole=whole, rows=rows)
    assert [s.entry.name for s in standings(board, entries_of(board)).tracks["t"]] == ["b", "a"]


def test_ties_of_a_track_may_be_dense(write: Write) -> None:
    rows = "team,quality,cost\na,30.0,4\nb,29.0,4\nc,28.0,5\n"
    board = write("tracks: [{name: t, rank: cost, ties: dense}, {name: u, rank: cost}]", rows)
    tracks = standings(board, entries_of(board)).tracks
    assert [s.rank for s in tracks["t"]] == [1, 1, 2]
    assert [s.rank for s in tracks["u"]] == [1, 1, 3]


def test_ratios_may_be_to_a_baseline_that_does_not_compete(write: Write) -> None:
    board = write(
        "baseline: a\nscores: {s: {better: lower, ratio: cost}}\ntracks: [{name: t, rank: s}]"
    )
    others = [e for e in entries_of(board) if e.name != "a"]
    base = BoardEntry("measured", values={"cost": BoundedValue.exact(8.0)})
    found = standings(board, others, base)
    assert [(s.entry.name, s.by.value) for s in found.tracks["t"]] == [("c", 0.125), ("b", 0.25)]
