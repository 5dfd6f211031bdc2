"""The cost of single operators, computed by hand."""

from collections.abc import Callable
from math import log2

import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor

from iqabench.probes import ProbedModel, cost_column

OTHER: dict[str, tuple[Callable[[Tensor], Tensor], float]] = {
    "one per output": (lambda x: x + x, 192),
    "broadcast": (lambda x: x * x[:, :1], 192),
    "in place": (lambda x: x.relu_(), 192),
    "whatever the function": (F.gelu, 192),
    "two steps in one": (lambda x: torch.addcmul(x, x, x), 2 * 192),
    "prelu": (lambda x: F.prelu(x, torch.ones(3)), 192),
    "mean": (lambda x: x.mean((2, 3)), 192),
    "variance": (lambda x: x.var(1), 4 * 192),
    "norm": (lambda x: torch.linalg.vector_norm(x, dim=1), 2 * 192),
    "softmax": (lambda x: x.softmax(1), 5 * 192),
    "windows": (lambda x: F.max_pool2d(x, 3, 1), 9 * 3 * 36),
    "averages": (lambda x: F.avg_pool2d(x, 2), 4 * 3 * 16),
    "adaptive": (lambda x: F.adaptive_avg_pool2d(x, 2), 192),
    "sorted": (lambda x: x.sort(-1).values, 192 * 3),
    "added at": (lambda x: x.index_add(3, torch.tensor([0, 1]), x[..., :2]), 3 * 8 * 2),
    "complex transform": (lambda x: torch.fft.fft2(x.to(torch.complex64)), 5 * 192 * 6),
    "real transform": (torch.fft.rfft2, 2.5 * 192 * 6),
    "and back": (lambda x: torch.fft.irfft2(x[..., :5].to(torch.complex64)), 2.5 * 192 * 6),
    "overlapping": (lambda x: F.fold(x.view(1, 12, 16), 5, 2), 192),
    "quantised": (lambda x: torch.fake_quantize_per_tensor_affine(x, 1.0, 0, 0, 255), -1),
    "nothing": (lambda x: F.pixel_shuffle(F.pad(x, (1, 1, 1, 1), "reflect")[:, :1, :4], 1), 0),
    "moved": (lambda x: torch.cat([x.roll(1, 2), x.flip(3)])[:, [0, 2]].contiguous(), 0),
}
"""-1: no rule is known, so it must be listed."""

MACS: dict[str, tuple[Callable[[Tensor], Tensor], int]] = {
    "vector": (lambda x: x[0, 0] @ x[0, 0, 0], 64),
    "batches": (lambda x: x @ x, 3 * 8 * 64),
    "added": (lambda x: torch.baddbmm(x[0], x[0], x[0]), 3 * 8 * 64),
    "three dimensions": (lambda x: F.conv3d(x[None], torch.ones(2, 1, 2, 3, 3)), 2 * 18 * 2 * 36),
    "one dimension": (lambda x: F.conv1d(x[0], torch.ones(5, 8, 3)), 3 * 5 * 24 * 6),
    "transposed in groups": (
        lambda x: F.conv_transpose2d(x, torch.ones(3, 2, 3, 3), groups=3, stride=2),
        3 * 64 * 2 * 9,
    ),
    "stretched": (
        lambda x: F.interpolate(
            x, scale_factor=0.5, mode="bicubic", antialias=True, align_corners=False
        ),
        9 * 3 * 8 * 4 + 9 * 3 * 4 * 4,
    ),
}


def seen(function: Callable[[Tensor], Tensor]) -> ProbedModel:
    generator = torch.Generator().manual_seed(0)
    batch = torch.rand(1, 3, 8, 8, generator=generator)
    return ProbedModel("function", function, batch)


@pytest.mark.parametrize("name", OTHER)
def test_operations_that_are_no_products(name: str) -> None:
    function, expected = OTHER[name]
    found = cost_column("flops")(seen(function))
    if expected < 0:
        assert found.details["unknown"]
    else:
        assert found.value == expected
        assert not found.details["lower_bound"], found.details["notes"]


@pytest.mark.parametrize("name", MACS)
def test_products(name: str) -> None:
    function, expected = MACS[name]
    found = cost_column("macs")(seen(function))
    assert found.value == expected
    assert not found.details["lower_bound"], found.details["notes"]


def test_deformable_convolution_samples_each_tap() -> None:
    ops = pytest.importorskip("torchvision.ops")
    weight, offset = torch.ones(4, 3, 3, 3), torch.zeros(1, 18, 6, 6)
    found = cost_column("macs")(seen(lambda x: ops.deform_conv2d(x, offset, weight)))
    assert found.value == 4 * 36 * 27 + 4 * 27 * 36
    assert found.details["unknown"] == []


def test_the_norm_of_a_weight_is_taken_in_every_pass() -> None:
    layer = torch.nn.utils.parametrizations.weight_norm(torch.nn.Conv2d(3, 4, 3))
    found = cost_column("flops")(ProbedModel("net", layer, torch.zeros(1, 3, 8, 8), layer))
    assert found.value == 2 * 108 * 36 + 4 * 36 + 3 * 108
    assert not found.details["lower_bound"]


def test_length_of_a_transform_is_that_of_its_real_side() -> None:
    found = cost_column("flops")(seen(lambda x: torch.fft.rfft(x, dim=-1)))
    assert found.value == 2.5 * 192 * log2(8)
