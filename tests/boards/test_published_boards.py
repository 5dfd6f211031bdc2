"""The boards that ship: every printed rank and score, and the figures that were worked out before."""

import re
from collections import Counter
from typing import get_args

import pytest

from iqabench.boards import board, boards, entries_of, standings
from iqabench.boards.catalogue import shipped
from iqabench.boards.check import Check, Verdict, check


def checks(name: str) -> list[Check]:
    one = board(name)
    return check(one, entries_of(one))


def verdicts(name: str) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for one in checks(name):
        found.setdefault(one.what, Counter())[one.verdict] += 1
    return found


def of_this_package() -> list[str]:
    """Return the names of the boards that ship: a user's own may print figures that do not follow."""
    return [name for name, one in boards().items() if one.file.is_relative_to(shipped())]


def test_the_known_boards_ship() -> None:
    assert set(of_this_package()) >= {
        "classic-sr-x2",
        "classic-sr-x3",
        "classic-sr-x4",
        "ntire2022-esr",
        "ntire2024-esr",
        "ntire2025-esr",
        "ntire2026-esr",
        "ntire2025-imagesr-x4",
        "ntire2026-imagesr-x4",
        "pirm2018",
        "ntire2021-iqa",
        "ntire2021-video",
        "learning-sr-space",
        "denoising",
        "denoising-grey",
        "jpeg",
    }


@pytest.mark.parametrize("name", list(boards()))
def test_every_board_is_read_with_its_figures(name: str) -> None:
    one = board(name)
    result = standings(one, entries_of(one))
    assert set(result.tracks) == {track.name for track in one.tracks}
    assert {row.verdict for row in checks(name)} <= set(get_args(Verdict))
    assert all(e.values or e.apart or e.scores or e.ranks for e in entries_of(one)), name
    assert one.title
    assert one.source


@pytest.mark.parametrize("name", of_this_package())
def test_nothing_that_was_printed_is_left_unexplained(name: str) -> None:
    assert [c for c in checks(name) if c.verdict == "differs"] == []


def test_ntire2022_ranks_all_35_in_three_tracks() -> None:
    found = verdicts("ntire2022-esr")
    assert found["rank main"] == {"equal": 35}
    assert found["rank sub1"] == {"equal": 34, "erratum": 1}
    assert found["rank sub2"] == {"equal": 35}


def test_ntire2022_five_sums_are_explained_by_rounding() -> None:
    five = {"NKU-ESR", "AlpanTeam", "Dragon", "AselsanResearch", "Express"}
    for score in ("sub1_sum", "sub2_sum"):
        rows = [c for c in checks("ntire2022-esr") if c.what == f"score {score}"]
        assert len(rows) == 35
        odd = [c for c in rows if c.verdict != "equal"]
        assert {c.entry for c in odd} == five
        assert {c.published - c.recomputed for c in odd} == {1.0}
        assert {c.verdict for c in odd} == {"rounding"}
        assert all("prints as that of" in c.why for c in odd)


def test_ntire2022_the_one_rank_that_does_not_follow() -> None:
    (odd,) = [c for c in checks("ntire2022-esr") if c.verdict == "erratum"]
    assert (odd.entry, odd.what, odd.published, odd.recomputed) == ("AlpanTeam", "rank sub1", 10, 9)
    assert "MegSR" in odd.why


def test_imagesr_24_scores_and_both_rank_columns() -> None:
    rows = checks("ntire2025-imagesr-x4")
    entries = {e.name: e for e in entries_of(board("ntire2025-imagesr-x4"))}
    scores = [c for c in rows if c.what == "score perceptual" and entries[c.entry].ranked]
    assert len(scores) == 24
    assert max(abs(c.published - c.recomputed) for c in scores) < 3e-4
    assert verdicts("ntire2025-imagesr-x4")["rank perceptual"] == {"equal": 24}
    places = [c for c in rows if c.what == "rank restoration"]
    assert len(places) == 24
    # three pairs print the same PSNR: the second of each was ranked one lower
    assert {c.entry for c in places if c.verdict == "rounding"} == {
        "Endeavour",
        "Junyi",
        "ML_SVNIT",
    }
    assert all(c.published - c.recomputed == (c.verdict == "rounding") for c in places)


def test_imagesr_2026_31_scores_and_both_rank_columns() -> None:
    found = verdicts("ntire2026-imagesr-x4")
    assert found["score perceptual"] == {"equal": 22, "rounding": 9}
    assert found["rank perceptual"] == {"equal": 31}
    assert found["rank restoration"] == {"equal": 29, "rounding": 2}
    rows = [c for c in checks("ntire2026-imagesr-x4") if c.what == "score perceptual"]
    assert max(abs(c.published - c.recomputed) for c in rows) < 1.5e-4


@pytest.mark.parametrize("year", [2025, 2026])
def test_imagesr_only_psnr_and_ssim_are_shaved(year: int) -> None:
    """The organisers give pyiqa whole colour images."""
    columns = board(f"ntire{year}-imagesr-x4").columns
    protocols = {name: column.metric.partition("@")[2] for name, column in columns.items()}
    assert protocols == {
        **dict.fromkeys(("psnr", "ssim"), "sr-y"),
        **dict.fromkeys(("lpips", "dists", "niqe", "maniqa", "musiq", "clipiqa"), "rgb"),
    }


def test_ntire2026_scores() -> None:
    one = board("ntire2026-esr")
    found = standings(one, entries_of(one))
    final = {s.entry.name: s.by.value for s in found.tracks["main"]}
    for name, value in {
        "22_SPANV2_ESR_C2": 3.867,
        "01_PDS": 5.831,
        "16_PKDSR_FINAL_CKPT": 5.987,
        "18_DISP": 6.060,
        "15_DSCF_Fused": 7.192,
        "00_SPAN": 7.389,
    }.items():
        assert final[name] == pytest.approx(value, abs=5e-4), name
    assert final["20_ERRN2"] == pytest.approx(14.2, abs=0.05)
    assert [s.entry.name for s in found.tracks["main"]][:3] == [
        "22_SPANV2_ESR_C2",
        "01_PDS",
        "16_PKDSR_FINAL_CKPT",
    ]


def test_ntire2026_gates() -> None:
    one = board("ntire2026-esr")
    failed = {n: j.failed for n, j in standings(one, entries_of(one)).judged.items() if j.failed}
    assert set(failed) == {"009_RFDN_SPAN", "21_SAFMN"}
    assert failed["009_RFDN_SPAN"] == ("psnr_test is 26.98, and the gate is at least 26.99",)


@pytest.mark.parametrize("year", [2024, 2025])
def test_the_baselines_of_2024_and_2025_score_e_squared(year: int) -> None:
    found = verdicts(f"ntire{year}-esr")
    assert set(found) == {f"score {n}" for n in ("runtime", "flops", "params", "final")}
    assert all(count == {"equal": 1} for count in found.values())


@pytest.mark.parametrize(("scale", "entries"), [(2, 32), (3, 30), (4, 69)])
def test_every_row_of_the_classical_tables_is_on_a_board(scale: int, entries: int) -> None:
    one = board(f"classic-sr-x{scale}")
    rows = entries_of(one)
    assert len(rows) == entries
    path = one.file.parent / "published" / "classic_sr.csv"
    lines = [line.split(",") for line in path.read_text().splitlines()[1:]]
    mine = [line for line in lines if line[2] == str(scale)]
    cells = sum(len(e.values) + len(e.apart) for e in rows)
    assert cells == sum(bool(cell) for line in mine for cell in line[4:])


def test_methods_that_several_sources_print_stay_apart() -> None:
    rows = {e.name: e for e in entries_of(board("classic-sr-x4"))}
    assert rows["IMDN (SwinIR-light)"].model == rows["IMDN (CFSR-README)"].model == "imdn"
    assert rows["VDSR (RCAN-paper)"].values["psnr Set5"].value == 31.35
    assert "VDSR (CFSR-README)" in rows


def test_the_bicubic_row_has_its_own_protocol() -> None:
    one = board("classic-sr-x4")
    quantity = one.quantities["psnr Set5"]
    assert one.metric_of(quantity, "bicubic") == "psnr@bicubic-2014"
    assert one.metric_of(quantity, "imdn") == "psnr@sr-y"


def test_levels_stand_in_the_names_of_columns() -> None:
    assert len(board("denoising").quantities) == 12
    one = board("denoising-grey")
    own = {name: q for name, q in one.quantities.items() if q.set_word == "BSD68"}
    assert list(own) == ["psnr BSD68 15", "psnr BSD68 25", "psnr BSD68 50"]
    (dncnn,) = [e for e in entries_of(one) if e.name == "DnCNN"]
    assert [dncnn.values[q].value for q in own] == [31.73, 29.23, 26.23]
    models = [dncnn.model_for(q) for q in own.values()]
    assert models == ["dncnn_15", "dncnn_25", "dncnn_50"]
    assert own["psnr BSD68 25"].address == "bsd68_n25"
    assert board("jpeg").quantities["ssim LIVE1 40"].address == "live1_q40"


def test_pirm_regions_do_not_overlap() -> None:
    tracks = board("pirm2018").tracks
    for rmse in (11.5, 11.51, 12.5, 12.51, 16.0):
        assert sum(all(g.met_by(rmse) for g in t.gates) for t in tracks) == 1
    assert not any(all(g.met_by(16.1) for g in t.gates) for t in tracks)


def test_compressed_video_has_what_can_be_read_and_says_what_lacks() -> None:
    one = board("ntire2021-video")
    tracks = standings(one, entries_of(one)).tracks
    assert [s.by.value for s in tracks["fixed-qp"]][:2] == [32.52, 32.49]
    assert verdicts("ntire2021-video")["rank fixed-qp"] == {"equal": 12}
    assert [s.entry.name for s in tracks["fixed-rate"]] == ["NTU-SLab"]
    assert tracks["perceptual"] == []
    assert {
        e.name: e.ranks.get("perceptual") for e in entries_of(one) if "perceptual" in e.ranks
    } == {
        "BILIBILI AI & FDU": 1,
        "NTU-SLab": 2,
    }
    assert "Lacking:" in one.notes
    assert (one.task, one.columns["psnr_1"].metric) == ("restore", "psnr@rgb")


def test_the_list_of_cells_is_that_of_the_boards() -> None:
    """It stands in leaderboards/measured/boards.md."""
    text = (shipped() / "measured" / "boards.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| ([\w-]+) \| (\d+ \| \d+ \| \d+) \|$", text, re.MULTILINE))
    counted = {}
    for name in of_this_package():
        rows = entries_of(board(name))
        compared, apart = (sum(len(getattr(e, kind)) for e in rows) for kind in ("values", "apart"))
        counted[name] = f"{len(rows)} | {compared + apart} | {apart}"
    assert listed == counted
