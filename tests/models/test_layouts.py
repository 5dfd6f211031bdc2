"""Variants whose networks differ from those of the card's code: other widths, 8-bit convolutions."""

import hashlib
from pathlib import Path

import pytest
import safetensors.torch
import torch
import torch._inductor.config as inductor
import yaml
from torch import Tensor, nn
from torch._dynamo.utils import counters

from iqabench.errors import ModelError, WeightsError
from iqabench.models.core.catalogue import card_at
from iqabench.models.core.load import load_card, load_model
from iqabench.models.core.mode import Mode, in_mode
from iqabench.models.core.model import NetworkModel
from iqabench.models.core.weights import load_strictly
from iqabench.models.core.widths import take_widths
from iqabench.models.imdn.network import IMDN
from iqabench.models.layers.int8 import Int8Conv2d, has_int8, place_int8
from iqabench.models.pocket.network import Pocket

from .test_int8_layer import int8_layer

torch.set_num_threads(1)


class Everything(nn.Module):
    """A network with a layer of every kind that has a width."""

    def __init__(self, a: int = 8, b: int = 4) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, a, 3, padding=1)
        self.norm = nn.BatchNorm2d(a)
        self.act = nn.PReLU(a)
        self.depthwise = nn.Conv2d(a, a, 3, padding=1, groups=a)
        self.grouped = nn.Conv2d(a, 2 * a, 1, groups=2)
        self.shared = nn.GroupNorm(2, 2 * a)
        self.up = nn.ConvTranspose2d(2 * a, b, 2, stride=2, groups=2)
        self.scale = nn.Parameter(torch.ones(1, b, 1, 1))
        self.mix = nn.Linear(b, b)
        self.level = nn.LayerNorm(b)
        self.last = nn.Conv2d(b, 3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.depthwise(self.act(self.norm(self.first(x))))
        x = self.up(self.shared(self.grouped(x))) * self.scale
        y = self.level(self.mix(x.permute(0, 2, 3, 1))).permute(0, 3, 1, 2)
        z: Tensor = self.last(y)
        return z


def test_every_kind_of_layer_takes_the_widths_of_its_weights() -> None:
    torch.manual_seed(0)
    narrow, wide = Everything(6, 2), Everything(8, 4)
    take_widths(wide, narrow.state_dict(), "a test")
    load_strictly(wide, narrow.state_dict(), "a test")
    x = torch.rand(2, 3, 9, 9)
    torch.testing.assert_close(wide.eval()(x), narrow.eval()(x), rtol=1e-6, atol=1e-6)
    said = {name: layer.extra_repr() for name, layer in narrow.named_modules()}
    assert {name: layer.extra_repr() for name, layer in wide.named_modules()} == said
    wide.train()(x).sum().backward()  # the new parameters learn as the old ones did
    assert wide.scale.grad is not None


def test_a_fixed_parameter_stays_fixed() -> None:
    wide = Everything()
    wide.first.weight.requires_grad_(False)
    take_widths(wide, Everything(6).state_dict(), "a test")
    assert wide.first.weight.shape[0] == 6
    assert not wide.first.weight.requires_grad
    assert wide.last.weight.requires_grad


def test_kernels_and_groups_are_no_widths() -> None:
    state = Everything().state_dict()
    state["first.weight"] = torch.zeros(8, 3, 5, 5)
    with pytest.raises(WeightsError, match=r"first.weight.*\(8, 3, 5, 5\).*only in channels"):
        take_widths(Everything(), state, "a test")
    state = Everything().state_dict()
    state["grouped.weight"] = torch.zeros(15, 4, 1, 1)
    with pytest.raises(WeightsError, match="15 channels, which cannot be divided into 2 groups"):
        take_widths(Everything(), state, "a test")
    state = Everything().state_dict()
    state["first.weight"] = torch.zeros(0, 3, 3, 3)
    with pytest.raises(WeightsError, match=r"first\.weight"):
        take_widths(Everything(), state, "a test")


def test_places_that_are_no_convolutions_are_refused() -> None:
    _, state = int8_layer()
    for name, what in (("act", "a PReLU"), ("nowhere", "not there")):
        named = {f"{name}.{key}": value for key, value in state.items()}
        with pytest.raises(WeightsError, match=f"{name}, which is {what}"):
            place_int8(Everything(), named, "a test")
    for key, value, said in (
        ("weight_int8", torch.zeros(8, 3, 3, 3), "torch.float32; expected torch.int8"),
        ("input_scale", torch.tensor(0.0), "scale above 0"),
        ("input_scale", torch.tensor(float("nan")), "scale above 0"),
        ("input_zero_point", torch.tensor(256), "zero point of 0 to 255"),
        ("input_scale", torch.ones(3), "several scales"),
    ):
        named = {f"first.{key}": value for key, value in {**state, key: value}.items()}
        with pytest.raises(WeightsError, match=said):
            place_int8(Everything(), named, "a test")


def folder(tmp_path: Path, state: dict[str, Tensor], layout: str, **changed: object) -> Path:
    """Write a variant of pocket as a folder."""
    place = tmp_path / "variant"
    place.mkdir(exist_ok=True)
    safetensors.torch.save_file(state, place / "w.safetensors")
    data = (place / "w.safetensors").read_bytes()
    member = {
        "id": "pocket@test", "scale": 4, "arguments": {"features": 24, "depth": 7},
        "variant": {"parent": "pocket", "method": "pruned", "recipe": "-", "layout": layout,
                    "made": {"command": "-"}},
        "weights": {"file": "w.safetensors", "embedded": True,
                    "sha256": hashlib.sha256(data).hexdigest()},
        **changed,
    }  # fmt: skip
    facts = {
        "family": "pocket",
        "title": "-",
        "network": "iqabench.models.pocket.network.Pocket",
        "members": [member],
    }
    (place / "card.yaml").write_text(yaml.safe_dump(facts))
    return place


def test_a_narrow_variant_loads_from_its_folder(tmp_path: Path) -> None:
    torch.manual_seed(0)
    narrow = Pocket(4, features=10).eval()
    model = load_model(str(folder(tmp_path, narrow.state_dict(), "widths")))
    assert isinstance(model, NetworkModel)
    x = torch.rand(1, 3, 8, 11)
    torch.testing.assert_close(model.module(x), narrow(x), rtol=1e-6, atol=1e-6)
    assert model.trainable == sum(p.numel() for p in narrow.parameters())
    assert not any(p.requires_grad for p in model.module.parameters())


def test_a_truncated_or_changed_file_is_refused(tmp_path: Path) -> None:
    place = folder(tmp_path, Pocket(4, features=10).state_dict(), "widths")
    file = place / "w.safetensors"
    whole = file.read_bytes()
    for data in (whole[:-100], whole[:-1] + bytes([whole[-1] ^ 1])):
        file.write_bytes(data)
        with pytest.raises(WeightsError, match="not the file that its card means"):
            load_model(str(place))


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    state = Pocket(4, features=10, depth=6).state_dict()
    with pytest.raises(WeightsError, match=r"2 missing \(body.6.bias, body.6.weight\)"):
        load_model(str(folder(tmp_path, state, "widths")))
    inconsistent = Pocket(4, features=10).state_dict()
    inconsistent["body.3.weight"] = torch.zeros(9, 10, 3, 3)
    inconsistent["body.3.bias"] = torch.zeros(9)
    with pytest.raises(ModelError, match="cannot run with the widths of its weights"):
        load_model(str(folder(tmp_path, inconsistent, "widths")))
    output = Pocket(4, features=10).state_dict()
    output["tail.weight"], output["tail.bias"] = torch.zeros(32, 10, 3, 3), torch.zeros(32)
    with pytest.raises(ModelError, match=r"\(1, 3, 4, 4\)|cannot run"):
        load_model(str(folder(tmp_path, output, "widths")))


def test_code_with_widths_of_its_own_fails_at_loading(tmp_path: Path) -> None:
    """IMDN splits 64 channels into 16 and 48, whatever its weights say."""
    torch.manual_seed(0)
    state = IMDN(4, features=48, blocks=1).state_dict()
    place = folder(
        tmp_path,
        state,
        "widths",
        arguments={"features": 64, "blocks": 1},
        network="iqabench.models.imdn.network.IMDN",
    )
    with pytest.raises(ModelError, match="has fixed widths"):
        load_model(str(place))


def int8_state(network: nn.Module, *layers: str) -> dict[str, Tensor]:
    """Return the weights rounded to 8 bits, for inputs of 0 to 2."""
    state = network.state_dict()
    for name in layers:
        weight = state.pop(f"{name}.weight")
        scale = weight.abs().amax((1, 2, 3)) / 127
        state |= {
            f"{name}.weight_int8": (weight / scale[:, None, None, None]).round().to(torch.int8),
            f"{name}.weight_scale": scale,
            f"{name}.input_scale": torch.tensor(2 / 255),
            f"{name}.input_zero_point": torch.tensor(0, dtype=torch.int32),
        }
    return state


def test_an_integer_variant_loads_whole_or_in_part_and_narrow(tmp_path: Path) -> None:
    torch.manual_seed(0)
    parent = Pocket(4, features=10).eval()
    place = folder(tmp_path, int8_state(parent, "head", "body.1", "tail"), "int8")
    model = load_model(str(place))
    assert isinstance(model, NetworkModel)
    kinds = [type(model.module.get_submodule(n)) for n in ("head", "body.0", "body.1", "tail")]
    assert kinds == [Int8Conv2d, nn.Conv2d, Int8Conv2d, Int8Conv2d]
    assert has_int8(model.module)
    assert not has_int8(parent)
    assert model.trainable == sum(p.numel() for p in parent.parameters())
    x = torch.rand(1, 3, 16, 16)
    with torch.no_grad():
        difference = (model.module(x) - parent(x)).abs().max().item()
    assert 0 < difference < 0.02
    state = int8_state(parent, "head")
    del state["head.input_scale"]
    with pytest.raises(WeightsError, match=r"head\.input_scale"):
        load_model(str(folder(tmp_path, state, "int8")))


def test_random_weights_cannot_stand_in_for_a_layout(tmp_path: Path) -> None:
    place = folder(tmp_path, Pocket(4, features=10).state_dict(), "widths")
    (place / "w.safetensors").unlink()
    with pytest.raises(WeightsError, match="is built from its weights"):
        load_card(card_at(place), allow_random_weights=True)


def test_compiled_it_has_integer_kernels_and_computes_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Values may differ where fp32 sums lie on the border of two steps of rounding."""
    pytest.importorskip("torchao")
    monkeypatch.setattr(
        inductor, "compile_threads", 1
    )  # a pool of processes costs more than it saves
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        pytest.skip("NO oneDNN: there are no integer kernels on this processor")
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(3, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 8, 3, padding=1)
    )
    state = int8_state(network, "0", "2")
    place_int8(network, state, "a test")
    network.load_state_dict(state)
    network.eval().requires_grad_(False)
    x = torch.rand(1, 3, 24, 24)
    counters["inductor"].clear()
    with torch.inference_mode(), in_mode(network, Mode(compile=True)) as call:
        difference = (call(x) - network(x)).abs()
    assert counters["inductor"]["qconv_weight_prepack_matcher_count"] == 2
    assert difference.mean() < 1e-4
    assert difference.max() < 0.02
