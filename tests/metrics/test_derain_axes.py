"""Each habit of an evaluation of deraining, on what PReNet makes of a real rainy image."""

import os
from pathlib import Path

import numpy as np
import pytest

import iqabench
from iqabench.images import Case, Image, read_image
from iqabench.metrics import column
from iqabench.metrics.core.column import Column, scores
from iqabench.models.core.load import load_model
from iqabench.models.core.restore import restore
from iqabench.sets.manifest import read_manifest

from .derain_axes import axes

Restored = tuple[Image, Image]


def first_pair(mirror: str) -> tuple[Image, Image]:
    """Return the first input and target of Rain100H that the mirror has."""
    manifest = Path(iqabench.__file__).parent / "sets" / "manifests" / "rain100h.csv"
    pairs: dict[str, dict[str, Path]] = {}
    for line in read_manifest(manifest):
        for root in mirror.split(os.pathsep):
            path = Path(root, "sha256", line.sha256[:2], line.sha256)
            if path.is_file():
                pairs.setdefault(line.sample, {})[line.role] = path
    for paths in pairs.values():
        if len(paths) == 2:
            return read_image(paths["input"]), read_image(paths["target"])
    pytest.skip("NO FILES: the mirror has no pair of Rain100H")


@pytest.fixture(scope="module")
def found() -> dict[str, Restored]:
    """A place for the output of the network, which the first test fills."""
    return {}


@pytest.fixture
def restored(found: dict[str, Restored], mirror: str) -> Restored:
    """Return an output, as floats, and its target: the upper left of the first image that is here."""
    if not found:
        rain, clean = (image[:96, :128] for image in first_pair(mirror))
        found["pair"] = (restore(load_model("prenet", 1), rain).image, clean)
    return found["pair"]


@pytest.mark.parametrize("name", list(axes()))
def test_a_habit_costs_what_a_plain_program_says(name: str, restored: Restored) -> None:
    axis, (output, target) = axes()[name], restored
    assert output.dtype != np.uint8
    psnr = column("psnr@prenet-y").metric
    here = scores([Column(psnr, axis.protocol)], Case(output, target, 1))[0]
    plain = axis.plain(output.astype(np.float64) / 255, target.astype(np.float64) / 255)
    assert here == pytest.approx(plain, abs=1e-5)


def test_no_two_habits_give_the_same_figure(restored: Restored) -> None:
    output, target = (image.astype(np.float64) / 255 for image in restored)
    values = [axis.plain(output, target) for axis in axes().values()]
    assert len({round(value, 3) for value in values}) == len(values)
