"""Counts of small networks, against what one computes by hand."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from iqabench.errors import ProbeError
from iqabench.probes import ProbedModel, cost_column

from .networks import (
    Attention,
    Binary,
    Constants,
    Dead,
    Extension,
    Filled,
    Functional,
    Guided,
    Resized,
    count,
    probed,
)


def test_convolutions_of_all_kinds() -> None:
    places = 8 * 8
    assert count("macs", nn.Conv2d(3, 4, 3, padding=1)).value == 4 * 3 * 9 * places
    assert count("macs", nn.Conv2d(3, 4, 3, padding="same")).value == 4 * 3 * 9 * places
    assert count("macs", nn.Conv2d(3, 6, 3, padding=1, groups=3)).value == 6 * 1 * 9 * places
    assert count("macs", nn.Conv2d(3, 4, 3, stride=2)).value == 4 * 3 * 9 * 3 * 3
    assert count("macs", nn.ConvTranspose2d(3, 4, 2, stride=2)).value == 3 * 4 * 4 * places


def test_a_batch_of_two_costs_twice() -> None:
    net = nn.Conv2d(3, 4, 3)
    for column in ("macs", "macs@fvcore", "macs@ntire2022", "macs@torch", "flops", "activations"):
        assert count(column, net, 2, 3, 8, 8).value == 2 * count(column, net).value


def test_products_and_attention() -> None:
    assert count("macs", nn.Linear(8, 5)).value == 3 * 8 * 8 * 5
    found = count("macs", Attention(), 1, 10, 6)
    linear, scores = 10 * 6 * 18, 2 * 10 * 10
    assert found.value == linear + scores * (3 + 3)
    names = set(found.details["operators"])
    assert {"addmm", "_scaled_dot_product_flash_attention_for_cpu"} <= names


def test_einsum_is_counted_by_what_it_runs() -> None:
    class Net(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return torch.einsum("bchw,bcvw->bchv", x, x)

    assert count("macs", Net()).value == 3 * 8 * 8 * 8


@pytest.mark.parametrize(("mode", "taps"), [("nearest", 0), ("bilinear", 4), ("bicubic", 16)])
def test_interpolation_costs_its_taps(mode: str, taps: int) -> None:
    assert count("macs", Resized(mode)).value == taps * 3 * 16 * 16


def test_sampling_on_a_grid() -> None:
    class Net(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            grid = torch.zeros(1, 5, 5, 2)
            return nn.functional.grid_sample(x, grid, align_corners=False)

    assert count("macs", Net()).value == 4 * 3 * 5 * 5


def test_batch_norm_is_one_multiply_accumulate_an_element() -> None:
    assert count("macs", nn.BatchNorm2d(3)).value == 3 * 8 * 8
    assert count("macs", nn.InstanceNorm2d(3)).value == 0
    assert count("flops", nn.InstanceNorm2d(3)).value == 6 * 3 * 8 * 8
    assert count("flops", nn.LayerNorm(8)).value == 8 * 3 * 8 * 8


def test_operations_are_those_of_every_operator() -> None:
    net = nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU(), nn.AvgPool2d(2), nn.Softmax(1))
    macs, bias, relu, pooled = 4 * 3 * 64, 4 * 64, 4 * 64, 4 * 4 * 16
    assert count("flops", net).value == 2 * macs + bias + relu + pooled + 5 * 4 * 16


def test_functions_are_seen_where_hooks_see_modules_alone() -> None:
    net = Functional()
    first, second = 4 * 3 * 9 * 64, 5 * 4 * 64
    assert count("macs", net).value == count("macs@conv", net).value == first + second
    challenge = count("macs@ntire2022", net)
    assert challenge.value == first
    assert "1 convolution called as functions" in challenge.details["notes"][0]
    assert "1.280 K missing" in challenge.details["notes"][0]
    assert count("activations@exact", net).value == (4 + 5) * 64
    assert count("activations", net).value == 4 * 64
    assert (count("conv_layers@exact", net).value, count("conv_layers", net).value) == (2, 1)


def test_a_module_that_runs_twice_counts_twice() -> None:
    layer = nn.Conv2d(3, 3, 3, padding=1)
    net = nn.Sequential(layer, nn.ReLU(), layer)
    assert count("conv_layers", net).value == 2
    assert count("macs@ntire2022", net).value == 2 * 9 * 9 * 64 + 3 * 64
    assert count("params", net).value == 84


def test_the_challenges_linear_looks_at_two_dimensions() -> None:
    assert count("macs@ntire2022", nn.Linear(8, 5), 7, 8).value == 7 * 8 * 5
    assert count("macs@ntire2022", nn.Linear(8, 5), 8).value == 8 * 5
    found = count("macs@ntire2022", nn.Linear(8, 5), 2, 3, 8, 8)
    assert found.value == 2 * 3 * 3
    assert found.details["notes"] == [
        "1 Linear on 4-D input counted by the first two dimensions: 18 where 1.920 K are right"
    ]


def test_the_challenges_transposed_convolution_and_norm() -> None:
    found = count("macs@ntire2022", nn.ConvTranspose2d(3, 4, 2, stride=2))
    assert found.value == 4 * 3 * 4 * 16 * 16
    assert "9.216 K too many" in found.details["notes"][0]
    for convention in ("ntire2022", "fvcore"):
        norm = count(f"macs@{convention}", nn.BatchNorm2d(3))
        assert norm.value == 2 * 3 * 64
        assert norm.details["notes"] == ["batch norm counted at 2 per element: 192 too many"]


def test_same_padding_is_nothing_to_fvcore() -> None:
    net = nn.Sequential(nn.Conv2d(3, 4, 3, padding="same"), nn.Conv2d(4, 4, 1))
    found = count("macs@fvcore", net)
    assert found.value == 4 * 4 * 64
    assert found.details["notes"] == [
        "1 convolution with padding='same' counted as 0: 6.912 K missing"
    ]


def test_dead_code_is_nothing_to_fvcore() -> None:
    found = count("macs@fvcore", Dead())
    assert found.value == 4 * 27 * 36
    assert (
        "1 convolution that ran is not in the trace: 6.804 K missing" in found.details["notes"][0]
    )
    assert count("macs", Dead()).value == 11 * 27 * 36


@pytest.mark.parametrize("kind", [Extension, Filled])
def test_an_extension_is_noticed_by_what_it_makes(kind: type[nn.Module]) -> None:
    before, after = 4 * 27 * 64, 5 * 4 * 64
    found = count("macs", kind())
    assert found.value == before + after
    assert found.details["opaque"] == [{"shape": [1, 4, 8, 8], "into": "convolution"}]
    assert found.details["lower_bound"]
    assert (
        "a lower bound: 1 tensor (1x4x8x8) came from an opaque operator"
        in found.details["notes"][0]
    )
    dropped = count("macs@fvcore", kind())
    assert dropped.value == after
    assert "what feeds only an opaque operator is dropped as dead" in dropped.details["notes"][0]


def test_how_an_extension_came_to_a_count_that_is_too_small_by_most() -> None:
    """Memory like the first input keeps that input alive in the trace; the other input is dropped as dead."""
    kept, lost = 4 * 27 * 64, 4 * 36 * 64
    found = count("macs@fvcore", Guided())
    assert (found.value, count("macs", Guided()).value) == (kept, kept + lost)
    assert found.details["notes"][0] == (
        "1 convolution that ran is not in the trace: 9.216 K missing; what feeds only an opaque operator "
        "is dropped as dead"
    )
    assert found.details["opaque"] == [{"shape": [1, 8, 8, 4], "into": "contiguous"}]


@pytest.mark.parametrize(
    "change", [torch.relu_, lambda made: made.add_(1), lambda made: made.mul_(2)]
)
def test_working_in_place_on_what_an_extension_made(change: Callable[[Tensor], Tensor]) -> None:
    class Net(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            out = torch.empty_like(x)
            np.copyto(out.numpy(), x.numpy() * 2)
            return change(out)

    assert len(count("macs", nn.Sequential(nn.Conv2d(3, 4, 1), Net())).details["opaque"]) == 1


def test_memory_that_is_filled_piece_by_piece_is_not_opaque() -> None:
    class Net(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            out = torch.empty(1, 6, 8, 8)
            first, second = out.chunk(2, 1)
            first.copy_(x)
            second.uniform_()
            return out.contiguous() + torch.empty_like(out).zero_().add_(1)

    assert count("macs", Net()).details["opaque"] == []


def test_an_extension_that_makes_the_output() -> None:
    class Last(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return torch.from_numpy(x.numpy() * 2)

    found = count("macs", nn.Sequential(nn.Conv2d(3, 4, 1), Last()))
    assert found.details["opaque"] == [{"shape": [1, 4, 8, 8], "into": "output"}]


def test_constants_are_not_opaque() -> None:
    found = count("flops", Constants())
    assert found.details["opaque"] == []
    assert not found.details["lower_bound"]
    assert found.value == 3 * 3 * 64


def test_an_operator_without_a_rule_is_listed() -> None:
    with torch.library._scoped_library("iqabench_tests", "DEF") as library:
        library.define("strange(Tensor x) -> Tensor")
        library.impl("strange", lambda x: x + 1, "CPU")

        class Net(nn.Module):
            def forward(self, x: Tensor) -> Tensor:
                out: Tensor = torch.ops.iqabench_tests.strange(x)
                return out

        found = count("macs", nn.Sequential(nn.Conv2d(3, 4, 1), Net()))
    assert found.value == 4 * 3 * 64
    assert found.details["unknown"] == [
        {"operator": "iqabench_tests::strange", "calls": 1, "shapes": [[1, 4, 8, 8]]}
    ]
    assert "a lower bound" in found.details["notes"][0]


def test_what_authors_tell_torch_of_their_operator_is_honoured() -> None:
    with torch.library._scoped_library("iqabench_told", "DEF") as library:
        library.define("told(Tensor x) -> Tensor")
        library.impl("told", lambda x: x + 1, "CPU")
        target = torch.ops.iqabench_told.told

        @torch.utils.flop_counter.register_flop_formula(target)
        def _(x_shape: list[int], *, out_shape: object = None) -> int:
            return 10 * x_shape[1]

        class Net(nn.Module):
            def forward(self, x: Tensor) -> Tensor:
                out: Tensor = target(x)
                return out

        try:
            found = count("macs", Net())
        finally:
            del torch.utils.flop_counter.flop_registry[target]
    assert found.value == 15
    assert not found.details["unknown"]


def test_binary_networks_after_bbcu() -> None:
    marked = nn.Conv2d(4, 5, 1)
    setattr(marked, "binary", True)  # noqa: B010 - torch types plain attributes as tensors
    net = nn.Sequential(nn.Conv2d(3, 4, 1), Binary(), marked)
    assert count("macs@bbcu", net).value == 12 * 64 + (144 + 20) * 64 / 64
    assert count("params@bbcu", net).value == 12 + 4 + 4 + 5 + (144 + 20) / 32
    assert "no module says" in count("macs@bbcu", Dead()).details["notes"][0]


def test_what_is_no_torch_network() -> None:
    batch = torch.zeros(1, 3, 8, 8)
    outside = ProbedModel("tool", lambda given: torch.from_numpy(given.numpy()), batch)
    with pytest.raises(ProbeError, match="cannot be traced"):
        cost_column("macs@fvcore")(outside)
    with pytest.raises(ProbeError, match="modules cannot be seen"):
        cost_column("macs@ntire2022")(outside)
    plain = ProbedModel("function", lambda given: given @ given, batch)
    assert cost_column("macs")(plain).value == 3 * 8 * 8 * 8
    with pytest.raises(ProbeError, match="no operator of torch runs"):
        cost_column("macs")(ProbedModel("still", lambda given: given, batch))


def test_networks_that_cannot_be_traced_say_why() -> None:
    class Broken(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            if torch._C._get_tracing_state() is not None:
                raise ValueError("no tracing, please")
            return x + 1

    with pytest.raises(ProbeError, match="cannot be traced: ValueError: no tracing, please"):
        cost_column("macs@fvcore")(probed(Broken()))
