"""SSIM: by hand, against three independent implementations, and where single precision fails."""

import csv
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import piq
import pytest
import torch
from numpy.typing import NDArray
from scipy.ndimage import correlate1d
from skimage.metrics import structural_similarity

from iqabench.errors import MetricError
from iqabench.images import Image, Pair, luma
from iqabench.metrics import column
from iqabench.metrics.full_reference.ssim import ssim
from iqabench.metrics.shared import structural_similarity as _gaussian
from iqabench.metrics.shared.structural_similarity import similarities, similarity

Pixels = NDArray[np.uint8]
SET14 = Path(__file__).parents[1] / "degradations" / "pairs.csv"


def noisy(*shape: int, seed: int = 0) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def smooth(*shape: int, seed: int = 0) -> Pixels:
    image = cv2.GaussianBlur(noisy(*shape, seed=seed).astype(np.float32), (0, 0), 4)
    low, high = image.min(), image.max()
    scaled: Pixels = ((image - low) / (high - low) * 255).astype(np.uint8).reshape(shape)
    return scaled


def reference(x: NDArray[Any], y: NDArray[Any]) -> tuple[float, float]:
    """The paper's formula on two planes, in double precision; SSIM and its contrast term."""
    x, y = x.astype(np.float64), y.astype(np.float64)
    taps = np.exp(-((np.arange(11) - 5) ** 2) / (2 * 1.5**2))
    taps /= taps.sum()

    def mean(plane: NDArray[np.float64]) -> NDArray[np.float64]:
        inner: NDArray[np.float64] = correlate1d(correlate1d(plane, taps, 0), taps, 1)[5:-5, 5:-5]
        return inner

    mx, my = mean(x), mean(y)
    vx, vy, vxy = mean(x * x) - mx * mx, mean(y * y) - my * my, mean(x * y) - mx * my
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    contrast = (2 * vxy + c2) / (vx + vy + c2)
    luminance = (2 * mx * my + c1) / (mx * mx + my * my + c1)
    return float((luminance * contrast).mean()), float(contrast.mean())


def on_luma(output: Pixels, target: Pixels, border: int = 4) -> float:
    planes = (
        luma(image, dtype=np.float64)[border:-border, border:-border, 0]
        for image in (output, target)
    )
    return reference(*planes)[0]


def of_skimage(x: NDArray[Any], y: NDArray[Any]) -> float:
    untyped: Callable[..., Any] = structural_similarity
    _, full = untyped(
        x.astype(np.float64),
        y.astype(np.float64),
        data_range=255,
        gaussian_weights=True,
        use_sample_covariance=False,
        full=True,
    )
    return float(full[5:-5, 5:-5].mean())


def of_piq(x: NDArray[Any], y: NDArray[Any]) -> float:
    planes = (torch.from_numpy(p.astype(np.float64))[None, None] for p in (x, y))
    return float(piq.ssim(*planes, data_range=255.0, downsample=False))


def test_flat_images_by_hand() -> None:
    """No variance: luminance alone is left, (2ab + C1) / (a^2 + b^2 + C1)."""
    pair = Pair(np.full((15, 20, 1), 100, np.uint8), np.full((15, 20, 1), 150, np.uint8))
    c1 = 6.5025
    assert ssim(pair) == pytest.approx((30_000 + c1) / (32_500 + c1), abs=1e-7)
    assert similarities(pair)[0].contrast == pytest.approx(1.0, abs=1e-7)


def test_one_window_by_hand() -> None:
    """11x11 pixels, one of which is lit in the middle: every moment is one weight."""
    output, target = np.zeros((2, 11, 11, 1), np.uint8)
    output[5, 5], target[5, 5] = 200, 100
    taps = np.exp(-((np.arange(11) - 5) ** 2) / 4.5)
    w = float(taps[5] / taps.sum()) ** 2
    c1, c2 = 6.5025, 58.5225
    luminance = (2 * 20_000 * w * w + c1) / (50_000 * w * w + c1)
    contrast = (2 * 20_000 * (w - w * w) + c2) / (50_000 * (w - w * w) + c2)
    assert ssim(Pair(output, target)) == pytest.approx(luminance * contrast, abs=1e-7)


def test_the_negative_has_negative_structure() -> None:
    image = smooth(60, 70, 1)
    assert ssim(Pair(255 - image, image)) < -0.4


def test_channels_are_averaged() -> None:
    output, target = noisy(30, 40, 3), noisy(30, 40, 3, seed=1)
    single = [ssim(Pair(output[:, :, [c]], target[:, :, [c]])) for c in range(3)]
    assert ssim(Pair(output, target)) == pytest.approx(sum(single) / 3, abs=1e-15)


@pytest.mark.parametrize(
    "shape", [(11, 11), (12, 300), (300, 11), (138, 522), (203, 779), (330, 1301)]
)
def test_tiles_leave_no_seam(shape: tuple[int, int]) -> None:
    """Of one window, of one tile and of several, whole and cut short."""
    target = smooth(*shape)
    output = np.clip(target + np.random.default_rng(1).normal(0, 9, shape), 0, 255).astype(np.uint8)
    full, contrast = reference(output, target)
    ours = similarity(output, target)
    assert ours.full == pytest.approx(full, abs=5e-7)
    assert ours.contrast == pytest.approx(contrast, abs=5e-7)


@pytest.mark.parametrize("theirs", [of_skimage, of_piq])
def test_others_agree(theirs: Callable[..., float]) -> None:
    for seed in range(4):
        target = smooth(90, 80, seed=seed)
        for output in (noisy(90, 80, seed=9), 255 - target, target // 2, np.roll(target, 3)):
            pair = Pair(output[:, :, None], target[:, :, None])
            assert ssim(pair) == pytest.approx(theirs(output, target), abs=1e-6)


def test_floats_are_taken() -> None:
    rng = np.random.default_rng(3)
    output, target = rng.uniform(0, 255, (2, 50, 60, 1))
    expected = reference(output[:, :, 0], target[:, :, 0])[0]
    assert ssim(Pair(output, target)) == pytest.approx(expected, abs=1e-6)
    assert ssim(Pair(output.astype(np.float32), target)) == pytest.approx(expected, abs=1e-6)


def patches(side: int, levels: list[int], seed: int) -> Pixels:
    rng = np.random.default_rng(seed)
    flat = rng.choice(levels, (200 // side + 1, 230 // side + 1, 3))
    return np.kron(flat, np.ones((side, side, 1)))[:200, :230].astype(np.uint8)


def hard() -> Iterator[tuple[str, Pixels, Pixels]]:
    """Flat regions far from the mean, where variances are small differences of large numbers."""
    for name, target in (
        ("half", np.repeat(np.repeat([[[0], [255]]], 200, 0), 115, 1).repeat(3, 2)),
        ("coarse", patches(64, [0, 255], 0)),
        ("fine", patches(16, [0, 250, 255], 1)),
        ("cartoon", patches(32, list(range(256)), 2)),
        ("paper", patches(8, [255] * 30 + [0], 3)),
    ):
        image = target.astype(np.uint8)
        noise = np.random.default_rng(4).normal(0, 1, image.shape)
        yield f"{name}, black", np.zeros_like(image), image
        yield f"{name}, flat", np.full_like(image, 200), image
        yield f"{name}, negative", 255 - image, image
        yield f"{name}, noise", np.clip(image + noise, 0, 255).round().astype(np.uint8), image
        yield f"{name}, blurred", np.asarray(cv2.GaussianBlur(image, (0, 0), 1), np.uint8), image
        yield f"{name}, upside down", image[::-1].copy(), image


@pytest.mark.parametrize(("output", "target"), [c[1:] for c in hard()], ids=[c[0] for c in hard()])
def test_hard_images_equal_double_precision(output: Pixels, target: Pixels) -> None:
    ours = column("ssim@sr-y")(output, target, 4)
    assert ours == pytest.approx(on_luma(output, target), abs=1e-6)


def test_single_precision_alone_would_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that nobody removes the second look for tidiness."""
    monkeypatch.setattr(_gaussian, "_DOUBT", np.inf)
    worst = max(abs(column("ssim@sr-y")(x, y, 4) - on_luma(x, y)) for _, x, y in hard())
    assert worst > 5e-6


def test_usual_images_need_no_second_look(monkeypatch: pytest.MonkeyPatch) -> None:
    target = smooth(300, 400, 3)
    output = np.asarray(cv2.GaussianBlur(target, (0, 0), 1), np.uint8)
    expected = column("ssim@sr-y")(output, target, 4)
    monkeypatch.setattr(_gaussian, "_DOUBT", np.inf)
    assert column("ssim@sr-y")(output, target, 4) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_threads_change_no_value(threads: int) -> None:
    output, target = smooth(700, 600, 3), smooth(700, 600, 3, seed=1)
    columns = [column(f"{name}@{under}") for name in ("psnr", "ssim") for under in ("sr-y", "rgb")]
    before = cv2.getNumThreads()
    try:
        cv2.setNumThreads(0)
        expected = [c(output, target, 4) for c in columns]
        cv2.setNumThreads(threads)
        found = [c(output, target, 4) for c in columns]
        assert found == pytest.approx(expected, rel=1e-12)
    finally:
        cv2.setNumThreads(before)


@pytest.mark.parametrize("seed", range(8))
def test_addresses_change_no_bit(seed: int) -> None:
    """Some sums of OpenCV begin where memory is aligned, and so depend on where an array lies."""
    plane = np.exp(np.random.default_rng(seed).normal(0, 8, (56, 59))).astype(np.float32)
    sums = set()
    for shift in range(0, 64, 4):
        memory = np.empty(plane.nbytes + 64, np.uint8)[shift : shift + plane.nbytes]
        moved = memory.view(np.float32).reshape(plane.shape)
        moved[...] = plane
        sums.add(_gaussian.plane_sum(_gaussian.inner(moved)))
    assert len(sums) == 1
    assert sums.pop() == pytest.approx(plane[5:-5, 5:-5].sum(dtype=np.float64), rel=1e-14)


def test_ten_pixels_are_too_few() -> None:
    with pytest.raises(MetricError, match="ssim@rgb needs at least 11 pixels a side; 40x10 are"):
        column("ssim@rgb")(noisy(10, 40, 3), noisy(10, 40, 3))


def degraded(target: Pixels) -> Iterator[Pixels]:
    height, width = target.shape[:2]
    small = cv2.resize(target, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
    yield np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
    rng = np.random.default_rng(0)
    for sigma in (1, 25):
        yield np.clip(target + rng.normal(0, sigma, target.shape), 0, 255).round().astype(np.uint8)
    jpeg = cv2.imencode(".jpg", target, [cv2.IMWRITE_JPEG_QUALITY, 20])[1]
    yield np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), np.uint8)
    yield np.clip(target.astype(int) + 60, 0, 255).astype(np.uint8)
    yield np.zeros_like(target)
    touched = target.copy()
    touched[height // 2, width // 2, 2] ^= 1
    yield touched


@cache
def samples() -> list[dict[str, str]]:
    rows = csv.DictReader(SET14.read_text().splitlines())
    return [row for row in rows if row["scale"] == "4"]  # 19 images


@pytest.mark.parametrize("row", samples(), ids=[f"{r['set']}-{r['sample']}" for r in samples()])
def test_real_images_equal_double_precision(
    real_image: Callable[[str], Image], row: dict[str, str]
) -> None:
    """PSNR and SSIM of Set5 and Set14, seven degradations each, within 1e-6."""
    target = real_image(row["target_sha256"])
    target = np.repeat(target, 3, axis=2) if target.shape[2] == 1 else target
    for output in degraded(target):
        planes = [luma(i, dtype=np.float64)[4:-4, 4:-4, 0] for i in (output, target)]
        error = float(np.mean((planes[0] - planes[1]) ** 2))
        psnr = 10 * np.log10(255**2 / error)
        assert column("psnr@sr-y")(output, target, 4) == pytest.approx(psnr, abs=1e-6)
        assert column("ssim@sr-y")(output, target, 4) == pytest.approx(
            reference(planes[0], planes[1])[0], abs=1e-6
        )
