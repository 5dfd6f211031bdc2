"""Fused images are compared with a target where there is one, and else with their sources."""

from pathlib import Path

import numpy as np
import pytest

from iqabench.images import Image, write_image
from iqabench.run import Options, evaluate, plan
from iqabench.store import Store


def scene(bands: int) -> Image:
    y, x = np.mgrid[0:44, 0:48]
    plane = (96 + 40 * np.sin(x / 3) + 40 * np.cos(y / 4))[:, :, None]
    return np.clip(plane + 8 * np.arange(bands), 0, 255).astype(np.uint8)


def values_of(folder: Path, store: Path, columns: list[str]) -> dict[str, float]:
    records = Store(store)
    assert not evaluate(plan(["mean_source"], [str(folder)], columns), records, Options()).failures
    rows = records.connect().execute('SELECT "column", value FROM records').fetchall()
    return dict(rows)


@pytest.mark.parametrize(
    ("names", "bands"),
    [(("near", "far"), (3, 3)), (("under", "over"), (1, 1)), (("ir", "vi"), (1, 3))],
    ids=["focus", "exposure", "infrared"],
)
def test_sources_are_fused_and_scored(
    tmp_path: Path, names: tuple[str, str], bands: tuple[int, int]
) -> None:
    folder = tmp_path / "scenes"
    for name, number, change in zip(names, bands, (-6, 6), strict=True):
        (folder / name).mkdir(parents=True)
        image = np.clip(scene(number).astype(int) + change, 0, 255).astype(np.uint8)
        write_image(folder / name / "a.png", image)
    against_sources = values_of(folder, tmp_path / "a", [])
    assert set(against_sources) == {"fusion_mi@rgb", "q_abf@rgb", "viff@rgb"}
    (folder / "target").mkdir()
    write_image(folder / "target" / "a.png", scene(max(bands)))
    against_target = values_of(folder, tmp_path / "b", [])
    assert set(against_target) == {"psnr@rgb", "ssim@rgb"}
    if bands[0] == bands[1]:  # the changes cancel out
        assert against_target["psnr@rgb"] > 60
    both = values_of(folder, tmp_path / "c", ["psnr", "q_abf"])
    assert both == {
        "psnr@rgb": against_target["psnr@rgb"],
        "q_abf@rgb": against_sources["q_abf@rgb"],
    }
