"""What every metric over a set promises, plugins' too: its declared facts are the expectations."""

import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from math import isfinite
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from iqabench.errors import MetricError
from iqabench.images import OutputView
from iqabench.metrics import SetMetric, set_metrics
from iqabench.metrics.core.set_metric import Gathered

from .contract import cropped, is_ours, planar, ready
from .damage import Pixels, photographs
from .test_contract_no_reference import photograph

NAMES = set_metrics().names()
Damage = Callable[[Pixels], Pixels]


@pytest.fixture(params=NAMES)
def part(request: pytest.FixtureRequest) -> SetMetric:
    """Each, content with five images; one whose weights no mirror has is skipped."""
    metric = set_metrics().get(request.param)
    ready(request, metric)
    return replace(metric, least_images=5)


@cache
def looked(name: str, shape: tuple[int, ...], pixels: bytes) -> NDArray[np.float64]:
    image = np.frombuffer(pixels, np.uint8).reshape(shape)
    return set_metrics().get(name).look(OutputView(image))


def gathered(part: SetMetric, images: list[Pixels]) -> Gathered:
    """What is kept of them; an image that several tests want is looked at once."""
    found: Gathered = part.gather(looked(part.name, i.shape, i.tobytes()) for i in images)
    return found


def blur(sigma: float) -> Damage:
    return lambda image: np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.uint8)


def noise(sigma: float) -> Damage:
    def noisy(image: Pixels) -> Pixels:
        values = image + np.random.default_rng(1).normal(0, sigma, image.shape)
        return np.asarray(np.clip(values, 0, 255).round(), np.uint8)

    return noisy


def demo(part: SetMetric) -> Gathered:
    return gathered(part, photographs())


def under(part: SetMetric, damage: Damage) -> float:
    return part(gathered(part, [damage(image) for image in photographs()]), demo(part))


@pytest.mark.parametrize("name", NAMES)
def test_its_facts_are_told(name: str) -> None:
    part = set_metrics().get(name)
    assert Path(set_metrics().origin(name).rpartition(":")[0]).stem == name
    assert part.title
    assert part.source
    if is_ours(part, set_metrics().origin(name)):
        assert part.cost > 0
    assert part.features.__doc__
    assert part.unit in {"1"}
    assert part.least_images >= 2
    if part.identical is not None:
        assert part.identical == (part.high if part.better == "higher" else part.low)


def test_identical_sets(part: SetMetric) -> None:
    value = under(part, np.copy)
    if part.identical is not None:
        assert value == pytest.approx(part.identical, abs=part.tolerance)
    flat = gathered(part, [np.full_like(image, 128) for image in photographs()])
    assert part(flat, flat) == pytest.approx(part.identical or 0, abs=part.tolerance)
    assert isfinite(part(flat, demo(part)))


@pytest.mark.parametrize(
    "damages",
    [[np.copy, blur(0.6), blur(1.2), blur(3)], [np.copy, noise(4), noise(12), noise(40)]],
    ids=["blur", "noise"],
)
def test_more_damage_is_worse(part: SetMetric, damages: list[Damage]) -> None:
    if part.identical is None:  # then less than a little damage need not be better
        damages = damages[1:]
    values = [under(part, damage) for damage in damages]
    assert all(part.low <= value <= part.high for value in values)
    if part.better == "higher":
        values.reverse()
    assert values == sorted(set(values))


def test_it_is_symmetric(part: SetMetric) -> None:
    outputs = gathered(part, [blur(2)(image) for image in photographs()])
    targets = demo(part)
    assert part(outputs, targets) == pytest.approx(part(targets, outputs), rel=1e-9)


def test_neither_order_nor_division_of_the_images_matters(part: SetMetric) -> None:
    outputs, targets = [blur(2)(image) for image in photographs()], demo(part)
    expected = part(gathered(part, outputs), targets)
    assert part(gathered(part, outputs[::-1]), targets) == pytest.approx(expected, rel=1e-9)
    for cut in range(len(outputs) + 1):
        both = gathered(part, outputs[:cut]) + gathered(part, outputs[cut:])
        assert both.images == len(outputs)
        assert part(both, targets) == pytest.approx(expected, rel=1e-9)


def test_what_is_gathered_can_be_sent(part: SetMetric) -> None:
    targets = demo(part)
    sent: Gathered = pickle.loads(pickle.dumps(targets))
    assert part(sent, targets) == pytest.approx(part(targets, targets), abs=part.tolerance)


def test_grey_counts_as_three_equal_channels(part: SetMetric) -> None:
    image = photograph(part.min_size + 64, part.min_size + 67, 1)
    three = part.look(OutputView(np.repeat(image, 3, axis=2)))
    assert np.allclose(part.look(OutputView(image)), three, rtol=1e-5, atol=1e-6)


def test_features_are_rows_of_numbers(part: SetMetric) -> None:
    image = photographs()[0]
    found = looked(part.name, image.shape, image.tobytes())
    other = part.look(OutputView(photograph(part.min_size, part.min_size + 9)))
    assert found.dtype == np.float64
    assert found.ndim == 2
    assert found.shape[1] == other.shape[1]


def test_images_are_left_alone(part: SetMetric) -> None:
    image = photographs()[1].copy()
    image.setflags(write=False)
    first = looked(part.name, image.shape, image.tobytes())
    for same in (image, planar(image), cropped(image)):
        assert np.allclose(part.look(OutputView(same)), first, rtol=1e-5, atol=1e-6)
    assert np.array_equal(image, photographs()[1])


def test_threads_do_not_disturb_each_other(part: SetMetric) -> None:
    def look(image: Pixels) -> NDArray[np.float64]:
        return part.look(OutputView(image))

    expected = [looked(part.name, image.shape, image.tobytes()) for image in photographs()]
    with ThreadPoolExecutor(4) as pool:
        for found, alone in zip(pool.map(look, photographs()), expected, strict=True):
            assert np.allclose(found, alone, rtol=1e-5, atol=1e-6)


def test_too_few_images_are_refused(part: SetMetric) -> None:
    few, enough = gathered(part, photographs()[:4]), demo(part)
    said = f"{part.name} is of a whole set and needs at least 5 images; there are 4"
    for sets in [(few, enough), (enough, few), (few, few)]:
        with pytest.raises(MetricError, match=said):
            part(*sets)
    with pytest.raises(MetricError, match="there are 0"):
        part(gathered(part, []), enough)


def test_what_is_no_number_is_refused(part: SetMetric) -> None:
    image = photographs()[0].astype(np.float32)
    image[50:60, 50:60] = np.nan
    with pytest.raises(
        MetricError, match=f"{part.name} found features that are not finite numbers"
    ):
        part.look(OutputView(image))


def test_its_smallest_image(part: SetMetric) -> None:
    least = photograph(part.min_size, part.min_size + 9)
    assert np.isfinite(part.look(OutputView(least))).all()
    if part.min_size > 1:
        with pytest.raises(MetricError, match=f"{part.name} needs at least {part.min_size} pixels"):
            part.look(OutputView(least[1:]))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="NO GPU: devices cannot be compared")
def test_devices_agree(part: SetMetric) -> None:
    def on_gpu(image: Pixels) -> OutputView:
        seen = OutputView(image)
        seen.device = "cuda"
        return seen

    there = part.gather(part.look(on_gpu(blur(2)(image))) for image in photographs())
    here = under(part, blur(2))
    assert part(there, demo(part)) == pytest.approx(here, abs=part.tolerance)
