"""The protocol of real-world super-resolution, against the figures of single images that its authors printed.

osediff_realsr.csv has ten of the hundred lines of the log in github.com/cswry/OSEDiff, with the checksums of
the outputs that it is about.
"""

import csv
import os
from pathlib import Path

import pytest

from iqabench.images import Case, Image, read_image
from iqabench.metrics import column
from iqabench.metrics.core.column import scores
from iqabench.sets import manifest
from iqabench.sets.manifest import read_manifest

FIGURES = Path(__file__).with_name("osediff_realsr.csv")
MANIFEST = Path(manifest.__file__).parent / "manifests" / "realsr.csv"


def image(mirror: str, sha256: str) -> Image:
    for root in mirror.split(os.pathsep):
        path = Path(root, "sha256", sha256[:2], sha256)
        if path.is_file():
            return read_image(path)
    pytest.skip(f"NO FILE: the mirror lacks {sha256}")


def test_each_image_has_the_figures_of_the_published_log(mirror: str) -> None:
    targets = {
        line.sample: line.sha256 for line in read_manifest(MANIFEST) if line.role == "target"
    }
    columns = [column("psnr@real-sr"), column("ssim@real-sr")]
    with FIGURES.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 10
    for row in rows:
        output = image(mirror, row["output_sha256"])
        psnr, ssim = scores(columns, Case(output, image(mirror, targets[row["sample"]]), 4))
        assert psnr == pytest.approx(float(row["psnr"]), abs=1e-4)
        assert ssim == pytest.approx(float(row["ssim"]), abs=2e-6)
