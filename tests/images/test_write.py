"""Images on disk: complete, or not at all."""

import errno
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from iqabench.errors import ImageError
from iqabench.images import read_image, write_image


@pytest.mark.parametrize("channels", [1, 3])
def test_what_is_written_is_read_again(tmp_path: Path, channels: int) -> None:
    image = np.random.default_rng(0).integers(0, 256, (11, 13, channels), dtype=np.uint8)
    path = tmp_path / "new" / "folder" / "a.png"
    write_image(path, image)
    assert np.array_equal(read_image(path), image)


def test_floats_are_rounded_half_up_and_clipped(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png", np.array([[[-5.0], [0.5], [254.5], [300.0]]]))
    assert read_image(tmp_path / "a.png").ravel().tolist() == [0, 1, 255, 255]


def test_a_file_that_stands_there_is_replaced(tmp_path: Path) -> None:
    for level in (1, 2):
        write_image(tmp_path / "a.png", np.full((3, 3, 3), level, np.uint8))
    assert read_image(tmp_path / "a.png").max() == 2
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_others_may_read_it(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    write_image(tmp_path / "a.png", np.zeros((3, 3, 3), np.uint8))
    assert (tmp_path / "a.png").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.png"
    write_image(path, np.zeros((3, 3, 3), np.uint8))

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ImageError, match=r"a\.png cannot be written: No space left on device"):
        write_image(path, np.ones((3, 3, 3), np.uint8))
    assert read_image(path).max() == 0
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_a_place_that_is_no_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ImageError, match="cannot be written"):
        write_image(tmp_path / "file" / "a.png", np.zeros((3, 3, 3), np.uint8))


def test_nan_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="NaN"):
        write_image(tmp_path / "a.png", np.full((3, 3, 3), np.nan))
    assert not list(tmp_path.iterdir())
