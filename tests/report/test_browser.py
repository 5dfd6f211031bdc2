"""The pages in a real browser: nothing complains, tables sort, pictures can be stepped through."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


@contextmanager
def browsing(browser: Any, out: Path, *, javascript: bool = True) -> Iterator[Any]:
    """The index of a report in a page of its own; complaints of the browser are collected in `complaints`."""
    opened = browser.new_page(
        viewport={"width": 390, "height": 844}, java_script_enabled=javascript
    )
    opened.complaints = []
    opened.on("console", lambda message: opened.complaints.append(message.text))
    opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.on("requestfailed", lambda request: opened.complaints.append(request.url))
    opened.goto((out / "index.html").as_uri())
    yield opened
    opened.close()


@pytest.fixture
def page(browser: Any, everything: Path) -> Iterator[Any]:
    """The index of a report of everything."""
    with browsing(browser, everything) as opened:
        yield opened


def follow(page: Any, link: str) -> None:
    """Click a link, and wait until styles and scripts of the page behind it are there."""
    page.click(f"text={link}")
    page.wait_for_load_state("load")


def first_cells(page: Any, table: str) -> list[str]:
    found = page.locator(f"{table} tbody th").all_inner_texts()
    return [text.strip() for text in found]


def test_in_a_browser(page: Any) -> None:
    follow(page, "tiny ×4")
    assert page.locator("h1").inner_text() == "tiny ×4"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    before = first_cells(page, ".means")
    assert before[0] == "good"
    heads = page.locator(".means thead button")
    heads.nth(1).click()  # parameters, small first
    rising = first_cells(page, ".means")
    assert rising[0] == "bicubic"
    assert rising[-1] == "good (random weights)"
    heads.nth(1).press("Enter")
    falling = first_cells(page, ".means")
    assert falling[0] == "falls"
    assert falling[-1] == "good (random weights)"
    assert page.locator('.means th[aria-sort="descending"]').count() == 1
    heads.nth(3).click()  # SSIM: those without a value stay last
    assert first_cells(page, ".means")[0] == "good"

    page.locator(".cuts a").nth(2).click()
    assert page.locator("dialog:not(.provenance)").is_visible()
    said = page.locator("dialog:not(.provenance) p")
    shown = said.inner_text()
    page.keyboard.press("ArrowRight")
    assert said.inner_text() != shown
    page.keyboard.press("Escape")
    assert not page.locator("dialog:not(.provenance)").is_visible()

    page.click('.means tr:has-text("good (bf16)") a.from')
    page.click("text=All of its provenance")
    assert page.locator("details.origin[open]").count() == 1
    assert page.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 0)")
    assert page.complaints == []
