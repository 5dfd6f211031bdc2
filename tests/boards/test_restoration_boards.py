"""The boards of restoration: what papers mixed up stays apart, and means are those that were printed."""

import pytest

from iqabench.boards import (
    Board,
    BoardEntry,
    board,
    boards,
    corrections,
    entries_of,
    standings,
)
from iqabench.boards.check import check
from iqabench.challenge.parts import card_for, check_parts
from iqabench.errors import FactsError

from .conftest import Write


def of(name: str) -> tuple[Board, dict[str, BoardEntry]]:
    one = board(name)
    return one, {entry.name: entry for entry in entries_of(one)}


def test_brightness_matched_to_the_target_has_columns_of_its_own() -> None:
    one, rows = of("low-light")
    own = rows["Retinexformer (Retinexformer)"].values
    assert (own["psnr LOL-v1"].value, own["psnr_gt LOL-v1"].value) == (25.16, 27.18)
    by = {
        model: one.columns["psnr_gt"].metric_of.get(f"{model} ({model})")
        for model in ("Retinexformer", "LLFlow")
    }
    assert by == {"Retinexformer": "psnr@lol-gtmean-swapped", "LLFlow": "psnr@lol-llflow"}
    assert one.columns["psnr_gt"].metric == "psnr@lol-gtmean"
    ranked = {s.entry.name for s in standings(one, entries_of(one)).tracks["lol-v1"]}
    assert not [name for name in ranked if name.startswith("KinD") or "LLFlow" in name]
    grey = "LLFlow in grey (LLFlow)"
    assert one.columns["ssim_gt"].metric_of[grey] == "ssim@lol-llflow"
    assert rows[grey].values["ssim_gt LOL-v1"].value == 0.93
    assert rows["LLFlow (LLFlow)"].apart["ssim_gt LOL-v1"].value == 0.86


def test_benchmark_and_validation_of_sidd_are_two_columns() -> None:
    one, rows = of("sidd")
    restormer = rows["Restormer (Restormer#7)"].values
    assert (restormer["psnr"].value, restormer["psnr_benchmark"].value) == (40.02, 39.86)
    assert not one.columns["psnr_benchmark"].measurable
    assert set(rows["AINDNet (HINet)"].apart) == {"psnr", "ssim"}


def test_a_table_without_alignment_is_not_compared_with_one_that_aligns() -> None:
    one, rows = of("realblur")
    assert set(rows["Restormer (mmagic)"].apart) == {
        f"{column} RealBlur-{kind}" for column in ("psnr", "ssim") for kind in "JR"
    }
    assert one.columns["psnr"].metric == "psnr@realblur-aligned"


@pytest.mark.parametrize(
    ("name", "rows"), [("rain13k", 9), ("all-in-one-three", 20), ("all-in-one-five", 29)]
)
def test_printed_means_over_the_sets_follow_from_their_rows(name: str, rows: int) -> None:
    one = board(name)
    found = [c for c in check(one, entries_of(one)) if c.what == "score mean_psnr"]
    assert len(found) == rows
    assert {c.verdict for c in found} <= {"equal", "rounding", "erratum"}


def test_misprints_that_the_mean_gives_away_are_corrected() -> None:
    one, rows = of("all-in-one-three")
    changed = {(c.entry, c.what): c.corrected for c in corrections(one, [*rows.values()])}
    assert changed["BRDNet (PromptIR)", "ssim BSD68-50"] == 0.693
    assert changed["BRDNet (PromptIR)", "score mean_ssim"] == pytest.approx(0.8434)
    assert changed["DL (PromptIR)", "ssim SOTS"] == 0.931


def test_an_entry_may_have_a_model_for_each_set() -> None:
    one, rows = of("derain-prenet")
    models = {q.set_word: rows["PReNet"].model_for(q) for q in one.quantities.values()}
    assert models == {
        "Rain100H": "prenet",
        "Rain100L": "prenet_l",
        "Rain1400": "prenet_1400",
        "Rain12": "",
    }


def test_one_model_is_not_measured_by_two_metrics_in_one_column(write: Write) -> None:
    text = """
    title: A made board
    source: nobody
    sets: {Set5: set5}
    models: {a: m, b: m}
    published: {file: made.csv, entry: team}
    columns:
      psnr: {better: higher, metric: psnr@sr-y, metric_of: {a: psnr@sr-rgb}, published: quality}
    """
    with pytest.raises(
        FactsError, match=r"made.yaml:\d+: columns.psnr.metric_of: the model of 'a' is that of 'b'"
    ):
        write(whole=text)


@pytest.mark.parametrize("name", [name for name, one in boards().items() if not one.ranks_metrics])
def test_every_model_of_a_board_may_enter_it(name: str) -> None:
    one = board(name)
    check_parts(one)
    for model in one.model_ids:
        assert card_for(one, model)
