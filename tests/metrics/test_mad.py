"""MAD: against MAD_index of 2011 and its C functions written out, and where its value is known."""

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import kurtosis, skew

from iqabench.errors import MetricError
from iqabench.images import Pair
from iqabench.metrics.full_reference.mad import mad
from iqabench.metrics.shared.block_moments import moments
from iqabench.metrics.shared.mad_appearance import _change, apparent
from iqabench.metrics.shared.mad_detection import _quietest, visible

from .damage import DAMAGES, USUAL, Pixels, Plane, luminance, photographs
from .matlab import conv2_same

SIZES = [(72, 80), (71, 83), (74, 77), (73, 78)]
"""Of every remainder of four, even and odd."""


def spread(values: NDArray[np.float64], shape: tuple[int, ...]) -> Plane:
    """The value of each block of 16 x 16 in its first 4 x 4 pixels; zero beyond the last block."""
    found = np.zeros(shape)
    whole = np.kron(values, np.ones((4, 4)))
    found[: whole.shape[0], : whole.shape[1]] = whole
    return found


def blocks(plane: Plane, side: int = 16) -> NDArray[np.float64]:
    every = np.lib.stride_tricks.sliding_window_view(plane, (side, side))
    height, width = plane.shape
    return every[: height - 15 : 4, : width - 15 : 4].reshape(
        (height - 12) // 4, (width - 12) // 4, side * side
    )


def statistics(plane: Plane) -> list[Plane]:
    """ical_stat.c."""
    found = blocks(plane)
    values = [found.std(axis=2, ddof=1), skew(found, axis=2), kurtosis(found, axis=2, fisher=False)]
    return [spread(np.nan_to_num(value), plane.shape) for value in values]


def quietest(plane: Plane) -> Plane:
    """The second half of ical_std.c: at every fourth pixel the least there and five further."""
    height, width = plane.shape
    first = spread(blocks(plane, 8).std(axis=2, ddof=1), plane.shape)
    found = np.zeros(plane.shape)
    for i in range(0, width - 15, 4):
        for j in range(0, height - 15, 4):
            least = first[j, i]
            for ib in (i, i + 5):
                for jb in (j, j + 5):
                    if ib < width - 15 and jb < height - 15:
                        least = min(least, first[jb, ib])
            found[j : j + 4, i : i + 4] = least
    return found


def make_csf(x: int, y: int, nfreq: int) -> Plane:
    across, down = np.meshgrid(np.arange(x) - x / 2 + 0.5, np.arange(y) - y / 2 + 0.5)
    plane = (across + 1j * down) / y * 2 * nfreq
    frequency = np.abs(plane) / ((1 - 0.7) / 2 * np.cos(4 * np.angle(plane)) + (1 + 0.7) / 2)
    csf = 2.6 * (0.0192 + 0.114 * frequency) * np.exp(-((0.114 * frequency) ** 1.1))
    return np.where(frequency < 7.8909, 0.9809, csf)


def norm(plane: Plane) -> float:
    inner = plane[16:-17, 16:-17]
    return float(np.linalg.norm(inner) / np.sqrt(inner.size))


def hi_index(target: Plane, output: Plane) -> float:
    height, width = target.shape
    csf = make_csf(height, width, 32).T

    def seen(plane: Plane) -> Plane:
        spectrum = np.fft.fftshift(np.fft.fft2(0.02874 * plane ** (2.2 / 3)))
        return np.real(np.fft.ifft2(np.fft.ifftshift(spectrum * csf)))

    ref, dst = seen(target), seen(output)
    error = spread(blocks(dst - ref).std(axis=2, ddof=1), ref.shape)
    mean = spread(blocks(ref).mean(axis=2), ref.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        of_ref, of_dst = np.log(quietest(ref) / mean), np.log(error / mean)
    of_dst[mean < 0.5] = -np.inf
    mask = np.zeros(ref.shape)
    busy = (of_ref > -5) & (of_dst > (of_ref + 5) - 5)
    flat = (of_ref <= -5) & (of_dst > -5)
    mask[busy] = of_dst[busy] - of_ref[busy]
    mask[flat] = of_dst[flat] + 5
    return norm(mask * conv2_same((target - output) ** 2, np.full((16, 16), 1 / 256))) * 200


def gabor(plane: Plane) -> Iterator[tuple[int, Plane]]:
    rows, columns = plane.shape
    x = (np.arange(columns) - columns / 2)[None] / (columns / 2)
    y = (np.arange(rows) - rows / 2)[:, None] / (rows / 2)
    centre = tuple(int(np.floor(side / 2 + 1 + 0.5)) - 1 for side in plane.shape)
    radius = np.hypot(x, y)
    radius[centre] = 1
    theta = np.arctan2(-y, x)
    for scale in range(5):
        ring = np.exp(-(np.log(radius / (2 / (3 * 3**scale))) ** 2) / (2 * np.log(0.55) ** 2))
        ring[centre] = 0
        for direction in range(4):
            angle = direction * np.pi / 4
            sine = np.sin(theta) * np.cos(angle) - np.cos(theta) * np.sin(angle)
            cosine = np.cos(theta) * np.cos(angle) + np.sin(theta) * np.sin(angle)
            turned = np.abs(np.arctan2(sine, cosine))
            taps = ring * np.exp(-(turned**2) / (2 * (np.pi / 4 / 1.5) ** 2))
            yield scale, np.abs(np.fft.ifft2(np.fft.fft2(plane) * np.fft.fftshift(taps)))


def lo_index(target: Plane, output: Plane) -> float:
    change = np.zeros(target.shape)
    for (scale, x), (_, y) in zip(gabor(target), gabor(output), strict=True):
        weight = (0.5, 0.75, 1, 5, 6)[scale] / 13.25
        for factor, a, b in zip((1, 2, 1), statistics(x), statistics(y), strict=True):
            change += weight * factor * np.abs(a - b)
    return norm(change)


def reference(output: Plane, target: Plane) -> float:
    hi, lo = hi_index(target, output), lo_index(target, output)
    share = 1 / (1 + np.exp(-2.55 / 3.35) * hi ** (1 / (np.log(10) * 3.35)))
    return float(lo ** (1 - share) * hi**share)


@pytest.mark.parametrize("kind", [*USUAL, "stretched"])
def test_photographs_equal_the_definition(kind: str) -> None:
    found = []
    for number, (height, width) in enumerate(SIZES):
        target = np.ascontiguousarray(photographs()[number][:height, :width])
        output = DAMAGES[kind](target)
        found.append(mad(Pair(output, target)))
        expected = reference(luminance(output), luminance(target))
        assert found[-1] == pytest.approx(expected, rel=1e-5)
    assert any(found) or kind == "tint"


@pytest.mark.parametrize("shape", [(34, 34), (35, 34), (36, 39), (37, 70), (80, 41)])
def test_both_parts_equal_the_definition(shape: tuple[int, int]) -> None:
    """The smallest, too, of which one pixel counts, in double precision."""
    rng = np.random.default_rng(sum(shape))
    target = rng.integers(60, 200, shape).astype(np.float64)
    target[:, 14:] = (target[:, 14:] - 130) / 30 + 130
    output = target + rng.normal(0, 20, shape)
    assert visible(output, target) == pytest.approx(hi_index(target, output), rel=1e-9)
    assert visible(output, target) > 0
    assert apparent(output, target) == pytest.approx(lo_index(target, output), rel=1e-6)


@pytest.mark.parametrize("shape", [(60, 64), (61, 67), (64, 62)])
def test_the_quietest_neighbour_equals_the_definition(shape: tuple[int, int]) -> None:
    """Where a side is a multiple of four, its last block is nobody's."""
    plane = np.random.default_rng(5).gamma(1, 1, shape)
    rows, columns = (np.array(shape) - 12) // 4
    ours = _quietest(blocks(plane, 8).std(axis=2, ddof=1), shape)
    assert ours == pytest.approx(quietest(plane)[: 4 * rows : 4, : 4 * columns : 4])


def test_dark_and_flat_parts_equal_the_definition() -> None:
    """Where no error is seen, and where a mask has no texture."""
    target = luminance(photographs()[1])[:99, :120].copy()
    target[:50, :60], target[50:, 60:] = 2, 180
    output = (target + np.random.default_rng(0).normal(0, 2, target.shape)).clip(0, 255)
    assert visible(output, target) == pytest.approx(hi_index(target, output), rel=1e-9)
    assert visible(output, target) > 0


def test_moments_of_smooth_blocks_keep_their_digits() -> None:
    """Whatever the mean is beside the deviation."""
    rng = np.random.default_rng(0)
    for mean in (0.0, 1e2, 1e5, 1e8):
        plane = mean + rng.gamma(1, 1, (45, 50))
        for ours, theirs in zip(moments(plane)[1:], statistics(plane), strict=True):
            rows, columns = (np.array(plane.shape) - 12) // 4
            expected = theirs[: 4 * rows : 4, : 4 * columns : 4]
            assert ours == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_a_drawing_is_computed_in_double_precision() -> None:
    """On an empty page, amplitudes far from the lines are rounding errors of single precision."""
    target = np.full((128, 120), 255.0)
    target[60:63, 20:40] = 0
    output = target * 0.9
    expected = lo_index(target, output)
    assert apparent(output, target) == pytest.approx(expected, rel=1e-6)
    assert _change(output, target, np.float32).value != pytest.approx(expected, rel=1e-4)


def test_flat_blocks_have_no_shape() -> None:
    for part in moments(np.full((40, 40), 0.1))[1:]:
        assert not part.any()


def test_masked_errors_count_for_nothing() -> None:
    """The authors' formula: without a visible error its other factor has no share. Appearance differs."""
    target = luminance(photographs()[3])[:97, :100]
    output = luminance(DAMAGES["jpeg"](photographs()[3]))[:97, :100]
    assert visible(output, target) == 0
    assert apparent(output, target) > 1
    assert mad(Pair(output[:, :, None], target[:, :, None])) == 0


def test_flat_images() -> None:
    """Their errors have no contrast, however large; an error on a flat target is seen at once."""
    flat: Pixels = np.full((80, 90, 1), 100, np.uint8)
    assert mad(Pair(flat * 2, flat)) == 0
    assert mad(Pair(DAMAGES["noise"](flat), flat)) > 50


def test_a_target_too_dark_for_any_error_is_refused() -> None:
    """The authors' program has 0 there, as for identical images."""
    dark = np.asarray(photographs()[0][:96, :96] // 6, np.uint8)
    assert mad(Pair(dark, dark)) == 0
    with pytest.raises(MetricError, match=r"a target as dark as this one, at most 38\.8 of 255"):
        mad(Pair(photographs()[1][:96, :96], dark))
