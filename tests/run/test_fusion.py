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
    return np.asarray(np.clip(plane + 8 * np.arange(bands), 0, 255), dtype=np.uint8)


def values_of(folder: Path, store: Path, columns: list[str]) -> dict[str, float]:
    records = Store(store)
    assert not evaluate(plan(["mean_source"], [str(folder)], columns), records, Options()).failures
    rows = records.connect().execute('SELECT "column", value FROM records').fetchall()
    return dict(rows)


def put(folder: Path, names: tuple[str, str], bands: tuple[int, int]) -> Path:
    """Write two sources of one scene, one six levels too dark and one as much too bright."""
    for name, number, change in zip(names, bands, (-6, 6), strict=True):
        (folder / name).mkdir(parents=True)
        image = np.clip(scene(number).astype(int) + change, 0, 255).astype(np.uint8)
        write_image(folder / name / "a.png", image)
    return folder


def test_sources_are_compared_with_the_fused_image_where_there_is_no_target(tmp_path: Path) -> None:
    """An infrared image has one band, and the one of visible light three."""
    values = values_of(put(tmp_path / "s", ("ir", "vi"), (1, 3)), tmp_path / "r", [])
    assert set(values) == {"fusion_mi@rgb", "q_abf@rgb", "viff@rgb"}


@pytest.mark.parametrize(
    ("names", "bands"), [(("near", "far"), 3), (("under", "over"), 1)], ids=["focus", "exposure"]
)
def test_a_target_is_compared_with_the_fused_image(
    tmp_path: Path, names: tuple[str, str], bands: int
) -> None:
    folder = put(tmp_path / "s", names, (bands, bands))
    (folder / "target").mkdir()
    write_image(folder / "target" / "a.png", scene(bands))
    values = values_of(folder, tmp_path / "r", [])
    assert set(values) == {"psnr@rgb", "ssim@rgb"}
    assert values["psnr@rgb"] > 60  # the changes of the sources cancel out
    assert set(values_of(folder, tmp_path / "b", ["q_abf"])) == {"q_abf@rgb"}
