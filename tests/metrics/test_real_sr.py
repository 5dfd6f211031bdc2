"""The protocol of real-world super-resolution, against the figures of single images that its authors printed.

leaderboards/published/osediff_images.csv has the logs of github.com/cswry/OSEDiff: eight metrics of 193
outputs. `tests/benchmarks/real_sr_images.py` compares them all; here it is those that the mirror has.
"""

import csv
import os
from collections.abc import Iterator
from math import log10
from pathlib import Path

import pytest

import iqabench
from iqabench.boards.catalogue import shipped
from iqabench.images import Case, Image, read_image
from iqabench.metrics import column
from iqabench.metrics.core.column import scores
from iqabench.sets.manifest import read_manifest

PACKAGE = Path(iqabench.__file__).parent
OUTPUTS = PACKAGE / "models" / "osediff" / "outputs.csv"
Row = dict[str, str]


def rows_of(path: Path) -> list[Row]:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    return list(csv.DictReader(lines))


def image(mirror: str, sha256: str) -> Image | None:
    for root in mirror.split(os.pathsep):
        path = Path(root, "sha256", sha256[:2], sha256)
        if path.is_file():
            return read_image(path)
    return None


def sample_of(row: Row) -> tuple[str, str]:
    return row["set"], row["image"].removesuffix("_LR4").removesuffix("_x1")


@pytest.fixture(scope="module")
def printed() -> list[Row]:
    return rows_of(shipped() / "published" / "osediff_images.csv")


def pairs_of(name: str, printed: list[Row], mirror: str, most: int) -> Iterator[tuple[Row, Case]]:
    """Yield the first printed rows of a set whose output and target the mirror has, with both."""
    outputs = {row["sample"]: row["sha256"] for row in rows_of(OUTPUTS) if row["set"] == name}
    lines = read_manifest(PACKAGE / "sets" / "manifests" / f"{name}.csv")
    targets = {line.sample: line.sha256 for line in lines if line.role == "target"}
    for row in (row for row in printed if row["set"] == name):
        sample = sample_of(row)[1]
        output = image(mirror, outputs[sample])
        target = image(mirror, targets[sample]) if output is not None else None
        if output is not None and target is not None:
            yield row, Case(output, target, 4)
            most -= 1
        if not most:
            return


def test_the_log_has_eight_figures_of_every_output(printed: list[Row]) -> None:
    assert {sample_of(row) for row in printed} == {
        (row["set"], row["sample"]) for row in rows_of(OUTPUTS)
    }
    assert len(printed) == 193
    assert all(float(value) for row in printed for value in list(row.values())[2:])


def test_the_means_of_the_log_are_those_of_the_board(printed: list[Row]) -> None:
    board = rows_of(shipped() / "published" / "real_sr.csv")
    own = {row["set"].lower(): row for row in board if row["method"] == "OSEDiff"}
    columns = dict(
        zip(("psnr", "ssim", "lpips", "dists", "clipiqa"), list(printed[0])[2:7], strict=True)
    )
    columns |= {"niqe": "niqe_pyiqa", "musiq": "musiq_koniq", "maniqa": "maniqa_pipal"}
    for name, row in own.items():
        for here, there in columns.items():
            values = [float(one[there]) for one in printed if one["set"] == name]
            assert sum(values) / len(values) == pytest.approx(float(row[here]), abs=1e-4), (
                name,
                here,
            )


def as_pyiqa(psnr: float) -> float:
    """Return a PSNR as pyiqa computes it, which adds 1e-8 to the mean squared error of 0 to 1."""
    return -10 * log10(10 ** (-psnr / 10) + 1e-8)


@pytest.mark.parametrize("name", ["realsr", "drealsr"])
def test_each_image_has_the_figures_of_the_published_log(
    name: str, printed: list[Row], mirror: str
) -> None:
    columns = [column("psnr@real-sr"), column("ssim@real-sr")]
    compared = 0
    for row, case in pairs_of(name, printed, mirror, 10):
        psnr, ssim = scores(columns, case)
        assert as_pyiqa(psnr) == pytest.approx(float(row["psnr_y"]), abs=1e-5), row["image"]
        if name == "realsr":
            assert psnr == pytest.approx(float(row["psnr_y"]), abs=1e-4), row["image"]
        assert ssim == pytest.approx(float(row["ssim_pyiqa_y"]), abs=2e-6), row["image"]
        compared += 1
    if not compared:
        pytest.skip(f"NO FILES: the mirror has no output of OSEDiff on {name}")


def test_the_perceptual_distance_is_that_of_the_log(printed: list[Row], mirror: str) -> None:
    """The log was made on a GPU."""
    pairs = list(pairs_of("realsr", printed, mirror, 2))
    if not pairs:
        pytest.skip("NO FILES: the mirror has no output of OSEDiff")
    for row, case in pairs:
        (lpips,) = scores([column("lpips@rgb")], case)
        assert lpips == pytest.approx(float(row["lpips_alex"]), abs=3e-4), row["image"]
