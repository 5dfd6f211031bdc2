"""What every metric against a pool promises, plugins' too: its declared facts are the expectations."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from math import isfinite
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from iqabench.errors import MetricError
from iqabench.images import Case, Image, OutputView, Pool, PoolView
from iqabench.metrics import Column, Metric, metrics, scores
from iqabench.metrics.networks.unpaired_data import Data
from iqabench.metrics.networks.unpaired_training import UnpairedPlan, train
from iqabench.metrics.networks.unpaired_weights import weights_path
from iqabench.protocol import Protocol
from iqabench.protocols import protocol

from .contract import cropped, is_ours, near, planar, ready
from .damage import Pixels, photographs
from .pools import others, pool, pool_without
from .rated_photographs import pristine, rated
from .test_contract import disturbed

NAMES = [m.name for m in metrics() if m.reference == "pool"]
SCENES = range(5)

DAMAGES: dict[str, Callable[[Pixels], Pixels]] = {
    "blur": lambda image: np.asarray(cv2.GaussianBlur(image, (0, 0), 3)),
    "noise": lambda image: disturbed(image, 25),
    "jpeg": lambda image: np.asarray(
        cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 10])[1], 1)
    ),
}


@cache
def learned(folder: Path) -> bytes:
    """Weights for the metric that the user trains."""
    *_, training = train(Data(rated(), pristine(), folder), UnpairedPlan(steps=300), folder)
    training.write(folder / "weights")
    return (folder / "weights").read_bytes()


@pytest.fixture(scope="session")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("learned")


@pytest.fixture(params=NAMES)
def part(request: pytest.FixtureRequest, work: Path) -> Metric:
    """Each metric; one that needs published weights is skipped where no mirror has them."""
    metric = metrics().get(request.param)
    if metric.files or metric.requirement:
        request.getfixturevalue("mirror")
        weights_path().parent.mkdir(parents=True, exist_ok=True)
        weights_path().write_bytes(learned(work))
    ready(request, metric)
    return metric


def value(part: Metric, output: Image, against: Pool) -> float:
    return part(PoolView(OutputView(output), against))


@cache
def of_damaged(name: str, scene: int, damage: str = "") -> float:
    """The value of a photograph, damaged or not, beside the others; computed once for all tests."""
    image = photographs()[scene]
    output = DAMAGES[damage](image) if damage else image
    return value(metrics().get(name), output, pool_without(scene))


def test_its_facts_are_told(part: Metric) -> None:
    assert Path(metrics().origin(part.name).rpartition(":")[0]).stem == part.name
    assert part.title
    assert part.source
    if is_ours(part, metrics().origin(part.name)):
        assert part.cost > 0, "python tests/benchmarks/costs.py tells it"
    assert part.function.__doc__
    assert part.identical is None
    assert part.low < part.high


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_worse(part: Metric, damage: str) -> None:
    """On average over the photographs, each beside the others: a scene alone may be unlike all others."""
    whole = np.mean([of_damaged(part.name, n) for n in SCENES])
    hurt = np.mean([of_damaged(part.name, n, damage) for n in SCENES])
    assert (hurt < whole) == (part.better == "higher")
    assert hurt != whole


def test_the_order_of_the_pool_does_not_matter(part: Metric) -> None:
    turned = pool(others(0)[::-1])
    expected = of_damaged(part.name, 0)
    assert value(part, photographs()[0], turned) == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_the_pool_matters(part: Metric) -> None:
    blurred = pool([DAMAGES["blur"](image) for image in others(0)])
    expected = of_damaged(part.name, 0)
    assert abs(value(part, photographs()[0], blurred) - expected) > 1e-3


def test_the_pool_is_read_once_for_many_outputs(part: Metric) -> None:
    reads = [0] * len(others(0))

    def reading(number: int) -> Callable[[], Image]:
        def read() -> Image:
            reads[number] += 1
            return others(0)[number]

        return read

    against = Pool("mine", "0", [reading(n) for n in range(len(reads))])
    outputs = [photographs()[0], *(damage(photographs()[0]) for damage in DAMAGES.values())]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda output: value(part, output, against), outputs))
    assert set(reads) == {1}
    expected = [of_damaged(part.name, 0, damage) for damage in ("", *DAMAGES)]
    assert together == pytest.approx(expected, abs=part.tolerance)


def test_its_range(part: Metric) -> None:
    image = photographs()[0]
    for output in [image, 255 - image, image[::-1].copy(), disturbed(image, 60)]:
        found = value(part, output, pool_without(0))
        assert isinstance(found, float)
        assert isfinite(found)
        assert part.low <= found <= part.high


def test_grey_counts_as_three_equal_channels(part: Metric) -> None:
    image = photographs()[0][:, :, :1]
    expected = value(part, np.repeat(image, 3, axis=2), pool_without(0))
    assert value(part, image, pool_without(0)) == pytest.approx(expected, abs=part.tolerance)
    one = pool([part[:, :, :1] for part in others(0)])
    three = pool([np.repeat(part[:, :, :1], 3, axis=2) for part in others(0)])
    assert value(part, image, one) == pytest.approx(value(part, image, three), abs=part.tolerance)


def test_flat_images_have_a_value_or_a_reason(part: Metric) -> None:
    flat = np.full((192, 208, 3), 128, np.uint8)
    for output, against in (
        (flat, pool_without(0)),
        (photographs()[0], pool([flat, flat])),
        (photographs()[0], pool([flat, *others(0)])),
    ):
        try:
            found, said = value(part, output, against), part.name
        except MetricError as error:
            found, said = part.low, str(error)
        assert part.low <= found <= part.high
        assert not np.isnan(found)
        assert part.name in said


def test_an_empty_pool_is_named(part: Metric) -> None:
    with pytest.raises(MetricError, match=f"{part.name} .*the pool 'mine' is empty"):
        value(part, photographs()[0], pool([]))


def test_a_pool_of_tiny_images_has_a_value_or_a_reason(part: Metric) -> None:
    with pytest.raises(MetricError, match=f"{part.name} needs at least .* image 1 of the pool"):
        value(part, photographs()[0], pool([image[:9, :12] for image in others(0)]))


def test_images_are_left_alone(part: Metric) -> None:
    image, against = photographs()[0].copy(), [other.copy() for other in others(0)]
    for one in (image, *against):
        one.setflags(write=False)
    assert value(part, image, pool(against)) == near(part, of_damaged(part.name, 0))
    assert np.array_equal(image, photographs()[0])


def test_memory_layout_does_not_matter(part: Metric) -> None:
    image = photographs()[0]
    for layout in (planar, cropped):
        found = value(part, layout(image), pool_without(0))
        assert found == near(part, of_damaged(part.name, 0))


class Mine:
    """Pseudo-references as a run has them at hand."""

    def pair(self, under: Protocol, output: Image) -> tuple[Image, Image]:
        raise AssertionError("not asked for")

    def pool(self, under: Protocol) -> Pool:
        assert under.named == "mine"
        return pool_without(0)


def test_its_smallest_image(part: Metric) -> None:
    column = Column(part, protocol("unpaired:mine"))
    least = np.ascontiguousarray(photographs()[0][: part.min_size, : part.min_size + 9])
    (found,) = scores([column], Case(least, None, references=Mine()))
    assert part.low <= found <= part.high
    with pytest.raises(MetricError, match=f"needs at least {part.min_size} pix"):
        scores([column], Case(least[1:], None, references=Mine()))


def test_without_a_pool_it_says_what_to_type(part: Metric) -> None:
    with pytest.raises(MetricError, match=f"{part.name} needs a pool of images: .*@unpaired:"):
        part(OutputView(photographs()[0]))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="NO GPU: devices cannot be compared")
def test_devices_agree(part: Metric) -> None:
    output = OutputView(photographs()[0])
    output.device = "cuda"
    found = part(PoolView(output, pool(others(0))))
    assert found == pytest.approx(
        value(part, photographs()[0], pool_without(0)), abs=part.tolerance
    )
