"""The sets as published, from the mirror."""

import numpy as np
import pytest

from iqabench.degradations.bicubic import bicubic, imresize
from iqabench.degradations.bicubic_float import bicubic_float
from iqabench.sets import load_set
from iqabench.sets.verify import verify

MIRRORED = [("set5", 2), ("set5", 3), ("set5", 4), ("set14", 4)]


@pytest.mark.usefixtures("mirror")
@pytest.mark.parametrize(("name", "scale"), MIRRORED)
def test_published_inputs_are_what_imresize_makes(name: str, scale: int) -> None:
    loaded = load_set(name, scale)
    assert len(loaded) == {"set5": 5, "set14": 14}[name]
    for ref in loaded:
        sample = ref.load()
        assert sample.target is not None
        assert int((sample.input != imresize(sample.target, 1 / scale)).sum()) == 0, ref.name
    assert {row.state for row in verify(name) if f"x{scale}." in row.file} == {"ok"}


@pytest.mark.usefixtures("mirror")
def test_inputs_of_resshift_are_bicubic_of_floats_rounded_once() -> None:
    """One value of 196,608 is another by one level; with two roundings, as in set5, it is one in ten."""
    kinds = (bicubic, bicubic_float)
    differences: list[list[int]] = [[], []]
    for ref in load_set("imagenet-bicubic16", 4):
        sample = ref.load()
        assert sample.target is not None
        for kind, found in zip(kinds, differences, strict=True):
            made = kind(sample.target, scale=4).astype(int)
            found.extend(np.abs(made - sample.input).ravel().tolist())
    twice, once = differences
    assert len(once) == 196_608
    assert sum(once) == max(once) == 1
    assert np.count_nonzero(twice) == 20_227


@pytest.mark.usefixtures("mirror")
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_the_inputs_of_rcan_are_of_an_imresize_that_clamps(scale: int) -> None:
    """Their targets are those of set5."""
    for ref, same in zip(load_set("set5_rcan", scale), load_set("set5", scale), strict=True):
        sample, other = ref.load(), same.load()
        assert sample.target is not None
        assert other.target is not None
        assert np.array_equal(sample.target, other.target)
        assert np.array_equal(sample.input, imresize(sample.target, 1 / scale, edge="clamp"))


@pytest.mark.usefixtures("mirror")
@pytest.mark.parametrize(
    ("name", "scale", "psnr"),
    [
        ("set5", 2, 33.6614),
        ("set5", 3, 30.3922),
        ("set5", 4, 28.4207),
        ("set14", 4, 26.0001),  # only if 'bridge' counts as the grey image that it was
    ],
)
def test_the_luma_domain_gives_the_published_bicubic_row(
    name: str, scale: int, psnr: float
) -> None:
    found = []
    for ref in load_set(name, scale):
        sample = ref.load("luma")
        assert sample.target is not None
        output = np.floor(np.clip(imresize(sample.input, scale), 0, 255) + 0.5)
        error = (output - sample.target)[scale:-scale, scale:-scale]
        found.append(10 * np.log10(255**2 / np.mean(error**2)))
    assert np.mean(found) == pytest.approx(psnr, abs=5e-5)
