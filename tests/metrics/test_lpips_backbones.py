"""LPIPS in three backbones and two versions: against the package of its authors, with weights of chance."""

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import lpips as package
import numpy as np
import pytest
import torch

from iqabench.errors import MetricWeightsError
from iqabench.images import Image, Pair
from iqabench.metrics import metrics
from iqabench.metrics.networks import lpips_network as ours
from iqabench.metrics.networks import tiles as _tiles
from iqabench.metrics.networks.backbones import SQUEEZENET, VGG16, Backbone

from .random_networks import instead_of, signed, small_pairs, state_of, torchvisions

NETS = {"alex": "alexnet", "vgg": "vgg16", "squeeze": "squeezenet1_1"}
NAMES = {
    ("alex", "0.1"): "lpips",
    ("alex", "0.0"): "lpips_v0",
    ("vgg", "0.1"): "lpips_vgg",
    ("vgg", "0.0"): "lpips_vgg_v0",
    ("squeeze", "0.1"): "lpips_squeeze",
    ("squeeze", "0.0"): "lpips_squeeze_v0",
}


@pytest.fixture(scope="module", params=NETS)
def net(request: pytest.FixtureRequest) -> tuple[str, Any]:
    return request.param, torchvisions(NETS[request.param])


@pytest.fixture
def loaded(
    net: tuple[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Any]]:
    """Our metrics with that backbone; gives the authors' network of a version with the same."""
    name, backbone = net
    torch.save(state_of(backbone), tmp_path / "weights.pth")
    monkeypatch.setattr(Backbone, "path", lambda of, owner: tmp_path / "weights.pth")
    monkeypatch.setattr(
        package.pretrained_networks.tv, NETS[name], instead_of(backbone), raising=True
    )

    def authors(version: str) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of torch.load, in some releases
            return package.LPIPS(net=name, version=version, pnet_rand=True, verbose=False)

    ours._load.cache_clear()
    yield authors
    ours._load.cache_clear()


@pytest.mark.parametrize("version", ["0.1", "0.0"])
def test_the_package_agrees(
    net: tuple[str, Any], loaded: Callable[[str], Any], version: str
) -> None:
    metric = metrics().get(NAMES[net[0], version])
    authors = loaded(version)
    for output, target in small_pairs():
        with torch.no_grad():
            expected = float(authors(signed(output), signed(target)))
        assert metric(Pair(output, target)) == pytest.approx(expected, rel=2e-5, abs=1e-7)


def test_versions_differ_in_scale_and_heads(
    net: tuple[str, Any], loaded: Callable[[str], Any]
) -> None:
    pair = Pair(*small_pairs()[0])
    first, second = (metrics().get(NAMES[net[0], version]) for version in ("0.0", "0.1"))
    assert first(pair) != pytest.approx(second(pair), rel=1e-2)


def test_a_batch_gives_what_its_pairs_give(
    net: tuple[str, Any], loaded: Callable[[str], Any]
) -> None:
    network = ours.network("cpu", "anyone", net[0], "0.1")
    pairs = [(signed(o[:33, :40]), signed(t[:33, :40])) for o, t in small_pairs()]
    with torch.inference_mode():
        together = network(*(torch.cat(side) for side in zip(*pairs, strict=True)))
        alone = torch.cat([network(*pair) for pair in pairs])
    assert together.shape == (5,)
    torch.testing.assert_close(together, alone, rtol=1e-5, atol=1e-7)


def test_its_smallest_image_is_the_packages(
    net: tuple[str, Any], loaded: Callable[[str], Any]
) -> None:
    least = metrics().get(NAMES[net[0], "0.1"]).min_size
    output, target = (image[:least, :least] for image in small_pairs()[0])
    authors = loaded("0.1")
    with torch.no_grad():
        assert float(authors(signed(output), signed(target))) > 0
        with pytest.raises(RuntimeError):
            authors(signed(output[1:]), signed(target[1:]))


def test_tiles_do_not_show(
    loaded: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch, net: tuple[str, Any]
) -> None:
    if net[0] != "vgg":
        assert not ours.TRUNKS[net[0]].tiled
        return
    chance = np.random.default_rng(0)
    output, target = chance.integers(0, 256, (2, 167, 19, 3), dtype=np.uint8)
    metric = metrics().get("lpips_vgg")
    whole = metric(Pair(output, target))
    monkeypatch.setattr(_tiles, "SIDE", 48)
    assert len(list(_tiles.tiles(167, 19))) > 2
    assert metric(Pair(output, target)) == pytest.approx(whole, rel=1e-6)
    monkeypatch.setattr(_tiles, "RIM", 16)
    assert metric(Pair(output, target)) != pytest.approx(whole, rel=1e-6)


def test_tiles_cover_each_pixel_once() -> None:
    for length in (1, 15, 16, 1024, 1025, 1040, 3000, 4113):
        seen = np.zeros(length, int)
        for tile in _tiles.tiles(length, 5):
            cut = tile.rows.cut
            seen[cut][tile.rows.inner(1)] += 1
            assert cut.start % 16 == 0
            assert cut.stop - cut.start <= 1024 + 2 * _tiles.RIM
        assert (seen == 1).all()


@pytest.mark.parametrize(
    ("name", "what", "file"),
    [
        ("lpips_vgg", "VGG16", VGG16.whole.name),
        ("lpips_vgg_v0", "VGG16", "backbones/vgg16_features.safetensors"),
        ("lpips_squeeze", "SqueezeNet 1.1", SQUEEZENET.whole.name),
        ("lpips_squeeze_v0", "SqueezeNet 1.1", SQUEEZENET.whole.name),
        ("lpips_v0", "AlexNet", "alexnet-owt-7be5be79.pth"),
    ],
)
def test_without_weights_they_say_what_to_do(name: str, what: str, file: str) -> None:
    ours._load.cache_clear()
    with pytest.raises(MetricWeightsError, match=f"{name} needs the weights of {what}") as caught:
        metrics().get(name)(Pair(*small_pairs()[0]))
    for word in (file, "IQABENCH_OFFLINE"):
        assert word in str(caught.value)


def test_without_the_package_heads_are_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("iqabench.metrics.networks.weights.find_spec", lambda _: None)
    with pytest.raises(MetricWeightsError, match="pip install lpips"):
        ours.heads("lpips_vgg", "vgg", "0.1")


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("f44901a99c82755cfe78cdbde66579ae06cd0ebbba4a2539aa35ef96bbe703db", (0.5686, 0.2240)),
        ("6ada2a42a3378bfa408027ba2d54a827c6f2cec30a0506e4f140fddaca661022", (0.4217, 0.1331)),
    ],
)
def test_vgg16_of_imagenet(
    real_image: Callable[[str], Image], output: str, expected: tuple[float, float]
) -> None:
    """The authors' package with that backbone, on the pictures of their repository."""
    target = real_image("57aff3a0aeb6ebea151411f35b4487ea130aedcac6addd91c8c015969f9df097")
    pair = Pair(real_image(output), target)
    ours._load.cache_clear()
    try:
        values = [metrics().get(name)(pair) for name in ("lpips_vgg", "lpips_vgg_v0")]
    except MetricWeightsError as error:
        pytest.skip(f"NO WEIGHTS: {str(error).splitlines()[0]}")
    assert values == pytest.approx(expected, abs=5e-5)


def test_squeezenet_of_imagenet(mirror: str) -> None:
    """What torchmetrics prints in its documentation, of noise."""
    assert mirror
    ours._load.cache_clear()
    try:
        network = ours.network("cpu", "lpips_squeeze", "squeeze", "0.1")
    except MetricWeightsError as error:
        pytest.skip(f"NO WEIGHTS: {str(error).splitlines()[0]}")
    chance = torch.Generator().manual_seed(42)
    output, target = (torch.rand(2, 3, 100, 100, generator=chance) * 2 - 1 for _ in range(2))
    with torch.inference_mode():
        values = network(output, target).tolist()
    assert values == pytest.approx([0.1024, 0.0938], abs=5e-5)


def test_threads_hardly_change_a_value(net: tuple[str, Any], loaded: Callable[[str], Any]) -> None:
    pair, metric = Pair(*small_pairs()[1]), metrics().get(NAMES[net[0], "0.1"])
    threads = torch.get_num_threads()
    values = []
    try:
        for count in (1, 2, 3):
            torch.set_num_threads(count)
            values.append(metric(pair))
    finally:
        torch.set_num_threads(threads)
    assert values == pytest.approx([values[0]] * 3, abs=metric.tolerance)
