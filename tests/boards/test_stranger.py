"""A challenge that nobody here has seen: one YAML and one CSV, and nothing else is touched."""

import shutil
from math import exp
from pathlib import Path

import pytest

from iqabench.boards import board, boards, entries_of, standings
from iqabench.boards.check import check
from iqabench.errors import DuplicateNameError, FactsError

YAML = """
title: A stranger's <challenge> & $more$
source: "its authors, 2031"
scale: 3
baseline: base_line
published: {file: stranger.csv, entry: who, ranked: place, source: its page}
columns:
  fidelity: {unit: dB, better: higher, published: dB, digits: 2}
  time: {unit: ms, better: lower, probe: latency_ms, published: ms, relative: true}
  size: {unit: M, better: lower, probe: params, factor: 1.0e-6, published: M, tolerance: 0.001}
gates:
  - {of: fidelity, above: 28}
  - {of: slowness, below: 3}
scores:
  slowness: {better: lower, ratio: time}
  time_score: {better: lower, exp_ratio: {of: time, times: 0.5}}
  merit: {linear: {of: fidelity, factor: 0.1, offset: -2.8, low: 0, high: 0.25}}
  total: {published: total, tolerance: 0.001, weighted_sum: {merit: 2, time_score: -0.1}}
tracks:
  - {name: overall, rank: total, published: place}
  - {name: small, rank: size, gates: [{of: size, at_most: 0.5}], ties: dense}
"""

CSV = r"""# source: made for this test
who,place,dB,ms,M,total
base_line,3,29.10,10.0,1.000,0.055
<b>bold</b>,2,29.50,8.0,0.500,0.151
../../etc/passwd,1,31.00,12.0,0.400,0.318
\textbf{x}_^~#%&,4,28.01,4.0,0.400,-0.120
"quoted, name",,27.99,1.0,0.100,
slow,,33.00,31.0,0.050,
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "mine"
    place.mkdir()
    (place / "stranger.yaml").write_text(YAML.lstrip())
    (place / "stranger.csv").write_text(CSV)
    return place


def test_it_works_by_path(folder: Path) -> None:
    one = board(str(folder / "stranger.yaml"))
    assert (one.name, one.scale) == ("stranger", 3)
    found = standings(one, entries_of(one))
    totals = {s.entry.name: s.by.value for s in found.tracks["overall"]}
    assert totals == pytest.approx(
        {
            "../../etc/passwd": 2 * 0.25 - 0.1 * exp(0.6),
            "<b>bold</b>": 2 * 0.15 - 0.1 * exp(0.4),
            "base_line": 2 * 0.11 - 0.1 * exp(0.5),
            r"\textbf{x}_^~#%&": 2 * 0.001 - 0.1 * exp(0.2),
        }
    )
    assert [(s.rank, s.entry.name) for s in found.tracks["small"]] == [
        (1, "../../etc/passwd"),
        (1, r"\textbf{x}_^~#%&"),
        (2, "<b>bold</b>"),
    ]
    assert found.judged["quoted, name"].failed == ("fidelity is 27.99, and the gate is above 28",)
    assert found.judged["slow"].failed == ("slowness is 3.1, and the gate is below 3",)


def test_its_printed_figures_follow(folder: Path) -> None:
    one = board(str(folder / "stranger.yaml"))
    rows = check(one, entries_of(one))
    assert len(rows) == 4 + 4
    assert {c.verdict for c in rows} == {"equal"}


def test_a_wrong_printed_figure_is_found(folder: Path) -> None:
    path = folder / "stranger.csv"
    path.write_text(
        path.read_text().replace("0.055", "0.065").replace("<b>bold</b>,2", "<b>bold</b>,3")
    )
    one = board(str(folder / "stranger.yaml"))
    odd = {
        (c.entry, c.what): c.verdict for c in check(one, entries_of(one)) if c.verdict != "equal"
    }
    assert odd == {
        ("base_line", "score total"): "differs",
        ("<b>bold</b>", "rank overall"): "differs",
    }


def test_an_erratum_explains_it(folder: Path) -> None:
    for name, old, new in (
        ("stranger.csv", "0.055", "0.065"),
        (
            "stranger.yaml",
            "tracks:",
            "errata: [{entry: base_line, of: total, why: a slip}]\ntracks:",
        ),
    ):
        path = folder / name
        path.write_text(path.read_text().replace(old, new))
    one = board(str(folder / "stranger.yaml"))
    (odd,) = [c for c in check(one, entries_of(one)) if c.verdict != "equal"]
    assert (odd.verdict, odd.why) == ("erratum", "a slip")


def test_it_stands_among_all_boards(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IQABENCH_BOARDS", str(folder))
    assert boards()["stranger"] == board("stranger")
    assert "ntire2022-esr" in boards()


def test_published_figures_may_lie_in_a_folder_of_their_own(folder: Path) -> None:
    (folder / "published").mkdir()
    shutil.move(folder / "stranger.csv", folder / "published" / "stranger.csv")
    assert len(entries_of(board(str(folder / "stranger.yaml")))) == 6


def test_notes_are_optional(folder: Path) -> None:
    assert board(str(folder / "stranger.yaml")).notes == ""


def test_an_alias_of_a_task_is_the_task(folder: Path) -> None:
    path = folder / "stranger.yaml"
    path.write_text(f"task: iqa\n{path.read_text()}")
    one = board(str(path))
    assert one.task == "opinion"
    assert one.ranks_metrics
    assert not one.has_scales


def test_a_task_that_does_not_exist_is_refused_with_suggestions(folder: Path) -> None:
    path = folder / "stranger.yaml"
    path.write_text(f"task: denoize\n{path.read_text()}")
    with pytest.raises(FactsError, match=r"stranger\.yaml:1: task: .*denoize.*denoise"):
        board(str(path))


def test_a_name_is_given_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (folder / "stranger.yaml").read_text()
    (folder / "other.yaml").write_text(f"name: stranger\n{text}")
    monkeypatch.setenv("IQABENCH_BOARDS", str(folder))
    with pytest.raises(
        DuplicateNameError,
        match=r"two boards are called 'stranger': .*other\.yaml and .*stranger\.yaml",
    ):
        boards()


def test_a_folder_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IQABENCH_BOARDS", "/no/such/folder")
    with pytest.raises(
        FactsError, match="IQABENCH_BOARDS names /no/such/folder, which is no folder"
    ):
        boards()
