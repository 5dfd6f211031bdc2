"""What stands behind a figure, and that nothing in it can end the element that holds it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from iqabench.report.data.aggregate import Results
from iqabench.report.pages.core.script_data import inside_script

from .conftest import NASTY, Fill, cost
from .test_site import Page


def told(path: Path) -> dict[str, dict[str, str]]:
    """Terms and texts by the visible figure's key."""
    found = re.search(r'id="dialogs">(.*?)</script>', path.read_text(), re.S)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return {
        key: {term: text for at in blocks for term, text in data["blocks"][at]}
        for key, blocks in data["figures"].items()
    }


def key_of(path: Path, text: str) -> dict[str, str]:
    found = re.search(rf'data-from="([\w-]+)">(?:<\w+>)?{re.escape(text)}<', path.read_text())
    assert found, text
    return told(path)[found[1]]


def test_a_mean(everything: Path) -> None:
    page = everything / "tiny-x4.html"
    assert key_of(page, "33.00") == {
        "Value": "33 dB, mean",
        "Images": "2 of 3, 1 failed",
        "Column": "psnr@sr-y",
        "Metric": "psnr, version 1, higher is better",
        "Protocol": "sr-y, version 1, hash 07154acab836",
        "Set": f"tiny ×4, hash {'5' * 64}",
        "Model": "falls",
        "Weights": f"SHA-256 {'ab' * 32}",
        "Ran as": "fp32, cpu",
        "Run": "run-1",
        "Device": "a processor",
        "Measured": "2026-01-02 03:04 UTC",
        "Versions": "iqabench 0.1.0, python 3.11",
    }
    assert key_of(page, "31.50")["Ran as"] == "bf16, cpu"
    assert key_of(page, "20.00")["Weights"].startswith("random; SHA-256 ff")
    assert key_of(page, "29.83")["Model"] == NASTY
    assert (
        "1 infinite; mean of the others 40" in key_of(everything / "twins-x4.html", "inf")["Images"]
    )


@pytest.fixture
def out(costly_pages: Path) -> Path:
    return costly_pages


def test_a_cost(out: Path) -> None:
    (page,) = out.glob("cost-a_processor*.html")
    five = key_of(page, "5.000")
    assert five["Value"] == "5 ms"
    assert five["95 % interval"] == "9.5 to 10.5"
    assert five["Warnings"] == "1, told on the device's page"
    assert five["Measured on"] == "a processor (1 thread)"
    assert five["Input"] == "3x256x256"
    assert key_of(out / "model-good.html", "failed")["Why"] == "out of memory at 3x1024x1024"
    counted = key_of(out / "tiny-x4.html", "2.000 G")
    assert "Measured on" not in counted
    assert counted["Convention"].startswith("exact")


@pytest.mark.parametrize("pages", ["costly_pages", "everything"])
def test_every_figure_is_told_of_and_leads_to_its_provenance_without_a_script(
    pages: str, request: pytest.FixtureRequest
) -> None:
    out: Path = request.getfixturevalue(pages)
    for path in out.glob("*.html"):
        links = [a for t, a in Page(path).tags if t == "a" and "data-from" in a]
        known = set(told(path)) if links else set()
        for link in links:
            assert link["data-from"] in known, path
            target, _, part = link["href"].partition("#")
            assert f'id="{part}"' in (out / (target or path.name)).read_text(), link


def test_data_cannot_end_its_element() -> None:
    text = {"a": "</script><!-- & \u2028"}
    made = inside_script(text)
    assert not set("<>&") & set(made)
    assert json.loads(made) == text


def test_columns_have_one_order_however_they_were_found(fill: Fill) -> None:
    sizes = ("3x64x64", "3x128x128", "3x1024x1024")
    with Results(fill(*(cost(1.0, size=size) for size in sizes))) as results:
        assert [c.column for c in results.columns] == [f"latency_ms@{size}" for size in sizes]
        first, *others = sorted(results.columns, key=lambda column: column.order)
        assert all(first.order < other.order for other in others)
