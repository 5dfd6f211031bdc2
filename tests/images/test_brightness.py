"""The match of brightness, outputs that are cut off, and sides cropped to multiples."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from skimage.metrics import structural_similarity

from iqabench.errors import FactsError, ImageError, MetricError, UsageError
from iqabench.images import quantise, view
from iqabench.images.rounding import truncate
from iqabench.metrics import column
from iqabench.protocol import Protocol
from iqabench.protocols import protocol

skimage_ssim: Callable[..., Any] = structural_similarity
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


def test_gsad_cuts_the_matched_output_off() -> None:
    output, target = noisy(40, 50, 3, high=90), noisy(40, 50, 3, seed=1)
    means = [
        cv2.cvtColor(i.astype(np.float32), cv2.COLOR_RGB2GRAY).mean() for i in (target, output)
    ]
    expected = np.clip(output * (means[0] / means[1]), 0, 255).astype(np.uint8)
    pair = view(protocol("lol-gsad"), output, target)
    assert np.array_equal(pair.output, expected)
    assert column("ssim@lol-gsad")(output, target) == pytest.approx(
        skimage_ssim(expected, target, channel_axis=2), abs=1e-10
    )


def test_llflow_brings_the_mean_of_all_channels_to_swapped_luma() -> None:
    target = noisy(40, 50, 3, seed=1)
    output = noisy(40, 50, 3, high=90).astype(np.float64) + 0.4
    output[0] = 300.0
    wanted = cv2.cvtColor(target.astype(np.float32), cv2.COLOR_BGR2GRAY).mean()
    expected = np.clip(output * (wanted / output.mean()), 0, 255).astype(np.uint8)
    assert np.array_equal(view(protocol("lol-llflow"), output, target).output, expected)
    grey = [cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) for image in (expected, target)]
    assert column("ssim@lol-llflow")(output, target) == pytest.approx(
        skimage_ssim(*grey), abs=1e-10
    )


def test_grey_similarity_asks_for_8_bits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    facts = "version: 1, summary: a, source: b, channels: rgb, quantise: false, ssim: {grey: true}"
    file.write_text(f"- {{name: odd, {facts}}}\n")
    monkeypatch.setenv("IQABENCH_PROTOCOLS", str(file))
    image = noisy(40, 50, 3)
    with pytest.raises(MetricError, match="makes images of 8 bits grey"):
        column("ssim@odd")(image.astype(np.float32), image)
    assert column("ssim@odd")(image, image) == 1


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


def test_a_cut_without_a_match_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    facts = "version: 1, summary: a, source: b, channels: rgb, cut_matched: true"
    file.write_text(f"- {{name: odd, {facts}}}\n")
    monkeypatch.setenv("IQABENCH_PROTOCOLS", str(file))
    with pytest.raises(FactsError, match="cut_matched is defined for outputs"):
        protocol("odd")
