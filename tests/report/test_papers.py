"""Figures for papers: real sizes, text as text, the same bytes again, and the region that matters."""

import re
from pathlib import Path

import numpy as np
import pytest

from iqabench.errors import StoreError, UsageError
from iqabench.report.data.aggregate import Results
from iqabench.report.data.tables import tables_of
from iqabench.report.pages.core.write import WIDTHS, write_figures
from iqabench.report.papers.montage import region
from iqabench.report.statistics.intervals import Intervals
from iqabench.report.text.table_formats import as_latex
from iqabench.store import Record, Store

from .conftest import NASTY, Fill, column_of, costly_records, cut_out, filled


def records() -> list[Record]:
    none = {"params": 0}
    return [
        *column_of([30.0, 32.0, 34.0], model="good", facts={"params": 5000}),
        *column_of([30.0, 31.0, 33.5], model="good", precision="bf16", facts={"params": 5000}),
        *column_of([28.0, 27.0, 30.0], model="bicubic", facts=none),
        *column_of([29.0, 29.5, 31.0], model=NASTY),
        *column_of([float("inf"), 40.0], model="good", set="twins", set_hash="7" * 64),
        *column_of([35.0, 41.0], model="bicubic", set="twins", set_hash="7" * 64, facts=none),
    ]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    made = filled(tmp_path_factory.mktemp("figures") / "store", records())
    cut_out(made, records())
    return made


@pytest.fixture(scope="module")
def figures(store: Store) -> Path:
    out = store.folder.parent / "figures"
    write_figures(store, out)
    return out


def text_of(path: Path) -> str:
    return " ".join(" ".join(re.findall(r"<text[^>]*>([^<]*)", path.read_text())).split())


def test_every_kind_as_pdf_and_svg(figures: Path) -> None:
    names = {p.name for p in figures.iterdir()}
    for stem in ("bubbles-tiny-x4", "differences-tiny-x4", "montage-tiny-x4-b", "dots-sr-x4"):
        assert {f"{stem}.pdf", f"{stem}.svg"} <= names, names
    assert all(re.fullmatch(r"[A-Za-z0-9._@+-]+", name) for name in names)


def test_sizes_fit_the_paper(store: Store, figures: Path, tmp_path: Path) -> None:
    write_figures(store, tmp_path / "out", width="page")
    for width, folder in (("column", figures), ("page", tmp_path / "out")):
        for path in folder.glob("*.pdf"):
            found = re.search(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+) ?\]", path.read_bytes())
            assert found
            assert float(found[1]) == pytest.approx(WIDTHS[width] * 72, abs=0.1)
            assert float(found[2]) < 9 * 72


def test_the_same_bytes_without_dates(store: Store, figures: Path, tmp_path: Path) -> None:
    for a in write_figures(store, tmp_path / "out"):
        assert a.read_bytes() == (figures / a.name).read_bytes(), a.name
        assert b"CreationDate" not in a.read_bytes()
        assert b"<dc:date>" not in a.read_bytes()


def test_text_is_text_and_fonts_are_embedded(figures: Path) -> None:
    said = text_of(figures / "dots-sr-x4.svg")
    for words in ("tiny ×4", "twins ×4", "bicubic", "good (bf16)", "PSNR (dB), sr-y"):
        assert words in said, words
    assert b"/FontFile2" in (figures / "dots-sr-x4.pdf").read_bytes()


def test_names_never_become_markup_or_mathematics(figures: Path) -> None:
    for path in figures.glob("*.svg"):
        assert "<script" not in path.read_text(), path.name
    assert "&lt;script&gt;" in (figures / "dots-sr-x4.svg").read_text()


def test_who_is_ahead(figures: Path) -> None:
    said = text_of(figures / "differences-tiny-x4.svg")
    assert "tiny ×4: good is ahead on 2, good (bf16) on 0 of 3" in said


def test_less_is_better_for_a_distance(fill: Fill, tmp_path: Path) -> None:
    store = fill(
        *column_of([0.1, 0.2, 0.9], column="lpips@sr-rgb", model="near"),
        *column_of([0.3, 0.3, 0.8], column="lpips@sr-rgb", model="far"),
    )
    write_figures(store, tmp_path / "out", between=["near", "far"])
    said = text_of(tmp_path / "out" / "differences-tiny-x4.svg")
    assert "near is ahead on 2, far on 1 of 3" in said


def test_bubbles_against_operations_where_they_were_counted(tmp_path: Path) -> None:
    write_figures(filled(tmp_path / "store", costly_records()), tmp_path / "out")
    said = text_of(tmp_path / "out" / "bubbles-tiny-x4.svg")
    assert "MACs, exact, 3x256x256 (log scale)" in said
    assert "good@pruned" in said
    assert "luck" not in said


def test_methods_without_parameters_are_told_of(figures: Path) -> None:
    assert "bicubic" in text_of(figures / "bubbles-tiny-x4.svg")


def test_the_region_is_where_models_differ() -> None:
    one, other = np.zeros((2, 144, 144, 3), np.uint8)
    other[60:90, 100:130] = 255
    top, left, side = region([one, other], 4)
    assert (side, top % 4, left % 4) == (48, 0, 0)
    assert top <= 60
    assert top + side >= 90
    assert left <= 100
    assert left + side >= 130
    small = np.zeros((6, 6, 3), np.uint8)
    assert region([small, small], 2) == (0, 0, 2)


def test_pixels_are_kept_as_they_are(figures: Path) -> None:
    svg = (figures / "montage-tiny-x4-b.svg").read_text()
    sizes = {
        (int(w), int(h)) for w, h in re.findall(r'<image[^>]*width="(\d+)" height="(\d+)"', svg)
    }
    assert (48, 40) in sizes  # the target's window
    assert "pixelated" in svg
    assert "32.00 dB" in text_of(figures / "montage-tiny-x4-b.svg")


def test_mistakes(store: Store, fill: Fill, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"the store has no model 'nix'; there are: .*bicubic"):
        write_figures(store, tmp_path / "out", between=["nix", "good"])
    with pytest.raises(StoreError, match="holds nothing to draw"):
        write_figures(fill(*column_of([30.0]), name="one"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_latex_with_intervals(fill: Fill) -> None:
    ahead = fill(
        *column_of([28.0, 30.0, 32.0, 34.0, 36.0], model="good"),
        *column_of([28.0, 29.0, 30.0, 31.0, 32.0], model="bicubic"),
    )
    with Results(ahead) as results:
        (table,) = tables_of(results)
        plain, sure = as_latex(table), as_latex(table, Intervals(results, wanted=True))
    # Student's interval: 2.776 times the deviation of 3.162 by the root of 5
    assert r"\textbf{32.00} {\scriptsize [28.07, 35.93]}" in sure
    assert r"the 95 \% interval of the mean (Student's, corrected for skewness)" in sure
    assert "scriptsize" not in plain
    assert re.sub(r" \{\\scriptsize \[[^]]*\]\}| In brackets:[^}]*images\.", "", sure) == plain
