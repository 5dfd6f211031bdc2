"""Model pages, explorer, samples and provenance in a real browser, by mouse and by keyboard."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from iqabench.report.pages.core.write import write_report

from .conftest import NASTY, column_of, costly_records, cut_out, filled
from .test_browser import browsing, first_cells, follow


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("more")
    records = [
        *costly_records(),
        *column_of([29.0, 29.5, 31.0], model=NASTY, facts={"params": 300}),
    ]
    store = filled(folder / "store", records)
    cut_out(store, [r for r in records if r.kind == "image" and r.column == "psnr@sr-y"])
    write_report(store, folder / "out")
    return folder / "out"


@pytest.fixture
def page(browser: Any, out: Path) -> Iterator[Any]:
    with browsing(browser, out) as opened:
        yield opened
        assert opened.complaints == []


def option(page: Any, name: str, text: str) -> None:
    box = page.locator(f"select[name={name}]")
    value = box.locator("option").filter(has_text=text).first.get_attribute("value")
    box.select_option(value)


def test_the_explorer(page: Any) -> None:
    follow(page, "Explorer: any column against any")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert first_cells(page, ".points")[0] == "good"
    status = page.locator(".explorer p[role=status]")
    assert "Not drawn on a logarithmic axis, for 0 or less: bicubic." in status.inner_text()
    assert page.locator(".drawing .scatterlayer .point").count() == 4  # with the hollow one
    page.get_by_label("log").nth(1).uncheck()
    assert "Not drawn" not in status.inner_text()
    assert page.locator(".drawing .scatterlayer .point").count() == 5

    option(page, "up", "Latency (ms), 3x256x256")
    option(page, "across", "MACs, exact, 3x256x256")
    assert page.locator(".points thead th").nth(1).inner_text() == "Latency (ms), 3x256x256"
    assert set(first_cells(page, ".points")) == {"good", "good@pruned"}
    assert "1 of 2 models are on the front." in status.inner_text()
    assert page.locator(".ytitle, .g-ytitle").first.text_content().startswith("Latency (ms)")


def test_a_point_speaks_and_leads_to_its_model(page: Any) -> None:
    follow(page, "Explorer: any column against any")
    labels = page.locator(".drawing .scatterlayer .textpoint").all_text_contents()
    assert NASTY in labels  # as text, whatever it looks like
    point = page.locator(".drawing .scatterlayer .trace").last.locator(".point").last
    at = point.bounding_box()
    page.mouse.move(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
    tip = page.locator(".tip:visible")
    tip.wait_for()
    assert "Licence: MIT" in tip.inner_text()
    name = tip.inner_text().split("\n")[0]
    page.mouse.click(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
    page.wait_for_url("**/model-*.html")
    assert page.locator("h1").inner_text() == name
    assert first_cells(page, ".results")[0] == "tiny ×4"


def test_a_figure_says_where_it_comes_from(page: Any) -> None:
    follow(page, "tiny ×4")
    figure = page.locator(".means a.from").first
    figure.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("dialog.provenance")
    said = dialog.inner_text()
    assert dialog.locator("h2").inner_text() == "32.00"
    for text in (
        "sr-y, version 1, hash 07154acab836",
        "3 of 3",
        "ab" * 32,
        "run-1",
        "a processor",
        "2026-01-02 03:04 UTC",
        "iqabench 0.1.0",
    ):
        assert text in said, text
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert figure.evaluate("link => link === document.activeElement")
    figure.click()
    page.click("text=All of its provenance")
    assert page.locator("details.origin[open]").count() == 1


def test_figures_beyond_the_tables_of_means_say_it_too(page: Any, out: Path) -> None:
    dialog = page.locator("dialog.provenance")
    for name, place, said in (
        ("index", ".leaders td a.from", ("32 dB, mean", "3 of 3")),
        ("tiny-x4", ".order td a.from", ("32 dB, mean", "3 of 3")),
        ("tiny-x4", "#variants td a.from", ("psnr, version 1", "run-1")),
        ("model-good", ".relatives td a.from", ("psnr, version 1", "run-1")),
        ("samples-tiny-x4", ".pair td a.from", ("psnr, version 1", "run-1", "a processor")),
    ):
        page.goto((out / f"{name}.html").as_uri())
        link = page.locator(place).first
        link.focus()
        page.keyboard.press("Space")
        assert dialog.locator("h2").inner_text() == link.inner_text()
        assert [text for text in said if text not in dialog.inner_text()] == [], name
        page.keyboard.press("Escape")
        assert link.evaluate("link => link === document.activeElement")


def transforms(page: Any) -> set[str]:
    found = page.locator(".samples .stage img[src]")
    return {str(t) for t in found.evaluate_all("all => all.map(image => image.style.transform)")}


def test_samples_under_a_slider(page: Any) -> None:
    follow(page, "tiny ×4")
    follow(page, "Samples under a slider")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    divide, zoom = (page.locator(f"input[name={name}]") for name in ("divide", "zoom"))
    divide.focus()
    page.keyboard.press("End")
    stage = page.locator(".stage.main")
    assert stage.evaluate("one => one.style.getPropertyValue('--divide')") == "100%"
    zoom.focus()
    page.keyboard.press("PageUp")
    (moved,) = transforms(page)
    assert "scale(1)" not in moved
    stage.focus()
    page.keyboard.press("ArrowRight")
    (panned,) = transforms(page)
    assert panned != moved
    page.keyboard.press("0")
    assert transforms(page) == {"translate(0%, 0%) scale(1)"}
    stage.hover()
    page.mouse.wheel(0, -100)
    assert transforms(page) != {"translate(0%, 0%) scale(1)"}

    page.locator("select[name=left]").select_option("bicubic")
    page.locator("select[name=right]").select_option("good")
    status = page.locator(".samples p[role=status]")
    assert status.inner_text() == "b: left bicubic 27.00, right good 32.00."
    heads = page.locator(".pair thead th").all_inner_texts()
    assert heads == ["Column", "bicubic", "good"]
    assert page.locator(".errors figure img[src]").count() == 2
    page.locator("select[name=order]").select_option("worst first")
    assert status.inner_text().startswith("a: left bicubic 28.00")
    page.click("text=Swap")
    assert status.inner_text() == "a: left good 30.00, right bicubic 28.00."
    assert page.evaluate(
        "[...document.images].every(i => !i.src || (i.complete && i.naturalWidth > 0))"
    )


def test_without_javascript(browser: Any, out: Path) -> None:
    with browsing(browser, out, javascript=False) as page:
        follow(page, "Explorer: any column against any")
        assert page.locator("table.points tbody tr").count() > 3
        assert not page.locator(".explorer").is_visible()
        page.goto((out / "tiny-x4.html").as_uri())
        page.locator(".means a.from").first.click()
        assert "#origin-" in page.url
        follow(page, "Samples under a slider")
        assert page.locator("table.shots").count() == 3
        assert not page.locator(".samples").is_visible()
