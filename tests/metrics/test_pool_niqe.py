"""pool_niqe: against the authors' fit and distance written out."""

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from iqabench.errors import MetricError
from iqabench.images import Image, OutputView, PoolView
from iqabench.metrics.distribution.pool_niqe import pool_niqe

from .damage import DAMAGES, Plane, photographs
from .pools import others, pool, pool_without
from .scene_statistics import coefficients, grey, half, moments, of_block, window

WEIGHTS = window(7, 7 / 6)


def blocks(plane: Plane, size: int) -> NDArray[np.float64]:
    rows, columns = (side // size for side in plane.shape)
    cut = plane[: rows * size, : columns * size].reshape(rows, size, columns, size)
    return np.asarray(cut.swapaxes(1, 2).reshape(-1, size, size))


def described(image: Image) -> tuple[Plane, Plane]:
    """The features of each block, and how sharp it is."""
    plane = grey(image)
    plane = plane[: plane.shape[0] // 96 * 96, : plane.shape[1] // 96 * 96]
    fine = [of_block(block) for block in blocks(coefficients(plane, WEIGHTS), 96)]
    coarse = [of_block(block) for block in blocks(coefficients(half(plane), WEIGHTS), 48)]
    sharpness = blocks(moments(plane, WEIGHTS, "nearest")[1], 96).mean((1, 2))
    return np.hstack([fine, coarse]), sharpness


@cache
def sharp_blocks(scene: int) -> Plane:
    sharp = []
    for image in others(scene):
        found, sharpness = described(image)
        sharp += [f for f, s in zip(found, sharpness, strict=True) if s > 0.75 * sharpness.max()]
    return np.array(sharp)


def reference(output: Image, model: Plane) -> float:
    assert len(model) > 36
    own = described(output)[0]
    apart = model.mean(0) - own.mean(0)
    both = (np.cov(model.T) + np.cov(own.T)) / 2
    return float(np.sqrt(apart @ np.linalg.inv(both) @ apart))


@pytest.mark.parametrize("scene", range(5))
@pytest.mark.parametrize("damage", ["none", "noise", "jpeg"])
def test_the_value_is_the_authors_definition(scene: int, damage: str) -> None:
    image = photographs()[scene]
    output = image if damage == "none" else DAMAGES[damage](image)
    found = pool_niqe(PoolView(OutputView(output), pool_without(scene)))
    assert found == pytest.approx(reference(output, sharp_blocks(scene)), rel=1e-5)


def test_too_few_blocks_are_counted() -> None:
    few = pool(photographs()[1:3])
    with pytest.raises(MetricError, match=r"at least 37 of them; the 2 images of .*'mine' have \d"):
        pool_niqe(PoolView(OutputView(photographs()[0]), few))


def test_flat_images_of_a_pool_count_for_nothing() -> None:
    flat = np.full((192, 192, 3), 77, np.uint8)
    seen = OutputView(photographs()[0])
    expected = pool_niqe(PoolView(seen, pool_without(0)))
    assert pool_niqe(PoolView(seen, pool([*others(0), flat]))) == pytest.approx(expected, rel=1e-9)


def test_a_flat_output_is_refused() -> None:
    with pytest.raises(MetricError, match="pool_niqe needs at least two blocks"):
        pool_niqe(PoolView(OutputView(np.full((192, 192, 3), 9, np.uint8)), pool_without(0)))


def test_an_empty_pool_is_named() -> None:
    with pytest.raises(MetricError, match="the pool 'mine' is empty"):
        pool_niqe(PoolView(OutputView(photographs()[0]), pool([])))


def test_a_small_image_in_the_pool_is_named() -> None:
    images = [photographs()[1], photographs()[2][:80, :192]]
    with pytest.raises(MetricError, match="image 2 of the pool 'mine' has 192x80"):
        pool_niqe(PoolView(OutputView(photographs()[0]), pool(images)))
