"""SSIM in three dimensions, against SciPy, and what only it sees."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from iqabench.errors import MetricError
from iqabench.images import ClipView, Pair
from iqabench.metrics import column
from iqabench.metrics.full_reference.ssim_3d import ssim_3d


def clips(frames: int = 13, channels: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return a moving pattern and a noisy copy, (T, H, W, C) of uint8."""
    t, y, x = np.mgrid[:frames, :24, :28].astype(float)
    plane = 120 + 60 * np.sin((x + t) / 4) * np.cos(y / 5)
    target = np.stack([plane * (1 - 0.2 * c) for c in range(channels)], axis=3)
    noise = np.random.default_rng(0).normal(0, 12, target.shape)
    return np.clip(target + noise, 0, 255).astype(np.uint8), target.astype(np.uint8)


def view(output: np.ndarray, target: np.ndarray) -> ClipView:
    return ClipView([Pair(o, t) for o, t in zip(output, target, strict=True)])


def by_scipy(output: np.ndarray, target: np.ndarray) -> float:
    """Return the mean by SciPy, which filters the volumes at once; windows beyond the clip are left out."""
    means = []
    for channel in range(output.shape[3]):
        x, y = (clip[..., channel].astype(np.float64) for clip in (output, target))
        mx, my, xx, yy, xy = (filtered(v) for v in (x, y, x * x, y * y, x * y))
        above = (2 * mx * my + 2.55**2) * (2 * (xy - mx * my) + 7.65**2)
        below = (mx**2 + my**2 + 2.55**2) * (xx - mx**2 + yy - my**2 + 7.65**2)
        means.append((above / below).mean())
    return float(np.mean(means))


def test_it_is_the_mean_over_whole_windows() -> None:
    output, target = clips(channels=3)
    assert ssim_3d(view(output, target)) == pytest.approx(by_scipy(output, target), abs=1e-12)


def filtered(volume: np.ndarray) -> np.ndarray:
    whole: np.ndarray = gaussian_filter(volume, 1.5, radius=5)
    return whole[5:-5, 5:-5, 5:-5]


def test_flicker_counts_that_single_frames_do_not_see() -> None:
    _, target = clips()
    steady = np.clip(target.astype(int) + 6, 0, 255).astype(np.uint8)
    sign = np.where(np.arange(len(target)) % 2, 6, -6)[:, None, None, None]
    flickering = np.clip(target.astype(int) + sign, 0, 255).astype(np.uint8)
    assert ssim_3d(view(target, target)) == 1
    assert ssim_3d(view(flickering, target)) < ssim_3d(view(steady, target)) - 0.005


def test_single_images_and_short_clips_are_refused() -> None:
    output, target = clips(frames=5)
    with pytest.raises(MetricError, match="11 frames at once, and the clip has 5"):
        ssim_3d(view(output, target))
    with pytest.raises(MetricError, match="compares clips, and this is one image"):
        column("ssim_3d@rgb")(output[0], target[0])
