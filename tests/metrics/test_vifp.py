"""VIFp: against a plain double-precision reference and piq, and where its value is known."""

from collections.abc import Callable
from typing import Any

import numpy as np
import piq
import pytest
import torch
from numpy.typing import NDArray
from scipy.signal import convolve2d

from iqabench.images import Pair
from iqabench.metrics.full_reference.vifp import vifp

from .damage import DAMAGES, USUAL, Pixels, luminance, photographs

Plane = NDArray[np.float64]


def reference(output: Plane, target: Plane) -> float:
    """The paper's ratio of information, with the guards of the authors' program, window by window."""
    kept = held = 0.0
    for scale in range(4):
        size = 2 ** (4 - scale) + 1
        steps = np.arange(size) - size // 2
        window = np.exp(-(steps[:, None] ** 2 + steps**2) / (2 * (size / 5) ** 2))
        window /= window.sum()

        def mean(plane: Plane, window: Plane = window) -> Plane:
            return np.asarray(convolve2d(plane, window, "valid"), np.float64)

        if scale:
            output, target = mean(output)[::2, ::2], mean(target)[::2, ::2]
        mx, my = mean(output), mean(target)
        vx = np.maximum(mean(output**2) - mx**2, 0)
        vy = np.maximum(mean(target**2) - my**2, 0)
        gain = (mean(output * target) - mx * my) / (vy + 1e-10)
        rest = vx - gain * (mean(output * target) - mx * my)
        rest = np.where(vy < 1e-10, vx, rest)
        gain = np.where((vy < 1e-10) | (vx < 1e-10), 0, gain)
        vy = np.where(vy < 1e-10, 0, vy)
        rest = np.where(vx < 1e-10, 0, rest)
        rest = np.where(gain < 0, vx, rest)
        gain = np.maximum(gain, 0)
        rest = np.maximum(rest, 1e-10)
        kept += float(np.log10(1 + gain**2 * vy / (rest + 2)).sum())
        held += float(np.log10(1 + vy / 2).sum())
    return kept / held


def of_piq(output: Pixels, target: Pixels) -> float:
    images = (
        torch.from_numpy(image.transpose(2, 0, 1).astype(np.float64))[None]
        for image in (output, target)
    )
    return float(piq.vif_p(*images, data_range=255))


@pytest.mark.parametrize("kind", [DAMAGES[name] for name in USUAL], ids=USUAL)
def test_equals_the_reference(kind: Callable[[Pixels], Pixels]) -> None:
    for target in photographs():
        cut = target[: 150 + len(target) % 7, :131]
        output = kind(cut)
        expected = reference(luminance(output), luminance(cut))
        assert vifp(Pair(output, cut)) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("kind", [DAMAGES[name] for name in USUAL], ids=USUAL)
def test_equals_piq(kind: Callable[[Pixels], Pixels]) -> None:
    for photograph in photographs():
        target = np.ascontiguousarray(photograph[:180, :200])  # piq's windows are not separated
        output = kind(target)
        assert vifp(Pair(output, target)) == pytest.approx(of_piq(output, target), rel=1e-5)


@pytest.mark.parametrize("shape", [(41, 41), (42, 300), (145, 273), (400, 60)])
def test_tiles_leave_no_seam(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    target: Any = rng.integers(0, 256, shape)
    output = np.clip(target + rng.normal(0, 30, shape), 0, 255).round()
    pair = Pair(output[:, :, None].astype(np.uint8), target[:, :, None].astype(np.uint8))
    expected = reference(output, target.astype(np.float64))
    assert vifp(pair) == pytest.approx(expected, rel=1e-9)


def test_flat_parts_do_not_disturb() -> None:
    """Half the target holds nothing; what the output has there counts neither way."""
    target = photographs()[0][:120, :120].copy()
    target[:, 60:] = 255
    output = target.copy()
    output[:, 90:] = np.random.default_rng(0).integers(0, 256, (120, 30, 1))
    expected = reference(luminance(output), luminance(target))
    assert vifp(Pair(output, target)) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("gain", [1.5, 2.0])
def test_contrast_exceeds_one(gain: float) -> None:
    target = photographs()[0].astype(np.float64) / 4 + 60
    assert 1.05 < vifp(Pair((target - 100) * gain + 100, target)) < gain**2


def test_brightness_alone_keeps_everything() -> None:
    target = photographs()[0].astype(np.float64) / 2
    assert vifp(Pair(target + 40, target)) == pytest.approx(1, abs=1e-6)


def test_the_negative_keeps_nothing() -> None:
    target = photographs()[0]
    assert vifp(Pair(255 - target, target)) < 1e-6


def test_a_flat_target_holds_nothing() -> None:
    flat = np.full((50, 60, 1), 200, np.uint8)
    assert vifp(Pair(flat // 2, flat)) == 1
    assert vifp(Pair(photographs()[0][:50, :60, :1], flat)) == 0
