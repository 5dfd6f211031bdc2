"""Boards on the command line: list, show, reproduce, rank."""

import csv
import io
from pathlib import Path

import pytest

from .conftest import Call

MADE = """
title: A <made> challenge
source: nobody
scale: 4
baseline: base
models: {base: pocket}
sets: {Demo: demo}
published: {file: made.csv, entry: team}
columns:
  quality: {title: PSNR, unit: dB, better: higher, metric: psnr@sr-y, published: quality, tolerance: 0.01}
  size: {unit: M, better: lower, probe: params@all, factor: 1.0e-6, published: size, tolerance: 0.0005}
gates: [{of: quality, at_least: 20}]
scores: {score: {better: lower, published: score, ratio: size}}
tracks:
  - {name: main, title: Overall, rank: score, published: place}
  - {name: free, rank: quality}
"""
ROWS = "team,place,quality,size,score\nbase,2,30.00,0.048,1.0\n<i>x</i>|y,1,25.00,0.024,{}\n"


@pytest.fixture
def board(in_tmp: Path) -> str:
    (in_tmp / "made.yaml").write_text(MADE.lstrip())
    (in_tmp / "made.csv").write_text(ROWS.format("0.5"))
    return "./made.yaml"


def test_boards_are_listed_and_shown(call: Call) -> None:
    rows = {r["board"]: r for r in call("list", "boards", "--json").rows}
    assert rows["ntire2022-esr"]["entries"] == 45
    assert rows["ntire2022-esr"]["baseline"] == "imdn_ntire"
    assert rows["denoising-grey"]["levels"] == "n15 n25 n50"
    said = call("show", "board", "ntire2026-esr").out
    assert "0.8 × runtime + 0.1 × flops + 0.1 × params" in said
    assert "exp(2 × time_ms / that of 00_SPAN)" in said
    assert "psnr_val at least 26.9" in said
    assert "22_SPANV2_ESR_C2, score final: 3.867 printed, 4.367 corrected" in said


def test_published_ranks_follow(call: Call) -> None:
    result = call("reproduce", "ntire2022-esr", "--published", "--json")
    assert result.status == 0
    assert {r["depth"] for r in result.rows} == {"published"}
    assert sum(r["what"] == "rank main" and r["verdict"] == "equal" for r in result.rows) == 35


def test_ranks_that_nobody_printed_are_worked_out(call: Call) -> None:
    result = call("reproduce", "ntire2026-esr", "--published", "--csv")
    rows = [r for r in csv.DictReader(io.StringIO(result.out)) if r["track"] == "main"]
    assert [(r["rank"], r["entry"]) for r in rows][:2] == [
        ("1", "22_SPANV2_ESR_C2"),
        ("2", "01_PDS"),
    ]
    assert float(rows[0]["value"]) == pytest.approx(3.867, abs=5e-4)
    said = call("reproduce", "ntire2026-esr", "--published").out
    assert "not ranked: 009_RFDN_SPAN: psnr_test is 26.98, and the gate is at least 26.99" in said


def test_corrected_ranks_stand_beside_the_printed_ones(call: Call) -> None:
    rows = call("reproduce", "ntire2026-esr", "--published", "--json").rows
    (first,) = [r for r in rows if r.get("track") == "flops" and r["rank"] == 1]
    assert (first["entry"], first["corrected_rank"]) == ("22_SPANV2_ESR_C2", 6)
    (score,) = [
        r
        for r in rows
        if (r["depth"], r["entry"], r.get("what"))
        == ("corrected", "22_SPANV2_ESR_C2", "score final")
    ]
    assert (round(score["printed"], 3), round(score["corrected"], 3)) == (3.867, 4.367)
    said = call("reproduce", "ntire2026-esr", "--published").out
    assert "corrected rank" in said
    assert "erratum: 22_SPANV2_ESR_C2, flops_G: 9.108 is right; its custom operator" in said


def test_a_wrong_figure_gives_status_3(call: Call, board: str) -> None:
    assert call("reproduce", board, "--published").status == 0
    Path("made.csv").write_text(ROWS.format("0.6"))
    result = call("reproduce", board, "--published")
    assert result.status == 3
    assert "differs" in result.out
    assert "<i>x</i>|y" in result.out


def test_names_are_escaped_in_markdown(call: Call, board: str) -> None:
    said = call("reproduce", board, "--published", "--markdown").out
    assert r"<i>x</i>\|y" in said


def test_published_beside_measured(call: Call, board: str) -> None:
    result = call("reproduce", board, "--device", "cpu", "--json")
    cells = {r["column"]: r for r in result.rows if r["depth"] == "runs"}
    assert result.status == 3
    assert (cells["size"]["verdict"], cells["quality"]["verdict"]) == ("ok", "out")
    plain = call("reproduce", board, "--device", "cpu", "--no-cost").out
    assert "0.048" not in plain.partition("published   measured")[2]


def test_how_much_could_be_said_stands_in_one_line(call: Call, board: str) -> None:
    said = call("reproduce", board, "--device", "cpu", "--no-cost").err
    assert "2 published entries; figures run here: 1 out." in said
    text = Path("made.yaml").read_text()
    Path("made.yaml").write_text(text.replace("{base: pocket}", "{}"))
    result = call("reproduce", board, "--device", "cpu", "--no-cost")
    assert (result.status, "None of the 2 entries of made is registered here" in result.err) == (
        0,
        True,
    )
    nothing = call("reproduce", "pirm2018")
    assert "The board pirm2018 has no published figures" in nothing.err
    assert nothing.out == ""


def test_where_a_model_would_stand(call: Call, board: str) -> None:
    result = call("rank", board, "--model", "bicubic", "--device", "cpu")
    assert result.status == 0
    assert "bicubic, Overall: 1st of 3 (score 0; before <i>x</i>|y)" in result.out
    (main, _) = call("rank", board, "--model", "bicubic", "--device", "cpu", "--json").rows
    assert (main["rank"], main["of"], main["unchecked"]) == (1, 3, "")


def test_a_gate_that_was_not_checked_is_said_with_the_rank(call: Call, board: str) -> None:
    result = call("rank", board, "--model", "bicubic", "--device", "cpu", "--no-quality")
    assert result.status == 3  # the track of quality cannot be ranked
    assert (
        "1st of 3 (score 0; before <i>x</i>|y); provided that it meets the gates below"
        in result.out
    )
    assert (
        "gate not checked for bicubic: quality at least 20 (quality: no images were restored)"
        in result.out
    )
    assert (
        "bicubic, free: has no rank, because figures are missing: quality: no images were restored"
        in result.out
    )


def test_models_that_do_not_fit(call: Call, board: str) -> None:
    result = call("rank", board, "--model", "dncnn_25")
    assert result.status == 1
    assert "is for denoising; the board made is of super-resolution x4" in result.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("rank", "ntire2022"), "Missing option '--model'"),
        (("reproduce", "pirm2018", "--set", "PIRM"), "'PIRM' is not WORD=FOLDER"),
        (("reproduce", "pirm2018", "--set", "DIV=."), "has no set 'DIV'; it has PIRM"),
        (("reproduce", "pirm2018", "--id", "1"), "apply only to --submissions"),
        (("reproduce", "ntire2022-esr", "--model", "pocket"), "pocket is no entry of the board"),
    ],
)
def test_wrong_usage(call: Call, words: tuple[str, ...], said: str) -> None:
    result = call(*words)
    assert result.status == 2
    assert said in result.err


def test_an_unknown_board_is_answered_with_those_alike(call: Call) -> None:
    result = call("reproduce", "ntire2022")
    assert result.status == 1
    assert "Did you mean 'ntire2022-esr'" in result.err


def test_a_mistake_in_a_board_is_told_without_a_traceback(call: Call, board: str) -> None:
    Path("made.yaml").write_text(MADE.lstrip() + "colour: red\n")
    result = call("rank", board, "--model", "pocket")
    assert result.status == 1
    assert "made.yaml:16: colour: Extra inputs are not permitted" in result.err


def test_submissions_need_trust(call: Call, in_tmp: Path) -> None:
    (in_tmp / "test_demo.py").write_text(
        "def select_model(args, device):\n    model_id = args.model_id\n    if model_id == 0:\n        pass\n"
    )
    result = call("reproduce", "ntire2026-esr", "--submissions", ".")
    assert result.status == 2
    assert "allow it with --trust" in result.err
