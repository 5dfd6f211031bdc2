"""Variants of structural similarity, each against a program that is not ours."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from skimage.metrics import structural_similarity

from iqabench.errors import FactsError
from iqabench.images import Case, Pair, view
from iqabench.metrics import column
from iqabench.metrics.core.column import scores
from iqabench.metrics.core.views import Kind, views
from iqabench.metrics.full_reference.ssim import ssim
from iqabench.protocols import protocol

Pixels = NDArray[np.uint8]
Reference = Callable[[Pixels, Pixels], float]
of_skimage: Callable[..., Any] = structural_similarity


@pytest.fixture(scope="module")
def pair() -> tuple[Pixels, Pixels]:
    """A smooth pattern of 413x397 and a noisy copy, so that means, edges and pooling all matter."""
    rng = np.random.default_rng(5)
    y, x = np.mgrid[:397, :413]
    waves = [np.sin(x / a) * np.cos(y / b) for a, b in ((9, 31), (23, 7), (5, 40))]
    target = np.clip(127 + 90 * np.stack(waves, 2), 0, 255)
    output = np.clip(0.9 * target + rng.normal(0, 9, target.shape), 0, 255)
    return output.astype(np.uint8), target.astype(np.uint8)


def value(name: str, output: Pixels, target: Pixels) -> float:
    return scores([column(f"ssim@{name}")], Case(output, target, 1))[0]


def uniform(output: Pixels, target: Pixels) -> float:
    return float(of_skimage(output, target, channel_axis=2, data_range=255))


def uniform_of_floats(output: Pixels, target: Pixels) -> float:
    """Older versions of scikit-image take the range of floats, -1 to 1, where none is named."""
    floats = (image.astype(np.float64) / 255 for image in (output, target))
    return float(of_skimage(*floats, channel_axis=2, data_range=2))


def gauss_sample(output: Pixels, target: Pixels) -> float:
    options = {"gaussian_weights": True, "sigma": 1.5, "data_range": 255}
    return float(of_skimage(output, target, channel_axis=2, **options))


def blurred_3d(values: NDArray[np.float64]) -> NDArray[np.float64]:
    for axis in range(3):
        values = gaussian_filter1d(values, 1.5, axis=axis, radius=5, mode="nearest")
    return values


def similarity_map(
    x: NDArray[np.float64], y: NDArray[np.float64], mean: Any, clip: bool = False
) -> Any:
    """The formula of the paper, written with x, y and their covariance."""
    mx, my = mean(x), mean(y)
    vx, vy, vxy = mean(x * x) - mx * mx, mean(y * y) - my * my, mean(x * y) - mx * my
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    contrast = (2 * vxy + c2) / (vx + vy + c2)
    return (
        (2 * mx * my + c1)
        / (mx * mx + my * my + c1)
        * (np.maximum(contrast, 0) if clip else contrast)
    )


def matlab_3d(output: Pixels, target: Pixels) -> float:
    return float(similarity_map(output.astype(float), target.astype(float), blurred_3d).mean())


def pooled(output: Pixels, target: Pixels) -> float:
    size = (397 // 2, 413 // 2)
    images = [torch.from_numpy(i.transpose(2, 0, 1).astype(float))[None] for i in (output, target)]
    small = [torch.nn.functional.adaptive_avg_pool2d(image, size)[0].numpy() for image in images]
    options = {"gaussian_weights": True, "sigma": 1.5, "data_range": 255}
    return float(of_skimage(*small, channel_axis=0, use_sample_covariance=False, **options))


def pooled_for_padded(output: Pixels, target: Pixels) -> float:
    """ConvIR pools to the size that its network was given: 397 and 413 become 416, and 416 / 2 is 208."""
    images = [torch.from_numpy(i.transpose(2, 0, 1).astype(float))[None] for i in (output, target)]
    small = [torch.nn.functional.adaptive_avg_pool2d(image, (208, 208))[0] for image in images]
    options = {"gaussian_weights": True, "sigma": 1.5, "data_range": 255}
    options["use_sample_covariance"] = False
    return float(of_skimage(*(image.numpy() for image in small), channel_axis=0, **options))


def studio_luma(image: Pixels) -> NDArray[np.float64]:
    luma: NDArray[np.float64] = image @ np.array([65.481, 128.553, 24.966]) / 255 + 16
    return luma


def clipped_luma(output: Pixels, target: Pixels) -> float:
    x, y = (np.floor(studio_luma(image) + 0.5) for image in (output, target))

    def mean(plane: NDArray[np.float64]) -> NDArray[np.float64]:
        for axis in range(2):
            plane = gaussian_filter1d(plane, 1.5, axis=axis, radius=5)
        return plane[5:-5, 5:-5]

    return float(similarity_map(x, y, mean, clip=True).mean())


@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("cdd11", uniform),
        ("lcdmoire", uniform_of_floats),
        ("allinone-gauss", gauss_sample),
        ("matlab-rgb3d", matlab_3d),
        ("dehaze-rgb", pooled),
        ("dehaze-padded", pooled_for_padded),
        ("real-sr", clipped_luma),
    ],
)
def test_a_variant_equals_a_program_of_others(
    name: str, reference: Reference, pair: tuple[Pixels, Pixels]
) -> None:
    output, target = pair
    if protocol(name).crop_multiple > 1:
        output, target = (
            image[6:390, 6:406] for image in pair
        )  # 397 = 24 * 16 + 13, 413 = 25 * 16 + 13
    assert value(name, *pair) == pytest.approx(reference(output, target), abs=1e-10)


def test_the_border_is_repeated(
    pair: tuple[Pixels, Pixels], monkeypatch: Any, tmp_path: Path
) -> None:
    file = tmp_path / "own.yaml"
    facts = "version: 1, summary: a, source: b, channels: rgb"
    file.write_text(f"- {{name: rgb-replicate, {facts}, ssim: {{padding: replicate}}}}\n")
    monkeypatch.setenv("IQABENCH_PROTOCOLS", str(file))

    def mean(plane: NDArray[np.float64]) -> NDArray[np.float64]:
        for axis in range(2):
            plane = gaussian_filter1d(plane, 1.5, axis=axis, radius=5, mode="nearest")
        return plane

    output, target = (image.astype(float) for image in pair)
    channels = [similarity_map(output[..., c], target[..., c], mean).mean() for c in range(3)]
    assert value("rgb-replicate", *pair) == pytest.approx(np.mean(channels), abs=1e-10)


def test_variants_give_the_same_together_and_alone(pair: tuple[Pixels, Pixels]) -> None:
    names = [
        "ssim@rgb",
        "ssim@matlab-rgb3d",
        "ssim@cdd11",
        "ssim@lcdmoire",
        "psnr@cdd11",
        "ssim@real-sr",
        "ssim@y",
    ]
    columns = [column(name) for name in names]
    together = scores(columns, Case(*pair, 1))
    assert together == [scores([c], Case(*pair, 1))[0] for c in columns]


@pytest.mark.parametrize(("kind", "shared"), [(np.uint8, True), (np.float32, False)])
def test_protocols_that_show_the_same_pixels_share_them(
    kind: type, shared: bool, pair: tuple[Pixels, Pixels]
) -> None:
    case = Case(pair[0].astype(kind), pair[1], 1)
    kinds: list[Kind] = [(protocol(name), "full") for name in ("cdd11", "dehaze-rgb")]
    rounded, floating = views(kinds, case).values()
    assert isinstance(rounded, Pair)
    assert isinstance(floating, Pair)
    assert (rounded.counts[0] is floating.counts[0]) == shared
    assert ssim(rounded) != ssim(floating)


def test_the_view_of_a_protocol_knows_its_variant(pair: tuple[Pixels, Pixels]) -> None:
    assert ssim(view(protocol("cdd11"), *pair)) == value("cdd11", *pair)


@pytest.mark.parametrize(
    "name", ["matlab-rgb3d", "cdd11", "dehaze-rgb", "real-sr", "allinone-gauss"]
)
def test_identical_images_have_1(name: str, pair: tuple[Pixels, Pixels]) -> None:
    assert value(name, pair[1], pair[1]) == 1


def test_a_grey_image_has_no_third_axis(pair: tuple[Pixels, Pixels]) -> None:
    grey = [image[..., :1] for image in pair]
    output, target = (image[..., 0].astype(float) for image in grey)

    def mean(plane: NDArray[np.float64]) -> NDArray[np.float64]:
        for axis in range(2):
            plane = gaussian_filter1d(plane, 1.5, axis=axis, radius=5, mode="nearest")
        return plane

    expected = similarity_map(output, target, mean).mean()
    assert value("matlab-rgb3d", grey[0], grey[1]) == pytest.approx(expected, abs=1e-10)


def test_a_small_image_is_pooled_to_more_pixels_than_it_has(pair: tuple[Pixels, Pixels]) -> None:
    output, target = (image[:64, :70] for image in pair)
    images = [torch.from_numpy(i.transpose(2, 0, 1).astype(float))[None] for i in (output, target)]
    large = [
        torch.nn.functional.adaptive_avg_pool2d(image, (96, 96))[0].numpy() for image in images
    ]
    expected = of_skimage(
        *large, channel_axis=0, data_range=255, gaussian_weights=True, use_sample_covariance=False
    )
    assert value("dehaze-padded", output, target) == pytest.approx(expected, abs=1e-10)


def test_a_younger_choice_leaves_old_hashes_as_they_are() -> None:
    assert protocol("dehaze-rgb").hash == "45aa87f34fd4"
    assert "pooled_size" not in protocol("dehaze-rgb").ssim.facts
    assert protocol("dehaze-padded").ssim.facts["pooled_size"] == "padded"


def test_an_unknown_variant_is_refused(monkeypatch: Any, tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    facts = "version: 1, summary: a, source: b, channels: rgb"
    file.write_text(f"- {{name: odd, {facts}, ssim: {{window: square}}}}\n")
    monkeypatch.setenv("IQABENCH_PROTOCOLS", str(file))
    with pytest.raises(FactsError, match=r"ssim\.window"):
        protocol("odd")
