"""Boards in a real browser: tracks are chosen, rows filtered and sorted, columns hidden and remembered."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from iqabench.report.pages.core.site import write_report
from iqabench.report.statistics.mean_interval import mean_intervals

from .board_example import made_board, made_records
from .conftest import column_of, filled
from .test_browser import browsing, follow

TITLE = "A <b>made</b> challenge"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("boards")
    write_report(
        filled(folder / "store", made_records()), folder / "out", among=[made_board(folder)]
    )
    return folder / "out"


@pytest.fixture
def page(browser: Any, out: Path) -> Iterator[Any]:
    with browsing(browser, out) as opened:
        yield opened


def entries(page: Any) -> list[str]:
    found = page.locator(".standings:visible tbody tr:visible th").all_inner_texts()
    return [text.split("\n")[0].strip()[:7] for text in found]


def heads(page: Any) -> list[str]:
    found = page.locator(
        ".standings:visible thead tr:last-child th:visible .metric"
    ).all_inner_texts()
    return [text.split("\n")[0].strip(" ↑↓") for text in found]


def test_a_board(page: Any) -> None:
    follow(page, TITLE)
    assert page.locator("h1").inner_text() == TITLE
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert entries(page) == ["Fast", "Same", "Base", "Odd", "<script", "mine"]

    page.locator(".board select").select_option("Quality")
    assert entries(page)[:3] == ["Odd", "Base", "Fast"]
    page.locator(".board select").select_option("Runtime")

    page.locator("input[type=search]").fill("FAST")
    assert entries(page) == ["Fast"]
    assert page.locator(".filter [role=status]").inner_text() == "1 of 6 entries"
    page.locator("input[type=search]").fill("")
    assert len(entries(page)) == 6

    page.locator(".standings:visible thead button", has_text="PSNR (dB)").first.click()
    assert entries(page) == ["Odd", "Base", "Same", "Fast", "<script", "mine"]
    page.locator(".standings:visible thead button", has_text="Rank").first.press("Enter")
    assert entries(page)[0] == "Fast"
    assert page.complaints == []


def test_columns_are_hidden_and_remembered(page: Any) -> None:
    follow(page, TITLE)
    before = heads(page)
    page.locator(".tools summary").click()
    page.locator('.tools input[value="total"]').press("Space")
    page.locator('.tools input[value="psnr measured"]').uncheck()
    assert "Total" not in heads(page)
    assert len(heads(page)) == len(before) - 2
    row = page.locator(".standings:visible tbody tr").first.locator("td:visible")
    assert row.count() == len(before) - 2 + 2  # rank and gates
    page.reload()
    assert len(heads(page)) == len(before) - 2
    assert page.complaints == []


def test_orders_and_intervals(page: Any) -> None:
    follow(page, "tiny ×4")
    assert page.locator("td[data-ends]").count() == page.locator(".show-ends").count() == 0
    assert "3 images are too few for an interval" in page.locator("#means").inner_text()
    assert page.locator("#order table.order").count() == 1
    page.locator("#order summary", has_text="decide").click()
    assert page.locator(".deciders").is_visible()
    assert page.complaints == []


@pytest.fixture(scope="module")
def out_of_five(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("five")
    records = column_of([30.0, 30.0, 30.0, 30.02, 30.03])
    write_report(filled(folder / "store", records), folder / "out", among=[])
    return folder / "out"


def test_intervals_of_five_images_are_shown_and_hidden(browser: Any, out_of_five: Path) -> None:
    low, high = mean_intervals(np.array([[30.0, 30.0, 30.0, 30.02, 30.03]])).ravel()
    with browsing(browser, out_of_five) as page:
        follow(page, "tiny ×4")
        shown = "getComputedStyle(document.querySelector('td[data-ends]'), '::after').content"
        assert page.evaluate(shown) == f'"{low:.2f} to {high:.2f}"'
        page.locator(".show-ends").uncheck()
        assert page.evaluate(shown) == "none"
        assert page.complaints == []


def figure(page: Any, entry: str, column: str) -> Any:
    """The link of a cell in the visible table."""
    every = page.locator(".standings:visible thead tr:last-child th").all()
    names = [head.get_attribute("data-column") for head in every]
    row = page.locator(".standings:visible tbody tr").filter(has_text=entry).first
    return row.locator("> *").nth(names.index(column)).locator("a")


def test_every_figure_says_where_it_comes_from(page: Any) -> None:
    follow(page, TITLE)
    page.wait_for_selector('.standings td > a[role="button"][aria-haspopup="dialog"]')
    dialog = page.locator("dialog.provenance")
    for column, keyed, said in (
        ("psnr", "Enter", ("as published", "made.csv, line 3", "Table 1", "nobody & nowhere")),
        ("psnr measured", "Space", ("29.50 dB", "out of tolerance", "cd" * 32, "run-1", "3 of 3")),
        ("time measured a GPU", "Enter", ("0.400 of the baseline here", "a GPU")),
        ("half", "Space", ("half = 0.5 × total", "29, worked out", "made.yaml, line")),
    ):
        link = figure(page, "Fast", column)
        link.focus()
        page.keyboard.press(keyed)
        found = dialog.inner_text()
        assert [text for text in ("Fast", *said) if text not in found] == [], column
        page.keyboard.press("Escape")
        assert not dialog.is_visible()
        assert link.evaluate("link => link === document.activeElement")
    rank = page.locator(".standings:visible tbody tr a.rank").first
    rank.click()
    assert "time = 5" in dialog.inner_text()
    dialog.get_by_text("How this board ranks").click()
    assert page.url.endswith("#rules")
    assert page.complaints == []


def test_figures_keep_their_sources_when_rows_move_and_columns_go(page: Any) -> None:
    follow(page, TITLE)
    page.locator(".board select").select_option("Quality")
    page.locator(".tools summary").click()
    page.locator('.tools input[value="time"]').uncheck()
    page.locator(".standings:visible thead button", has_text="Total").first.click()
    dialog = page.locator("dialog.provenance")
    for entry, line in (("Odd", 5), ("Same", 4)):
        figure(page, entry, "psnr").click()
        assert f"made.csv, line {line}" in dialog.inner_text()
        dialog.locator("button").click()
    page.locator(".odd td a").first.click()
    assert "total = psnr - 0.1 × time" in dialog.inner_text()
    assert page.complaints == []


def test_without_javascript_everything_is_listed(browser: Any, out: Path) -> None:
    with browsing(browser, out, javascript=False) as page:
        follow(page, TITLE)
        assert page.locator(".standings:visible").count() == 2
        assert page.locator("select").count() == 0


def test_a_board_fits_the_printed_page(page: Any) -> None:
    """Landscape A4 without its margins, in the browser's own pixels."""
    follow(page, TITLE)
    page.set_viewport_size({"width": 1032, "height": 700})
    page.emulate_media(media="print")
    rights = page.locator("table.standings").evaluate_all(
        "ts => ts.map(t => t.getBoundingClientRect().right)"
    )
    assert len(rights) > 1  # every track, not the chosen one alone
    assert max(rights) <= 1032
    assert not page.locator("nav").first.is_visible()


def test_the_index_leads_to_its_boards(page: Any) -> None:
    page.set_viewport_size({"width": 900, "height": 300})
    page.locator("header nav a", has_text="Boards").click()
    page.wait_for_function(
        "document.getElementById('boards-title').getBoundingClientRect().top < innerHeight"
    )
