"""Tables of clips: the figure of each clip, and both means over a set."""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from iqabench.report.data.aggregate import Results
from iqabench.report.data.clip_tables import ClipTable, clip_tables
from iqabench.report.data.subjects import Setting
from iqabench.report.data.tables import tables_of
from iqabench.report.pages.core.write import write_report
from iqabench.report.text.clip_formats import clips_csv, clips_latex, clips_markdown
from iqabench.store import Record, Store

from .conftest import Fill, filled, record


def of_clip(sample: str, values: Sequence[float], **given: object) -> list[Record]:
    """The record of a clip, and one for each of its frames."""
    told = {"set": "walks", "task": "video_sr", **given}
    clip = record(sample=sample, value=sum(values) / len(values), **told)
    frames = [replace(clip, kind="frame", frame=t, value=value) for t, value in enumerate(values)]
    return [clip, *frames]


def records() -> list[Record]:
    return [
        *of_clip("city", [30.0, 34.0], column="psnr@y"),
        *of_clip("walk", [20.0, 21.0, 22.0, 23.0], column="psnr@y"),
        *of_clip("city", [0.8, 0.9], column="ssim@y"),
        *of_clip("walk", [0.5, 0.5, 0.5, 0.5], column="ssim@y"),
        *of_clip("city", [31.0], column="psnr@y-key"),
        *of_clip("walk", [20.5, 22.5], column="psnr@y-key"),
        record(set="walks", task="video_sr", sample="city", column="ssim_3d@y", value=0.7),
        record(set="walks", task="video_sr", sample="walk", column="ssim_3d@y", value=0.6),
        *of_clip("city", [31.0, 31.0], column="psnr@y", model="other", model_hash="cd" * 32),
    ]


def made(store: Store) -> tuple[Setting, list[ClipTable]]:
    with Results(store) as results:
        (table,) = tables_of(results)
        return table.setting, clip_tables(results, table)


def test_both_means_are_told_apart(fill: Fill) -> None:
    _, (of_all, of_keys) = made(fill(*records()))
    assert (of_all.title, of_all.protocol) == ("PSNR (dB) / SSIM / SSIM-3D", "y")
    assert [(line.label, line.frames) for line in of_all.lines] == [
        ("city", 2),
        ("walk", 4),
        ("Mean over clips", 6),
        ("Mean over frames", 6),
    ]
    plain = [row.label for row in of_all.rows].index("plain")
    values = [[value.value for value in line.cells[plain]] for line in of_all.lines]
    assert values[0] == pytest.approx([32.0, 0.85, 0.7])
    assert values[2] == pytest.approx([26.75, 0.675, 0.65])
    assert values[3][:2] == pytest.approx([25.0, 3.7 / 6])
    assert values[3][2] is None  # it has no value for a frame
    assert [cell[0].best for cell in of_all.lines[0].cells].count(True) == 1
    other = of_all.lines[3].cells[1 - plain]
    assert [value.text for value in other] == ["–", "–", "–"]  # a clip was not run
    assert [line.frames for line in of_keys.lines] == [1, 2, 3, 3]
    assert "every second frame counts, beginning with the first" in of_keys.notes[1]
    assert "All frames of a clip count." in of_all.notes[1]


def test_the_forms_of_a_table_of_clips(fill: Fill) -> None:
    setting, tables = made(fill(*records()))
    text = clips_markdown(setting, tables)
    assert "#### walks ×4, by clip: PSNR (dB) / SSIM / SSIM-3D, protocol y\n" in text
    assert "| Mean over frames | 6 |" in text
    assert "| city | 2 | **32.00** / 0.8500 / 0.7000 | 31.00 / – / – |" in text
    lines = list(csv.DictReader(io.StringIO(clips_csv(setting, tables))))
    means = {(line["column"], line["clip"]): line["plain"] for line in lines}
    assert float(means["psnr@y", "Mean over frames"]) == 25.0
    assert means["ssim_3d@y", "Mean over frames"] == ""
    latex = clips_latex(setting, tables)
    assert r"city & 2 & \textbf{32.00} / 0.8500 / 0.7000 & 31.00 / -- / -- \\" in latex
    assert latex.count(r"\begin{table}") == 2
    assert "weighs every frame alike" in latex


def test_images_have_no_table_of_clips(fill: Fill) -> None:
    _, tables = made(fill(record(column="psnr@y"), record(column="psnr@y", sample="b")))
    assert tables == []


def test_pages_show_clips(tmp_path: Path) -> None:
    write_report(filled(tmp_path / "store", records()), tmp_path / "out")
    page = (tmp_path / "out" / "walks-x4.html").read_text()
    assert 'id="clips"' in page
    assert "Mean over frames" in page
    assert "Mean over clips" in (tmp_path / "out" / "tables" / "walks-x4-clips.md").read_text()
