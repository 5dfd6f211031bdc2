import csv
import io
from math import inf
from pathlib import Path

import pytest

from iqabench.errors import StoreError
from iqabench.protocols import protocol
from iqabench.report.data.tables import Table, tables
from iqabench.report.text.table_formats import as_csv, as_latex, as_markdown
from iqabench.store import Store

from .conftest import NASTY, Fill, column_of


def table_of(store: Store, name: str = "tiny") -> Table:
    (found,) = [t for t in tables(store) if t.setting.set == name]
    return found


def places(table: Table, column: int = 0) -> dict[str, int]:
    return {row.label: cell.place for row in table.rows if (cell := row.cells[column])}


def test_best_and_second(fill: Fill) -> None:
    table = table_of(
        fill(
            *column_of([30.0, 31.0], model="second"),
            *column_of([32.0, 33.0], model="best"),
            *column_of([20.0, 20.0], model="last"),
        )
    )
    assert places(table) == {"best": 1, "second": 2, "last": 0}
    assert [r.label for r in table.rows] == ["best", "second", "last"]


def test_lower_is_better_where_the_column_says_so(fill: Fill) -> None:
    table = table_of(
        fill(
            *column_of([0.3], model="far", column="lpips@sr-rgb"),
            *column_of([0.1], model="near", column="lpips@sr-rgb"),
        )
    )
    assert places(table) == {"near": 1, "far": 2}


def test_equal_print_is_equal_place(fill: Fill) -> None:
    table = table_of(
        fill(
            *column_of([30.001], model="one"),
            *column_of([30.004], model="two"),
            *column_of([29.0], model="three"),
        )
    )
    assert places(table) == {"two": 1, "one": 1, "three": 2}


def test_a_metric_that_takes_fewer_images_says_so(fill: Fill) -> None:
    """Of images below a window's size it has no value for any model: the mean is whole, but of fewer."""
    failed = column_of([0.9, None], column="ssim@sr-y")
    (row,) = table_of(fill(*column_of([30.0, 31.0]), *failed)).rows
    first, second = (row.note(cell) for cell in row.cells if cell)
    assert (first, second) == ("", "1 of 2")


def test_random_weights_and_partial_means_take_no_place(fill: Fill) -> None:
    table = table_of(
        fill(
            *column_of([30.0, 30.0, 30.0], model="honest"),
            *column_of([29.0, 29.0, 29.0], model="also"),
            *column_of([50.0, 50.0, 50.0], model="luck", random_weights=True),
            *column_of([60.0, None, 60.0], model="falls"),
            *column_of([70.0], model="limited"),
        )
    )
    assert places(table) == {
        "honest": 1,
        "also": 2,
        "limited": 0,
        "falls": 0,
        "luck (random weights)": 0,
    }
    assert [r.label for r in table.rows][-1] == "luck (random weights)"
    assert [r.label for r in table.ranked(0)] == ["honest", "also"]
    (falls,) = [r for r in table.rows if r.label == "falls"]
    assert (falls.n, falls.failed, table.n(falls)) == (2, 1, "2 of 3")


def test_one_row_alone_is_not_best(fill: Fill) -> None:
    assert places(table_of(fill(*column_of([30.0])))) == {"plain": 0}


def test_infinity_is_shown_with_how_many(fill: Fill) -> None:
    (row,) = table_of(fill(*column_of([inf, 30.0]))).rows
    cell = row.cells[0]
    assert cell is not None
    assert (cell.text, cell.infinite) == ("inf", "1 of 2 infinite; mean of the others 30.00")


def test_sets_are_sorted_as_people_count(fill: Fill) -> None:
    found = tables(
        fill(
            *(
                r
                for name in ("set14", "set5", "bsd100")
                for r in column_of([30.0], set=name, set_hash=name)
            )
        )
    )
    assert [t.setting.set for t in found] == ["bsd100", "set5", "set14"]


def test_columns_of_two_versions_have_two_names(fill: Fill) -> None:
    table = table_of(fill(*column_of([30.0]), *column_of([20.0], metric_version=2)))
    hashed = protocol("sr-y").hash[:8]
    assert table.labels == (f"psnr@sr-y [v1, {hashed}]", f"psnr@sr-y [v2, {hashed}]")


def test_two_models_never_share_a_label(fill: Fill) -> None:
    table = table_of(
        fill(
            *column_of([30.0], precision="bf16"),
            *column_of([31.0]),
            *column_of([29.0], model="plain (bf16)"),
        )
    )
    labels = [r.label for r in table.rows]
    assert len(set(labels)) == 3


def test_no_records_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="iqabench run --model bicubic --set demo"):
        tables(Store(tmp_path / "nothing"))


def test_markdown(full: Store) -> None:
    text = as_markdown(table_of(full))
    lines = text.splitlines()
    assert lines[2] == "| Model | Parameters | PSNR (dB) ↑ | SSIM ↑ | n | failed |"
    assert "| good | 5.00 K | **32.00** | **0.8500** | 3 | 0 |" in lines
    assert "| good (bf16) | 5.00 K | <u>31.50</u> | – | 3 | 0 |" in lines
    assert "| falls | 90.0 K | 33.00 | – | 2 of 3 | 1 |" in lines
    assert "good (random weights)" in text
    assert f"psnr@sr-y: metric version 1, protocol sr-y version 1 ({protocol('sr-y').hash})" in text
    assert "<script>" not in text
    assert "&lt;script&gt;alert('x')&lt;/script&gt;\\_100% a/b\\|\\$x\\$&amp;\\\\\\#.pth" in text


def test_latex(full: Store) -> None:
    text = as_latex(table_of(full))
    assert r"good & 5.00 K & \textbf{32.00} & \textbf{0.8500} & 3 & 0 \\" in text
    assert r"good (bf16) & 5.00 K & \underline{31.50} & -- & 3 & 0 \\" in text
    assert r"\caption{tiny $\times$4, 3 images. Protocol: sr-y version 1" in text
    assert r"\toprule" in text
    assert r"PSNR (dB) $\uparrow$ & SSIM $\uparrow$" in text
    nasty = r"\textless{}script\textgreater{}alert('x')\textless{}/script\textgreater{}"
    assert nasty + r"\_100\% a/b\textbar{}\$x\$\&\textbackslash{}\#.pth" in text


def test_latex_drops_columns_that_say_nothing(fill: Fill) -> None:
    text = as_latex(table_of(fill(*column_of([30.0]), *column_of([31.0], model="other"))))
    assert r"other & 1.00 K & \textbf{31.00} \\" in text
    assert "failed" not in text


def test_csv_has_all_digits(full: Store) -> None:
    found = {r["model"]: r for r in csv.DictReader(io.StringIO(as_csv(table_of(full))))}
    assert found["bicubic"]["psnr@sr-y"] == repr(85.0 / 3.0)
    assert (found["falls"]["psnr@sr-y"], found["falls"]["psnr@sr-y failed"]) == ("33.0", "1")
    assert found[NASTY]["ssim@sr-y n"] == "3"
    twins = as_csv(table_of(full, "twins"))
    assert next(csv.DictReader(io.StringIO(twins)))["psnr@sr-y"] == "inf"
