"""What every no-reference metric promises, plugins' too: its declared facts are the expectations."""

from concurrent.futures import ThreadPoolExecutor
from math import isfinite
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from iqabench.errors import MetricError
from iqabench.images import Case, OutputView, Pair
from iqabench.metrics import Column, Metric, metrics, scores
from iqabench.protocols import protocol

from .contract import cropped, is_ours, near, planar, ready, value
from .damage import photographs
from .test_contract import Pixels, disturbed

NAMES = [m.name for m in metrics() if m.reference == "none"]

DESCRIPTIONS = {"colourfulness", "entropy", "total_variation"}
"""Metrics that tell what is in an image, not how well one sees it."""

DEAR = 500
"""The cost of a metric of which fewer images are asked: its work is the same for all of them."""


def photograph(height: int, width: int, channels: int = 3) -> Pixels:
    """A part of one, or all of it enlarged, of that size."""
    image = photographs()[0]
    if height > image.shape[0] or width > image.shape[1]:
        image = np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_CUBIC))
    return np.ascontiguousarray(image[:height, :width, :channels])


def side(part: Metric) -> int:
    return max(192, part.min_size + 5)


@pytest.fixture(params=NAMES)
def part(request: pytest.FixtureRequest) -> Metric:
    """Each metric; one that needs published weights is skipped where no mirror has them."""
    metric = metrics().get(request.param)
    ready(request, metric)
    return metric


def pictures(part: Metric, channels: int = 3) -> list[Pixels]:
    """Images that several tests look at, so that each is looked at once."""
    image = photograph(side(part), side(part) + 3, channels)
    images = [image, disturbed(image, 60)]
    return images if part.cost > DEAR else [*images, 255 - image, image[::-1].copy()]


def test_its_facts_are_told(part: Metric) -> None:
    assert Path(metrics().origin(part.name).rpartition(":")[0]).stem == part.name
    assert part.title
    assert part.source
    if is_ours(part, metrics().origin(part.name)):
        assert part.cost > 0, "python tests/benchmarks/costs.py tells it"
    assert part.function.__doc__
    assert part.identical is None
    assert part.low < part.high


@pytest.mark.parametrize("channels", [1, 3])
def test_its_range(part: Metric, channels: int) -> None:
    for output in pictures(part, channels):
        found = value(part, output)
        assert isinstance(found, float)
        assert isfinite(found)
        assert part.low <= found <= part.high


def test_blur_is_worse(part: Metric) -> None:
    image = pictures(part)[0]
    values = [value(part, image)]
    values += [value(part, np.asarray(cv2.GaussianBlur(image, (0, 0), sigma))) for sigma in (2, 5)]
    if part.name in DESCRIPTIONS:
        assert len(set(values)) == 3
        return
    if part.better == "higher":
        values.reverse()
    assert values == sorted(set(values))


def test_flat_images_have_a_value_or_a_reason(part: Metric) -> None:
    for level in (0, 128, 255) if part.cost <= DEAR else (128,):
        flat = np.full((side(part), side(part), 3), level, np.uint8)
        try:
            found, said = part(OutputView(flat)), part.name
        except MetricError as error:
            found, said = part.low, str(error)
        assert part.low <= found <= part.high
        assert part.name in said


def test_the_target_is_not_looked_at(part: Metric) -> None:
    image = pictures(part)[0]
    assert part(Pair(image, 255 - image)) == near(part, value(part, image))


def test_images_are_left_alone(part: Metric) -> None:
    image = pictures(part)[0]
    kept = image.copy()
    image.setflags(write=False)
    assert Column(part, protocol("rgb"))(image, None) == near(part, value(part, image))
    for name in ("sr-y", "y-rounded") if part.cost <= DEAR else ("sr-y",):
        Column(part, protocol(name))(np.pad(image, ((4, 4), (4, 4), (0, 0)), "edge"), None, 4)
    assert np.array_equal(image, kept)


def test_grey_counts_as_three_equal_channels(part: Metric) -> None:
    image = pictures(part, 1)[0]
    three = part(OutputView(np.repeat(image, 3, axis=2)))
    assert value(part, image) == pytest.approx(three, abs=part.tolerance)


def test_memory_layout_does_not_matter(part: Metric) -> None:
    image = pictures(part)[0]
    for layout in (planar, cropped):
        assert part(OutputView(layout(image))) == near(part, value(part, image))


def test_its_smallest_image(part: Metric) -> None:
    column = Column(part, protocol("rgb"))
    least = photograph(part.min_size, part.min_size + 9)
    assert part.low <= column(least, None) <= part.high
    if part.min_size > 1:
        with pytest.raises(
            MetricError, match=f"{part.name}@rgb needs at least {part.min_size} pix"
        ):
            column(least[1:], None)


def test_threads_do_not_disturb_each_other(part: Metric) -> None:
    outputs = pictures(part)
    expected = [value(part, output) for output in outputs]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda output: part(OutputView(output)), outputs))
    assert found == pytest.approx(expected, abs=part.tolerance)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="NO GPU: devices cannot be compared")
def test_devices_agree(part: Metric) -> None:
    image = pictures(part)[0]
    seen = OutputView(image)
    seen.device = "cuda"
    assert part(seen) == pytest.approx(value(part, image), abs=part.tolerance)


def test_a_full_reference_metric_says_that_it_needs_a_target() -> None:
    image = photograph(64, 64)
    with pytest.raises(MetricError, match="psnr compares with a target, and there is none"):
        metrics().get("psnr")(OutputView(image))


def test_both_kinds_share_one_pass() -> None:
    image = photograph(192, 192)
    output = disturbed(image, 10)
    names = ["psnr", "total_variation", "ssim", "entropy"]
    columns = [Column(metrics().get(n), protocol("sr-rgb")) for n in names]
    together = scores(columns, Case(output, image, 4))
    assert together == [
        column(output, image if column.metric.reference == "full" else None, 4)
        for column in columns
    ]
