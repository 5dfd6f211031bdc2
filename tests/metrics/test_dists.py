"""DISTS: against its definition step by step in double precision, torchmetrics, and published figures."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
import torchmetrics.functional.image.dists as theirs
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import pad

from iqabench.errors import MetricWeightsError
from iqabench.images import Image, Pair
from iqabench.metrics.full_reference.dists import dists
from iqabench.metrics.networks import dists_network as ours
from iqabench.metrics.networks import tiles as _tiles
from iqabench.metrics.networks.backbones import VGG16
from iqabench.metrics.networks.weights import DISTS

from .random_networks import instead_of, signed, small_pairs, state_of, torchvisions

Pixels = NDArray[np.uint8]

TRAINED = Path(theirs.__file__).parent / "dists_models" / "weights.pt"
"""What the authors trained, as torchmetrics ships it."""


@pytest.fixture(scope="module")
def backbone() -> nn.Module:
    return torchvisions("vgg16")


@pytest.fixture
def loaded(
    backbone: nn.Module, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[nn.Module]:
    """Our metric with a backbone of chance and the authors' own weights of channels."""
    torch.save(state_of(backbone), tmp_path / "weights.pth")
    files = TRAINED, tmp_path / "weights.pth"
    monkeypatch.setattr(ours, "dists_files", lambda owner: files)
    ours._load.cache_clear()
    yield backbone
    ours._load.cache_clear()


def pooled(x: Tensor) -> Tensor:
    """The L2 pooling, place by place."""
    side = [0.25, 0.5, 0.25]
    x = pad(x.square(), (1, 1, 1, 1))
    height, width = (x.shape[2] - 1) // 2, (x.shape[3] - 1) // 2
    total = torch.zeros((*x.shape[:2], height, width), dtype=x.dtype)
    for i, a in enumerate(side):
        for j, b in enumerate(side):
            total += a * b * x[:, :, i::2, j::2][:, :, :height, :width]
    return (total + 1e-12).sqrt()


def plainly(output: Pixels, target: Pixels, backbone: nn.Module) -> float:
    """Equations 5 to 8 of the paper."""

    def features(image: Pixels) -> list[Tensor]:
        x = signed(image, 1.0, 0.0).double() / 255
        kept = [x]
        mean, deviation = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
        x = torch.stack([(x[:, c] - mean[c]) / deviation[c] for c in range(3)], 1)
        for number, layer in enumerate(backbone.children()):
            if isinstance(layer, nn.MaxPool2d):
                kept.append(x)
                x = pooled(x) if number < 30 else x
            elif isinstance(layer, nn.Conv2d):
                bias = layer.bias.double() if layer.bias is not None else None
                x = torch.nn.functional.conv2d(x, layer.weight.double(), bias, padding=1)
            else:
                x = x.clamp(min=0)
        return kept

    trained = torch.load(TRAINED, weights_only=True)
    alpha, beta = (trained[name].flatten().double().numpy() for name in ("alpha", "beta"))
    similar = 0.0
    with torch.no_grad():
        channels = [
            (x[0, c].numpy(), y[0, c].numpy())
            for x, y in zip(features(output), features(target), strict=True)
            for c in range(x.shape[1])
        ]
    for a, b, (x, y) in zip(alpha, beta, channels, strict=True):
        luminance = (2 * x.mean() * y.mean() + 1e-6) / (x.mean() ** 2 + y.mean() ** 2 + 1e-6)
        covariance = ((x - x.mean()) * (y - y.mean())).mean()
        similar += a * luminance + b * (2 * covariance + 1e-6) / (x.var() + y.var() + 1e-6)
    return float(1 - similar / (alpha.sum() + beta.sum()))


def test_the_definition(loaded: nn.Module) -> None:
    for output, target in small_pairs():
        expected = plainly(output, target, loaded)
        assert dists(Pair(output, target)) == pytest.approx(expected, rel=2e-5)


def test_torchmetrics_agrees(loaded: nn.Module, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theirs, "vgg16", instead_of(loaded))
    authors = theirs.DISTSNetwork()
    for output, target in small_pairs():
        with torch.no_grad():
            expected = float(authors(*(signed(image, 255.0, 0.0) for image in (output, target))))
        assert dists(Pair(output, target)) == pytest.approx(expected, rel=1e-4, abs=2e-6)


def test_a_batch_gives_what_its_pairs_give(loaded: nn.Module) -> None:
    network = ours.network("cpu")
    pairs = [(signed(o[:33, :40]), signed(t[:33, :40])) for o, t in small_pairs()]
    with torch.inference_mode():
        together = network(*(torch.cat(side) for side in zip(*pairs, strict=True)))
        alone = torch.cat([network(*pair) for pair in pairs])
    assert together.shape == (5,)
    torch.testing.assert_close(together, alone, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("height", [161, 167])
def test_tiles_do_not_show(loaded: nn.Module, monkeypatch: pytest.MonkeyPatch, height: int) -> None:
    output, target = np.random.default_rng(0).integers(0, 256, (2, height, 19, 3), dtype=np.uint8)
    whole = dists(Pair(output, target))
    monkeypatch.setattr(_tiles, "SIDE", 48)
    assert dists(Pair(output, target)) == pytest.approx(whole, rel=1e-6)
    monkeypatch.setattr(_tiles, "RIM", 16)
    assert dists(Pair(output, target)) != pytest.approx(whole, rel=1e-6)


@pytest.mark.parametrize("level", [0, 7, 255])
def test_equal_images_of_any_kind(loaded: nn.Module, level: int) -> None:
    flat = np.full((20, 31, 1), level, np.uint8)
    assert dists(Pair(flat, flat.copy())) == pytest.approx(0, abs=1e-9)
    assert dists(Pair(np.roll(small_pairs()[0][0], 1, 0), small_pairs()[0][0])) > 0.0


def test_its_range(loaded: nn.Module) -> None:
    """Means weigh 0.876 and are at most 1 apart, variances 0.124 and at most 2."""
    trained = torch.load(TRAINED, weights_only=True)
    assert float(trained["alpha"].sum()) == pytest.approx(0.876, abs=5e-4)
    assert float(trained["beta"].sum()) == pytest.approx(0.124, abs=5e-4)
    assert min(float(weight.min()) for weight in trained.values()) >= 0
    assert DISTS.bytes == TRAINED.stat().st_size
    images = [np.zeros((20, 20, 3), np.uint8), np.full((20, 20, 3), 255, np.uint8)]
    assert 0.3 < dists(Pair(images[0], images[1])) < 1.124


@pytest.mark.parametrize("missing", ["its authors", "VGG16"])
def test_without_weights_it_says_what_to_do(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if missing == "VGG16":
        monkeypatch.setattr(ours, "dists_files", lambda owner: (TRAINED, VGG16.path(owner)))
    ours._load.cache_clear()
    with pytest.raises(MetricWeightsError, match=f"dists needs the weights of {missing}") as caught:
        dists(Pair(*small_pairs()[0]))
    assert "IQABENCH_OFFLINE" in str(caught.value)


@pytest.fixture
def published(mirror: str) -> None:
    """The network as its authors made it."""
    assert mirror
    ours._load.cache_clear()
    try:
        ours.network("cpu")
    except MetricWeightsError as error:
        pytest.skip(f"NO WEIGHTS: {str(error).splitlines()[0]}")


def test_the_example_of_the_authors(published: None, real_image: Callable[[str], Image]) -> None:
    """images/r1.png against r0.png, as DISTS_pt.py prints it in its last line."""
    target = real_image("f42e0b17b9113bdd86731afbf93a4e6c27001e83a55f22d0dfa8c4dff2678521")
    output = real_image("5b61278821f32b31e46f28138e2343a04762e33a3a941a8dbdbd35a8fa6b434d")
    assert round(dists(Pair(output[:, :, :3], target[:, :, :3])), 4) == 0.3347


def test_what_torchmetrics_prints(published: None) -> None:
    """In its documentation, of noise."""
    chance = torch.Generator().manual_seed(42)
    output, target = (torch.rand(5, 3, 256, 256, generator=chance)[:1] for _ in range(2))
    with torch.inference_mode():
        values = ours.network("cpu")(output, target).tolist()
    assert values == pytest.approx([0.1285], abs=5e-5)
