"""Clips that exist already are scored as the outputs of a model are: by frames, then by clips."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from iqabench.errors import ImageError, PairingError, UsageError
from iqabench.images import read_image
from iqabench.report.data.rows import rows
from iqabench.run.scoring.clips import holds_clips, score_clips
from iqabench.sets import load_set
from iqabench.sets.clips_beside import clips_beside
from iqabench.store import Store

RANDOM = np.random.default_rng(0)


def clip(folder: Path, frames: int, side: int = 24) -> None:
    folder.mkdir(parents=True)
    for t in range(frames):
        pixels = RANDOM.integers(0, 256, (side, side, 3), dtype=np.uint8)
        cv2.imwrite(str(folder / f"{t}.png"), pixels)


def scores(store: Store, keys: list[str], *, per_image: bool = False) -> dict[str, object]:
    name = "sample" if per_image else "column"
    return {row[name]: row["value"] for row in rows(store, keys, per_image=per_image)}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A set for blurry interpolation, and outputs for it."""
    for name, frames in (("walk", 3), ("city", 2)):
        clip(tmp_path / "set" / "input" / name, frames)
        clip(tmp_path / "set" / "target" / name, 2 * frames - 1)
        clip(tmp_path / "out" / name, 2 * frames - 1)
    return tmp_path


def test_clips_are_means_over_frames_then_over_clips(place: Path) -> None:
    store = Store(place / "store")
    names = ["mae", "mae@rgb-key", "mae@rgb-between"]
    outcome = score_clips(place / "out", load_set(str(place / "set")), store, names)
    assert not outcome.failures
    found = scores(store, outcome.keys)

    def error(name: str, frames: range) -> float:
        files = [[place / at / name / f"{t}.png" for at in ("out", "set/target")] for t in frames]
        pairs = [[read_image(path).astype(float) for path in pair] for pair in files]
        return float(np.mean([np.abs(output - target).mean() for output, target in pairs]))

    for column, start, step in (
        ("mae@rgb", 0, 1),
        ("mae@rgb-key", 0, 2),
        ("mae@rgb-between", 1, 2),
    ):
        of_clips = [error("walk", range(start, 5, step)), error("city", range(start, 3, step))]
        assert found[column] == pytest.approx(np.mean(of_clips), rel=1e-12)
    beside = clips_beside({"target": place / "set" / "target"}, None)
    again = score_clips(place / "out", beside, store, ["mae@rgb"], "others")
    assert scores(store, again.keys)["mae@rgb"] == found["mae@rgb"]
    assert {row["model"] for row in rows(store, again.keys)} == {"others"}


def test_clips_that_do_not_fit_are_told(place: Path) -> None:
    images = load_set(str(place / "set"))
    (place / "out" / "walk" / "3.png").unlink()
    (place / "out" / "city" / "2.png").unlink()
    outcome = score_clips(place / "out", images, Store(place / "store"), ["mae"])
    errors = {failure.sample: failure.error for failure in outcome.failures}
    assert "between 2.png and 4.png the numbers of frames step by 2" in errors["walk"]
    assert "'out' has 2 frames of output; expected 3." in errors["city"]
    clip(place / "part" / "walk", 5)
    clip(place / "part" / "run", 5)
    part = score_clips(place / "part", images, Store(place / "other"), ["mae"])
    assert part.all_missing == [
        "1 output without a target: run",
        "1 target without an output: city",
    ]
    clip(place / "none" / "x", 5)
    with pytest.raises(PairingError, match="paired by the names of their folders: rename those"):
        score_clips(place / "none", images, Store(place / "other"), ["mae"])


def test_clips_without_targets(place: Path) -> None:
    alone, store = clips_beside({"input": place / "out"}, None), Store(place / "store")
    outcome = score_clips(place / "out", alone, store, ["entropy"])
    assert set(scores(store, outcome.keys, per_image=True)) == {"city", "walk"}
    with pytest.raises(UsageError, match="there are no targets"):
        score_clips(place / "out", alone, store, [])


def test_folders_of_clips_are_known(place: Path) -> None:
    assert holds_clips(place / "out")
    assert not holds_clips(place / "out" / "walk")
    (place / "videos").mkdir()
    (place / "videos" / "run.mp4").touch()
    with pytest.raises(ImageError, match=r"run\.mp4 is a video, which is not read"):
        holds_clips(place / "videos")
