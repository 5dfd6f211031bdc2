"""The 8-bit convolution against integer arithmetic by hand."""

import copy

import numpy as np
import torch
from torch import Tensor, nn

from iqabench.models.layers.int8 import Int8Conv2d

torch.set_num_threads(1)


def by_hand(
    x: np.ndarray, weight: np.ndarray, scale: np.ndarray, bias: np.ndarray, step: float, zero: int
) -> np.ndarray:
    """Compute the 8-bit convolution in integers: 3x3, zero padding, one image."""
    q = np.clip(np.rint(x / np.float32(step)) + zero, 0, 255).astype(np.int64) - zero
    padded = np.pad(q, ((0, 0), (1, 1), (1, 1)))
    outputs, _, height, width = len(weight), *x.shape
    made = np.zeros((outputs, height, width))
    for o in range(outputs):
        total = np.zeros((height, width), np.int64)
        for c in range(x.shape[0]):
            for dy in range(3):
                for dx in range(3):
                    part = padded[c, dy : dy + height, dx : dx + width]
                    total += int(weight[o, c, dy, dx]) * part
        made[o] = total * (float(scale[o]) * step) + bias[o]
    return made


def int8_layer(seed: int = 0) -> tuple[Int8Conv2d, dict[str, Tensor]]:
    generator = torch.Generator().manual_seed(seed)
    state = {
        "weight_int8": torch.randint(-128, 128, (4, 3, 3, 3), generator=generator).to(torch.int8),
        "weight_scale": torch.tensor([0.01, 0.02, 0.003, 0.5]),
        "input_scale": torch.tensor(0.0125),
        "input_zero_point": torch.tensor(40, dtype=torch.int32),
        "bias": torch.tensor([0.0, 1.0, -2.0, 0.25]),
    }
    layer = Int8Conv2d(nn.Conv2d(3, 4, 3, padding=1))
    layer.load_state_dict(state, strict=True)
    return layer, state


def test_the_integer_convolution_is_that_of_whole_numbers() -> None:
    layer, state = int8_layer()
    x = torch.randn(1, 3, 7, 6, generator=torch.Generator().manual_seed(1)) * 2  # some are clipped
    values = {key: value.numpy() for key, value in state.items()}
    expected = by_hand(
        x[0].numpy(), values["weight_int8"], values["weight_scale"], values["bias"], 0.0125, 40
    )
    found = layer(x)[0].detach().numpy()
    assert np.abs(expected).max() > 100
    assert np.abs(found - expected).max() < 1e-5 * np.abs(expected).max()


def test_rounding_is_to_even_and_clips_at_both_ends() -> None:
    layer = Int8Conv2d(nn.Conv2d(1, 1, 1, bias=False))
    layer.load_state_dict(
        {
            "weight_int8": torch.ones(1, 1, 1, 1, dtype=torch.int8),
            "weight_scale": torch.ones(1),
            "input_scale": torch.tensor(0.5),
            "input_zero_point": torch.tensor(2, dtype=torch.int32),
        }
    )
    x = torch.tensor([0.25, 0.75, -0.25, -1.0, -9.0, 126.5, 900.0]).view(1, 1, 1, 7)
    expected = [
        0.0,
        1.0,
        0.0,
        -1.0,
        -1.0,
        126.5,
        126.5,
    ]  # in halves: 0, 2, 0, -2, -2 (0-2), 253, 253
    assert layer(x).flatten().tolist() == expected


def test_a_copy_computes_the_same_and_new_values_are_taken() -> None:
    layer, state = int8_layer()
    x = torch.rand(1, 3, 5, 5)
    assert torch.equal(copy.deepcopy(layer)(x), layer(x))
    before = layer(x)
    layer.load_state_dict({**state, "input_scale": torch.tensor(0.5)})
    assert not torch.equal(layer(x), before)
