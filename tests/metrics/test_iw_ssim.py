"""IW-SSIM: against the definition in double precision, against piq, and where weights are undefined."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import piq
import pytest
import torch
from numpy.typing import NDArray
from scipy.signal import convolve2d

from iqabench.images import Pair
from iqabench.metrics import metrics
from iqabench.metrics.core.batch_scores import batch_scores
from iqabench.metrics.full_reference.iw_ssim import iw_ssim
from iqabench.metrics.shared.information_content import information
from iqabench.metrics.shared.laplacian_pyramid import laplacian

from .damage import DAMAGES, USUAL, Pixels, pairs, photographs

Double = NDArray[np.float64]
TINY = 1e-15


def grey(image: NDArray[Any]) -> Double:
    return np.asarray(image.astype(np.float64) @ [0.299, 0.587, 0.114])


def filtering(size: int) -> Double:
    """A matrix: the binomial filter times the root of 2, edges reflected about the edge pixel."""
    matrix = np.zeros((size, size))
    for row in range(size):
        for step, tap in enumerate((1, 4, 6, 4, 1)):
            at = abs(row + step - 2)
            matrix[row, min(at, 2 * (size - 1) - at)] += tap * np.sqrt(2) / 16
    return matrix


def pyramid(plane: Double) -> list[Double]:
    bands = []
    for _ in range(4):
        down, across = (filtering(size) for size in plane.shape)
        small = down[::2] @ plane @ across[::2].T
        bands.append(plane - down[:, ::2] @ small @ across[:, ::2].T)
        plane = small
    return [*bands, plane]


def bilinear(plane: Double, size: int) -> Double:
    """Rows resized, pixels being areas."""
    count = len(plane)
    at = np.clip((np.arange(size) + 0.5) * count / size - 0.5, 0, count - 1)
    return np.stack([np.interp(at, np.arange(count), line) for line in plane.T], axis=1)


def enlarged(plane: Double) -> Double:
    height, width = plane.shape
    large = np.zeros((4 * height - 1, 4 * width - 1))
    large[1:-1, 1:-1] = bilinear(bilinear(plane, 4 * height - 3).T, 4 * width - 3).T
    for lines in (large, large.T):
        lines[0] = 2 * lines[1] - lines[2]
        lines[-1] = 2 * lines[-2] - lines[-3]
    return large[::2, ::2]


def weights(output: Double, target: Double, coarser: Double | None) -> Double:
    def mean(plane: Double) -> Double:
        return np.asarray(convolve2d(plane, np.ones((3, 3)) / 9, "valid"))

    mx, my = mean(target), mean(output)
    covariance = mean(target * output) - mx * my
    vx, vy = mean(target**2) - mx * mx, mean(output**2) - my * my
    gain = np.where((vx < TINY) | (vy < TINY), 0, covariance / (vx + TINY))
    noise = np.where(vy < TINY, 0, np.where(vx < TINY, vy, vy - gain * covariance))
    height, width = target.shape
    vectors = [target[y : height - 2 + y, x : width - 2 + x] for y in range(3) for x in range(3)]
    if coarser is not None:
        vectors.append(enlarged(coarser)[1 : height - 1, 1 : width - 1])
    flat = np.stack([part.ravel() for part in vectors])
    spread = flat @ flat.T / flat.shape[1]
    strength = (flat * (np.linalg.inv(spread) @ flat)).sum(0).reshape(gain.shape) / len(flat)
    total = np.zeros_like(gain)
    for value in np.linalg.eigvalsh(spread):
        signal = (noise + (1 + gain**2) * 0.4) * strength * value
        total += np.log2(1 + (signal + 0.4 * noise) / 0.16)
    return total


def similarity(output: Double, target: Double) -> tuple[Double, Double]:
    """Maps of luminance and contrast."""
    taps = np.exp(-((np.arange(11) - 5) ** 2) / 4.5)
    window = np.outer(taps, taps) / taps.sum() ** 2

    def mean(plane: Double) -> Double:
        return np.asarray(convolve2d(plane, window, "valid"))

    mx, my = mean(output), mean(target)
    contrast = 2 * (mean(output * target) - mx * my) + 58.5225
    contrast /= mean(output**2) - mx * mx + mean(target**2) - my * my + 58.5225
    return (2 * mx * my + 6.5025) / (mx * mx + my * my + 6.5025), contrast


def reference(output: Double, target: Double) -> float:
    x, y = pyramid(output), pyramid(target)
    value = 1.0
    for scale, power in enumerate((0.0448, 0.2856, 0.3001, 0.2363, 0.1333)):
        luminance, contrast = similarity(x[scale], y[scale])
        if scale == 4:
            term = float((luminance * contrast).mean())
        else:
            coarser = y[scale + 1] if scale < 3 else None
            counts = weights(x[scale], y[scale], coarser)[4:-4, 4:-4]
            term = float((contrast * counts).sum() / counts.sum())
        value *= term ** (power / 1.0001)
    return value


def of_piq(output: Pixels, target: Pixels) -> float:
    x, y = (torch.from_numpy(grey(image))[None, None] for image in (output, target))
    return float(piq.information_weighted_ssim(x, y, data_range=255.0))


@pytest.mark.parametrize("kind", USUAL)
def test_photographs_equal_the_definition(kind: str) -> None:
    for output, target in pairs(kind):
        expected = reference(grey(output), grey(target))
        assert iw_ssim(Pair(output, target)) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    "kind", [kind for kind in USUAL if kind != "tint"]
)  # grey: little to weigh
def test_piq_agrees_where_no_side_is_odd(kind: str) -> None:
    """Down to the last band; output first."""
    target = np.ascontiguousarray(photographs()[4][:208, :192])
    output = DAMAGES[kind](target)
    value = iw_ssim(Pair(output, target))
    assert value == pytest.approx(of_piq(output, target), rel=1e-6)
    assert value != pytest.approx(of_piq(target, output), rel=1e-4)


@pytest.mark.parametrize("shape", [(181, 177), (176, 199), (192, 208), (190, 178)])
def test_bands_equal_the_definition(shape: tuple[int, int]) -> None:
    plane = np.random.default_rng(0).normal(128, 50, shape)
    for ours, theirs in zip(laplacian(plane, 5), pyramid(plane), strict=True):
        assert ours == pytest.approx(theirs, abs=1e-10)


def test_weights_equal_the_definition() -> None:
    """Place by place: the metric itself hardly feels an error in them."""
    output, target = next(pairs("blur"))
    x, y = pyramid(grey(output)), pyramid(grey(target))
    for scale, coarser in enumerate([y[1], y[2], y[3], None]):
        ours = information(x[scale], y[scale], coarser) / np.log(2)
        theirs = weights(x[scale], y[scale], coarser)
        assert ours == pytest.approx(theirs, rel=1e-3, abs=1e-3)


def blocks(levels: list[int]) -> Pixels:
    flat = np.random.default_rng(2).choice(levels, (10, 10, 1))
    return np.asarray(np.kron(flat, np.ones((20, 20, 3))), np.uint8)


def hard() -> Iterator[tuple[Pixels, Pixels]]:
    """Targets without noise, of few frequencies or none."""
    ramp = np.asarray(np.broadcast_to(np.arange(200)[:, None, None], (200, 200, 3)), np.uint8)
    for target in (blocks([0, 255]), blocks([7]), ramp, np.zeros_like(ramp), ramp // 50 * 50):
        noise = np.random.default_rng(3).integers(0, 256, target.shape, dtype=np.uint8)
        for output in (
            noise,
            np.zeros_like(target),
            255 - target,
            target[::-1].copy(),
            target // 2,
        ):
            yield output, target


def test_hard_images_have_a_value() -> None:
    for output, target in hard():
        assert 0 <= iw_ssim(Pair(output, target)) <= 1


def test_a_flat_target_counts_all_places_alike_that_the_output_leaves_flat() -> None:
    """Nothing is known of either: bands give 1, the rest luminance to its share."""
    pair = Pair(np.full((180, 181, 1), 100, np.uint8), np.full((180, 181, 1), 150, np.uint8))
    x, y = 1600.0, 2400.0
    luminance = (2 * x * y + 6.5025) / (x * x + y * y + 6.5025)
    assert iw_ssim(pair) == pytest.approx(luminance ** (0.1333 / 1.0001), abs=1e-9)


def test_what_nearly_vanishes_keeps_its_power() -> None:
    """A similarity of 1e-18, to the power 0.13, is no zero: tiles in single precision had rounded it away."""
    black = np.zeros((200, 200, 1), np.uint8)
    half = black.copy()
    half[:, 100:] = 255
    [[double]] = batch_scores([metrics().get("iw_ssim")], [Pair(black, half)], "cpu")
    assert iw_ssim(Pair(black, half)) == pytest.approx(double, rel=1e-3)
    assert double == pytest.approx(0.00438, abs=1e-5)
