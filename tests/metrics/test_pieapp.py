"""PieAPP: against piq with weights of chance, and the authors' program for where patches lie."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import piq
import pytest
import torch
from numpy.typing import NDArray
from piq.pieapp import PieAPPModel
from torch import Tensor

from iqabench.errors import MetricWeightsError
from iqabench.images import Image, Pair
from iqabench.metrics.full_reference.pieapp import pieapp
from iqabench.metrics.full_reference.pieapp_dense import pieapp_dense
from iqabench.metrics.networks import pieapp_network as ours
from iqabench.metrics.networks.weights import PIEAPP

from .damage import DAMAGES, photographs
from .random_networks import randomise, signed

Pixels = NDArray[np.uint8]
SIZES = [(64, 64), (65, 91), (91, 64), (92, 70), (64, 118)]


@pytest.fixture(scope="module")
def state() -> dict[str, Tensor]:
    """Weights of chance in the form of the authors' file, where one is a number and no matrix."""
    with torch.device("meta"):
        made = PieAPPModel()
    made.to_empty(device="cpu")
    randomise(made)
    kept: dict[str, Tensor] = made.state_dict()
    kept["ref_score_subtract.weight"] = torch.tensor([1.5])
    kept["fc2_weight.bias"] += 3  # as many patches count for something as against it, otherwise
    return kept


@pytest.fixture
def loaded(
    state: dict[str, Tensor], monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, Tensor]]:
    monkeypatch.setattr(ours, "pieapp_file", lambda owner: Path(PIEAPP.name))
    monkeypatch.setattr(ours, "load_state", lambda path: dict(state))
    ours._load.cache_clear()
    yield state
    ours._load.cache_clear()


@pytest.fixture
def theirs(state: dict[str, Tensor], monkeypatch: pytest.MonkeyPatch) -> Callable[..., float]:
    """The value of piq's class, with the channels in the authors' order."""
    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", lambda *_, **__: dict(state))

    made: Any = piq.PieAPP(data_range=255)

    def value(output: Pixels, target: Pixels, stride: int) -> float:
        made.stride = stride
        return float(made(*(signed(x[:, :, ::-1], 1.0, 0.0) for x in (output, target))))

    return value


def pairs() -> list[tuple[Pixels, Pixels]]:
    names = ("jpeg", "noise", "x4", "tint", "blur")
    targets = [
        np.ascontiguousarray(photograph[:height, :width])
        for photograph, (height, width) in zip(photographs(), SIZES, strict=True)
    ]
    return [(DAMAGES[name](target), target) for name, target in zip(names, targets, strict=True)]


def test_piq_agrees(loaded: dict[str, Tensor], theirs: Callable[..., float]) -> None:
    for output, target in pairs():
        expected = theirs(output, target, 27)
        assert pieapp(Pair(output, target)) == pytest.approx(expected, rel=1e-4)


def test_piq_agrees_on_dense_patches(
    loaded: dict[str, Tensor], theirs: Callable[..., float]
) -> None:
    output, target = pairs()[1]
    expected = theirs(output[:, :76], target[:, :76], 6)
    pair = Pair(output[:, :76], target[:, :76])
    assert pieapp_dense(pair) == pytest.approx(expected, rel=1e-4)
    assert pieapp(pair) != pytest.approx(expected, rel=1e-3)


def test_channels_go_in_as_opencv_reads_them(
    loaded: dict[str, Tensor], theirs: Callable[..., float]
) -> None:
    output, target = pairs()[3]
    in_rgb = theirs(output[:, :, ::-1], target[:, :, ::-1], 27)
    assert pieapp(Pair(output, target)) != pytest.approx(in_rgb, rel=1e-3)
    grey = output[:, :, :1], target[:, :, :1]
    three = Pair(np.repeat(grey[0], 3, axis=2), np.repeat(grey[1], 3, axis=2))
    assert pieapp(Pair(*grey)) == pieapp(three)


def cut_by_authors(side: int, stride: int) -> list[int]:
    """As their program goes over one axis: pieces of ten patches, each cut on its own."""
    places = [*np.arange(0, side - 64, stride).tolist(), side - 64]
    found: list[int] = []
    for piece in range(-(-len(places) // 10)):
        begin = places[10 * piece]
        if 10 * (piece + 1) >= len(places):
            size = side - begin
        else:
            size = places[10 * (piece + 1)] - begin + 64 - stride
        found += [begin + step for step in np.arange(0, size - 64 + 1, stride).tolist()]
    return found


@pytest.mark.parametrize("stride", [6, 27])
def test_patches_lie_where_the_authors_cut_them(stride: int) -> None:
    exceptions = 0
    for side in range(64, 1200):
        found = ours.starts(side, stride)
        assert found == cut_by_authors(side, stride)
        exceptions += found != list(range(0, side - 63, stride))
    assert 0 < exceptions < 120


def test_a_batch_gives_what_its_pairs_give(
    loaded: dict[str, Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    network = ours.network("cpu", "anyone")
    target = [signed(image[:64, :91], 1.0, 0.0) for image in photographs()[:3]]
    output = [image.flip(2) for image in target]
    with torch.inference_mode():
        together = network(torch.cat(output), torch.cat(target), 27)
        alone = torch.cat([network(*pair, 27) for pair in zip(output, target, strict=True)])
        monkeypatch.setattr(ours, "_AT_ONCE", 1)
        by_one = network(torch.cat(output), torch.cat(target), 27)
    assert together.shape == (3,)
    torch.testing.assert_close(together, alone, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(together, by_one, rtol=1e-5, atol=1e-6)


def test_identical_images_do_not_ask_the_network(loaded: dict[str, Tensor]) -> None:
    """It gives about zero with the authors' weights, and the same for all images with any."""
    network = ours.network("cpu", "anyone")
    images = [signed(image[:64, :64], 1.0, 0.0) for image in photographs()[:2]]
    with torch.inference_mode():
        values = [float(network(image, image, 27)) for image in images]
    assert values[0] == pytest.approx(values[1], rel=1e-5)
    assert values[0] != 0
    image = photographs()[0][:64, :64]
    assert pieapp(Pair(image, image.copy())) == 0.0


@pytest.mark.parametrize("metric", [pieapp, pieapp_dense])
def test_without_weights_it_says_what_to_do(metric: Callable[[Pair], float]) -> None:
    ours._load.cache_clear()
    name = metric.__name__
    image = photographs()[0]
    with pytest.raises(MetricWeightsError, match=f"{name} needs the weights of its auth") as caught:
        metric(Pair(image, image))
    for word in ("PieAPPv0.1.pth", "IQABENCH_OFFLINE"):
        assert word in str(caught.value)


def test_the_published_weights(mirror: str, real_image: Callable[[str], Image]) -> None:
    """What the authors' program gives for a pair of TID2013, as piq's tests have it: in R, G, B."""
    assert mirror
    ours._load.cache_clear()
    try:
        network = ours.network("cpu", "pieapp")
    except MetricWeightsError as error:
        pytest.skip(f"NO WEIGHTS: {str(error).splitlines()[0]}")
    target = real_image("43d3c92154c48529fae107749bb60777950ccb8e324b120a63c142f4279df63f")
    output = real_image("74ec08fde9c5e6d6ec0168ca8a6b8c6824d55557c9bd6b816a52b99b2db3e4ed")
    with torch.inference_mode():
        value = float(network(*(signed(x, 1.0, 0.0) for x in (output, target)), 27))
        black = torch.zeros(1, 3, 64, 64)
        assert float(network(black, black, 27)) == pytest.approx(0, abs=1e-6)
    assert value == pytest.approx(2.2393305, abs=1e-4)


def test_threads_do_not_change_a_digit(loaded: dict[str, Tensor]) -> None:
    network = ours.network("cpu", "anyone")
    target = signed(photographs()[0][:118, :118], 1.0, 0.0)
    threads = torch.get_num_threads()
    values = set()
    try:
        for count in (1, 2, 3):
            torch.set_num_threads(count)
            with torch.inference_mode():
                values.add(float(network(target.flip(2), target, 27)))
    finally:
        torch.set_num_threads(threads)
    assert len(values) == 1
