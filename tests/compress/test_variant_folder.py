"""The folder of a variant, which is a model and appears complete or not at all."""

import importlib.metadata
import shutil
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
import yaml
from torch import Tensor

from iqabench.compress.figures import figures_of
from iqabench.compress.parent import check_trainable, learned_parameters, network_of
from iqabench.compress.provenance import name_of, provenance
from iqabench.compress.training_setup import TrainingSetup
from iqabench.compress.variant_folder import CARD, WEIGHTS, add_figures, write_variant
from iqabench.errors import CompressError, WeightsError
from iqabench.models.core.card import Variant
from iqabench.models.core.catalogue import card_of, cards, family_tree, read_family
from iqabench.models.core.load import load_card, load_model
from iqabench.models.core.network import build
from iqabench.models.core.restore import restore
from iqabench.training.photographs import photographs
from iqabench.training.plan import Plan
from iqabench.trust import trusting

torch.set_num_threads(1)
IMAGE = np.random.default_rng(2).integers(0, 256, (12, 15, 3), dtype=np.uint8)
VARIANT = Variant(parent="pocket", method="distilled", recipe="halved, for a test")


def halved(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {key: value.half() for key, value in state.items()}


def written(folder: Path, name: str = "pocket@test") -> Path:
    parent = load_model("pocket")
    network = network_of(parent)
    return write_variant(
        folder,
        name=name,
        parent=parent,
        state=halved(network.state_dict()),
        variant=VARIANT,
        params=learned_parameters(network),
        notes="A test.",
        training_sets=("3 spots",),
    )


def test_the_folder_is_a_model_by_its_path(tmp_path: Path) -> None:
    folder = written(tmp_path / "deep" / "small")
    assert sorted(p.name for p in folder.iterdir()) == [CARD, WEIGHTS]
    assert not list(folder.parent.glob(".*"))
    model, parent = load_model(str(folder)), load_model("pocket")
    assert np.array_equal(restore(model, IMAGE).image, restore(parent, IMAGE).image)
    card = model.card
    assert card.variant == VARIANT
    assert (card.id, card.params, card.scale, card.licence) == (
        "pocket@test",
        47544,
        4,
        "Apache-2.0",
    )
    assert card.training_sets == (*parent.card.training_sets, "3 spots")
    assert card.weights is not None
    assert model.hash == card.weights.sha256
    assert card.weights.bytes == (folder / WEIGHTS).stat().st_size


def test_the_folder_above_makes_it_a_model_by_its_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path / "small")
    monkeypatch.setenv("IQABENCH_MODELS", str(tmp_path))
    cards.cache_clear()
    try:
        assert load_model("pocket@test").card.folder == tmp_path / "small"
        assert "pocket@test" in [card.id for card in family_tree()["pocket_x4"]]
    finally:
        cards.cache_clear()


def test_a_place_that_is_taken_is_left_alone(tmp_path: Path) -> None:
    folder = written(tmp_path / "small")
    before = (folder / CARD).read_bytes()
    with pytest.raises(CompressError, match="exists already"):
        written(folder, "other")
    assert (folder / CARD).read_bytes() == before
    (tmp_path / "empty").mkdir()
    written(tmp_path / "empty")


def test_weights_that_do_not_fit_leave_nothing(tmp_path: Path) -> None:
    parent = load_model("pocket")
    state = network_of(parent).state_dict()
    state.pop("tail.bias")
    with pytest.raises(WeightsError, match=r"1 missing \(tail\.bias\)"):
        write_variant(
            tmp_path / "bad", name="bad", parent=parent, state=state, variant=VARIANT, params=1
        )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("harm", ["changed", "truncated", "missing"])
def test_weights_that_are_not_the_cards_are_refused(tmp_path: Path, harm: str) -> None:
    weights = written(tmp_path / "small") / WEIGHTS
    data = bytearray(weights.read_bytes())
    if harm == "changed":
        data[-1] ^= 1
        weights.write_bytes(data)
    elif harm == "truncated":
        weights.write_bytes(data[:-100])
    else:
        weights.unlink()
    expected = "is missing" if harm == "missing" else "is not the file that its card means: SHA-256"
    with pytest.raises(WeightsError, match=expected) as caught:
        load_model(str(weights.parent))
    assert str(weights) in str(caught.value)


def test_other_arguments_stand_on_the_card(tmp_path: Path) -> None:
    parent = load_model("pocket")
    torch.manual_seed(0)
    small = build(parent.card.model_copy(update={"arguments": {"features": 4, "depth": 1}}))
    folder = write_variant(
        tmp_path / "s",
        name="pocket@s",
        parent=parent,
        state=small.state_dict(),
        variant=VARIANT,
        params=learned_parameters(small),
        arguments={"features": 4, "depth": 1},
    )
    card = load_model(str(folder)).card
    assert card.arguments == {"features": 4, "depth": 1}
    assert card.params == learned_parameters(small)


FACTORY = """
import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 12, 3, padding=1)
        self.held = nn.Parameter(torch.zeros(1), requires_grad=False)
    def forward(self, x):
        return nn.functional.pixel_shuffle(self.conv(x) + self.held, 2)
"""


def test_a_variant_of_a_factory_loads(in_tmp: Path) -> None:
    (in_tmp / "net_of_mine.py").write_text(FACTORY)
    parent = load_model("net_of_mine:Net")
    network = network_of(parent)
    assert learned_parameters(network) == 12 * 28  # what the factory holds still stays so
    with torch.no_grad():
        network.get_parameter("conv.bias").fill_(3.0)
    folder = write_variant(
        in_tmp / "mine",
        name="mine@s",
        parent=parent,
        state=network.state_dict(),
        variant=VARIANT,
        params=learned_parameters(network),
    )
    model = load_model(str(folder))
    assert model.card.scale == 2
    x = torch.rand(1, 3, 6, 6)
    assert torch.allclose(model.forward(x * 255) / 255, network.eval()(x).detach(), atol=1e-5)


def test_a_variant_of_a_users_family_takes_its_network_along(tmp_path: Path) -> None:
    family = tmp_path / "families" / "mynet"
    family.mkdir(parents=True)
    code = FACTORY.replace("def __init__(self)", "def __init__(self, scale)")
    rename = "def adapt(state, scale): return {k.removeprefix('old.'): v for k, v in state.items()}"
    (family / "network.py").write_text(f"{code}\n{rename}\n")
    torch.manual_seed(0)
    state = {"old.conv.weight": torch.rand(12, 3, 3, 3), "old.conv.bias": torch.rand(12)}
    safetensors.torch.save_file({**state, "old.held": torch.ones(1)}, family / "w.safetensors")
    (family / CARD).write_text(
        "family: mynet\ntitle: My network\nlicence: MIT\nnetwork: Net\nmembers: [{id: mynet, scale: 2, "
        "params: 336, weights: {file: w.safetensors, embedded: true}}]\n"
    )
    parent = load_card(read_family(family / CARD)[0], trust=True)
    with trusting():
        folder = write_variant(
            tmp_path / "v",
            name="mynet@s",
            parent=parent,
            state=network_of(parent).state_dict(),
            variant=VARIANT.model_copy(update={"made": {"command": "test"}}),
            params=336,
        )
    shutil.rmtree(family)
    assert np.array_equal(
        restore(load_model(str(folder), trust=True), IMAGE).image, restore(parent, IMAGE).image
    )


def test_a_file_that_spandrel_knows_must_keep_its_shapes(tmp_path: Path) -> None:
    card = card_of("swinir_light", 2)
    torch.manual_seed(0)
    state = {k: v.contiguous() for k, v in build(card).state_dict().items()}
    safetensors.torch.save_file(state, tmp_path / "own.safetensors")
    parent = load_model(str(tmp_path / "own.safetensors"))
    network = network_of(parent)
    more = {"name": "own@s", "parent": parent, "variant": VARIANT, "params": card.params or 0}
    folder = write_variant(tmp_path / "v", state=network.state_dict(), **more)  # type: ignore[arg-type]
    assert restore(load_model(str(folder)), IMAGE).image.shape == (24, 30, 3)
    other = {**network.state_dict(), "conv_first.bias": torch.zeros(7)}
    with pytest.raises(CompressError, match=r"conv_first\.bias: \(60,\) became \(7,\)"):
        write_variant(tmp_path / "w", state=other, **more)  # type: ignore[arg-type]


def test_what_is_no_network_is_refused(tmp_path: Path) -> None:
    model = load_model("cmd:cp {input} {output}", 1)
    with pytest.raises(CompressError, match="not a network that can be changed here"):
        network_of(model)
    with pytest.raises(CompressError, match="is for restoration at x1"):
        check_trainable(model)


def test_the_copy_is_free_and_the_model_unharmed() -> None:
    model = load_model("pocket")
    network = network_of(model)
    assert network.training
    assert all(p.requires_grad for p in network.parameters())
    with torch.no_grad():
        network.get_parameter("head.weight").zero_()
    assert model.module is not None
    assert model.module.get_parameter("head.weight").abs().max() > 0


def test_the_card_says_how_it_was_made(photos: Path, tmp_path: Path) -> None:
    setup, found = TrainingSetup(photos, photos, Plan(steps=7, seed=3)), photographs(photos)
    said = provenance(
        "iqabench compress x", setup=setup, photos=found, teacher=load_model("pocket"), wide=8
    )
    assert said["command"] == "iqabench compress x"
    assert (said["steps"], said["seed"], said["wide"]) == (7, 3, 8)
    assert said["photographs"] == {"number": 3, "sha256": found.sha256}
    assert said["teacher"]["model"] == "pocket_x4"
    assert said["versions"]["torch"] == importlib.metadata.version("torch")
    assert yaml.safe_load(yaml.safe_dump(said)) == said
    assert name_of("rlfn", card_of("rlfn", 2)) == "rlfn_x2"
    assert name_of("rlfn", card_of("rlfn", 4)) == "rlfn"
    assert name_of("./rlfn", card_of("rlfn", 4)) == "./rlfn"


def test_figures_are_those_of_the_written_folder(tmp_path: Path) -> None:
    folder = written(tmp_path / "small")
    after = figures_of(folder, size="3x24x32")
    assert after["params@all"] == 47544
    convolutions, enlargement = 47544 - 24 * 8 - 48, 4 * 3 * 16
    assert after["macs@exact:3x24x32"] == (convolutions + enlargement) * 24 * 32
    assert after["weights_mib"] == round(47544 * 4 / 2**20, 6)
    before = figures_of("pocket", size="3x24x32")
    assert before == after
    add_figures(folder, before=before, after=after)
    card = load_model(str(folder)).card
    assert card.variant is not None
    assert card.variant.figures == {"before": before, "after": after}
    quality = after["psnr@sr-y on demo"]
    assert quality is not None
    assert 25 < quality < 40
