"""Importances against values that are written down, or found in another way."""

import copy
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from iqabench.compress.coupling import Couplings
from iqabench.compress.importance import Importance, importances

from .networks import Residual, Shuffled, Two

torch.set_num_threads(1)
A = torch.tensor([[1.0, -2, 3], [0.5, 0, -0.5], [4, 4, 4], [0.1, 0.1, 0.1]])
B = torch.tensor([[1.0, 0, -1, 2], [2, 0.5, 0, 0], [0, 0.5, 1, 1]])


def two() -> nn.Module:
    network = Two(4)
    with torch.no_grad():
        network.a.weight.copy_(A[:, :, None, None])
        network.b.weight.copy_(B[:, :, None, None])
    return network


def of(kind: Importance, network: nn.Module, *batches: tuple[Tensor, Tensor]) -> Tensor:
    couplings = Couplings(network, torch.rand(1, 3, 8, 8))
    (found,) = importances(kind, couplings, network, list(batches))
    return found


def test_l1_by_hand() -> None:
    rows = torch.tensor([6.0, 1, 12, 0.3])  # of A
    columns = torch.tensor([3.0, 1, 2, 3])  # of B
    both = (rows + columns) / 2
    assert torch.allclose(of("l1", two()), both / both.mean())


def test_l1_counts_all_channels_of_a_unit() -> None:
    network = Shuffled(4, 2)
    with torch.no_grad():
        network.before.weight.fill_(0)
        network.before.weight[:, 0, 0, 0] = torch.arange(16.0)
        network.behind.weight.fill_(0)
        network.behind.weight[0, :, 0, 0] = torch.tensor([10.0, 20, 30, 40])
    written = torch.tensor([0 + 1 + 2 + 3, 4 + 5 + 6 + 7, 8 + 9 + 10 + 11, 12 + 13 + 14 + 15.0])
    both = (written + torch.tensor([10.0, 20, 30, 40])) / 2
    assert torch.allclose(of("l1", network), both / both.mean())


def test_taylor_by_hand() -> None:
    """Outputs lie above their targets, so the loss is their mean, and its gradients can be written down."""
    x = torch.rand(2, 3, 5, 4)
    y_minus = torch.full((2, 3, 5, 4), -1000.0)
    total = x.sum((0, 2, 3)).numpy()  # of each input channel
    a, b, many = A.numpy(), B.numpy(), 2 * 3 * 5 * 4
    gradient_b = np.tile((a @ total) / many, (3, 1))
    gradient_a = np.outer(b.sum(0), total) / many
    expected = np.abs(a * gradient_a).sum(1) + np.abs(b * gradient_b).sum(0)
    found = of("taylor", two(), (x, y_minus), (x, y_minus))
    assert found.numpy() == pytest.approx(expected, rel=1e-5)


def test_fisher_by_hand() -> None:
    """Squared per sample, summed over samples, by the elements that the channel takes: height x width."""
    x = torch.rand(2, 3, 5, 4)
    y_minus = torch.full((2, 3, 5, 4), -1000.0)
    hidden = np.einsum("ci,nihw->nc", A.numpy(), x.numpy())  # summed over the image
    gradients = hidden * B.numpy().sum(0) / (3 * 5 * 4)
    expected = (gradients**2).sum(0) / (5 * 4)
    found = of("fisher", two(), (x[:1], y_minus[:1]), (x[1:], y_minus[1:]))
    assert found.numpy() == pytest.approx(expected, rel=1e-5)
    together = of("fisher", two(), (x, y_minus))  # batches change nothing
    assert together.numpy() == pytest.approx(expected, rel=1e-5)


def slope(loss: Callable[[float], float]) -> float:
    return (loss(1 + 1e-4) - loss(1 - 1e-4)) / 2e-4


def test_fisher_adds_up_over_the_readers_before_it_squares() -> None:
    """An independent gradient: what the loss does when both readers see a channel a little larger."""
    torch.manual_seed(3)
    network = Residual(4).double()
    x, target = torch.rand(3, 3, 6, 6).double(), torch.rand(3, 3, 6, 6).double()

    def loss(sample: int, channel: int, mask: float) -> float:
        read = copy.deepcopy(network)
        with torch.no_grad():
            read.b.weight[:, channel] *= mask
            read.c.weight[:, channel] *= mask
            return float((read(x[sample : sample + 1]) - target[sample]).abs().mean())

    expected = []
    for channel in range(4):
        slopes = [slope(partial(loss, sample, channel)) for sample in range(3)]
        expected.append(sum(s**2 for s in slopes) / (2 * 6 * 6))  # a and c both write the channel
    found = of("fisher", network.float(), (x.float(), target.float()))
    assert found.numpy() == pytest.approx(expected, rel=1e-3)


def test_fisher_counts_what_a_unit_takes_before_a_shuffle() -> None:
    torch.manual_seed(0)
    network = Shuffled(4, 2)
    x = torch.rand(1, 3, 8, 8)
    low = torch.full((1, 3, 16, 16), -1000.0)
    with torch.no_grad():
        hidden = network.shuffle(network.before(x)).relu()
    weights = network.behind.weight.detach()
    gradients = []
    for channel in range(4):
        alone = torch.zeros_like(hidden)
        alone[:, channel] = hidden[:, channel]
        gradients.append(nn.functional.conv2d(alone, weights, padding=1).sum() / (3 * 16 * 16))
    expected = torch.stack(gradients).square() / (4 * 8 * 8)  # four channels of 8x8 make one unit
    assert torch.allclose(of("fisher", network, (x, low)), expected, rtol=1e-4)


@pytest.mark.parametrize("kind", ["l1", "taylor", "fisher"])
def test_judging_leaves_no_trace(kind: Importance) -> None:
    network = two()
    batch = (torch.rand(1, 3, 5, 5), torch.rand(1, 3, 5, 5))
    first = of(kind, network, batch)
    assert all(p.grad is None for p in network.parameters())
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in network.modules())
    assert torch.equal(of(kind, network, batch), first)
