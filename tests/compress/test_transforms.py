"""Layer transforms: masks, shifts and signs, what they count, and what they refuse."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from iqabench.compress.binarise import Binarisation
from iqabench.compress.parent import check_plain
from iqabench.compress.running_order import RunningOrder
from iqabench.compress.shift import ShiftCopies
from iqabench.compress.sparsity import Sparsity, parse_pattern
from iqabench.compress.transform import (
    Transform,
    TransformRequest,
    chosen_layers,
    obstacle_in_use,
    transform,
)
from iqabench.errors import CompressError, UnknownNameError, UsageError
from iqabench.models.core.catalogue import card_of, cards
from iqabench.models.core.load import load_model
from iqabench.models.edsr.network import EDSR
from iqabench.models.layers.binary import SignConv2d, place_binary
from iqabench.models.layers.shift import ShiftConv2d, place_shift
from iqabench.models.pocket.network import Pocket
from iqabench.probes import cost_column, sizes_of
from iqabench.run.profile import costs_of
from iqabench.training.losses import MeanAbsolute

torch.set_num_threads(1)
(SMALL,) = sizes_of(["3x16x16"], [])


def masked(change: Sparsity) -> tuple[nn.Module, dict[str, Tensor]]:
    """Return a small network whose layers are masked at once, and their weights by name."""
    torch.manual_seed(0)
    network = Pocket(2, 8, 2)
    layers, _ = chosen_layers(network, change, card_of("pocket", 4))
    change.apply(network, layers, card_of("pocket", 4))
    return network, dict(zip(layers, change.weights(network), strict=True))


def share(weights: list[Tensor]) -> float:
    """Return the share of weights that are not 0."""
    return sum(int(w.count_nonzero()) for w in weights) / sum(w.numel() for w in weights)


def test_half_of_all_weights_are_the_largest() -> None:
    _, weights = masked(Sparsity(ratio=0.5))
    assert share(list(weights.values())) == pytest.approx(0.5, abs=1e-3)
    torch.manual_seed(0)
    parent = Pocket(2, 8, 2).state_dict()
    before = torch.cat([parent[f"{name}.weight"].flatten() for name in weights])
    after = torch.cat([w.flatten() for w in weights.values()])
    assert before[after == 0].abs().max() <= before[after != 0].abs().min()


def test_uniform_takes_the_same_share_of_every_layer() -> None:
    _, weights = masked(Sparsity(ratio=0.75, uniform=True))
    for weight in weights.values():
        assert share([weight]) == pytest.approx(0.25, abs=0.01)


def test_two_of_four_inputs_in_a_row() -> None:
    _, weights = masked(Sparsity(pattern=(2, 4)))
    assert "head" not in weights, "3 inputs are no multiple of 4"
    for weight in weights.values():
        groups = weight.movedim(1, -1).reshape(-1, 4)
        assert (groups.count_nonzero(-1) == 2).all()


def test_shrinkage_grows_and_the_mask_holds() -> None:
    """Weights outside the mask go to 0 by the middle of the training, and stay there."""
    torch.manual_seed(0)
    network = Pocket(2, 4, 1)
    change = Sparsity(ratio=0.5, shrink=True)
    layers, _ = chosen_layers(network, change, card_of("pocket", 4))
    change.apply(network, layers, card_of("pocket", 4))
    assert share(change.weights(network)) == 1, "nothing goes at once"
    loss = change.taking_part(MeanAbsolute(), network, 8)
    optimizer = torch.optim.Adam(network.parameters(), 1e-3)
    sizes = []
    for _ in range(8):
        value = loss(network, torch.rand(2, 3, 8, 8), torch.rand(2, 3, 16, 16))
        sizes.append(share(change.weights(network)))
        optimizer.zero_grad()
        torch.autograd.backward(value)
        optimizer.step()
    assert sizes[:4] == [1] * 4
    assert sizes[4:] == pytest.approx([0.5] * 4, abs=0.01)
    outcome = change.complete(network)
    assert outcome["nonzero"] == outcome["maskable"] - round(outcome["maskable"] * 0.5)
    assert isinstance(loss, nn.Module)
    assert "mask_0" in loss.state_dict(), "a training that was stopped continues with its masks"


@pytest.mark.parametrize(
    "change",
    [Sparsity(ratio=0.5), Binarisation(), ShiftCopies()],
    ids=["sparse", "binary", "shift"],
)
def test_a_variant_is_written_and_gives_the_same_outputs(change: Transform, tmp_path: Path) -> None:
    result = transform(TransformRequest(parent="pocket"), change, tmp_path / "out")
    model = load_model(str(tmp_path / "out"))
    assert model.card.variant is not None
    assert model.card.variant.method == change.method
    assert model.card.variant.made["layers"] == list(result.changed)
    parent = load_model("pocket")
    assert model.module is not None
    assert parent.module is not None
    x = torch.rand(1, 3, 9, 11, generator=torch.Generator().manual_seed(0))
    assert (model.module(x) - parent.module(x)).abs().max() > 0
    costs = {
        name: costs_of(model, [cost_column(name)], SMALL, "cpu")[cost_column(name).name]
        for name in ("params@nonzero", "macs@conv", "macs@nonzero", "params@bbcu")
    }
    dense = costs_of(parent, [cost_column("macs@conv")], SMALL, "cpu")["macs@conv"]
    assert dense == 47304 * 256
    if change.method == "sparsified":
        biases = sum(
            int(p.count_nonzero()) for n, p in model.module.named_parameters() if "bias" in n
        )
        assert costs["params@nonzero"] == 47304 // 2 + biases
        assert costs["macs@conv"] == dense
        assert costs["macs@nonzero"] == pytest.approx(dense / 2)
    elif change.method == "binarised":
        assert costs["params@bbcu"] == 47544 - 36288 + 36288 / 32
    else:
        assert costs["macs@conv"] == dense - 256 * 7 * 24 * 24 * 9 // 2
        assert model.card.params == 47544 - 7 * 12 * (24 * 9 + 1)


def test_edsr_with_shifted_copies_has_the_published_size() -> None:
    """Blocks halved, and the convolutions around them whole: 40.7 M become 21.9 M, 46 % less."""
    with torch.device("meta"):
        network = EDSR(2, 32, 256, 0.1)
        before = sum(p.numel() for p in network.parameters() if p.requires_grad)
        for name, layer in list(network.named_modules()):
            if isinstance(layer, nn.Conv2d) and ".body." in name:
                network.set_submodule(name, ShiftConv2d(layer, 128))
    after = sum(p.numel() for p in network.parameters() if p.requires_grad)
    assert (before, after) == (40_729_603, 40_729_603 - 64 * 128 * (256 * 9 + 1))
    assert round(100 * (1 - after / before)) == 46


def test_a_copy_is_moved_as_its_kernel_was() -> None:
    torch.manual_seed(0)
    layer = nn.Conv2d(2, 4, 3, padding=1, bias=False)
    with torch.no_grad():
        layer.weight.mul_(0.1)
        layer.weight[:2] = torch.randn(2, 2, 3, 3)
        layer.weight[0, :, 0] = 0
        layer.weight[2] = 0
        layer.weight[2, :, :2] = layer.weight[0, :, 1:] / 2
    network = nn.Sequential(nn.Conv2d(3, 2, 1), layer, nn.Conv2d(4, 3, 1))
    change = ShiftCopies()
    change.apply(network, {"1": layer}, card_of("pocket", 4))
    new = network[1]
    assert isinstance(new, ShiftConv2d)
    x = torch.rand(1, 2, 9, 9)
    learning = new.eval()(x)
    change.complete(network)
    assert torch.equal(new(x), learning), "fixed shifts are those that were likeliest"
    inside = (slice(None), 2, slice(2, -2), slice(2, -2))
    torch.testing.assert_close(new(x)[inside], 2 * layer(x)[inside])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Sparsity(ratio=1.5), "between 0 and 1"),
        (Sparsity, "one of --ratio and --pattern"),
        (lambda: Sparsity(pattern=(4, 2)), "4:2 keeps 4 of 2"),
        (lambda: Sparsity(pattern=(4, 4)), "fewer than all"),
        (lambda: parse_pattern("2/4"), "expected one as in 2:4"),
        (lambda: ShiftCopies(ratio=0), "between 0 and 1"),
    ],
)
def test_numbers_out_of_range(make: object, message: str) -> None:
    assert callable(make)
    with pytest.raises(UsageError, match=message):
        make()


@pytest.mark.parametrize("change", [Sparsity(ratio=0.5), Binarisation(), ShiftCopies()])
def test_a_parent_without_convolutions(change: Transform, tmp_path: Path) -> None:
    with pytest.raises(CompressError, match="no layer of bicubic can be"):
        transform(TransformRequest(parent="bicubic", scale=4), change, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_layers_to_keep_must_exist(tmp_path: Path) -> None:
    order = TransformRequest(parent="pocket", keep=("boddy.*",))
    with pytest.raises(UnknownNameError, match="boddy"):
        transform(order, ShiftCopies(), tmp_path / "out")


def test_a_variant_of_other_layers_is_no_parent(tmp_path: Path) -> None:
    with pytest.raises(CompressError, match="Name its parent"):
        transform(TransformRequest(parent="pocket@pruned"), Binarisation(), tmp_path / "out")


class Peculiar(nn.Module):
    """A network with attention that pools, with code that reads a layer, and with a layer of two names."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Conv2d(3, 8, 3, padding=1)
        self.attention = nn.Conv2d(8, 8, 1)
        self.asked = nn.Conv2d(8, 8, 1)
        self.first = self.again = nn.Conv2d(8, 8, 3, padding=1)
        self.tail = nn.Conv2d(8, 3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Return features of x."""
        y = self.head(x)
        y = y * self.attention(y.mean((2, 3), keepdim=True))
        y = self.asked(y) * self.asked.kernel_size[0]
        return torch.as_tensor(self.tail(self.again(self.first(y))))


@pytest.mark.parametrize(
    ("change", "place"), [(Binarisation(), place_binary), (ShiftCopies(), place_shift)]
)
def test_layers_that_cannot_be_replaced_stay_and_one_of_two_names_is_replaced_once(
    change: Transform, place: Callable[..., None]
) -> None:
    torch.manual_seed(0)
    network, card = Peculiar(), card_of("pocket", 4)
    layers, kept = chosen_layers(network, change, card)
    assert list(layers) == ["first"]
    assert kept["attention"] == "its maps are one pixel"
    assert kept["asked"] == "the network's own code reads its kernel_size"
    change.apply(network, layers, card)
    change.complete(network.eval())
    assert network.first is network.again
    loaded = Peculiar()
    place(loaded, network.state_dict(), "peculiar")
    loaded.load_state_dict(network.state_dict())
    assert loaded.first is loaded.again
    x = torch.rand(1, 3, 9, 9)
    assert torch.equal(loaded.eval()(x), network(x))


def test_a_layer_with_arithmetic_of_its_own_is_not_replaced() -> None:
    with torch.device("meta"):
        signs = SignConv2d(4, 4, 3, padding=1)
    order = RunningOrder({"signs": signs}, frozenset(), {})
    assert "computes in its own way" in obstacle_in_use("signs", order, ShiftCopies())
    assert obstacle_in_use("signs", order, Sparsity(ratio=0.5)) == ""


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("pnn_wv3", "takes input and pan"),
        ("rlsp_7_64", "takes the frames of a clip"),
        ("cfsnet", "has the setting alpha"),
        ("smsr", "chooses for each image what it computes"),
        ("irn", "gives"),
    ],
)
def test_models_of_more_than_one_image_are_refused(name: str, what: str) -> None:
    card = next(card for card in cards().values() if card.id == name)
    with pytest.raises(CompressError, match=f"{name} {what}.*one image"):
        check_plain(card)


def test_new_weights_must_be_trained(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--photos"):
        transform(TransformRequest(parent="pocket", fresh=True), ShiftCopies(), tmp_path / "out")
