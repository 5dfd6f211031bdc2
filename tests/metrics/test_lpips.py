"""LPIPS: against the package of its authors, and their published example."""

import subprocess
import sys
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import lpips as package
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from iqabench.errors import MetricError
from iqabench.images import Image, Pair
from iqabench.metrics.full_reference.lpips import lpips
from iqabench.metrics.networks import image_tensors
from iqabench.metrics.networks import lpips_network as ours
from iqabench.metrics.networks.backbones import ALEXNET, Backbone
from iqabench.metrics.networks.image_tensors import load_state

Pixels = NDArray[np.uint8]


def noisy(*shape: int, seed: int = 0) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


@pytest.fixture
def authors(mirror: str) -> Callable[[Image, Image], float]:
    """The package's own network with the backbone that ours has; its loader would download one."""
    assert mirror
    state = ours.network("cpu").state_dict()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # torchvision retires the word `pretrained`
        theirs = package.LPIPS(net="alex", pnet_rand=True, verbose=False)
    own = theirs.state_dict()
    for name in [n for n in own if n.startswith("net.")]:
        own[name] = state[f"features.{name.split('.', 2)[2]}"]  # net.slice2.3.weight
    theirs.load_state_dict(own)

    def distance(output: Image, target: Image) -> float:
        with torch.no_grad():
            return float(theirs(_signed(output), _signed(target)))

    return distance


def _signed(image: Image) -> Tensor:
    return torch.from_numpy(image.astype(np.float32) / 127.5 - 1).permute(2, 0, 1)[None]


@pytest.mark.parametrize("shape", [(31, 31, 3), (64, 64, 3), (77, 130, 3)])
def test_the_package_agrees(authors: Callable[[Image, Image], float], shape: tuple[int]) -> None:
    target = noisy(*shape)
    for output in (noisy(*shape, seed=1), 255 - target, target // 2, np.zeros_like(target)):
        assert lpips(Pair(output, target)) == pytest.approx(authors(output, target), abs=1e-6)


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("f44901a99c82755cfe78cdbde66579ae06cd0ebbba4a2539aa35ef96bbe703db", 0.722),
        ("6ada2a42a3378bfa408027ba2d54a827c6f2cec30a0506e4f140fddaca661022", 0.138),
    ],
)
def test_the_example_of_the_authors(
    real_image: Callable[[str], Image], output: str, expected: float
) -> None:
    """imgs/ex_p0.png and ex_p1.png against ex_ref.png, as their README prints it."""
    target = real_image("57aff3a0aeb6ebea151411f35b4487ea130aedcac6addd91c8c015969f9df097")
    assert round(lpips(Pair(real_image(output), target)), 3) == expected


def test_doubles_are_the_same_network(mirror: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As GPUs compute it."""
    assert mirror
    pair = Pair(noisy(64, 80, 3), noisy(64, 80, 3, seed=1))
    single = lpips(pair)
    ours._load.cache_clear()
    for module in (ours, image_tensors):
        monkeypatch.setattr(module, "precision", lambda _: torch.float64)
    try:
        assert lpips(pair) == pytest.approx(single, abs=1e-6)
    finally:
        ours._load.cache_clear()


def test_the_precision_of_devices() -> None:
    assert image_tensors.precision("cuda:0") == torch.float64
    assert image_tensors.precision("cpu") == torch.float32


def test_the_network_is_loaded_once(mirror: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert mirror
    ours._load.cache_clear()
    loads = []

    find = Backbone.path

    def counted(of: Backbone, owner: str) -> Path:
        loads.append(1)
        return find(of, owner)

    monkeypatch.setattr(Backbone, "path", counted)
    with ThreadPoolExecutor(8) as pool:
        networks = list(pool.map(ours.network, ["cpu"] * 16))
    assert len(loads) == 1
    assert len({id(network) for network in networks}) == 1
    assert not any(weight.requires_grad for weight in networks[0].parameters())


def test_without_weights_it_says_what_to_do() -> None:
    ours._load.cache_clear()
    with pytest.raises(MetricError, match="lpips needs the weights of AlexNet") as caught:
        lpips(Pair(noisy(40, 40, 3), noisy(40, 40, 3)))
    for word in ("alexnet-owt-7be5be79.pth", "IQABENCH_OFFLINE", "backbones/alexnet_features"):
        assert word in str(caught.value)


def test_a_torch_file_of_the_whole_network_will_do(
    mirror: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As torchvision publishes it, with the classifier and without a tensor file's header."""
    assert mirror
    features = load_state(ALEXNET.path("lpips"))
    torch.save(features | {"classifier.1.weight": torch.zeros(2, 2)}, tmp_path / "a.pth")
    expected = ours.network("cpu").state_dict()
    ours._load.cache_clear()
    monkeypatch.setattr(Backbone, "path", lambda of, owner: tmp_path / "a.pth")
    again = ours.network("cpu").state_dict()
    ours._load.cache_clear()
    assert set(again) == set(expected)
    assert all(torch.equal(again[name], expected[name]) for name in expected)


def test_other_metrics_do_not_wait_for_torch() -> None:
    code = (
        "import sys; from iqabench.metrics import metrics; metrics().names(); "
        "assert 'torch' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
