"""What every full-reference metric promises, plugins' too: its declared facts are the expectations."""

from concurrent.futures import ThreadPoolExecutor
from math import isfinite
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from iqabench.errors import MetricError
from iqabench.images import Case, Pair
from iqabench.metrics import Column, Metric, metrics, scores
from iqabench.protocols import protocol

from .contract import cropped, is_ours, near, planar, ready, value

Pixels = NDArray[np.uint8]
NAMES = [m.name for m in metrics() if m.reference == "full"]

BLIND_TO_GREY = {"sam"}
"""Metrics of the angles between colours: there are none between greys."""

CHROMA_IS_LEFT_OUT = {"haarpsi"}
"""Metrics whose authors weigh grey images by luminance alone, so that R = G = B is another matter."""

FILLS_BANDS_UP = {"q2n"}
"""Metrics of hypercomplex numbers: three bands are four components, the last of which is zero."""

FORGIVES_WHAT_IS_MASKED = {"mad"}
"""Metrics for which errors that texture masks are none: little noise is as good as no noise."""


@pytest.fixture(params=NAMES)
def part(request: pytest.FixtureRequest) -> Metric:
    """Each metric; one that needs published weights is skipped where no mirror has them."""
    metric = metrics().get(request.param)
    ready(request, metric)
    return metric


def picture(height: int, width: int, channels: int = 3, seed: int = 0) -> Pixels:
    """Smooth shapes, a little texture."""
    rng = np.random.default_rng(seed)
    image = cv2.GaussianBlur(rng.normal(0, 1, (height, width, channels)), (0, 0), 3)
    image = image.reshape(height, width, channels)
    scaled = 128 + 45 * image / image.std() + rng.normal(0, 3, image.shape)
    return np.asarray(np.clip(scaled, 0, 255), np.uint8)


def disturbed(image: Pixels, sigma: float) -> Pixels:
    noise = np.random.default_rng(1).normal(0, sigma, image.shape)
    return np.clip(image + noise, 0, 255).round().astype(np.uint8)


def side(part: Metric) -> int:
    return max(64, part.min_size + 5)


def test_its_facts_are_told(part: Metric) -> None:
    assert Path(metrics().origin(part.name).rpartition(":")[0]).stem == part.name
    assert part.title
    assert part.source
    if is_ours(part, metrics().origin(part.name)):
        assert part.cost > 0, "python tests/benchmarks/costs.py tells it"
    assert part.function.__doc__
    assert part.unit in {"1", "dB", "8-bit levels", "squared 8-bit levels", "degrees"}
    assert part.identical is not None
    assert part.low <= part.identical <= part.high
    assert part.identical == (part.high if part.better == "higher" else part.low) or passed(part)


def passed(part: Metric) -> bool:
    """Whether some output has a better value than the target itself, as more contrast has in VIF."""
    target = picture(side(part), side(part) + 3)
    stretched = np.clip((target - 128.0) * 1.1 + 128, 0, 255).round().astype(np.uint8)
    value, identical = part(Pair(stretched, target)), part(Pair(target, target))
    return value > identical if part.better == "higher" else value < identical


@pytest.mark.parametrize("channels", [1, 3])
def test_identical_images(part: Metric, channels: int) -> None:
    for image in (
        picture(side(part), side(part) + 3, channels),
        np.zeros((side(part), side(part), channels), np.uint8),
        np.full((side(part), side(part), channels), 255, np.uint8),
    ):
        assert value(part, image, image.copy()) == pytest.approx(
            part.identical, abs=part.tolerance if part.files else 1e-12
        )


def test_its_range(part: Metric) -> None:
    target = picture(side(part), side(part) + 3)
    others = [np.zeros_like(target), np.full_like(target, 255), 255 - target, target[::-1].copy()]
    for output in [*others, disturbed(target, 60), picture(side(part), side(part) + 3, seed=5)]:
        found = value(part, output, target)
        assert isinstance(found, float)
        assert isfinite(found)
        assert part.low <= found <= part.high


@pytest.mark.parametrize("channels", [1, 3])
def test_more_noise_is_worse(part: Metric, channels: int) -> None:
    target = picture(side(part), side(part) + 3, channels)
    values = [value(part, disturbed(target, sigma), target) for sigma in (0, 3, 10, 30, 80)]
    if channels == 1 and part.name in BLIND_TO_GREY:
        assert values == pytest.approx([part.identical] * len(values), abs=part.tolerance)
        return
    if part.better == "higher":
        values.reverse()
    if part.name in FORGIVES_WHAT_IS_MASKED:
        assert values == sorted(values)
        values = sorted(set(values))
        assert len(values) > 2
    assert values == sorted(set(values))


def test_images_are_left_alone(part: Metric) -> None:
    target = picture(side(part), side(part) + 3)
    output = disturbed(target, 10)
    kept = output.copy(), target.copy()
    for image in (output, target):
        image.setflags(write=False)
    for name in ("rgb", "sr-y", "y-rounded"):
        column = Column(part, protocol(name))
        found = column(output, target)
        if name == "rgb":
            assert found == near(part, value(part, output, target))
    assert np.array_equal(output, kept[0])
    assert np.array_equal(target, kept[1])


def test_what_the_pair_shares_is_left_alone(part: Metric) -> None:
    """No metric writes into a plane that the next one reads."""
    target = picture(side(part), side(part) + 3)
    pair = Pair(disturbed(target, 10), target)
    others = [metrics().get(name) for name in ("psnr", "ssim")]
    before = [other(pair) for other in others], [(x.copy(), y.copy()) for x, y in pair.planes]
    first = part(pair)
    assert first == near(part, value(part, *pair.counts))
    assert part(pair) == near(part, first)
    assert [other(pair) for other in others] == pytest.approx(before[0], rel=1e-12)
    for planes, kept in zip(pair.planes, before[1], strict=True):
        assert np.array_equal(planes, kept)


def test_grey_counts_as_three_equal_channels(part: Metric) -> None:
    target = picture(side(part), side(part) + 3, 1)
    output = disturbed(target, 10)
    three = Pair(np.repeat(output, 3, axis=2), np.repeat(target, 3, axis=2))
    found = value(part, output, target)
    if part.name in CHROMA_IS_LEFT_OUT:
        assert found < part(three)
        return
    if part.name in FILLS_BANDS_UP:
        assert found == pytest.approx(part(three), abs=1e-3)
        return
    assert found == pytest.approx(part(three), abs=part.tolerance)


def test_memory_layout_does_not_matter(part: Metric) -> None:
    target = picture(side(part), side(part) + 3)
    output = disturbed(target, 10)
    expected = value(part, output, target)
    for layout in (planar, cropped):
        assert part(Pair(layout(output), layout(target))) == near(part, expected)


def test_its_smallest_image(part: Metric) -> None:
    column = Column(part, protocol("rgb"))
    least = picture(part.min_size, part.min_size + 9)
    assert part.low <= column(disturbed(least, 10), least) <= part.high
    if part.min_size > 1:
        less = least[1:]
        with pytest.raises(
            MetricError, match=f"{part.name}@rgb needs at least {part.min_size} pix"
        ):
            column(less, less)


def test_threads_do_not_disturb_each_other(part: Metric) -> None:
    target = picture(side(part), side(part) + 3)
    outputs = [disturbed(target, sigma) for sigma in (3, 10, 30, 80)]

    def computed(output: Pixels) -> float:
        return part(Pair(output, target))

    expected = [value(part, output, target) for output in outputs]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(computed, outputs * 2))
    assert found == pytest.approx(expected * 2, abs=part.tolerance)


def on_gpu(part: Metric, pair: Pair) -> float:
    pair.device = "cuda"
    return part(pair)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="NO GPU: devices cannot be compared")
def test_devices_agree(part: Metric) -> None:
    target = picture(side(part), side(part) + 3)
    output = disturbed(target, 10)
    found = on_gpu(part, Pair(output, target))
    assert found == pytest.approx(value(part, output, target), abs=part.tolerance)


def all_columns() -> tuple[list[Column], Pixels, Pixels]:
    """Columns of every metric that needs no files, with a pair for them."""
    least = max(64, *(metrics().get(name).min_size + 8 for name in NAMES))
    target = picture(least, least + 3)
    parts = [metrics().get(name) for name in NAMES]
    columns = [
        Column(part, protocol(name))
        for part in parts
        if not (part.files or part.requirement)
        for name in ("sr-y", "rgb", "y-full")
    ]
    return columns, disturbed(target, 10), target


@pytest.fixture(scope="module")
def one_by_one() -> list[float]:
    """The values of `all_columns`, each computed on its own."""
    columns, output, target = all_columns()
    assert {"psnr", "ssim"} <= {column.metric.name for column in columns}
    return [column(output, target, 4) for column in columns]


@pytest.mark.parametrize("threads", ["1", "2", "7"])
def test_neither_order_nor_threads_change_a_number(
    threads: str, monkeypatch: pytest.MonkeyPatch, one_by_one: list[float]
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", threads)
    columns, output, target = all_columns()
    found = scores(columns[::-1], Case(output, target, 4))[::-1]
    assert found == pytest.approx(one_by_one, rel=1e-9, abs=1e-9)
    assert scores(columns, Case(output, target, 4)) == pytest.approx(found, rel=1e-9, abs=1e-9)
