"""The match of brightness, outputs that are cut off, and sides cropped to multiples."""

from typing import Any

import numpy as np
import pytest

from iqabench.errors import ImageError, UsageError
from iqabench.images import quantise, view
from iqabench.images.rounding import truncate
from iqabench.metrics import column
from iqabench.protocol import Protocol
from iqabench.protocols import protocol

WEIGHTS = np.array([0.299, 0.587, 0.114])


def noisy(*shape: int, seed: int = 0, high: int = 256) -> Any:
    return np.random.default_rng(seed).integers(0, high, shape, dtype=np.uint8)


@pytest.mark.parametrize(
    ("name", "luma"),
    [
        ("lol-gtmean", lambda image: image @ WEIGHTS),
        ("lol-gtmean-swapped", lambda image: image @ WEIGHTS[::-1]),
        ("lol-gtmean-rounded", lambda image: np.rint(image @ WEIGHTS)),
    ],
)
def test_outputs_are_matched_to_the_brightness_of_their_target(name: str, luma: Any) -> None:
    output, target = noisy(40, 50, 3, high=90), noisy(40, 50, 3, seed=1)
    pair = view(protocol(name), output, target)
    factor = luma(target).mean() / luma(output).mean()
    assert pair.output == pytest.approx(np.clip(output * factor, 0, 255), abs=1e-9)
    assert np.array_equal(pair.target, target)


def test_the_three_matches_differ() -> None:
    output, target = noisy(40, 50, 3, high=90), noisy(40, 50, 3, seed=1)
    names = ("lol-gtmean", "lol-gtmean-swapped", "lol-gtmean-rounded")
    assert len({float(view(protocol(n), output, target).output.sum()) for n in names}) == 3


def test_black_images_cannot_be_matched() -> None:
    image, black = noisy(12, 12, 3), np.zeros((12, 12, 3), np.uint8)
    with pytest.raises(ImageError, match="the output is black"):
        view(protocol("lol-gtmean"), black, image)
    with pytest.raises(ImageError, match="the target is black"):
        view(protocol("lol-gtmean"), image, black)


def test_metrics_without_a_target_refuse_a_match() -> None:
    with pytest.raises(UsageError, match="niqe compares with no target"):
        column("niqe@lol-gtmean")


def test_fractions_are_cut_off() -> None:
    output = np.array([[[0.9], [1.0], [254.99], [300.0], [-3.0]]])
    assert truncate(output).ravel().tolist() == [0, 1, 254, 255, 0]
    pair = view(protocol("prenet-y"), np.full((8, 8, 3), 7.99), np.full((8, 8, 3), 7, np.uint8))
    assert np.array_equal(pair.output, pair.target)
    with pytest.raises(ImageError, match="NaN"):
        truncate(np.array([[[np.nan]]]))


def test_floats_are_clipped_and_not_rounded() -> None:
    output = np.array([[[-4.0] * 3, [7.25] * 3, [260.0] * 3]])
    pair = view(protocol("rgb-float"), output, quantise(output))
    assert pair.output[0, :, 0].tolist() == [0, 7.25, 255]


@pytest.mark.parametrize(("crop_from", "first"), [("centre", (6, 2)), ("corner", (0, 0))])
def test_sides_are_cropped_to_multiples(crop_from: str, first: tuple[int, int]) -> None:
    facts = {**protocol("allinone-rgb").model_dump(), "crop_from": crop_from}
    image = noisy(61, 36, 3)
    pair = view(Protocol(**facts), image, image)
    top, left = first
    assert np.array_equal(pair.output, image[top : top + 48, left : left + 32])


def test_an_image_smaller_than_the_multiple_is_refused() -> None:
    image = noisy(15, 40, 3)
    with pytest.raises(ImageError, match="crops its sides to multiples of 16"):
        view(protocol("allinone-rgb"), image, image)
