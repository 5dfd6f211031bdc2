"""Forms of reports of single kinds: both outputs of a round trip, sources without a target, draws, curves."""

import re
from math import inf
from pathlib import Path
from statistics import stdev
from typing import Any

import pytest

from iqabench.report.data.aggregate import Results
from iqabench.report.data.rows import rows
from iqabench.report.data.setting_curves import setting_curves
from iqabench.report.data.tables import Table, tables_of
from iqabench.report.plots.curve_plots import curve_plots
from iqabench.report.plots.pictures import cuts_of
from iqabench.report.plots.sample_crops import sample_crops
from iqabench.report.plots.sample_pictures import ShownSamples, shown_samples
from iqabench.report.text.table_formats import as_csv, as_latex, as_markdown
from iqabench.store import CropFolder, Record, Store

from .conftest import Fill, column_of, png


def kept_of(store: Store, record: Record) -> CropFolder:
    """The folder of the windows of a record's sample, with those of the input and the output."""
    at = record.set, record.set_hash, record.level, record.sample
    kept = CropFolder(store.folder, *at)
    kept.path.mkdir(parents=True, exist_ok=True)
    kept.input.write_bytes(png(48, 40, 90))
    kept.model(record.model, record.model_hash).write_bytes(png(48, 40, 100))
    return kept


def pictures_of(store: Store, folder: Path) -> tuple[Table, ShownSamples]:
    """The table and the samples of a store with one set."""
    with Results(store) as results:
        (table,) = tables_of(results)
        shown = shown_samples(results, table, cuts_of(store, table), folder)
    assert shown is not None
    return table, shown


def test_both_outputs_of_a_round_trip_have_blocks_and_figures_of_their_own(
    fill: Fill, tmp_path: Path
) -> None:
    common = {"samples": "a", "task": "rescale"}
    large = column_of([36.0], **common)
    low = column_of([44.0], column="low:psnr@sr-y", metric="psnr", unit="dB", role="low", **common)
    store = fill(*large, *low)
    kept = kept_of(store, large[0])
    kept.target.write_bytes(png(48, 40, 100))
    kept.part("low_target").write_bytes(png(12, 10, 7))
    kept.model(large[0].model, large[0].model_hash, role="low").write_bytes(png(12, 10, 9))
    with Results(store) as results:
        (table,) = tables_of(results)
        (comparison,) = sample_crops(results, table, tmp_path)
    assert table.blocks == [("Large image restored", 1), ("Small image written", 1)]
    multicolumn = (
        r"\multicolumn{1}{c}{Large image restored} & \multicolumn{1}{c}{Small image written}"
    )
    assert multicolumn in as_latex(table)
    assert r"\cmidrule(lr){3-3} \cmidrule(lr){4-4}" in as_latex(table)
    assert "- low: the small image written, compared with the bicubic image; all" in as_markdown(
        table
    )
    titles = [block.title for block in comparison.blocks]
    assert titles == ["Large image restored", "Small image written"]
    names = [[cut.label for cut in block.cuts] for block in comparison.blocks]
    assert names == [["target", "image", "plain"], ["bicubic image", "plain"]]
    assert [block.cuts[-1].lines for block in comparison.blocks] == [("36.00 dB",), ("44.00 dB",)]
    shots = pictures_of(store, tmp_path)[1].samples[0].shots
    assert [shot.label for shot in shots][-2:] == ["plain", "plain: small image written"]
    assert [shot.figures for shot in shots[-2:]] == [("36.00", ""), ("", "44.00")]
    assert all(shot.error for shot in shots[-2:])


def test_sources_of_a_fusion_are_numbered_and_need_no_target(fill: Fill, tmp_path: Path) -> None:
    records = column_of([6.5], samples="a", task="fuse", column="fusion_mi@rgb", unit="1")
    store = fill(*records)
    kept_of(store, records[0]).part("input-2").write_bytes(png(48, 40, 30))
    shots = pictures_of(store, tmp_path)[1].samples[0].shots
    assert [shot.label for shot in shots] == ["source 1", "source 2", "plain"]
    assert not any(shot.error for shot in shots)


def draws_of(values: list[list[float]], **given: Any) -> list[Record]:
    """Records of a model that draws: a list of values for each draw."""
    return [
        record
        for draw, some in enumerate(values)
        for record in column_of(some, draw=draw, key=f"draw {draw}", **given)
    ]


def test_draws_are_one_row_with_their_mean_and_spread(fill: Fill) -> None:
    drawn = draws_of([[30.0, 32.0], [30.5, 32.25], [31.0, 31.0]], model="drawing")
    store = fill(*drawn, *column_of([31.0, 31.0], model="plain"))
    with Results(store) as results:
        (table,) = tables_of(results)
        values = results.query(
            "SELECT sample, value FROM cells JOIN (SELECT 1) ON configuration = 0 ORDER BY sample"
        )
    row = next(row for row in table.rows if row.label == "drawing")
    (cell,) = row.cells
    assert [value["value"] for value in values] == [30.5, 31.75]
    assert cell is not None
    assert (cell.mean.value, cell.mean.n, cell.mean.draws) == (31.125, 2, 3)
    assert cell.mean.sd == pytest.approx(stdev([31.0, 31.375, 31.0]))
    assert "| **31.12 ± 0.22** |" in as_markdown(table)
    assert r"31.12 $\pm$ 0.22" in as_latex(table)
    assert "over 3 draws" in as_markdown(table)
    head, *lines = (line.split(",") for line in as_csv(table).splitlines())
    assert head[-2:] == ["psnr@sr-y draws", "psnr@sr-y sd"]
    assert {line[3]: line[-2] for line in lines} == {"drawing": "3", "plain": "0"}
    assert {row["label"]: row["draws"] for row in rows(store)} == {"drawing": 3, "plain": 0}


def test_a_draw_that_lacks_images_is_not_in_the_spread_and_one_that_failed_fails(
    fill: Fill,
) -> None:
    store = fill(*draws_of([[30.0, 32.0], [30.0, 34.0], [50.0]], model="drawing"))
    (row,) = rows(store)
    assert (row["draws"], row["sd"]) == (2, pytest.approx(stdev([31.0, 32.0])))
    failed = draws_of([[30.0, 32.0]]) + column_of([None, 34.0], draw=1, key="draw 1")
    store = fill(*failed, name="failed")
    (row,) = rows(store)
    assert (row["value"], row["n"], row["failed"]) == (33.0, 1, 1)
    (row,) = rows(fill(*draws_of([[inf], [30.0]]), name="infinite"))
    assert (row["value"], row["infinite"], row["sd"]) == (inf, 1, None)


def test_a_single_draw_has_no_spread(fill: Fill) -> None:
    store = fill(*column_of([30.0, 32.0], draw=7))
    with Results(store) as results:
        (table,) = tables_of(results)
    (cell,) = table.rows[0].cells
    assert cell is not None
    assert (cell.full_text, cell.mean.draws) == ("31.00", 1)
    assert "over 1 draw of each image" in table.draws_in_words


def swept(**given: Any) -> list[Record]:
    """Records of a model at three values of alpha; 0 is its default, which records do not name."""
    made = []
    for setting, psnr, niqe in (("", 30.0, 8.0), ("alpha=0.5", 29.0, 5.0), ("alpha=1", 27.0, 4.0)):
        facts = {"params": 100, "settings": {"alpha": 0}}
        common = {"samples": "a", "model": "swept", "setting": setting, "facts": facts, **given}
        made += column_of([psnr], key=f"psnr {setting} {given}", **common)
        made += column_of(
            [niqe], column="niqe@sr-rgb", better="lower", key=f"niqe {setting} {given}", **common
        )
    return made


def test_a_swept_setting_has_curves_and_perception_against_distortion(
    fill: Fill, tmp_path: Path
) -> None:
    store = fill(*swept(), *column_of([28.0], samples="a", model="plain"))
    with Results(store) as results:
        (table,) = tables_of(results)
    (curve,) = setting_curves(table)
    assert (curve.setting, curve.label) == ("alpha", "swept")
    assert [point.value for point in curve.points] == [0, 0.5, 1]
    assert curve.points[0].row.configuration.setting == ""
    files: dict[str, str] = {}
    plots = curve_plots(table, "tiny-x4", files.__setitem__)
    assert [plot.title for plot in plots] == [
        "psnr@sr-y over alpha",
        "niqe@sr-rgb over alpha",
        "niqe@sr-rgb against psnr@sr-y over alpha",
    ]
    assert "swept, alpha = 0.5, psnr@sr-y: 29.00 dB, niqe@sr-rgb: 5.0000" in plots[2].summary
    assert set(files) == {plot.href for plot in plots}
    assert len(re.findall(">swept</text>", "".join(files.values()))) == 3
    (name,) = re.findall(r'y="([\d.]+)"[^>]*>swept</text>', files[plots[0].href])
    heights = re.findall(r'<use [^>]*y="([\d.]+)"', files[plots[0].href])
    assert min(abs(float(name) - float(height)) for height in heights[-3:]) < 5
    assert "stroke-dasharray: 4" not in files[plots[0].href]


def test_curves_of_random_weights_are_dashed_and_single_values_are_none(fill: Fill) -> None:
    with Results(fill(*swept(random_weights=True))) as results:
        (table,) = tables_of(results)
    files: dict[str, str] = {}
    plots = curve_plots(table, "tiny-x4", files.__setitem__)
    assert len(plots) == 3
    assert all("stroke-dasharray" in text and "random weights" in text for text in files.values())
    with Results(fill(*swept()[:2], name="single")) as results:
        (table,) = tables_of(results)
    assert curve_plots(table, "tiny-x4", files.__setitem__) == ()


def test_a_model_of_two_scales_needs_no_mark_where_it_stands_alone(fill: Fill) -> None:
    weights = {"x2": "aa" * 32, "x4": "bb" * 32}
    records = [
        record
        for level, hashed in weights.items()
        for record in column_of([30.0], level=level, scale=int(level[1]), model_hash=hashed)
    ]
    assert [row["label"] for row in rows(fill(*records))] == ["plain", "plain"]
