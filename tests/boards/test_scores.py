"""Each formula of the vocabulary against a case that was computed by hand."""

from math import exp

import pytest

from iqabench.boards import BoundedValue, entries_of, standings
from iqabench.errors import FactsError

from .conftest import Write


def value(
    write: Write, formula: str, entry: str = "b", baseline: str = "baseline: a\n"
) -> BoundedValue:
    board = write(f"{baseline}scores:\n  made: {formula}\n")
    return standings(board, entries_of(board)).scores[entry]["made"]


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("{weighted_sum: {quality: 2, cost: -0.5}}", 2 * 29 - 0.5 * 2),
        ("{mean: [quality, cost]}", (29 + 2) / 2),
        ("{ratio: cost}", 2 / 4),
        ("{exp_ratio: {of: cost}}", exp(0.5)),
        ("{exp_ratio: {of: cost, times: 2}}", exp(1.0)),
        ("{linear: {of: quality, factor: -0.1, offset: 1}}", -1.9),
        ("{linear: {of: quality, factor: -0.1, offset: 1, low: 0}}", 0.0),
        ("{linear: {of: quality, high: 28.5}}", 28.5),
        ("{rank_sum: [quality, cost]}", 2 + 2),
    ],
)
def test_formulas(write: Write, formula: str, expected: float) -> None:
    assert value(write, formula).value == pytest.approx(expected)


def test_a_baseline_scores_e_squared_whatever_was_rounded(write: Write) -> None:
    own = value(write, "{exp_ratio: {of: quality, times: 2}}", "a")
    assert own == BoundedValue(exp(2), exp(2), exp(2))


def test_scores_of_scores(write: Write) -> None:
    board = write(
        """
        baseline: a
        scores:
          last: {weighted_sum: {first: 0.8, second: 0.2}}
          first: {exp_ratio: {of: cost, times: 2}}
          second: {linear: {of: first, factor: 2}}
        """
    )
    made = standings(board, entries_of(board)).scores["b"]
    assert made["last"].value == pytest.approx(0.8 * exp(1) + 0.2 * 2 * exp(1))


def test_room_of_digits_reaches_the_score(write: Write) -> None:
    made = value(write, "{weighted_sum: {quality: 2, cost: 1}}")
    assert (made.low, made.high) == pytest.approx((2 * 28.95 + 2, 2 * 29.05 + 2))


def test_a_score_lacks_where_a_part_lacks(write: Write) -> None:
    rows = "team,quality,cost\na,30.0,4\nb,,2\nc,28.0,N/A\n"
    board = write(
        "scores: {made: {mean: [quality, cost]}, ranks: {rank_sum: [quality, cost]}}", rows
    )
    found = standings(board, entries_of(board)).scores
    assert set(found["a"]) == {"made", "ranks"}
    assert (found["b"], found["c"]) == ({}, {})


def test_ranks_are_summed_over_those_who_compete(write: Write) -> None:
    board = write(
        "gates: [{of: quality, at_least: 28.5}]\nscores: {ranks: {rank_sum: [quality, cost]}}"
    )
    found = standings(board, entries_of(board)).scores
    assert [found[n].get("ranks") for n in "abc"] == [
        BoundedValue.exact(3),
        BoundedValue.exact(3),
        None,
    ]


def test_open_ranks_leave_a_sum_open(write: Write) -> None:
    rows = "team,quality,cost\na,30.0,4\nb,30.0,2\nc,28.0,1\n"
    board = write("scores: {ranks: {rank_sum: [quality, cost]}}", rows)
    found = standings(board, entries_of(board)).scores
    assert found["a"]["ranks"] == BoundedValue(1 + 3, 1 + 3, 2 + 3)
    assert found["c"]["ranks"] == BoundedValue.exact(3 + 1)


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("{weighted_sum: {quality: 1, cost: -0.5}}", "quality - 0.5 × cost"),
        ("{weighted_sum: {quality: -1, cost: 2}}", "-quality + 2 × cost"),
        ("{mean: [quality, cost]}", "mean of quality, cost"),
        ("{ratio: cost}", "cost / that of a"),
        ("{exp_ratio: {of: cost, times: 2}}", "exp(2 × cost / that of a)"),
        (
            "{linear: {of: quality, factor: -0.1, offset: 1, low: 0}}",
            "1 - 0.1 × quality, at least 0",
        ),
        ("{linear: {of: quality, offset: -5, high: 3}}", "quality - 5, at most 3"),
        ("{rank_sum: [quality, cost]}", "sum of the ranks in quality, cost"),
    ],
)
def test_formulas_in_words(write: Write, formula: str, words: str) -> None:
    board = write(f"baseline: a\nscores:\n  made: {formula}\n")
    assert board.scores["made"].words("a") == words


SETS = """
name: made
title: Made
source: nowhere
task: derain
sets: {A: rain100h, B: "", C: ""}
published: {file: made.csv, entry: method, set: set}
columns:
  psnr: {better: higher, unit: dB, metric: psnr@rain13k-y, published: psnr}
scores:
  mean: {mean_over_sets: COLUMN}
"""


def test_the_mean_over_sets_counts_each_set_once(write: Write) -> None:
    rows = "method,set,psnr\nnet,A,30.0\nnet,B,31.0\nnet,C,35.0\nfewer,A,30.0\nfewer,B,31.0\n"
    board = write(whole=SETS.replace("COLUMN", "psnr"), rows=rows)
    made = standings(board, entries_of(board)).scores
    assert made["net"]["mean"].value == pytest.approx(32.0)
    assert "mean" not in made.get("fewer", {})
    assert board.scores["mean"].words("") == "mean of psnr over 3 sets"
    assert board.with_sets({"B": "photos"}).scores["mean"].needs == ("psnr A", "psnr B", "psnr C")


def test_a_mean_over_the_sets_of_no_column_is_a_mistake(write: Write) -> None:
    with pytest.raises(FactsError, match="the mean of ssim over sets, and there is no such column"):
        write(whole=SETS.replace("COLUMN", "ssim"), rows="method,set,psnr\nnet,A,30.0\n")
