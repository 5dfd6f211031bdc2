from pathlib import Path

import cv2
import numpy as np
import pytest

from iqabench.degradations.bicubic import imresize
from iqabench.errors import ImageError, PairingError, SetError
from iqabench.sets import load_set

from .conftest import picture, write


def test_a_folder_of_targets_gets_bicubic_inputs(tmp_path: Path) -> None:
    pixels = picture(33, 46)
    write(tmp_path / "photos" / "b.png", pixels)
    write(tmp_path / "photos" / "a.png", picture(16, 16, 1))
    (tmp_path / "photos" / "notes.txt").write_text("no image")
    loaded = load_set(str(tmp_path / "photos"))
    assert (loaded.name, loaded.task, loaded.level, loaded.scale) == ("photos", "sr", "x4", 4)
    assert [ref.name for ref in loaded] == ["a", "b"]
    sample = loaded.samples[1].load()
    assert sample.target is not None
    assert np.array_equal(sample.target, pixels[:32, :44])
    assert np.array_equal(sample.input, imresize(pixels[:32, :44], 1 / 4))
    assert load_set(str(tmp_path / "photos"), 3).samples[1].load().input.shape == (11, 15, 3)


def test_the_level_behind_an_at(tmp_path: Path) -> None:
    write(tmp_path / "photos" / "a.png", picture(12, 12))
    noisy = load_set(f"{tmp_path}/photos@n25")
    assert (noisy.task, noisy.level, noisy.scale, noisy.protocol) == ("denoise", "n25", 1, "rgb")
    assert noisy.samples[0].load().input.dtype == np.float64
    coded = load_set(f"{tmp_path}/photos@q10")
    assert (coded.task, coded.level) == ("jpeg", "q10")
    assert load_set(f"{tmp_path}/photos@x2").samples[0].load().input.shape == (6, 6, 3)
    assert len({s.hash for s in (noisy, coded, load_set(f"{tmp_path}/photos"))}) == 3
    with pytest.raises(SetError, match="has the level x2, and the scale 3"):
        load_set(f"{tmp_path}/photos@x2", 3)


def test_at_scale_one_nothing_is_degraded(tmp_path: Path) -> None:
    write(tmp_path / "a.png", picture(9, 7))
    sample = load_set(str(tmp_path), 1).samples[0].load()
    assert sample.target is not None
    assert np.array_equal(sample.input, sample.target)


@pytest.mark.parametrize(("suffix", "scale"), [("", 2), ("x2", 2), ("_x3", 3), ("", 1)])
def test_pairs_know_their_scale(tmp_path: Path, suffix: str, scale: int) -> None:
    target, given = picture(6 * scale, 8 * scale), picture(6, 8, seed=1)
    write(tmp_path / "target" / "a.png", target)
    write(tmp_path / "input" / f"a{suffix}.png", given)
    loaded = load_set(str(tmp_path))
    assert (loaded.scale, len(loaded)) == (scale, 1)
    sample = loaded.samples[0].load()
    assert sample.target is not None
    assert np.array_equal(sample.input, given)
    assert np.array_equal(sample.target, target)


def test_a_pair_of_another_scale_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "target" / "a.png", picture(12, 12))
    write(tmp_path / "input" / "a.png", picture(6, 6))
    (ref,) = load_set(str(tmp_path), 4).samples
    with pytest.raises(SetError, match=r"input/a\.png is 6x6 and .*target/a\.png.*expected 24x24"):
        ref.load()


def test_without_a_partner_only_that_sample_fails(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(tmp_path / "target" / f"{name}.png", picture(8, 8))
    for name in ("b", "c"):
        write(tmp_path / "input" / f"{name}.png", picture(4, 4))
    loaded = load_set(str(tmp_path))
    assert [ref.name for ref in loaded] == ["a", "b", "c"]
    assert all(ref.has_target for ref in loaded)
    with pytest.raises(SetError, match="'a' has no input: "):
        loaded.samples[0].load()
    with pytest.raises(SetError, match="'c' has no target: "):
        loaded.samples[2].load()
    assert loaded.samples[1].load().input.shape == (4, 4, 3)


def test_inputs_alone(tmp_path: Path) -> None:
    write(tmp_path / "input" / "a.png", picture(8, 8))
    loaded = load_set(str(tmp_path), 3)
    assert loaded.scale == 3
    assert not loaded.samples[0].has_target
    assert loaded.samples[0].load().target is None


def test_an_unreadable_image_is_an_error_of_its_sample(tmp_path: Path) -> None:
    write(tmp_path / "a.png", picture(8, 8))
    (tmp_path / "b.png").write_bytes(b"")
    cv2.imwrite(str(tmp_path / "c.png"), np.zeros((8, 8, 3), np.uint16))
    loaded = load_set(str(tmp_path), 2)
    assert loaded.samples[0].load().target is not None
    with pytest.raises(ImageError, match=r"b\.png is an empty file"):
        loaded.samples[1].load()
    with pytest.raises(ImageError, match=r"c\.png has more than 8 bits"):
        loaded.samples[2].load()
    assert len(loaded.hash) == 12


def test_a_changed_image_changes_the_hash(tmp_path: Path) -> None:
    write(tmp_path / "a.png", picture(8, 8))
    before = load_set(str(tmp_path)).hash
    assert load_set(str(tmp_path)).hash == before
    write(tmp_path / "a.png", picture(8, 8, seed=9))
    assert load_set(str(tmp_path)).hash != before


def test_two_images_of_one_name(tmp_path: Path) -> None:
    write(tmp_path / "a.png", picture(8, 8))
    write(tmp_path / "a.bmp", picture(8, 8))
    with pytest.raises(SetError, match=r"two images in .* are called 'a'.*a\.bmp.*a\.png"):
        load_set(str(tmp_path))


def test_no_images(tmp_path: Path) -> None:
    with pytest.raises(SetError, match="there are no images in"):
        load_set(str(tmp_path))


def test_a_folder_never_takes_the_name_of_a_set(in_tmp: Path) -> None:
    write(in_tmp / "set5" / "mine.png", picture(8, 8))
    assert load_set("./set5").name == "folder-set5"


def test_grey_and_colour_may_stand_side_by_side(tmp_path: Path) -> None:
    write(tmp_path / "a.png", picture(8, 8, 1))
    write(tmp_path / "b.png", picture(8, 8, 3))
    loaded = load_set(str(tmp_path), 2)
    assert [ref.load().input.shape for ref in loaded] == [(4, 4, 1), (4, 4, 3)]


@pytest.mark.parametrize("level", ["n12.5x", "x0", "z3", ""])
def test_a_wrong_level_of_a_folder_is_told_with_right_ones(tmp_path: Path, level: str) -> None:
    write(tmp_path / "a.png", picture(8, 8))
    with pytest.raises(
        SetError, match=r"is no level of a folder; expected one such as x4, n25, q10"
    ):
        load_set(f"{tmp_path}@{level}")


def put_pairs(folder: Path, inputs: list[str], targets: list[str]) -> None:
    for role, names, side in (("input", inputs, 4), ("target", targets, 8)):
        for at, name in enumerate(names):
            write(folder / role / f"{name}.png", picture(side, side, seed=at))


def test_one_substitution_pairs_inputs_with_targets_and_is_told(tmp_path: Path) -> None:
    put_pairs(tmp_path, ["rain-1", "rain-2"], ["norain-1", "norain-2"])
    loaded = load_set(str(tmp_path))
    assert [ref.name for ref in loaded] == ["norain-1", "norain-2"]
    assert loaded.samples[1].load().input.shape == (4, 4, 3)
    assert loaded.notes == ("input and target are paired by: 'rain-' -> 'norain-'",)


def test_inputs_that_belong_to_no_target_are_refused_with_the_way_out(tmp_path: Path) -> None:
    put_pairs(tmp_path, ["img_2", "img_3"], ["img"])
    with pytest.raises(
        SetError, match=r"no input belongs to a target .*pairs\.csv, a table"
    ) as one:
        load_set(str(tmp_path))
    assert "--" not in str(one.value)
    (tmp_path / "pairs.csv").write_text("input,target\nimg_2.png,img\nimg_3,img.png\n")
    loaded = load_set(str(tmp_path))
    assert [ref.name for ref in loaded] == ["img_2", "img_3"]
    one_target, other_target = (ref.load().target for ref in loaded)
    assert one_target is not None
    assert other_target is not None
    assert np.array_equal(one_target, other_target)
    (tmp_path / "pairs.csv").write_text("input,target\nimg_2,img\n")
    assert [ref.name for ref in load_set(str(tmp_path)) if not ref.trouble] == ["img"]
    (tmp_path / "pairs.csv").write_text("input,target\nimg_4,img\n")
    with pytest.raises(PairingError, match=r"pairs\.csv, line 2: there is no input 'img_4' in"):
        load_set(str(tmp_path))


def test_files_that_are_not_read_are_named(tmp_path: Path) -> None:
    put_pairs(tmp_path, ["a"], ["a"])
    (tmp_path / "input" / "b.png").symlink_to("nowhere")
    (tmp_path / "target" / "b.npy").write_bytes(b"\x93NUMPY")
    loaded = load_set(str(tmp_path))
    assert [line.partition(" left out ")[2] for line in loaded.missing] == [
        "(links that lead nowhere): b.png",
        "(of a type that is not read): b.npy",
    ]


def test_images_in_folders_below_are_pointed_at(tmp_path: Path) -> None:
    for clip in ("one", "two"):
        write(tmp_path / clip / "a.png", picture(8, 8))
    with pytest.raises(SetError, match="2 folders with 2 images lie in it: name one of them"):
        load_set(str(tmp_path))
    write(tmp_path / "a.png", picture(8, 8))
    (note,) = load_set(str(tmp_path)).notes
    assert "2 folders with 2 images lie in it: they are not read" in note
