"""The view of each protocol, and the images that it refuses."""

import numpy as np
import pytest
from numpy.typing import NDArray

from iqabench.errors import ImageError
from iqabench.images import Pair, quantise, view
from iqabench.protocol import Protocol
from iqabench.protocols import protocol, protocols

NAMES = [f"{p.name}:x" if p.argument else p.name for p in protocols().values()]
"""Every protocol, as a column names it."""


def noisy(*shape: int, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def seen(name: str, output: NDArray[np.uint8], target: NDArray[np.uint8], scale: int = 1) -> Pair:
    return view(protocol(name), output, target, scale)


@pytest.mark.parametrize(
    ("name", "scale", "border"),
    [("sr-y", 4, 4), ("sr-rgb", 3, 3), ("rgb", 4, 0), ("ntire2017-rgb", 4, 10), ("y-full", 2, 2)],
)
def test_the_border_is_left_out(name: str, scale: int, border: int) -> None:
    output, target = noisy(40, 50, 3), noisy(40, 50, 3, seed=1)
    pair = seen(name, output, target, scale)
    assert pair.shape[:2] == (40 - 2 * border, 50 - 2 * border)
    inner = (slice(border, 40 - border), slice(border, 50 - border))
    again = view(
        protocol(name).model_copy(update={"shave_scales": 0, "shave_pixels": 0}),
        output[inner],
        target[inner],
    )
    assert np.array_equal(pair.output, again.output)
    assert np.array_equal(pair.target, again.target)


def test_rgb_is_compared_as_it_is() -> None:
    output, target = noisy(8, 9, 3), noisy(8, 9, 3, seed=1)
    pair = seen("rgb", output, target)
    assert np.array_equal(pair.output, output)
    assert np.array_equal(pair.target, target)
    assert pair.output.dtype == np.uint8
    assert (pair.unit, pair.offset) == (1.0, 0.0)


@pytest.mark.parametrize("name", ["sr-y", "y-full"])
def test_luma_is_not_rounded(name: str) -> None:
    output, target = noisy(8, 9, 3), noisy(8, 9, 3, seed=1)
    weights = np.array([0.299, 0.587, 0.114])
    swing, offset = (1.0, 0.0) if name == "y-full" else (219 / 255, 16.0)
    pair = seen(name, output, target, 0)
    for ours, image in ((pair.output, output), (pair.target, target)):
        assert ours.shape == (8, 9, 1)
        assert ours[:, :, 0] == pytest.approx(image @ weights * swing + offset, abs=2e-5)


def test_rounded_luma_is_8_bits_and_halves_go_up() -> None:
    output, target = noisy(8, 9, 3), noisy(8, 9, 3, seed=1)
    pair = seen("y-rounded", output, target, 0)
    exact = output.astype(np.int64) @ np.array([299, 587, 114])
    assert pair.output.dtype == np.uint8
    assert np.array_equal(pair.output[:, :, 0], (219 * exact + 4_207_500) // 255_000)
    halves = {"channels": "luma-full", "shave_scales": 0}
    levels = np.array([[[0, 0, 250], [50, 50, 0], [255, 255, 255]]], np.uint8)
    full = view(protocol("y-rounded").model_copy(update=halves), levels, levels)
    assert full.output[0, :, 0].tolist() == [29, 44, 255]  # 28.5, 44.3, 255


@pytest.mark.parametrize("name", ["sr-y", "y-rounded", "y-full"])
def test_luma_of_grey_is_that_of_three_equal_channels(name: str) -> None:
    grey, colour = noisy(8, 9, 1), noisy(8, 9, 3, seed=1)
    expanded = np.repeat(grey, 3, axis=2)
    one, three = seen(name, grey, colour, 0), seen(name, expanded, colour, 0)
    assert np.array_equal(one.output, three.output)
    assert np.array_equal(one.target, three.target)


def test_a_grey_output_of_a_colour_target_is_expanded() -> None:
    grey, colour = noisy(8, 9, 1), noisy(8, 9, 3, seed=1)
    assert seen("rgb", grey, colour).shape == (8, 9, 3)
    assert seen("rgb", colour, grey).shape == (8, 9, 3)
    assert seen("rgb", grey, grey).shape == (8, 9, 1)


def test_a_grey_protocol_takes_grey_alone() -> None:
    grey, colour = noisy(8, 9, 1), noisy(8, 9, 3)
    assert seen("grey", grey, grey).shape == (8, 9, 1)
    with pytest.raises(ImageError, match="'grey' compares one-channel images; the output has 3"):
        seen("grey", colour, grey)


@pytest.mark.parametrize("name", NAMES)
def test_sizes_are_never_fitted(name: str) -> None:
    channels = 1 if protocol(name).channels == "grey" else 3
    with pytest.raises(ImageError, match="the output is 9x8, its target 8x9"):
        seen(name, noisy(8, 9, channels), noisy(9, 8, channels))


def test_something_must_be_left() -> None:
    assert seen("sr-y", noisy(9, 9, 3), noisy(9, 9, 3), 4).shape == (1, 1, 1)
    with pytest.raises(ImageError, match="20x8 has nothing left after protocol 'sr-y' shaves 4"):
        seen("sr-y", noisy(8, 20, 3), noisy(8, 20, 3), 4)


def test_a_scale_below_zero_leaves_nothing_out() -> None:
    """It would leave the lower right corner, of as many pixels as the scale."""
    image = np.zeros((9, 9, 3), np.uint8)
    with pytest.raises(
        ImageError, match="the scale is -4; a border of -4 pixels cannot be left out"
    ):
        view(protocol("sr-y"), image, image, -4)


def test_outputs_are_rounded_half_up_and_clipped() -> None:
    values = np.array([-3.0, 0.49, 0.5, 1.5, 2.5, 254.5, 260.0])[None, :, None]
    assert quantise(values).ravel().tolist() == [0, 0, 1, 2, 3, 255, 255]
    assert quantise(values).dtype == np.uint8
    eight_bit = noisy(3, 3, 3)
    assert quantise(eight_bit) is eight_bit


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_refused(bad: float) -> None:
    values = np.full((4, 4, 3), 7.0)
    values[1, 2, 0] = bad
    with pytest.raises(ImageError, match="NaN or infinite"):
        view(protocol("rgb"), values, noisy(4, 4, 3))


@pytest.mark.parametrize("name", ["rgb", "sr-y", "y-rounded"])
def test_a_protocol_may_leave_outputs_unrounded(name: str) -> None:
    loose: Protocol = protocol(name).model_copy(update={"quantise": False, "shave_scales": 0})
    output, target = noisy(8, 9, 3) + 0.25, noisy(8, 9, 3, seed=1)
    pair, rounded = view(loose, output, target), view(protocol(name), output, target, 0)
    swing = {"rgb": 1.0, "sr-y": 219 / 255}.get(name)
    if swing is None:
        assert pair.output.dtype == np.uint8
    else:
        assert pair.output - rounded.output == pytest.approx(0.25 * swing, abs=3e-5)
    assert pair.target == pytest.approx(rounded.target, abs=3e-5)


def test_luma_that_is_not_rounded_is_clipped_to_its_swing() -> None:
    output = np.full((6, 6, 3), 300.0)
    output[:3] = -20
    pair = view(protocol("y-float"), output + 0.25, noisy(6, 6, 3), 1)
    assert (pair.output[:2] == 16).all()
    assert (pair.output[2:] == 235).all()
    middle = view(protocol("y-float"), np.full((6, 6, 3), 100.25), noisy(6, 6, 3), 1)
    assert middle.output == pytest.approx(100.25 * 219 / 255 + 16)


def test_images_are_left_alone() -> None:
    output, target = noisy(32, 32, 3), noisy(32, 32, 3, seed=1)
    for image in (output, target):
        image.setflags(write=False)
    for name in set(NAMES) - {"grey", "bicubic-2014", "rgb-mask"}:
        pair = seen(name, output, target)
        assert pair.output.shape == pair.target.shape == pair.shape
