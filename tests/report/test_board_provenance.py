"""What stands behind each figure of a board: rows in print, records, formulas with what entered them."""

import re
from pathlib import Path

import pytest

from iqabench.boards import boards, entries_of
from iqabench.report.data.board_sources import PrintedSources, addresses
from iqabench.report.pages.core.site import write_report

from .board_example import YAML, made_board, made_records
from .conftest import column_of, filled
from .test_provenance_dialogs import told

ERRATUM = "errata: [{entry: Odd, of: total, instead: 29, why: the sum was misprinted}]\n"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("behind")
    board = made_board(folder, YAML + ERRATUM)
    write_report(filled(folder / "store", made_records()), folder / "out", among=[board])
    return folder / "out"


@pytest.fixture(scope="module")
def figures(out: Path) -> dict[str, dict[str, str]]:
    """By row, Base first, and place: entry, rank, time, that on two devices, psnr, that here, total, half."""
    return told(out / "board-made.html")


def test_a_published_figure_names_its_row_and_its_source(
    figures: dict[str, dict[str, str]],
) -> None:
    assert figures["1-5"] == {
        "Entry": "Fast",
        "Figure": "as published",
        "Column": "PSNR (dB); psnr",
        "In the file": "psnr",
        "Row": "made.csv, line 3",
        "Source": "Table 1",
        "Board": "nobody & nowhere",
    }


def test_a_measured_figure_names_its_records(figures: dict[str, dict[str, str]]) -> None:
    psnr = figures["1-6"]
    assert psnr["Figure"] == "measured here: 29 dB"
    assert psnr["Published"] == "29.50 dB"
    assert (psnr["Difference"], psnr["Verdict"]) == ("-0.5", "out of tolerance; tolerance 0.02")
    assert (psnr["Model"], psnr["Weights"]) == ("quick", f"SHA-256 {'cd' * 32}")
    assert psnr["Images"] == "3 of 3"
    assert psnr["Protocol"].startswith("sr-y, version 1, hash ")
    assert (psnr["Run"], psnr["Device"]) == ("run-1", "a processor")
    assert psnr["Versions"] == "iqabench 0.1.0, python 3.11"
    params = figures["1-10"]
    assert (params["Figure"], params["Made by"]) == ("measured here: 2.5 K", "times 0.001")
    assert (params["Value"], params["Probe"]) == ("2500", "params, version 1, lower is better")
    time = figures["1-3"]
    assert time["Measured on"] == "a GPU"
    assert "Difference" not in time
    assert time["Verdict"] == "0.400 of the baseline here, 0.500 as published"


def test_a_score_shows_its_formula_and_what_entered_it(figures: dict[str, dict[str, str]]) -> None:
    total = figures["3-7"]
    assert (total["Published"], total["Worked out"].split(";")[0]) == ("99.90", "29")
    assert total["Formula"] == "total = psnr - 0.1 × time"
    declared = "total: {title: Total, weighted_sum: {psnr: 1, time: -0.1}, published: total}"
    assert total["As declared"] == declared
    assert total["In"] == f"made.yaml, line {1 + YAML.splitlines().index('  ' + declared)}"
    assert (total["psnr"], total["time"]) == ("31.00, published", "20.0, published")
    assert total["Erratum"] == "the sum was misprinted. Right is 29."
    assert total["Verdict"] == "misprinted, as the board tells: the sum was misprinted"
    half = figures["3-8"]
    assert half["total"] == "29, worked out"
    assert "Row" not in half


def test_a_rank_says_what_decided_it(figures: dict[str, dict[str, str]]) -> None:
    same = figures["2-0-1"]
    assert (same["Rank in"], same["Published"]) == ("Runtime", "2")
    assert same["Worked out"] == "1; 1 to 2 within the printed digits"
    assert same["Decided by"] == "time = 5.0, published"
    assert same["As declared"] == "- {name: main, title: Runtime, rank: time, published: main_rank}"
    best = figures["3-1-1"]
    assert (best["Rank in"], best["Worked out"]) == ("Quality", "1")
    assert best["Gates"] == "psnr at least 28; hidden at least 28"
    assert "Published" not in best


def test_every_figure_is_told_of_and_leads_somewhere_without_a_script(
    out: Path, figures: dict[str, dict[str, str]]
) -> None:
    page = (out / "board-made.html").read_text()
    seen = set()
    for number, row in re.findall(r'<tr data-row="(\d+)"(.*?)</tr>', page, re.S):
        for at, cell in enumerate(re.split(r"<t[hd]\b", row)[1:]):
            for href, key in re.findall(
                r'<a (?:class="rank" )?href="([^"]*)"(?: data-from="([^"]*)")?>', cell
            ):
                if at:  # the first names the entry and leads to its model
                    target, _, part = href.partition("#")
                    assert f'id="{part}"' in (out / (target or "board-made.html")).read_text(), href
                    seen.add(key or f"{number}-{at}")
    assert seen == set(figures)
    assert len(seen) == 46


def test_sums_of_ranks_and_ratios_show_ranks_and_the_baseline(tmp_path: Path) -> None:
    some = [boards()["ntire2022-esr"], boards()["ntire2026-esr"]]
    write_report(filled(tmp_path / "store", column_of([30.0])), tmp_path / "out", among=some)
    figures = told(tmp_path / "out" / "board-ntire2022-esr.html")
    first = next(f for f in figures.values() if f.get("Score", "").endswith("sub2_sum"))
    assert first["Entry"] == "ByteESR"
    parts = [first[name] for name in ("time_ms", "params_M", "flops_G", "acts_M", "mem_M")]
    ranks = [int(part.rpartition(" ")[2]) for part in parts]  # as the challenge's table prints them
    assert ranks == [1, 11, 11, 6, 4]
    assert first["Published"] == str(sum(ranks))
    assert first["Worked out"] == "33; 33 to 34 within the printed digits"
    assert first["Address"] == "https://arxiv.org/abs/2205.05675"
    others = told(tmp_path / "out" / "board-ntire2026-esr.html").values()
    runtime = next(f for f in others if f.get("Score") == "Runtime score; runtime")
    assert runtime["time_ms of 00_SPAN"] == "7.74, published"
    assert runtime["Formula"] == "runtime = exp(2 × time_ms / that of 00_SPAN)"


SETS = """
title: Sets
source: "two papers"
sets: {A: a, B: b}
published: {file: made.csv, entry: team, set: place, source: a table}
columns:
  psnr: {better: higher, metric: psnr@sr-y, published: psnr}
tracks:
  - {name: a, rank: psnr A}
"""
ROWS = "# source: arXiv:1234.56789, Table 3\nteam,place,psnr,source\nBase,A,30.0,first\nBase,B,29.0,second\n"


def test_rows_of_several_sets_are_told_apart(tmp_path: Path) -> None:
    """Each figure stands in its own set's row, and the row names its source."""
    board = made_board(tmp_path, SETS)
    (tmp_path / "published" / "made.csv").write_text(ROWS)
    (entry,) = entries_of(board)
    printed = PrintedSources(board)
    assert printed.row(entry, "psnr A") == (("Row", "made.csv, line 3"), ("Row's source", "first"))
    assert printed.row(entry, "psnr B") == (("Row", "made.csv, line 4"), ("Row's source", "second"))
    assert printed.source == (
        ("Source", "a table"),
        ("Read in", "arXiv:1234.56789, Table 3"),
        ("Board", "two papers"),
        ("Address", "https://arxiv.org/abs/1234.56789"),
    )


def test_addresses() -> None:
    commit = "e93b27812d3ff523a3a79d19e5e50d233d7a8d0a"
    said = (
        f"cszn/DnCNN at {commit}, README.md; see https://example.org/a?b=1, and arXiv 2205.05675."
    )
    assert [*addresses(said)] == [
        "https://example.org/a?b=1",
        "https://arxiv.org/abs/2205.05675",
        f"https://github.com/cszn/DnCNN/tree/{commit}",
    ]
    assert [*addresses("Table 1 of the report", "")] == []
