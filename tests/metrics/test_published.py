"""The authors' own outputs, scored under every protocol that a table may have meant."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from iqabench.images import Case, Image
from iqabench.metrics import column, scores

FILES = list(csv.DictReader(Path(__file__).with_name("rcan_set5.csv").read_text().splitlines()))
"""RCAN's outputs on Set5 (its repository, SR/BI/RCAN/Set5), and the targets."""

PER_IMAGE = {
    "baby": (33.9482, 0.896239),
    "bird": (35.9048, 0.951746),
    "butterfly": (29.3593, 0.934269),
    "head": (33.0103, 0.799064),
    "woman": (30.9451, 0.919886),
}

Real = Callable[[str], Image]


def images(real: Real, scale: int) -> dict[str, tuple[Image, Image]]:
    rows = [row for row in FILES if row["scale"] == str(scale)]
    assert len(rows) == 5
    return {r["sample"]: (real(r["output_sha256"]), real(r["target_sha256"])) for r in rows}


@pytest.mark.parametrize(
    ("scale", "psnr", "ssim"), [(2, 38.2742, 0.9614), (3, 34.7422, 0.9299), (4, 32.6336, 0.9002)]
)
def test_the_row_of_the_paper(real_image: Real, scale: int, psnr: float, ssim: float) -> None:
    columns = [column("psnr@sr-y"), column("ssim@sr-y")]
    found = [scores(columns, Case(*pair, scale)) for pair in images(real_image, scale).values()]
    means = [round(sum(values) / 5, 4) for values in zip(*found, strict=True)]
    assert means == [psnr, ssim]


def test_each_image(real_image: Real) -> None:
    columns = [column("psnr@sr-y"), column("ssim@sr-y")]
    for sample, pair in images(real_image, 4).items():
        psnr, ssim = scores(columns, Case(*pair, 4))
        assert round(psnr, 4) == PER_IMAGE[sample][0]
        assert ssim == pytest.approx(PER_IMAGE[sample][1], abs=6e-7)  # butterfly's is .9342695


@pytest.mark.parametrize(
    ("name", "by_scale"),
    [
        ("y-rounded", {2: 38.1836, 3: 34.7040, 4: 32.6108}),
        ("y-full", {2: 36.9522, 3: 33.4202, 4: 31.3116}),
        ("sr-rgb", {2: 36.0701, 3: 32.7296, 4: 30.7027}),
        ("ntire2017-rgb", {2: 36.0622, 3: 32.7549, 4: 30.7666}),
    ],
)
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_what_another_protocol_makes_of_them(
    real_image: Real, name: str, by_scale: dict[int, float], scale: int
) -> None:
    """Seven figures for one set of files: why a number never travels without its protocol."""
    psnr = column(f"psnr@{name}")
    values = [psnr(*pair, scale) for pair in images(real_image, scale).values()]
    assert round(sum(values) / 5, 4) == by_scale[scale]
