"""Any column against any: the points and axes that the page plots."""

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from iqabench.report.pages.core.site import write_report

from .conftest import NASTY, Fill, column_of, cost
from .test_site import Page


def explored(out: Path) -> dict[str, Any]:
    text = (out / "explorer.html").read_text()
    found = re.search(r'<script type="application/json" id="explored">(.*?)</script>', text, re.S)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


def values(data: dict[str, Any], label: str) -> dict[str, Any]:
    point = next(p for p in data["points"] if p["label"] == label)
    return {data["axes"][int(at)]["name"]: value for at, value in point["values"].items()}


@pytest.fixture
def out(costly_pages: Path) -> Path:
    return costly_pages


def test_points_have_quality_counts_and_costs_of_each_device(out: Path) -> None:
    data = explored(out)
    assert data["sets"] == ["tiny ×4"]
    assert data["devices"] == ["a GPU", "a processor (1 thread)"]
    mine = values(data, "good@pruned")
    assert mine["PSNR (dB), sr-y"] == [31.5, "31.50 dB"]
    assert mine["MACs, exact, 3x256x256"] == [2e9, "2.000 G"]
    assert mine["Parameters"] == [2000, "2.00 K"]
    times = {
        data["devices"][axis["device"]]: point["values"][str(at)][0]
        for at, axis in enumerate(data["axes"])
        if axis["name"] == "Latency (ms), 3x256x256"
        for point in data["points"]
        if point["label"] == "good@pruned"
    }
    assert times == {"a GPU": 0.4, "a processor (1 thread)": 5.0}


def test_models_without_a_set_are_points_too(out: Path) -> None:
    data = explored(out)
    assert values(data, NASTY) == {"Latency (ms), 3x256x256": [9.9, "9.900 ms"]}
    assert values(data, "good (bf16, compile, channels last)")
    assert next(p for p in data["points"] if p["label"].startswith("luck"))["out"] is True


def test_the_first_axes_and_their_front_without_a_script(out: Path) -> None:
    data = explored(out)
    assert data["axes"][data["up"]]["name"] == "PSNR (dB), sr-y"
    assert data["axes"][data["across"]]["name"] == "Parameters"
    page = Page(out / "explorer.html")
    on = {r[0].strip(): r[3].strip() for r in page.rows if len(r) == 4}
    assert on["good"] == on["good@pruned"] == on["bicubic"] == "yes"
    assert on["luck (random weights)"] == ""


def test_points_lead_to_their_models(out: Path) -> None:
    data = explored(out)
    assert all((out / point["href"]).is_file() for point in data["points"])


def test_the_script_comes_from_the_library_as_it_is(out: Path) -> None:
    library = (files("plotly") / "package_data" / "plotly.min.js").read_bytes()
    assert (out / "assets" / "plotly.min.js").read_bytes() == library


def test_incomplete_and_infinite_means_are_no_points(everything: Path) -> None:
    data = explored(everything)
    assert "PSNR (dB), sr-y" not in values(data, "falls")
    twins = next(
        at for at, a in enumerate(data["axes"]) if a["set"] == data["sets"].index("twins ×4")
    )
    assert [p["label"] for p in data["points"] if str(twins) in p["values"]] == ["bicubic"]
    text = (everything / "explorer.html").read_text()
    assert "<script>alert" not in text


def test_no_page_where_nothing_can_be_compared(fill: Fill, tmp_path: Path) -> None:
    write_report(fill(cost(3.0)), tmp_path / "out", among=[])
    assert not (tmp_path / "out" / "explorer.html").exists()
    assert not (tmp_path / "out" / "assets").exists()
    assert "explorer.html" not in (tmp_path / "out" / "index.html").read_text()


def test_two_scales_of_one_configuration_are_two_points(fill: Fill, tmp_path: Path) -> None:
    store = fill(
        *column_of([30.0], model="other"),
        *column_of([29.0]),
        *column_of([33.0], scale=2, level="x2", set_hash="2"),
    )
    write_report(store, tmp_path / "out", among=[])
    labels = [p["label"] for p in explored(tmp_path / "out")["points"]]
    assert {"plain ×2", "plain ×4"} < set(labels)
