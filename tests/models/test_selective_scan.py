"""The selective scan in pieces is the recurrence, and its straight lines are integrated exactly."""

import pytest
import torch
from torch import Tensor
from torch.nn.functional import softplus

from iqabench.models.mambair.network import MambaIR
from iqabench.models.mambair.scan import Hold, Sequences, line_weights, selective_scan


def sequences(length: int) -> Sequences:
    torch.manual_seed(length)
    u, step = torch.randn(2, 2, 4, 3, length, dtype=torch.float64)
    b, c = torch.randn(2, 2, 4, 5, length, dtype=torch.float64)
    return Sequences(u, softplus(step), b, c)


def one_after_the_other(given: Sequences, a: Tensor, d: Tensor, hold: Hold) -> Tensor:
    """Return the outputs of the recurrence, with the integral from a matrix exponential."""
    state = torch.zeros(2, 4, 3, 5, dtype=torch.float64)
    before = torch.zeros(2, 4, 3, dtype=torch.float64)
    outputs = []
    for t in range(given.u.shape[-1]):
        u, step = given.u[..., t], given.step[..., t, None]
        b, c = given.b[:, :, None, :, t], given.c[:, :, None, :, t]
        if hold == "zero":
            state = (step * a).exp() * state + step * b * u[..., None]
        else:
            state = after_a_line(state, before, u, step, a, b)
        outputs.append((state * c).sum(-1) + d * u)
        before = u
    return torch.stack(outputs, dim=-1)


def after_a_line(
    state: Tensor, before: Tensor, u: Tensor, step: Tensor, a: Tensor, b: Tensor
) -> Tensor:
    """Return the state after x' = a x + b v, where v goes from `before` to `u` in a straight line."""
    system = torch.zeros(*state.shape, 3, 3, dtype=torch.float64)
    system[..., 0, 0], system[..., 0, 1], system[..., 1, 2] = step * a, step * b, 1
    start = torch.zeros(*state.shape, 3, dtype=torch.float64)
    start[..., 0], start[..., 1], start[..., 2] = state, before[..., None], (u - before)[..., None]
    after: Tensor = torch.linalg.matrix_exp(system) @ start[..., None]
    return after[..., 0, 0]


@pytest.mark.parametrize("hold", ["zero", "first"])
@pytest.mark.parametrize("length", [1, 17])
def test_pieces_give_the_outputs_of_the_recurrence(length: int, hold: Hold) -> None:
    given = sequences(length)
    a = -torch.rand(4, 3, 5, dtype=torch.float64) - 0.01
    d = torch.randn(4, 3, dtype=torch.float64)
    assert torch.allclose(
        selective_scan(given, a, d, hold), one_after_the_other(given, a, d, hold), atol=1e-6
    )


def test_the_weights_of_a_line_keep_their_digits_at_short_steps() -> None:
    z = -torch.logspace(-6, 1.5, 200)
    exact = z.double()
    constant, rising = line_weights(z)
    assert torch.allclose(constant.double(), torch.expm1(exact) / exact, rtol=1e-5)
    wide = exact < -1e-2
    one = (torch.expm1(exact) - exact) / exact.square()
    assert torch.allclose(rising.double()[wide], one[wide], rtol=1e-5)
    assert torch.allclose(rising.double()[~wide], 0.5 + exact[~wide] / 6, atol=1e-5)


def test_both_holds_have_the_same_parameters_and_other_outputs() -> None:
    torch.manual_seed(0)
    zero = MambaIR(2, depths=[1]).eval()
    first = MambaIR(2, depths=[1], hold="first").eval()
    first.load_state_dict(zero.state_dict(), strict=True)
    image = torch.rand(1, 3, 9, 8)
    with torch.inference_mode():
        assert (zero(image) - first(image)).abs().max() > 1e-6
