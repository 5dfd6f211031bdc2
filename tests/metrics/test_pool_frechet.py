"""pool_frechet: against torchvision's network, np.cov and scipy's sqrtm."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.linalg import inv, sqrtm
from torchvision.models import alexnet as torchvision_alexnet
from torchvision.transforms.functional import normalize, to_tensor

from iqabench.errors import MetricError, MetricWeightsError
from iqabench.images import Image, OutputView, PoolView
from iqabench.metrics.distribution.pool_frechet import pool_frechet
from iqabench.metrics.networks import alexnet_features as ours
from iqabench.metrics.networks import tiles as _tiles
from iqabench.metrics.networks.alexnet_layers import alexnet_layers

from .damage import DAMAGES, Pixels, photographs
from .pools import pool

Features = Callable[[Pixels, int], NDArray[np.float64]]


@pytest.fixture
def theirs(mirror: str) -> Features:
    """The features of a layer by torchvision, (places, width), each of length one."""
    network = torchvision_alexnet(weights=None).features
    network[:12].load_state_dict(ours._network("cpu", "a test").state_dict())

    def features(image: Pixels, layer: int) -> NDArray[np.float64]:
        x = normalize(to_tensor(image), [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
        with torch.no_grad():
            found: Any = network[: {1: 2, 2: 5, 3: 8}[layer]](x[None])[0].double()
        return np.asarray((found / found.norm(dim=0)).nan_to_num().flatten(1).T)

    return features


@pytest.mark.parametrize("layer", [1, 2, 3])
def test_features_are_those_of_torchvision(theirs: Features, layer: int) -> None:
    for image in [*photographs(), photographs()[0][:31, :31], photographs()[3][:97, :44]]:
        (found,) = next(alexnet_layers(OutputView(image), "a test", (layer,)))
        np.testing.assert_allclose(found, theirs(image, layer), atol=1e-5)


def test_tiles_are_seams_that_nobody_sees(mirror: str, monkeypatch: pytest.MonkeyPatch) -> None:
    image = np.tile(photographs()[0], (2, 2, 1))[:541, :397]
    (whole,) = alexnet_layers(OutputView(image), "a test", (1, 2, 3))
    monkeypatch.setattr(_tiles, "SIDE", 208)
    tiled = list(alexnet_layers(OutputView(image), "a test", (1, 2, 3)))
    assert len(tiled) == 6
    for layer, expected in enumerate(whole):
        found = np.concatenate([tile[layer] for tile in tiled])
        assert found.shape == expected.shape
        for axis in (found.mean(0) - expected.mean(0), found.std(0) - expected.std(0)):
            assert abs(axis).max() < 1e-6


def reference(theirs: Features, output: Pixels, images: list[Pixels]) -> float:
    """The definition: whitened features, square roots of full matrices."""
    total = 0.0
    for layer in (2, 3):
        places = np.concatenate([theirs(image, layer) for image in images])
        covariance = np.cov(places.T)
        raised = covariance + 0.01 * np.trace(covariance) / len(covariance) * np.eye(
            len(covariance)
        )
        units = inv(sqrtm(raised).real)
        x, y = theirs(output, layer) @ units, places @ units
        one, other = np.cov(x.T), np.cov(y.T)
        root = sqrtm(other).real
        shared = np.sqrt(np.clip(np.linalg.eigvalsh(root @ one @ root), 0, None)).sum()
        apart = np.square(x.mean(0) - y.mean(0)).sum()
        total += (apart + np.trace(one + other) - 2 * shared) / len(covariance)
    return total


@pytest.mark.parametrize("damage", ["none", "blur", "jpeg"])
@pytest.mark.parametrize("scene", [0, 2])
def test_the_value_is_the_definition(theirs: Features, scene: int, damage: str) -> None:
    """The second layer has more places than features, the third fewer."""
    image = photographs()[scene]
    output = image if damage == "none" else DAMAGES[damage](image)
    others = [p for n, p in enumerate(photographs()) if n != scene]
    found = pool_frechet(PoolView(OutputView(output), pool(others)))
    assert found == pytest.approx(reference(theirs, output, others), rel=1e-4)


def test_the_pool_itself_is_no_distance_away(mirror: str) -> None:
    image = photographs()[0]
    assert pool_frechet(PoolView(OutputView(image), pool([image]))) == pytest.approx(0, abs=1e-9)


def test_flat_pools_and_outputs_have_finite_values(mirror: str) -> None:
    flat: Image = np.full((160, 144, 3), 90, np.uint8)
    assert np.isfinite(pool_frechet(PoolView(OutputView(flat), pool(photographs()[:2]))))
    assert np.isfinite(pool_frechet(PoolView(OutputView(photographs()[0]), pool([flat[:31, :31]]))))


def test_missing_weights_are_named() -> None:
    ours._network.cache_clear()
    with pytest.raises(MetricWeightsError, match="pool_frechet needs the weights of AlexNet"):
        pool_frechet(PoolView(OutputView(photographs()[0]), pool(photographs()[1:])))


def test_an_image_without_a_place_is_named(mirror: str) -> None:
    with pytest.raises(MetricError, match="image 1 of the pool 'mine' has 40x30"):
        pool_frechet(PoolView(OutputView(photographs()[0]), pool([photographs()[1][:30, :40]])))
