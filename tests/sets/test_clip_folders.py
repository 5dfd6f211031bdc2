"""Folders of clips: their tasks, their first frames, and what lies in them by mistake."""

from pathlib import Path

import pytest

from iqabench.errors import SetError
from iqabench.order import order_trouble
from iqabench.sets import load_set
from iqabench.sets.first_frames import first_frames

from .conftest import picture, write


def clip(folder: Path, frames: int, side: int = 8, first: int = 1) -> None:
    for t in range(first, first + frames):
        write(folder / f"frame_{t}.png", picture(side, side, seed=t))


@pytest.mark.parametrize(
    ("given", "wanted", "scale", "task"),
    [
        (3, 3, 4, "video_sr"),
        (3, 5, 4, "space_time_sr"),
        (3, 5, 1, "blurry_interpolate"),
        (2, 1, 1, "interpolate"),
        (3, 3, 1, "restore"),
        (3, 4, 4, "video_sr"),
    ],
)
def test_the_numbers_of_frames_tell_the_task(
    tmp_path: Path, given: int, wanted: int, scale: int, task: str
) -> None:
    clip(tmp_path / "input" / "walk", given)
    clip(tmp_path / "target" / "walk", wanted, 8 * scale)
    loaded = load_set(str(tmp_path))
    assert (loaded.task, loaded.scale) == (task, scale)
    if (given, wanted) == (3, 4):
        with pytest.raises(SetError, match=r"differ in length \(input 3, target 4 frames\)"):
            loaded.samples[0].load()
    else:
        assert len(loaded.samples[0].load().parts["target"]) == wanted


def test_targets_of_clips_get_inputs_and_frames_their_natural_order(tmp_path: Path) -> None:
    clip(tmp_path / "target" / "walk", 12)
    loaded = load_set(str(tmp_path))
    assert (loaded.task, loaded.level) == ("video_sr", "x4")
    sample = loaded.samples[0].load()
    assert sample.parts["input"].shape == (12, 2, 2, 3)
    assert (sample.parts["target"][9] == picture(8, 8, seed=10)).all()


def test_the_first_frames_are_a_set_of_their_own(tmp_path: Path) -> None:
    clip(tmp_path / "input" / "walk", 3)
    clip(tmp_path / "target" / "walk", 5)
    whole = load_set(str(tmp_path))
    cut = load_set(f"{tmp_path}-first-2")
    assert (cut.name, cut.hash != whole.hash) == (f"{whole.name}-first-2", True)
    assert cut == first_frames(whole, 2)
    assert load_set(cut.address) == cut
    assert [len(places) for places in cut.samples[0].files.values()] == [2, 3]
    assert first_frames(whole, 9) is whole
    clip(tmp_path / "input" / "odd", 2)
    clip(tmp_path / "target" / "odd", 1)
    with pytest.raises(SetError, match="the target of 'odd' has 1 frame and its input 2"):
        first_frames(load_set(str(tmp_path)), 1)
    write(tmp_path / "photos" / "a.png", picture(8, 8))
    with pytest.raises(SetError, match="has no clips whose frames are files"):
        load_set(f"{tmp_path}/photos-first-2")


def test_what_is_no_frame_is_named(tmp_path: Path) -> None:
    clip(tmp_path / "target" / "walk", 3)
    (tmp_path / "target" / "void").mkdir()
    (tmp_path / "target" / "run.mp4").touch()
    (tmp_path / "target" / "walk" / "walk.MOV").touch()
    video, among, empty = load_set(str(tmp_path)).missing
    assert "run.mp4 is a video, which is not read: write the frames of it into a folder" in video
    assert among.endswith("walk.MOV is a video among frames and is not read: take it out")
    assert empty.endswith("void holds no frames: put them there, or delete it")
    with pytest.raises(SetError, match=r"run\.mp4 is a file; .*run\.mp4 is a video"):
        load_set(str(tmp_path / "target" / "run.mp4"))
    with pytest.raises(SetError, match=r"If each is a clip, move them into .*target/target"):
        load_set(str(tmp_path / "target"))


def test_a_frame_of_another_size_is_named(tmp_path: Path) -> None:
    clip(tmp_path / "target" / "walk", 3)
    write(tmp_path / "target" / "walk" / "frame_2.png", picture(8, 12))
    with pytest.raises(
        SetError, match=r"frame_2\.png is 12x8, 3 bands, uint8, and 2 of 3 are 8x8, 3 bands"
    ):
        load_set(str(tmp_path)).samples[0].load()


def test_a_file_without_a_number_has_no_place_among_frames() -> None:
    trouble = order_trouble(["1.png", "2.png", "mask.png"])
    assert trouble.startswith("mask.png has no number, as the other 2 files have")
    assert order_trouble(["a.png", "b.png", "1.png"]) == ""
