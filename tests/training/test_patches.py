"""Patches at other scales and sizes, and the photographs they come from."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from iqabench.degradations.bicubic import imresize
from iqabench.images import read_image, write_image
from iqabench.training.patches import scale_of, tensors
from iqabench.training.photographs import photographs
from iqabench.training.validation import validate


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_inputs_are_the_targets_made_small(photos: Path, tmp_path: Path, scale: int) -> None:
    found = photographs(photos)
    learned, held = found.patches(tmp_path / "work", scale=scale, side=20, per_copy=3)
    assert scale_of(learned) == scale
    assert learned["input"].shape[1:] == (20, 20, 3)
    assert learned["target"].shape[1:] == (20 * scale, 20 * scale, 3)
    photo = read_image(found.held[0])
    height, width = (n - n % scale for n in photo.shape[:2])
    small = imresize(photo[:height, :width], 1 / scale)
    windows = np.lib.stride_tricks.sliding_window_view(small, (20, 20, 3))[:, :, 0]
    places = np.argwhere((windows == held["input"][0]).all(axis=(2, 3, 4)))
    assert len(places) == 1
    y, x = places[0] * scale
    assert np.array_equal(photo[y : y + 20 * scale, x : x + 20 * scale], held["target"][0])


def test_files_are_told_apart_by_what_they_were_cut_with(photos: Path, tmp_path: Path) -> None:
    found = photographs(photos)
    for more in ({}, {"scale": 2}, {"side": 32}, {"seed": 1}, {"per_copy": 2}):
        found.patches(tmp_path, **{"per_copy": 3, **more})
    assert len(list(tmp_path.glob("learned_*.patches"))) == 5
    write_image(photos / "c.png", np.flip(read_image(photos / "c.png"), 0))
    other = photographs(photos)
    assert other.sha256 != found.sha256
    other.patches(tmp_path, per_copy=3)
    assert len(list(tmp_path.glob("learned_*.patches"))) == 6


def test_the_photographs_hash_is_of_names_and_contents(photos: Path, tmp_path: Path) -> None:
    first = photographs(photos)
    assert first.facts == {"number": 3, "sha256": first.sha256}
    moved = tmp_path / "elsewhere"
    photos.rename(moved)
    assert photographs(moved).sha256 == first.sha256
    (moved / "b.png").rename(moved / "bb.png")
    assert photographs(moved).sha256 != first.sha256


def test_quality_on_patches_by_hand(photos: Path, tmp_path: Path) -> None:
    """The value equals the formula in double precision; the network's outputs are made from the targets."""
    _, held = photographs(photos).patches(tmp_path, scale=2, side=8, per_copy=8)
    _, targets = tensors(held)

    class Off(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.at = 0
            self.drop = nn.Dropout(0.9)  # heard of only if it were in training

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            assert not self.training
            self.at += len(x)
            return targets[self.at - len(x) : self.at] * 0.9 + 0.05 + 10 / 255

    errors = (targets * 0.9 + 0.05 + 10 / 255) * 255
    errors = errors.round().clamp(0, 255) - targets * 255
    luma = (errors * torch.tensor([65.481, 128.553, 24.966]).view(3, 1, 1) / 255).sum(1)
    mse = luma[:, 2:-2, 2:-2].double().square().mean((1, 2))
    expected = (10 * torch.log10(255**2 / mse)).mean().item()
    module = Off()
    assert validate(module, held) == pytest.approx(expected, abs=1e-4)
    assert module.training
