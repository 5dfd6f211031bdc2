"""Mistakes in a board, which are reported with file and line before anything is measured."""

from pathlib import Path

import pytest

from iqabench.boards import board, entries_of
from iqabench.errors import FactsError, UnknownNameError

from .conftest import ROWS, Write

MISTAKES = [
    ("colour: red", "7: colour: Extra inputs are not permitted"),
    ("tracks: [{name: t, rank: speed}]", "7: tracks.0.rank: 'speed' is no column"),
    ("tracks: [{name: t, rank: cost, by: cost}]", "7: tracks.0.by: Extra inputs"),
    ("tracks: [{name: t, rank: cost}, {name: t, rank: quality}]", "two tracks are called 't'"),
    ("gates: [{of: speed, at_least: 1}]", "7: gates.0.of: 'speed' is no column"),
    ("gates: [{of: cost}]", "give one of at_least, at_most, above, below"),
    ("gates: [{of: cost, at_least: 1, at_most: 2}]", "give one of at_least"),
    ("scores: {s: {mean: [cost, speed]}}", "7: scores.s.mean: 'speed' is no column"),
    ("scores: {s: {mean: []}}", "mean of nothing"),
    ("scores: {s: {mean: [cost], ratio: cost}}", "found mean, ratio"),
    ("scores: {s: {}}", "found none"),
    (
        "scores: {s: {ratio: cost}}",
        "7: scores.s: a ratio to the baseline, and the board names none",
    ),
    ("scores: {cost: {mean: [quality]}}", "7: scores.cost: 'cost' is a column, too"),
    (
        "scores:\n  a: {mean: [b]}\n  b: {mean: [a]}",
        "8: scores.a: it is made of itself: a of b of a",
    ),
    ("scores: {a: {mean: [a]}}", "7: scores.a: it is made of itself: a of a"),
    (
        "scores: {r: {rank_sum: [cost]}}\ngates: [{of: r, at_most: 3}]",
        "8: gates.0.of: 'r' is made of ranks",
    ),
    ("errata: [{entry: a, of: speed, why: slip}]", "7: errata.0.of: 'speed' is no column"),
    ("models: {a: {'25': m}}", "7: models.a: '25' is none of the board's levels and sets"),
]


@pytest.mark.parametrize(("more", "said"), MISTAKES)
def test_mistakes_of_a_board(write: Write, tmp_path: Path, more: str, said: str) -> None:
    with pytest.raises(FactsError) as told:
        write(more)
    assert str(told.value).startswith(f"{tmp_path / 'made.yaml'}:")
    assert said in str(told.value)


COLUMNS = [
    ("{better: lower}", "it cannot be measured"),
    ("{better: lower, metric: psnr, probe: params}", "give one of metric, probe"),
    ("{better: lower, metric: psnr, set: s}", "a metric needs a set"),
    ("{better: lower, published: x, set: s}", "'s' is none of the board's sets"),
    ("{better: lower, published: x, level: n25}", "'n25' is none of the board's levels"),
    ("{better: lower, agreement: srcc}", "the board names no opinions"),
    ("{better: lower, published: x, metric_of: {a: psnr}}", "give the metric"),
    ("{better: sideways, published: x}", "Input should be 'higher' or 'lower'"),
    ("{better: lower, published: x, tolerance: -1}", "greater than or equal to 0"),
    ("{better: lower, published: x}", "it cannot be measured: it has no metric and no probe"),
]


@pytest.mark.parametrize(("column", "said"), COLUMNS)
def test_mistakes_of_a_column(write: Write, column: str, said: str) -> None:
    with pytest.raises(FactsError, match=r"made\.yaml:4: ") as told:
        write(whole=f"title: t\nsource: s\ncolumns:\n  x: {column}\n")
    assert said in str(told.value)


def test_a_column_on_several_sets_is_named_with_one(write: Write) -> None:
    whole = """
    title: t
    source: s
    sets: {Set5: set5, Set14: set14}
    columns: {psnr: {better: higher, metric: psnr@sr-y}}
    tracks: [{name: t, rank: psnr}]
    """
    with pytest.raises(
        FactsError, match="'psnr' is several columns here; name one of them: psnr Set5, psnr Set14"
    ):
        write(whole=whole)


def test_one_published_figure_is_not_of_several_sets(write: Write) -> None:
    whole = """
    title: t
    source: s
    sets: {Set5: set5, Set14: set14}
    published: {file: made.csv, entry: team}
    columns: {psnr: {better: higher, metric: psnr@sr-y, published: quality}}
    """
    with pytest.raises(FactsError, match="one figure for several columns: psnr Set5, psnr Set14"):
        write(whole=whole)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("team,quality\na,1\n", "made.csv:1: lacks the columns cost, which"),
        ("", "made.csv:1: lacks the columns cost, quality, team"),
        (
            "# me\nteam,quality,cost\n\na,1,2\n# us\nb,fast,3\n",
            "made.csv:6: 'fast' in quality is no number",
        ),
        ("team,quality,cost\na,nan,2\n", "made.csv:2: 'nan' in quality is no number"),
        ("team,quality,cost\na,1\n", "made.csv:2: 2 cells; expected 3"),
        ("team,quality,cost\na,1,2,3\n", "made.csv:2: 4 cells; expected 3"),
        (
            "team,quality,cost\na,1,2\nb,1,2\na,3,4\n",
            "made.csv:4: a second row of a; the first is in line 2",
        ),
        ("team,quality,cost\n,1,2\n", "made.csv:2: team is empty"),
    ],
)
def test_mistakes_of_published_figures(write: Write, rows: str, said: str) -> None:
    with pytest.raises(FactsError) as told:
        entries_of(write(rows=rows))
    assert said in str(told.value)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("models: {z: span}", "7: models names 'z', who has no row in"),
        ("baseline: z", "7: baseline names 'z', who has no row in"),
        ("errata: [{entry: z, of: cost, why: slip}]", "7: errata names 'z'"),
    ],
)
def test_names_that_no_row_has(write: Write, tmp_path: Path, more: str, said: str) -> None:
    with pytest.raises(FactsError) as told:
        entries_of(write(more))
    assert f"{tmp_path / 'made.yaml'}:{said}" in str(told.value)


def test_a_gate_on_a_column_that_nobody_measured(write: Write) -> None:
    rows = "team,quality,cost\na,,4\nb,-,2\n"
    made = write("gates:\n  - {of: quality, at_least: 29}", rows)
    with pytest.raises(
        FactsError, match=r"made\.yaml:8: a gate on 'quality', which no entry was measured for"
    ):
        entries_of(made)


def test_words_for_sets_that_the_board_does_not_have(write: Write) -> None:
    whole = """
    title: t
    source: s
    sets: {Set5: set5}
    published: {file: made.csv, entry: team, set: where}
    columns: {psnr: {better: higher, metric: psnr@sr-y, published: quality}}
    """
    rows = "team,where,quality\na,Set5,30\na,Set 5,31\n"
    with pytest.raises(
        FactsError, match=r"made\.csv:3: 'Set 5' in where is none that .* has: Set5"
    ):
        entries_of(write(whole=whole, rows=rows))


def test_figures_that_are_not_there_or_no_text(write: Write, tmp_path: Path) -> None:
    made = write()
    (tmp_path / "made.csv").write_bytes(b"team,quality,cost\n\xff,1,2\n")
    with pytest.raises(FactsError, match="it is not UTF-8"):
        entries_of(made)
    (tmp_path / "made.csv").unlink()
    with pytest.raises(FactsError, match="cannot be read: No such file"):
        entries_of(made)


def test_a_file_that_is_no_board(tmp_path: Path) -> None:
    path = tmp_path / "list.yaml"
    path.write_text("- a\n")
    with pytest.raises(FactsError, match=r"list\.yaml:1: expected a board"):
        board(str(path))


def test_an_unknown_name_is_answered_with_those_alike() -> None:
    with pytest.raises(UnknownNameError, match="ntire2022-esr"):
        board("ntire2022")


def test_the_plain_board_is_right(write: Write) -> None:
    assert [e.name for e in entries_of(write(rows=ROWS))] == ["a", "b", "c"]
