"""The Frechet distance of AlexNet's features: against torchvision's network, np.cov and scipy's sqrtm."""

from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm
from torchvision.models import alexnet as torchvision_alexnet
from torchvision.transforms.functional import normalize, to_tensor

from iqabench.errors import MetricWeightsError
from iqabench.images import OutputView
from iqabench.metrics import set_metrics
from iqabench.metrics.networks import alexnet_features as ours

from .damage import DAMAGES, Pixels, photographs


def features_by(network: Any, image: Pixels) -> Any:
    x = normalize(to_tensor(image), [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    with torch.no_grad():
        found = network(x[None])[0]
    return found.reshape(256, -1).T.double().numpy()


@pytest.fixture
def theirs(mirror: str) -> Any:
    assert mirror
    with torch.device("meta"):  # no weights of chance for the classifier's 58 million connections
        network = torchvision_alexnet(weights=None).features[:12]
    network.load_state_dict(ours._network("cpu", "a test").state_dict(), assign=True)
    return partial(features_by, network)


def test_features_are_those_of_torchvision(theirs: Any) -> None:
    part = set_metrics().get("frechet_alexnet")
    for image in [*photographs(), photographs()[0][:31, :31], photographs()[3][:97, :44]]:
        expected = theirs(image)
        assert part.look(OutputView(image)) == pytest.approx(expected, rel=1e-4, abs=1e-4)
    assert len(part.look(OutputView(photographs()[0]))) == 17 * 17


@pytest.mark.parametrize("damage", ["blur", "jpeg"])
def test_the_distance_is_the_definition(theirs: Any, damage: str) -> None:
    part = set_metrics().get("frechet_alexnet")
    outputs = [DAMAGES[damage](image) for image in photographs()]
    x, y = (np.concatenate([theirs(i) for i in images]) for images in (outputs, photographs()))
    assert len(x) > 4 * 256
    one, other = np.cov(x.T), np.cov(y.T)
    expected = ((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(one + other)
    expected -= 2 * np.trace(sqrtm(one @ other)).real
    found = part(
        part.gather(part.look(OutputView(i)) for i in outputs),
        part.gather(part.look(OutputView(i)) for i in photographs()),
    )
    assert found == pytest.approx(expected, rel=1e-5)


def test_missing_weights_are_named() -> None:
    ours._network.cache_clear()
    with pytest.raises(MetricWeightsError, match="frechet_alexnet needs the weights of AlexNet"):
        set_metrics().get("frechet_alexnet").look(OutputView(photographs()[0]))
