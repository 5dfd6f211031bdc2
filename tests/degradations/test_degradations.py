"""The contract of every registered degradation, and of the registry."""

import inspect
import subprocess
import sys

import numpy as np
import pytest

from iqabench.degradations import Degradation, degradations
from iqabench.errors import UnknownNameError, UsageError
from iqabench.images import Image

Y, X = np.mgrid[:48, :72]
TARGET = np.stack(
    [127 + 80 * np.sin(X / 4), 127 + 80 * np.cos(Y / 3), (X * Y) % 256], axis=2
).astype(np.uint8)
NEEDED = {"mtf": {"sensor": "worldview3"}}
"""What degradations need besides an image and a strength."""
BANDS = {"mtf": 8}
"""The number of bands of those that take no colour images."""
MASKS = {"spectrum_mask"}
"""Degradations that make the mask of what another keeps, not an image."""


def target_of(part: Degradation, channels: int = 3) -> Image:
    """Return a target of one channel, or of as many as colour images or the bands of a sensor have."""
    bands = 1 if channels == 1 else BANDS.get(part.name, 3)
    return np.ascontiguousarray(TARGET[:, :, np.arange(bands) % 3])


def degraded(part: Degradation, target: Image, strength: float) -> Image:
    return part(target, **{part.strength: strength}, **NEEDED.get(part.name, {}))


@pytest.fixture(params=degradations().names())
def part(request: pytest.FixtureRequest) -> Degradation:
    return degradations().get(request.param)


def test_the_room_is_furnished() -> None:
    assert {"bicubic", "blur", "jpeg", "noise"} <= set(degradations().names())
    with pytest.raises(UnknownNameError, match="Did you mean 'bicubic'"):
        degradations().get("bicubik")


def test_facts_are_stated(part: Degradation) -> None:
    assert part.title
    assert part.source
    assert part.unit_of_strength
    assert part.usual
    keyword = inspect.signature(part.function).parameters[part.strength]
    assert keyword.kind is inspect.Parameter.KEYWORD_ONLY
    assert degradations().origin(part.name).split(":")[0].endswith(f"{part.name}.py")


@pytest.mark.parametrize("channels", [1, 3])
def test_images_in_images_out(part: Degradation, channels: int) -> None:
    target = target_of(part, channels)
    before = target.copy()
    for strength in part.usual:
        out = degraded(part, target, strength)
        assert out.dtype in (np.uint8, np.float64, np.complex64)
        assert out.ndim == 3
        assert out.shape[2] == (1 if part.name in MASKS else target.shape[2])
        assert np.isfinite(out).all()
        assert np.array_equal(out, degraded(part, target, strength))
    assert np.array_equal(target, before)


def test_decimals_of_equal_value_give_equal_pixels(part: Degradation) -> None:
    """Strengths come from chains as decimals, from levels as integers."""
    for strength in (s for s in part.usual if s == int(s)):
        whole = degraded(part, target_of(part), int(strength))
        assert np.array_equal(whole, degraded(part, target_of(part), float(strength)))


@pytest.mark.parametrize("strength", [-1, -0.5, float("nan"), float("inf"), -float("inf")])
def test_strengths_that_it_does_not_take_are_refused(part: Degradation, strength: float) -> None:
    with pytest.raises(UsageError, match=rf"{part.name} was given .*{strength}.*expected"):
        degraded(part, target_of(part), strength)


def distance(part: Degradation, strength: float) -> float:
    target = target_of(part)
    out: Image = np.abs(degraded(part, target, strength)).astype(float)
    shrunk = (target.shape[0] // out.shape[0], target.shape[1] // out.shape[1])
    grown = out.repeat(shrunk[0], axis=0).repeat(shrunk[1], axis=1)
    return float(np.mean((grown - target[: grown.shape[0], : grown.shape[1]]) ** 2))


def test_usual_strengths_run_from_mild_to_strong(part: Degradation) -> None:
    if part.name in MASKS:  # a stronger one keeps less
        kept = [float(degraded(part, TARGET, strength).sum()) for strength in part.usual]
        assert kept == sorted(kept, reverse=True)
        return
    distances = [distance(part, strength) for strength in part.usual]
    assert distances == sorted(distances)
    assert len(distances) == 1 or distances[0] < distances[-1]


def test_looking_one_up_imports_no_torch() -> None:
    look = (
        "import sys; from iqabench.degradations import degradations; "
        "degradations().get('bicubic'); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0
