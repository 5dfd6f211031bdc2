"""Remarks: cells whose protocol is another one, or not known, stand apart and are held against nothing."""

from pathlib import Path

import numpy as np
import pytest

from iqabench.boards import board, boards, entries_of, standings
from iqabench.challenge import reproduce
from iqabench.errors import FactsError
from iqabench.images import write_image
from iqabench.run import Options
from iqabench.store import Store

from .conftest import Write

TRACKS = "tracks: [{name: good, rank: quality}]\n"
ROWS = "team,set,quality\na (x),Set5,30\na (x),Set14,29\nb (y),Set5,28\nb (y),Set14,27\n"
SETS = """
title: A made board
source: nobody
task: restore
sets: {Set5: set5, Set14: set14}
models: {b (y): identity}
published: {file: made.csv, entry: team, set: set}
columns:
  quality: {better: higher, metric: psnr@rgb, published: quality, tolerance: 0.01}
tracks: [{name: five, rank: quality Set5}]
"""


def test_a_figure_of_another_protocol_is_shown_and_not_ranked(write: Write) -> None:
    one = write(TRACKS + "remarks: [{entries: [a], of: [quality], says: of RGB, compares: false}]")
    entry = entries_of(one)[0]
    shown = entry.shown("quality")
    assert shown is not None
    assert shown.value == 30
    assert set(entry.values) == {"cost"}
    assert [s.entry.name for s in standings(one, entries_of(one)).tracks["good"]] == ["b", "c"]


def test_a_remark_that_compares_changes_nothing(write: Write) -> None:
    one = write(TRACKS + "remarks: [{entries: [a], says: other training images}]")
    assert [s.entry.name for s in standings(one, entries_of(one)).tracks["good"]] == ["a", "b", "c"]
    (remark,) = one.remarks_on("a", one.quantities["cost"])
    assert remark.words == "other training images"
    assert one.remarks_on("b", one.quantities["cost"]) == []


def test_a_remark_names_entries_by_pattern_and_one_set_of_a_column(write: Write) -> None:
    text = "remarks: [{entries: ['* (y)'], of: [quality Set14], says: unknown, compares: false}]"
    one = write(text, ROWS, whole=SETS)
    apart = {(e.name, name) for e in entries_of(one) for name in e.apart}
    assert apart == {("b (y)", "quality Set14")}


def test_no_measured_figure_is_held_against_a_cell_that_stands_apart(
    write: Write, tmp_path: Path
) -> None:
    text = "remarks: [{entries: ['b (y)'], says: the protocol is not known, compares: false}]"
    cells, _ = reproduce(
        write(text, ROWS, whole=SETS), Store(tmp_path / "s"), Options(device="cpu")
    )
    assert [(c.column, c.verdict, c.measured, c.difference, c.why) for c in cells] == [
        (f"quality {name}", "not compared", None, None, "the protocol is not known")
        for name in ("Set5", "Set14")
    ]


@pytest.mark.parametrize(
    ("remark", "expected"),
    [
        ("{entries: [nobody], says: x}", r"made.yaml:7: remarks names 'nobody', who has no row in"),
        (
            "{of: [qualty], says: x}",
            r"made.yaml:7: remarks.0.of: 'qualty' is no column of this board",
        ),
        ("{says: ''}", r"made.yaml:7: remarks.0.says"),
        ("{says: x, compare: false}", r"made.yaml:7: remarks.0.compare"),
    ],
)
def test_a_remark_about_nothing_is_a_mistake_with_its_line(
    write: Write, remark: str, expected: str
) -> None:
    with pytest.raises(FactsError, match=expected):
        entries_of(write(f"remarks: [{remark}]"))


@pytest.mark.parametrize("name", [name for name, one in boards().items() if one.remarks])
def test_every_remark_of_a_board_is_about_a_printed_figure(name: str) -> None:
    one = board(name)
    for remark in one.remarks:
        about = [
            (entry.name, quantity.name)
            for entry in entries_of(one)
            for quantity in one.quantities.values()
            if entry.shown(quantity.name) and remark.is_about(entry.name, quantity)
        ]
        assert about, remark.subject


def test_each_figure_that_is_not_run_has_the_reason_of_its_own_metric(
    write: Write, tmp_path: Path
) -> None:
    text = """
    title: A made board
    source: nobody
    task: restore
    sets: {photos: ./photos}
    models: {a: identity}
    published: {file: made.csv, entry: team}
    columns:
      mae: {better: lower, metric: mae@rgb, published: mae}
      lpips: {better: lower, metric: lpips@rgb, published: lpips}
      dists: {better: lower, metric: dists@rgb, published: dists}
    """
    for role in ("input", "target"):
        (tmp_path / "photos" / role).mkdir(parents=True)
        write_image(tmp_path / "photos" / role / "a.png", np.zeros((40, 40, 3), np.uint8))
    one = write(rows="team,mae,lpips,dists\na,0,0.1,0.2\n", whole=text)
    cells, _ = reproduce(one, Store(tmp_path / "s"), Options(device="cpu"))
    assert [(c.verdict, c.why.partition(" ")[0]) for c in cells] == [
        ("other machine", ""),
        ("not run", "lpips"),
        ("not run", "dists"),
    ]
