"""QuantNAS: files that its authors' code trained become 8-bit layers, and names are checked."""

import pytest
import torch
from torch.nn.functional import conv2d

from iqabench.errors import ModelError
from iqabench.models.quantnas.network import adapt
from iqabench.models.quantnas.operations import STEP, operation


def test_a_trained_kernel_is_rounded_to_the_levels_of_its_file() -> None:
    torch.manual_seed(0)
    kernel, steps = torch.randn(4, 3, 3, 3), torch.full((4, 1, 1, 1), 0.01) + torch.rand(4, 1, 1, 1)
    state = adapt({"net.0.conv.weight": kernel, "net.0.quan_w_fn.s": steps}, 4)
    network = operation("simple_3x3", 3, 4, 8, bits=8)
    network.load_state_dict(state, strict=True)
    image = torch.randn(1, 3, 6, 7)
    rounded = (kernel / steps).clamp(-128, 127).round() * steps
    levels = (image / STEP).round().clamp(0, 255) * STEP
    expected = conv2d(levels, rounded, padding=1)
    with torch.inference_mode():
        assert torch.allclose(network(image), expected, atol=1e-4)


def test_a_kernel_with_a_learned_slope_stays_in_floats() -> None:
    state = {
        "net.0.conv.weight": torch.ones(2, 2, 1, 1),
        "net.0.quan_a_fn.prelu.weight": torch.ones(1),
        "net.0.quan_w_fn.s": torch.ones(2, 1, 1, 1),
    }
    operation("simple_1x1", 2, 2, 2, bits=32).load_state_dict(adapt(state, 4), strict=True)


@pytest.mark.parametrize("name", ["simple_7x7", "simple_3x5", "growth1_3x3_grouped_2", "skip"])
def test_other_operations_are_refused_by_name(name: str) -> None:
    with pytest.raises(ModelError, match=f"'{name}' is not in the search space"):
        operation(name, 4, 4, 4, bits=8)


def test_other_bits_are_refused() -> None:
    with pytest.raises(ModelError, match="got 4 for 'simple_3x3'"):
        operation("simple_3x3", 4, 4, 4, bits=4)
