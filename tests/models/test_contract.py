"""The contract of every registered model: its card tells the truth."""

import copy
from functools import cache

import numpy as np
import pytest
import torch

from iqabench.errors import FetchError, WeightsError
from iqabench.models.core.card import Card
from iqabench.models.core.catalogue import FAMILIES, card_of, cards
from iqabench.models.core.load import load_card, random_model
from iqabench.models.core.model import Model, NetworkModel
from iqabench.models.core.network import build
from iqabench.models.core.restore import restore
from iqabench.models.core.restore_parts import restore_parts
from iqabench.models.layers.int8 import has_int8
from iqabench.models.layers.parameters import trained_parameters
from iqabench.tasks import task_named

from .valueless import without_values

torch.set_num_threads(1)

LARGE = 5_000_000
"""Parameters above which a network is not run here, because it takes minutes."""

SHORT: dict[str, dict[str, object]] = {
    "acubenet": {"groups": 2, "units": 1},
    "amsa": {"features": 16, "blocks": 1, "copies": 1},
    "dlgsanet": {"groups": 1, "blocks": 1},
    "drunet": {"widths": [8, 16], "blocks": 1},
    "emsrdpn": {"added": 16, "dense": 16, "growth": 16, "blocks": 2},
    "basicvsr": {"blocks": 2},
    "enlcn": {"blocks": 8, "features": 32},
    "fbcnn": {"widths": [8, 16], "blocks": 1, "hidden": 16},
    "han": {"groups": 2, "blocks": 1},
    "hsrnet": {"blocks": 1},
    "lcscnet": {"features": 32, "units": 2, "rates": [0.75, 0.5]},
    "mambair": {"depths": [1]},
    "mirnet": {"features": 16, "groups": 1, "blocks": 1},
    "mprnet": {"features": 8, "growth": 4, "extra": 4, "blocks": 1},
    "rbpn": {"base": 16, "features": 8, "blocks": 1},
    "restormer_defocus_dual": {"features": 8, "blocks": [1, 1, 1, 1], "refining": 1},
    "retinexformer": {"features": 8, "blocks": [1, 1, 1]},
    "san": {"groups": 2, "blocks": 1},
    "scunet": {"blocks": 2, "levels": 1},
    "swinfir": {"channels": 60, "depths": [2]},
}
"""Arguments, by family or name, of a network with fewer layers, which runs here where weights are missing."""

OUTPUTS_ONLY = sorted(n for n, card in cards().items() if card.loader == "outputs")
"""Models that are known by their outputs only; there is no network to examine."""
ALL = sorted(cards().keys() - set(OUTPUTS_ONLY))
SHIPPED = [n for n in ALL if cards()[n].folder.parent == FAMILIES]
"""Networks of this package; families from outside may leave facts of their cards out."""
RUNNABLE = [
    n
    for n in ALL
    if ((cards()[n].params or 0) < LARGE or cards()[n].family in SHORT) and cards()[n].is_plain
]
OF_PARTS = [n for n in ALL if not cards()[n].is_plain]
"""Models of named parts: clips, masks, several outputs."""


@cache
def crop(channels: int, side: int = 48) -> np.ndarray:
    """Return a natural-looking crop: smooth shapes with edges; noise makes some networks overflow."""
    y, x = np.mgrid[0:side, 0:side].astype(np.float64)
    plane = 110 + 60 * np.sin(x / 5) * np.cos(y / 7) + 60 * ((x - 20) ** 2 + (y - 25) ** 2 < 120)
    planes = [np.clip(plane * (1 - 0.1 * c), 0, 255) for c in range(channels)]
    return np.stack(planes, axis=2).astype(np.uint8)


@pytest.fixture(autouse=True)
def _real_weights(mirror_if_any: str) -> None:
    """Weights of the mirror are found in every test, not only in that of their loading."""


@cache
def published(name: str) -> Model | None:
    """Load a model once for all tests with its published weights; return None where they are not here."""
    if card_of(name).loader == "onnx":
        pytest.importorskip("onnxruntime")
    try:
        return load_card(card_of(name), progress=False)
    except WeightsError as error:
        if isinstance(error.__cause__, FetchError):
            return None
        raise


@cache
def loaded(name: str) -> Model:
    """Return a model once for all tests: with published weights if they are here, else with random ones."""
    card = card_of(name)
    is_short = (card.params or 0) >= LARGE
    found = None if is_short else published(name)
    if found is not None:
        return found
    arguments = {**card.arguments, **SHORT.get(card.family, SHORT.get(card.name, {}))}
    return random_model(card.model_copy(update={"arguments": arguments}))


def batch_of(card: Card) -> torch.Tensor:
    """Return a crop of a size that the network takes, not square where it can be, and its mirror image."""
    step = card.size_multiple
    height, width = (-(-max(card.min_size, side) // step) * step for side in (16, 24))
    image = crop(card.planes)[:height, :width].transpose(2, 0, 1)
    one = torch.from_numpy(image.astype(np.float32))
    return torch.stack([one, one.flip(2)])


def rounds(model: Model) -> bool:
    """Return whether activations are rounded inside the network.

    Then the order in which fp32 adds decides for values on the border of two steps, and a step moves single
    outputs by up to about one level of 255.
    """
    return model.module is not None and has_int8(model.module)


_COUNTS: dict[tuple[str, ...], int] = {}
"""The parameters of networks that were built, by what they are built from: members of a family share it."""


def counted(card: Card) -> int:
    """Return the parameters of the network of a card, built without values where it allows that."""
    key = (str(card.folder), card.network, str(card.scale), repr(sorted(card.arguments.items())))
    if key not in _COUNTS:
        looks_at_numbers = card.loader == "spandrel"  # while it is built
        with torch.device("cpu") if looks_at_numbers else without_values():
            _COUNTS[key] = trained_parameters(build(card))
    return _COUNTS[key]


@pytest.mark.parametrize("name", [n for n in ALL if cards()[n].params is not None])
def test_declared_parameters_are_counted(name: str) -> None:
    """The network that other tests run is counted, where it is the whole one; else one without values."""
    card = card_of(name)
    model = published(name)
    is_short = card.family in SHORT or name in SHORT
    if model is None and name in {*RUNNABLE, *OF_PARTS} and not is_short:
        model = loaded(name)
    if model is not None and model.trainable is not None:
        assert model.trainable == card.params
        return
    assert counted(card) == card.params


@pytest.mark.parametrize("name", SHIPPED)
def test_the_facts_are_all_there(name: str) -> None:
    card = card_of(name)
    assert card.title
    assert card.licence
    assert card.source
    assert card.params is not None
    if card.weights is None:
        assert card.params == 0
        return
    assert card.training_sets
    assert card.weights.url or card.weights.page or card.weights.embedded
    if card.weights.sha256:
        assert len(card.weights.sha256) == 64
    else:
        assert card.weights.bytes is None or card.weights.bytes > 0
        assert "pinned" in card.notes or "hand" in card.notes, "say that nobody published a hash"


@pytest.mark.parametrize("name", RUNNABLE)
def test_it_restores_what_its_card_promises(name: str) -> None:
    card = card_of(name)
    model = loaded(name)
    channels = 1 if card.channels == "grey" else 3
    image = crop(channels)[:23, 8:37]  # odd sides: padding must be cropped again
    output = restore(model, image).image
    assert output.shape == (23 * card.scale, 29 * card.scale, channels)
    if not model.random_weights and card.task != "low_light":  # which is to look brighter
        small = output.reshape(23, card.whole_scale, 29, card.whole_scale, channels).mean(
            axis=(1, 3)
        )
        assert np.abs(small - image).mean() < 12, "the output does not look like its input: range?"


@pytest.mark.parametrize("name", [n for n in OF_PARTS if cards()[n].task == "fuse"])
@pytest.mark.parametrize("order", [(1, 0), (2, 1, 0), (1, 2, 0)], ids=str)
def test_the_order_of_sources_does_not_matter(name: str, order: tuple[int, ...]) -> None:
    """A fused image is that of the scene, whichever source stands first: two sources, and three."""
    image = crop(1 if card_of(name).channels == "grey" else 3)
    sources = np.stack([image, image[::-1], image[:, ::-1]])[: len(order)]
    outputs = [
        restore_parts(loaded(name), {"input": frames}).parts["output"]
        for frames in (sources, sources[list(order)])
    ]
    assert np.abs(outputs[0] - outputs[1]).max() < 1e-3
    assert np.abs(outputs[0] - sources[:1]).max() > 1, "the other sources changed nothing"


@pytest.mark.parametrize("name", OF_PARTS)
def test_a_model_of_named_parts_gives_what_its_card_promises(name: str) -> None:
    """`restore_parts` refuses other roles, numbers of frames, sizes and depths than those of the card."""
    card = card_of(name)
    side = 24 * card.scale if task_named(card.task).sizes == "round trip" else 48
    if any(signature.scale for signature in card.takes.values()) or (card.params or 0) >= LARGE:
        side = 24
    if any(signature.least_side > 1 for signature in card.takes.values()):
        side = 16
    side = max(side, card.min_size)
    parts = {}
    for role, signature in card.takes.items():
        is_single = card.channels == "grey" or role in task_named(card.task).binary
        bands = signature.bands or (1 if is_single else 3)
        frame = crop(bands, max(int(side * (signature.ratio or 1)), signature.least_side))
        frames = signature.frames if isinstance(signature.frames, int) else 3
        parts[role] = np.stack([frame] * frames).astype(signature.depth)
    outputs = restore_parts(loaded(name), parts).parts
    assert set(outputs) == set(card.gives)
    assert all(part.ndim == 4 and np.isfinite(part).all() for part in outputs.values())


@pytest.mark.parametrize("name", RUNNABLE)
def test_it_takes_its_smallest_size(name: str) -> None:
    card = card_of(name)
    model = loaded(name)
    channels = 1 if card.channels == "grey" else 3
    side = max(card.min_size, card.size_multiple)
    batch = torch.from_numpy(crop(card.planes)[:side, :side].transpose(2, 0, 1).astype(np.float32))
    with torch.inference_mode():
        assert model.forward(batch[None]).shape[2:] == (side * card.scale, side * card.scale)
    tiny = restore(model, crop(channels)[:5, :7]).image
    assert tiny.shape[:2] == (5 * card.scale, 7 * card.scale)


@pytest.mark.parametrize("name", [n for n in RUNNABLE if card_of(n).scale in (1, 4)])
def test_a_batch_is_its_singles(name: str) -> None:
    card = card_of(name)
    model = loaded(name)
    assert isinstance(model, NetworkModel) or card.loader == "onnx"
    batch = batch_of(card)
    with torch.inference_mode():
        together = model.forward(batch)
        alone = torch.cat([model.forward(image[None]) for image in batch])
    difference = (together - alone).abs()
    if rounds(model):
        assert difference.median().item() < 0.01  # of 255; images that are mixed differ everywhere
    else:
        assert difference.max().item() < 0.01  # of 255: two orders below one level


@pytest.mark.parametrize("name", [n for n in RUNNABLE if card_of(n).scale in (1, 4)])
def test_it_is_deterministic(name: str) -> None:
    model = loaded(name)
    image = crop(1 if model.card.channels == "grey" else 3)[:16, 8:32]
    again = restore(model, image).image
    assert np.abs(restore(model, image).image - again).max() < 1e-3  # of 255


@pytest.mark.parametrize("name", [n for n in RUNNABLE if card_of(n).scale in (1, 4)])
def test_tiles_change_an_output_if_and_only_if_it_depends_on_the_whole_image(name: str) -> None:
    """Differences are in levels of 255; 0.001 could change a PSNR of 38 dB by 0.003 dB at most."""
    model = loaded(name)
    if model.card.whole_image and model.random_weights:
        pytest.skip(f"{name}: random weights may pay no attention to the whole image")
    image = crop(1 if model.card.channels == "grey" else 3, 97)[
        :24
    ]  # two tiles, both with a neighbour
    difference = restore(model, image).image - restore(model, image, tile=49).image
    rms = float(np.sqrt((difference**2).mean()))
    if model.card.whole_image:
        assert rms > 0.005, "its card says whole_image: true"
    else:
        assert rms < (0.05 if rounds(model) else 0.001)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="NO GPU")
@pytest.mark.parametrize("name", [n for n in RUNNABLE if card_of(n).scale in (1, 4)])
def test_the_gpu_gives_what_the_cpu_gives(name: str) -> None:
    card = card_of(name)
    image = crop(1 if card.channels == "grey" else 3)
    on_cpu = restore(loaded(name), image).image
    on_gpu = restore(copy.deepcopy(loaded(name)).to("cuda"), image).image
    assert np.abs(on_cpu - on_gpu).max() < 0.1


@pytest.mark.parametrize("name", [n for n in ALL if cards()[n].weights is not None])
def test_published_weights_load_strictly(name: str, mirror: str) -> None:
    card = card_of(name)
    assert card.weights is not None
    if card.weights.sha256 is None:
        pytest.skip(f"{card.name}: nobody published a hash; pinned on first download")
    model = published(name)
    if model is None:
        pytest.skip(f"{card.name}: the mirror lacks {card.weights.file}")
    assert model.hash == card.weights.sha256
