"""The alignment of an output with its target, and the metrics that leave out pixels after it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from skimage.metrics import structural_similarity

from iqabench.errors import FactsError, ImageError, MetricError, UsageError
from iqabench.images import Case, Image, view
from iqabench.metrics import any_column, column
from iqabench.metrics.core.column import scores
from iqabench.metrics.core.many import many_attempts
from iqabench.protocols import protocol
from iqabench.run.environment import versions

Pixels = NDArray[np.uint8]
ALIGNED = protocol("realblur-aligned")
of_skimage: Callable[..., Any] = structural_similarity


@pytest.fixture(scope="module")
def scene() -> Pixels:
    """A smooth pattern of 82x74 without a period."""
    noise = np.random.default_rng(2).normal(0, 1, (74, 82, 3))
    smooth = cv2.GaussianBlur(noise, (0, 0), 3)
    levels: Pixels = np.clip(127 + 45 * smooth / smooth.std(), 0, 255).astype(np.uint8)
    return levels


@pytest.fixture(scope="module")
def shifted(scene: Pixels) -> tuple[Pixels, Pixels]:
    """An output that shows the scene 3 pixels further left and 2 further down, darker, and its target."""
    target = scene[5:-5, 5:-5]
    output = scene[3:-7, 8:-2]
    return (output * 0.8 + 0.5).astype(np.uint8), target


@pytest.fixture(scope="module")
def noisy(shifted: tuple[Pixels, Pixels]) -> tuple[Pixels, Pixels]:
    output = shifted[0] + np.random.default_rng(4).normal(0, 6, shifted[0].shape)
    return np.clip(output, 0, 255).astype(np.uint8), shifted[1]


def value(name: str, output: Image, target: Image) -> float:
    return scores([column(name)], Case(output, target, 1))[0]


def test_an_output_that_is_only_shifted_and_darker_nearly_equals_its_target(
    shifted: tuple[Pixels, Pixels],
) -> None:
    assert value("psnr@rgb", *shifted) < 20
    assert value("psnr@realblur-aligned", *shifted) > 33  # the intensity is matched before the move
    assert value("ssim@realblur-aligned", *shifted) > 0.995


def test_pixels_that_the_output_lacks_do_not_count(shifted: tuple[Pixels, Pixels]) -> None:
    pair = view(ALIGNED, *shifted)
    assert pair.inside is not None
    assert not pair.inside[:, :2].any()
    assert not pair.inside[-1:].any()
    assert pair.inside[2:-4, 5:-2].all()
    assert not pair.output[~pair.inside].any()
    assert not pair.target[~pair.inside].any()


def test_errors_are_pooled_over_the_pixels_that_count(noisy: tuple[Pixels, Pixels]) -> None:
    pair = view(ALIGNED, *noisy)
    assert pair.inside is not None
    error = (pair.output - pair.target)[pair.inside]
    assert value("mse@realblur-aligned", *noisy) == pytest.approx((error**2).mean(), rel=1e-12)
    assert value("mae@realblur-aligned", *noisy) == pytest.approx(np.abs(error).mean(), rel=1e-12)
    decibels = 10 * np.log10(255**2 / (error**2).mean())
    assert value("psnr@realblur-aligned", *noisy) == pytest.approx(decibels, rel=1e-12)


def test_similarity_is_the_mean_of_the_map_over_the_pixels_that_count(
    noisy: tuple[Pixels, Pixels],
) -> None:
    pair = view(ALIGNED, *noisy)
    assert pair.inside is not None
    options = {"gaussian_weights": True, "use_sample_covariance": False, "data_range": 255}
    of_map = of_skimage(pair.output, pair.target, channel_axis=2, full=True, **options)[1]
    inner = (slice(5, -5), slice(5, -5))
    expected = of_map[inner][pair.inside[inner]].mean()
    assert value("ssim@realblur-aligned", *noisy) == pytest.approx(expected, abs=1e-12)


def test_intensity_is_matched_over_all_pixels_and_channels(scene: Pixels) -> None:
    target = (scene * np.array([0.9, 0.7, 0.5])).astype(np.uint8)
    output = target // 2
    x, z = target.astype(float), output.astype(float)
    factor = (x * z).sum() / (z * z).sum()
    inner = (slice(20, -20), slice(20, -20))
    aligned = view(ALIGNED, output, target).output[inner]
    assert aligned == pytest.approx(z[inner] * factor, abs=1)


def test_identical_images_have_no_error(scene: Pixels) -> None:
    assert value("ssim@realblur-aligned", scene, scene) == pytest.approx(1, abs=1e-6)
    assert value("psnr@realblur-aligned", scene, scene) > 60


def test_grey_images_are_aligned_too(noisy: tuple[Pixels, Pixels]) -> None:
    grey = [image[..., 1:2] for image in noisy]
    assert value("psnr@realblur-aligned", *grey) > value("psnr@rgb", *grey) + 5
    as_colour = np.repeat(grey[0], 3, 2)
    expected = value("psnr@realblur-aligned", as_colour, np.repeat(grey[1], 3, 2))
    assert value("psnr@realblur-aligned", *grey) == pytest.approx(expected, abs=1e-2)
    assert value("psnr@realblur-aligned", as_colour, grey[1]) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("level", "reason"),
    [(0, "the output is black"), (90, "the search for a homography ended with 'NaN encountered'")],
)
def test_a_constant_output_cannot_be_aligned(scene: Pixels, level: int, reason: str) -> None:
    with pytest.raises(ImageError, match=reason):
        view(ALIGNED, np.full_like(scene, level), scene)


def test_images_of_other_content_cannot_be_aligned(scene: Pixels) -> None:
    with pytest.raises(ImageError, match=r"ended with 'The algorithm stopped .*\(OpenCV \d"):
        view(ALIGNED, 255 - scene, scene)


def test_sizes_must_agree_and_hold_a_window(scene: Pixels) -> None:
    with pytest.raises(ImageError, match="never resized to fit"):
        view(ALIGNED, scene[:-1], scene)
    with pytest.raises(MetricError, match="needs at least 11 pixels a side"):
        value("ssim@realblur-aligned", scene[:10], scene[:10])


@pytest.mark.parametrize("name", ["lpips", "ms_ssim", "gmsd", "ssim_3d"])
def test_a_metric_that_cannot_leave_pixels_out_says_so(name: str) -> None:
    with pytest.raises(UsageError, match=f"which {name} cannot do; expected one of ssim, "):
        column(f"{name}@realblur-aligned")


@pytest.mark.parametrize("name", ["niqe", "fid"])
@pytest.mark.parametrize("of", ["realblur-aligned", "lol-gtmean"])
def test_a_metric_without_pairs_says_so(name: str, of: str) -> None:
    with pytest.raises(UsageError, match=f"expected {name}@rgb"):
        any_column(f"{name}@{of}")


def test_colour_metrics_of_a_default_protocol_are_not_aligned() -> None:
    assert column("lpips", "realblur-aligned").name == "lpips@rgb"
    assert column("ssim", "realblur-aligned").name == "ssim@realblur-aligned"


def test_batches_leave_the_same_pixels_out(noisy: tuple[Pixels, Pixels]) -> None:
    columns = [column("psnr@realblur-aligned"), column("ssim@realblur-aligned")]
    case = Case(*noisy, 1)
    assert many_attempts(columns, [case], "cpu") == [scores(columns, case)]


def test_records_name_the_version_of_opencv() -> None:
    assert f'"opencv-python-headless":"{cv2.__version__}' in versions()


@pytest.mark.parametrize("odd", ["region: mask", "ssim: {pooled: true}", "channels: bands"])
def test_an_alignment_without_meaning_is_refused(
    odd: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "own.yaml"
    channels = "" if "channels" in odd else "channels: rgb, "
    facts = f"version: 1, summary: a, source: b, {channels}align: ecc-homography"
    file.write_text(f"- {{name: odd, {facts}, {odd}}}\n")
    monkeypatch.setenv("IQABENCH_PROTOCOLS", str(file))
    with pytest.raises(FactsError, match="ecc-homography is defined for channels rgb"):
        protocol("odd")
