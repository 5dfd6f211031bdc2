"""Forms of reports of single kinds: both outputs of a round trip, sources without a target."""

from pathlib import Path

from iqabench.report.data.aggregate import Results
from iqabench.report.data.tables import Table, tables_of
from iqabench.report.plots.pictures import cuts_of
from iqabench.report.plots.sample_crops import sample_crops
from iqabench.report.plots.sample_pictures import ShownSamples, shown_samples
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
