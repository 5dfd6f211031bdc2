"""Folding: every rule is exact, border included, and what cannot be exact stays."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from iqabench.errors import ModelError
from iqabench.models.core.load import load_model
from iqabench.models.fold import fold

torch.set_num_threads(1)
Conv = nn.Conv2d


def shaken(network: nn.Module) -> nn.Module:
    """Give a network weights, biases and statistics that are far from zeros and ones."""
    torch.manual_seed(4)
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d) and layer.running_var is not None:
            layer.running_var.uniform_(0.2, 3)
            assert layer.running_mean is not None
            layer.running_mean.normal_()
            if layer.weight is not None:
                nn.init.normal_(layer.weight)
                nn.init.normal_(layer.bias)
        elif isinstance(layer, Conv) and layer.bias is not None:
            nn.init.normal_(layer.bias)
    return network.eval()


def apart(network: nn.Module) -> float:
    """Return the difference between a network and its fold, as a share of the largest output."""
    x = torch.rand(2, 3, 12, 16)
    with torch.no_grad():
        before, after = network(x), fold(network).network(x)
    assert before.shape == after.shape
    return float((before - after).abs().max() / before.abs().max())


class Sum(nn.Module):
    """The sum of what branches make of one input; None is the input itself."""

    def __init__(self, *branches: nn.Module | None, method: bool = False) -> None:
        super().__init__()
        self.parts = nn.ModuleList(b for b in branches if b is not None)
        self.identity = None in branches
        self.method = method

    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = self.parts[0](x)
        for part in self.parts[1:]:
            made = made.add(part(x)) if self.method else made + part(x)
        return x + made if self.identity else made


EXACT: dict[str, tuple[Callable[[], nn.Module], int]] = {
    "conv, norm": (lambda: nn.Sequential(Conv(3, 8, 3, padding=1), nn.BatchNorm2d(8)), 1),
    "strided grouped conv, norm": (
        lambda: nn.Sequential(Conv(3, 9, 3, stride=2, groups=3, bias=False), nn.BatchNorm2d(9)),
        1,
    ),
    "norm without affine": (
        lambda: nn.Sequential(Conv(3, 8, 3), nn.BatchNorm2d(8, affine=False)),
        1,
    ),
    "3x3, 1x1": (lambda: nn.Sequential(Conv(3, 32, 3, padding=1), Conv(32, 4, 1)), 1),
    "strided 3x3, 1x1": (lambda: nn.Sequential(Conv(3, 32, 3, 2, 1), Conv(32, 4, 1)), 1),
    "dilated reflecting 3x3, 1x1": (
        lambda: nn.Sequential(
            Conv(3, 32, 3, padding=2, dilation=2, padding_mode="reflect"), Conv(32, 4, 1)
        ),
        1,
    ),
    "1x1, 3x3 without padding": (lambda: nn.Sequential(Conv(3, 16, 1), Conv(16, 4, 3)), 1),
    "1x1 without bias, padded 3x3": (
        lambda: nn.Sequential(Conv(3, 16, 1, bias=False), Conv(16, 4, 3, 2, padding=1)),
        1,
    ),
    "1x1, 3x3 that replicates": (
        lambda: nn.Sequential(Conv(3, 16, 1), Conv(16, 4, 3, padding=1, padding_mode="replicate")),
        1,
    ),
    "padded 3x3, 3x3 without padding": (
        lambda: nn.Sequential(Conv(3, 32, 3, padding=2), Conv(32, 3, 3)),
        1,
    ),
    "same padding": (lambda: nn.Sequential(Conv(3, 32, 5, padding="same"), Conv(32, 3, 1)), 1),
    "1x1, 1x1, 1x1": (lambda: nn.Sequential(Conv(3, 9, 1), Conv(9, 7, 1), Conv(7, 3, 1)), 2),
    "3x3 + 1x1": (lambda: Sum(Conv(3, 5, 3, padding=1), Conv(3, 5, 1)), 1),
    "1x1 + 3x3, by method": (lambda: Sum(Conv(3, 5, 1), Conv(3, 5, 3, padding=1), method=True), 1),
    "3x3 + identity": (lambda: Sum(Conv(3, 3, 3, padding=1), None), 1),
    "3x3 + 1x1 + identity": (lambda: Sum(Conv(3, 3, 3, padding=1), Conv(3, 3, 1), None), 2),
    "RepVGG": (
        lambda: Sum(
            nn.Sequential(Conv(3, 3, 3, padding=1, bias=False), nn.BatchNorm2d(3)),
            nn.Sequential(Conv(3, 3, 1, bias=False), nn.BatchNorm2d(3)),
            nn.BatchNorm2d(3),
        ),
        4,
    ),
    "grouped branches": (
        lambda: Sum(Conv(3, 3, 3, padding=1, groups=3), Conv(3, 3, 1, groups=3), None),
        2,
    ),
    "strided branches": (lambda: Sum(Conv(3, 5, 3, 2, 1), Conv(3, 5, 1, 2)), 1),
    "1x3 + 3x3": (lambda: Sum(Conv(3, 5, (1, 3), padding=(0, 1)), Conv(3, 5, 3, padding=1)), 1),
    "5x5 + 3x3 + identity": (
        lambda: Sum(Conv(3, 3, 3, padding=1), Conv(3, 3, 5, padding=2), None),
        2,
    ),
    "branches off centre alike": (
        lambda: Sum(Conv(3, 4, 3, padding=2), Conv(3, 4, 1, padding=1)),
        1,
    ),
    "SESR block": (
        lambda: Sum(nn.Sequential(Conv(3, 64, 3, padding=1, bias=False), Conv(64, 3, 1)), None),
        2,
    ),
}


@pytest.mark.parametrize("name", EXACT)
def test_a_fold_is_exact(name: str) -> None:
    make, folds = EXACT[name]
    network = shaken(make())
    folded = fold(network)
    assert len(folded.folds) == folds
    assert sum(isinstance(m, (Conv, nn.BatchNorm2d)) for m in folded.network.modules()) == 1
    assert apart(network) < 2e-6
    assert not folded.obstacles


LEFT: dict[str, tuple[Callable[[], nn.Module], str]] = {
    "1x1 with bias, padded 3x3": (
        lambda: nn.Sequential(Conv(3, 16, 1), Conv(16, 4, 3, padding=1)),
        "pads with zeros, where the first would give its bias",
    ),
    "two padded 3x3": (
        lambda: nn.Sequential(Conv(3, 32, 3, padding=1), Conv(32, 3, 3, padding=1)),
        "the second pads the output of the first",
    ),
    "bottleneck": (
        lambda: nn.Sequential(Conv(3, 2, 3, padding=1), Conv(2, 64, 1)),
        "one would be larger: 1728 weights instead of 182",
    ),
    "groups": (
        lambda: nn.Sequential(Conv(3, 9, 3, groups=3), Conv(9, 3, 1)),
        "grouped convolutions would become dense",
    ),
    "strided 1x1 at the end": (
        lambda: nn.Sequential(Conv(3, 9, 3), Conv(9, 3, 1, stride=2)),
        "skips or adds pixels",
    ),
    "padded 1x1": (
        lambda: nn.Sequential(Conv(3, 9, 1, padding=1), Conv(9, 3, 3)),
        "skips or adds pixels",
    ),
    "two 3x3 with gaps": (
        lambda: nn.Sequential(Conv(3, 32, 3, dilation=2), Conv(32, 3, 3)),
        "strides or gaps",
    ),
    "branches without a centre": (
        lambda: Sum(Conv(3, 4, 2, stride=2), Conv(3, 4, 1, stride=2)),
        "no common centre",
    ),
    "branches of other groups": (
        lambda: Sum(Conv(3, 3, 3, padding=1, groups=3), Conv(3, 3, 1)),
        "different strides or groups",
    ),
    "identity of a branch with gaps": (
        lambda: Sum(Conv(3, 3, 3, padding=2, dilation=2), None),
        "does not lie at the centre",
    ),
    "branches that pad otherwise": (
        lambda: Sum(Conv(3, 4, 3, 2, 1, padding_mode="reflect"), Conv(3, 4, 1, 2)),
        "does not pad with zeros",
    ),
}


@pytest.mark.parametrize("name", LEFT)
def test_what_would_not_be_exact_stays(name: str) -> None:
    make, why = LEFT[name]
    network = shaken(make())
    folded = fold(network)
    assert apart(network) < 2e-6
    assert not folded.folds
    assert len(folded.obstacles) == 1
    assert why in folded.obstacles[0].reason


class Shared(nn.Module):
    """One convolution called twice, and an output that two others take."""

    def __init__(self) -> None:
        super().__init__()
        self.twice, self.one, self.two = Conv(3, 3, 1), Conv(3, 3, 1), Conv(3, 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.twice(self.twice(x))
        y: Tensor = self.one(x.relu())
        z: Tensor = self.two(y)
        return y * z


def test_layers_that_others_need_stay() -> None:
    folded = fold(shaken(Shared()))
    assert not folded.folds
    assert [one.layers for one in folded.obstacles] == [("one", "two")]
    assert "other layers use the output of one" in folded.obstacles[0].reason


def test_activations_keep_layers_apart() -> None:
    folded = fold(nn.Sequential(Conv(3, 3, 1), nn.ReLU(), Conv(3, 3, 1)))
    assert (folded.folds, folded.obstacles) == ((), ())


def test_kernels_by_hand() -> None:
    """y = 2 x + 1, then 5 y + 3 y' + 7, y' being the right neighbour."""
    first, second = Conv(1, 1, 1), Conv(1, 1, (1, 2))
    with torch.no_grad():
        first.weight.fill_(2), first.bias.fill_(1)  # type: ignore[union-attr]
        second.weight.copy_(torch.tensor([5.0, 3.0]).view(1, 1, 1, 2)), second.bias.fill_(7)  # type: ignore[union-attr]
    layer = next(
        m for m in fold(nn.Sequential(first, second)).network.modules() if isinstance(m, Conv)
    )
    assert layer.weight.flatten().tolist() == [10, 6]
    assert layer.bias is not None
    assert layer.bias.item() == 5 + 3 + 7


def test_the_network_itself_is_left_alone() -> None:
    network = shaken(nn.Sequential(Conv(3, 8, 3), nn.BatchNorm2d(8)))
    before = {k: v.clone() for k, v in network.state_dict().items()}
    fold(network)
    after = network.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[k], after[k]) for k in before)


def test_a_folded_network_is_built_again_from_structure_alone() -> None:
    network = shaken(EXACT["RepVGG"][0]())
    folded, again = fold(network).network, fold(EXACT["RepVGG"][0]()).network
    again.load_state_dict(folded.state_dict(), strict=True)
    x = torch.rand(1, 3, 8, 8)
    torch.testing.assert_close(folded(x), again(x), rtol=1e-6, atol=1e-6)


def test_code_that_looks_at_sizes_is_refused() -> None:
    with pytest.raises(ModelError, match="cannot be traced without an image"):
        fold(load_model("bicubic").module)  # type: ignore[arg-type]
