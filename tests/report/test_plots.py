import re
import xml.etree.ElementTree as ET
from math import inf

import numpy as np
import pytest

from iqabench.report.plots.labelling import place_labels
from iqabench.report.plots.quality_plot import CostAxis, PlotPoint, can_plot, quality_plot
from iqabench.report.plots.svg import for_file, for_page

POINTS = [
    PlotPoint("bicubic", 0, 28.42),
    PlotPoint("rlfn", 543744, 32.24),
    PlotPoint("bsrn", 352000, 32.35),
    PlotPoint("rcan", 15592379, 32.63),
    PlotPoint("big", 43089923, 32.46),
]


def texts(svg: str) -> list[str]:
    root = ET.fromstring(svg)
    return ["".join(e.itertext()) for e in root.iter("{http://www.w3.org/2000/svg}text")]


def test_every_model_is_named() -> None:
    svg = for_file(quality_plot(POINTS, "PSNR (dB), sr-y", "higher"))
    found = texts(svg)
    assert {p.label for p in POINTS} < set(found)
    assert "PSNR (dB), sr-y" in found
    assert "Parameters (log scale)" in found
    assert "#010101" not in svg


def test_equal_points_give_equal_bytes() -> None:
    one, other = (quality_plot(p, "PSNR", "higher") for p in (POINTS, list(reversed(POINTS))))
    assert one == other
    assert "<metadata" not in one
    assert not re.search(r"20\d\d-\d\d", one)


def test_inside_a_page_it_takes_the_page_s_colours() -> None:
    svg = for_page(quality_plot(POINTS, "PSNR", "higher"), "p7")
    assert svg.startswith("<svg")
    assert "var(--accent)" in svg
    assert not re.search(r"#0[1-6]0", svg)
    ids = re.findall(r'id="([^"]+)"', svg)
    assert ids
    assert all(i.startswith("p7-") for i in ids)
    assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg)) <= set(ids)


def test_names_are_text_not_markup_nor_mathematics() -> None:
    nasty = "<script>alert(1)</script> $\\frac$"
    svg = for_page(quality_plot([*POINTS, PlotPoint(nasty, 1000, 30.0)], "PSNR", "higher"), "p")
    assert "<script" not in svg
    short = "<script>alert(1)</\x00script> $x$"
    assert "$x$" in "".join(
        texts(for_file(quality_plot([*POINTS, PlotPoint(short, 9, 30.0)], "P", "higher")))
    )


@pytest.mark.parametrize(
    ("points", "possible"),
    [
        (POINTS, True),
        (POINTS[:2], True),
        (POINTS[:1], False),
        ([], False),
        ([PlotPoint("a", 0, 1.0), PlotPoint("b", 0, 2.0)], False),
        ([PlotPoint("a", 5, inf), PlotPoint("b", 5, 2.0)], False),
    ],
)
def test_what_can_be_plotted(points: list[PlotPoint], possible: bool) -> None:
    assert can_plot(points) == possible


def test_every_point_has_its_card_as_title() -> None:
    points = [*POINTS, PlotPoint("odd", 7000, 31.0, "odd <b>\nPSNR: 31.00 dB\x00\n& more")]
    svg = for_page(quality_plot(points, "PSNR", "higher"), "p")
    root = ET.fromstring(svg.replace("xlink:href", "href"))
    titles = [e.text for e in root.iter("{http://www.w3.org/2000/svg}title")]
    assert "odd <b>\nPSNR: 31.00 dB\n& more" in titles
    assert len(titles) == len(points) - 1  # bicubic is a line
    assert svg.count('class="card"') == len(titles)


def test_an_arrow_leads_from_a_model_to_its_variant() -> None:
    family = [
        PlotPoint("small", 9000, 31.0, parent="rlfn"),
        PlotPoint("lost", 8000, 30.0, parent="absent"),
    ]
    plain = [PlotPoint(p.label, p.cost, p.value) for p in family]
    one, other = (for_file(quality_plot([*POINTS, *p], "P", "higher")) for p in (family, plain))
    assert len(re.findall("<path", one)) - len(re.findall("<path", other)) == 2  # line and head


def positions(svg: str) -> dict[str, float]:
    """Where each point stands, from left to right, by its title."""
    found = re.findall(r'<title>(\w+)</title>.*?<use [^>]*x="([\d.]+)"', svg, flags=re.S)
    return {name: float(x) for name, x in found}


@pytest.mark.parametrize("better", ["higher", "lower"])
def test_cheaper_is_left_whatever_the_cost(better: str) -> None:
    points = [
        PlotPoint("one", 1.0, 30.0),
        PlotPoint("ten", 10.0, 31.0),
        PlotPoint("hundred", 100.0, 32.0),
    ]
    axis = CostAxis("Throughput (Mpx/s)", "{:g}".format, better)
    svg = quality_plot(points, "PSNR", "higher", axis)
    at = positions(svg)
    assert (at["one"] < at["ten"] < at["hundred"]) == (better == "lower")
    assert ("more is left" in svg) == (better == "higher")
    assert "Throughput (Mpx/s)" in svg


def test_the_front_follows_both_ways_of_better() -> None:
    """Of the three only the last is beaten by nobody where more throughput and more quality are better."""
    points = [
        PlotPoint("one", 1.0, 30.0),
        PlotPoint("ten", 10.0, 31.0),
        PlotPoint("hundred", 100.0, 32.0),
    ]
    svg = quality_plot(points, "PSNR", "higher", CostAxis("T", str, "higher"))
    found = dict(re.findall(r"<title>(\w+)</title>.*?fill: (#\w+)", svg, flags=re.S))
    assert [n for n, colour in found.items() if colour == "#040404"] == ["hundred"]


@pytest.mark.parametrize(("better", "is_above"), [("higher", True), ("lower", False)])
def test_far_lines_stand_on_the_side_where_they_are(better: str, is_above: bool) -> None:
    """A method that costs nothing and is far better than all models is not drawn below them."""
    points = [PlotPoint("one", 1e3, 19.5), PlotPoint("two", 2e3, 19.8), PlotPoint("free", 0, 27.6)]
    svg = quality_plot(points, "PSNR", better)
    (height,) = re.findall(r'<text[^>]*y="([\d.]+)"[^>]*>free</text>', svg)
    (model,) = re.findall(r'<title>one</title>.*?<use [^>]*y="([\d.]+)"', svg, flags=re.S)
    assert (float(height) < float(model)) == is_above


@pytest.mark.parametrize("better", ["higher", "lower"])
def test_odd_values_can_be_drawn(better: str) -> None:
    same = [
        PlotPoint("a", 1000, 0.0),
        PlotPoint("b", 1000, 0.0),
        PlotPoint("zero", 0, 0.0),
        PlotPoint("x", 7, inf),
    ]
    assert {"a", "b", "zero"} <= set(texts(for_file(quality_plot(same, "LPIPS", better))))


class _Frame:
    x0, y0, x1, y1 = 0.0, 0.0, 500.0, 300.0


def test_labels_do_not_collide() -> None:
    at = np.random.default_rng(3).uniform((200, 120), (300, 180), (12, 2)).tolist()
    points = [(f"model_{i}", (x, y), False) for i, (x, y) in enumerate(at)]
    found = place_labels(points, [("bicubic", 20.0)], _Frame, _Frame, 9.0)
    assert sorted(label.text for label in found) == sorted(["bicubic", *(p[0] for p in points)])
    boxes = []
    for label in found:
        width = 9.0 * 0.5 * len(label.text)
        left = label.x - {"left": 0.0, "center": 0.5, "right": 1.0}[label.align] * width
        boxes.append((left, label.y - 4.5, left + width, label.y + 4.5))
        assert left >= 0
        assert left + width <= 500
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
