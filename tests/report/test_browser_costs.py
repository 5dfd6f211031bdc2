"""Costs in a real browser: plots are chosen, points speak, the front follows the boxes that are ticked."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .test_browser import browsing, follow


@pytest.fixture
def out(costly_pages: Path) -> Path:
    return costly_pages


@pytest.fixture
def page(browser: Any, out: Path) -> Iterator[Any]:
    with browsing(browser, out) as opened:
        yield opened


def shown(page: Any, part: str) -> list[tuple[str, str]]:
    found = page.locator(f"{part} figure:visible")
    return [(f.get_attribute("data-quality"), f.get_attribute("data-cost")) for f in found.all()]


def on_front(page: Any) -> set[str]:
    return {t.strip() for t in page.locator(".means tr.front th").all_inner_texts()}


def test_plots_are_chosen_by_keyboard(page: Any) -> None:
    follow(page, "tiny ×4")
    assert shown(page, "#plots") == [("psnr@sr-y", "Parameters")]
    quality, below = (page.locator("#plots select").nth(n) for n in (0, 1))
    below.focus()
    page.keyboard.press("ArrowDown")
    assert shown(page, "#plots") == [("psnr@sr-y", "MACs, exact, 3x256x256")]
    quality.select_option("lpips@sr-rgb")
    assert shown(page, "#plots") == [("lpips@sr-rgb", "MACs, exact, 3x256x256")]
    assert page.complaints == []


def test_points_speak(page: Any) -> None:
    follow(page, "tiny ×4")
    cards = page.locator("#plots figure:visible g.card")
    said = cards.evaluate_all("found => found.map(card => card.getAttribute('aria-label'))")
    assert any(
        text.startswith("good@pruned, psnr@sr-y: 31.50 dB, Parameters: 2.00 K") for text in said
    )
    assert page.locator("g.card > title").count() == 0
    tip = page.locator(".tip")
    assert not tip.is_visible()
    cards.first.focus()
    assert "Licence: MIT" in tip.inner_text()
    page.keyboard.press("Escape")
    assert not tip.is_visible()
    cards.last.hover()
    assert tip.is_visible()
    assert page.complaints == []


def test_the_front_follows_the_boxes(page: Any) -> None:
    follow(page, "tiny ×4")
    assert on_front(page) == {"good", "good@pruned"}
    status = page.locator(".pareto [role=status]")
    assert status.inner_text() == "2 of 2 models that have all of these are on the front."
    boxes = {b.get_attribute("value"): b for b in page.locator(".pareto input").all()}
    boxes["psnr@sr-y"].press("Space")
    assert on_front(page) == set()
    assert status.inner_text() == "Choose two columns or more."
    boxes["macs@fvcore:3x256x256"].check()
    assert on_front(page) == {"good"}
    for name in ("macs@exact:3x256x256", "macs@fvcore:3x256x256"):
        boxes[name].uncheck()
    boxes["params"].check()
    boxes["psnr@sr-y"].check()
    assert on_front(page) == {"good", "good@pruned", "bicubic"}
    assert page.complaints == []


def test_the_device_s_page(page: Any) -> None:
    follow(page, "a processor (1 thread)")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert shown(page, "#growth") == [("MACs, exact", "input")]
    page.locator("#growth select").select_option("Latency (ms)")
    assert shown(page, "#growth") == [("Latency (ms)", "input")]
    heads = page.locator(".costs thead button")
    heads.nth(4).click()  # latency, quick first
    first = page.locator(".costs tbody tr").first.inner_text()
    assert first.split()[:2] == ["good", "3x128x128"]
    assert page.complaints == []


def test_without_javascript_everything_is_listed(browser: Any, out: Path) -> None:
    with browsing(browser, out, javascript=False) as page:
        follow(page, "tiny ×4")
        assert len(shown(page, "#plots")) == 8
        assert on_front(page) == {"good", "good@pruned"}
        assert page.locator("select").count() == 0
