"""The selective scan: linear recurrences along a sequence whose coefficients depend on the sequence.

    state_t = exp(step_t A) state_(t-1) + input_t,    output_t = C_t . state_t + D u_t

The sequence is cut into pieces that are computed side by side, each as if it were the first; then the state
before each piece is added, as it has decayed. It is plain PyTorch and needs no compiled kernel.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, isqrt
from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import pad

Hold = Literal["zero", "first"]
"""The course of the input between two elements of the sequence: constant (`zero`), or a straight line."""

_SERIES = 0.05
"""The size of exponents below which a series is used, because differences of small numbers are lost."""
_TERMS = 4


@dataclass(frozen=True)
class Sequences:
    """The sequences of one selective scan.

    Shapes: u and step (N, K, C, L) for K directions of C channels; b and c (N, K, S, L) for S states.
    """

    u: Tensor
    step: Tensor
    """The length of each step, above 0."""
    b: Tensor
    c: Tensor


def selective_scan(sequences: Sequences, a: Tensor, d: Tensor, hold: Hold = "zero") -> Tensor:
    """Return the outputs of a selective scan, which begins with the state 0.

    With the hold `zero`, the input of a step is step b u, the approximation that Mamba uses; with `first`, it
    is the exact integral of the line from the element before to this one. Before the first element u is 0.

    Shapes: a (K, C, S), below 0; d (K, C); returns (N, K, C, L).
    Source: Gu and Dao, "Mamba", arXiv:2312.00752, section 3; the hold `first`: Zhu et al., "First-order State
    Space Model for Lightweight Image Super-resolution", arXiv:2509.08458.
    """
    length = sequences.u.shape[-1]
    pieces = _pieces(sequences, max(1, isqrt(length)), hold)
    a = a[..., None]
    outputs, state = [], torch.zeros(())
    for piece in pieces:
        decay, drive = _step(piece, a, hold)
        state = state * decay + drive
        outputs.append(_read(state, piece))
    elapsed = torch.stack([piece.step for piece in pieces]).cumsum(0)[:, :, :, :, None]
    before = _carried(state, torch.exp(elapsed[-1] * a))
    for number, piece in enumerate(pieces):
        outputs[number] += _read(torch.exp(elapsed[number] * a) * before, piece)
    output = torch.stack(outputs, dim=-1).flatten(3)[..., :length]
    return output + sequences.u * d[..., None]


@dataclass(frozen=True)
class _Piece:
    """The elements of one number in all pieces; the last axis is the piece."""

    u: Tensor
    before: Tensor
    """The elements before; the hold `zero` does not look at them."""
    step: Tensor
    b: Tensor
    c: Tensor


def _pieces(sequences: Sequences, steps: int, hold: Hold) -> list[_Piece]:
    """Return the elements of all pieces of `steps` elements, first to last.

    Steps of length 0 fill the last piece: they leave the state as it is.
    """
    number = ceil(sequences.u.shape[-1] / steps)

    def cut(sequence: Tensor) -> Iterator[Tensor]:
        full = pad(sequence, (0, number * steps - sequence.shape[-1]))
        return iter(full.view(*full.shape[:-1], number, steps).movedim(-1, 0).contiguous())

    before = pad(sequences.u, (1, 0))[..., :-1] if hold == "first" else sequences.u
    names = (sequences.u, before, sequences.step, sequences.b, sequences.c)
    return [_Piece(*elements) for elements in zip(*map(cut, names), strict=True)]


def _step(piece: _Piece, a: Tensor, hold: Hold) -> tuple[Tensor, Tensor]:
    """Return the factor of the state in one step, and what the input adds to it.

    Shapes: (N, K, C, S, pieces) each.
    """
    b, step = piece.b[:, :, None], piece.step[:, :, :, None]
    z = step * a
    if hold == "zero":
        return z.exp(), (piece.step * piece.u)[:, :, :, None] * b
    constant, rising = line_weights(z)
    u, before = piece.u[:, :, :, None], piece.before[:, :, :, None]
    return z.exp(), step * b * (constant * before + rising * (u - before))


def _read(state: Tensor, piece: _Piece) -> Tensor:
    """Return the output of a state.

    Shapes: (N, K, C, S, pieces) to (N, K, C, pieces).
    """
    return (state * piece.c[:, :, None]).sum(3)


def line_weights(z: Tensor) -> tuple[Tensor, Tensor]:
    """Return the integrals of exp(z (1 - t)) and of t exp(z (1 - t)) for t from 0 to 1.

    They are (exp(z) - 1) / z and (exp(z) - 1 - z) / z^2. Shapes: that of z.
    """
    series = torch.zeros_like(z)
    for term in range(_TERMS, 0, -1):  # 1/2 + z/6 + z^2/24 + ...
        series = (series * z + 1) / (term + 1)
    small = z.abs() < _SERIES
    safe = torch.where(small, torch.ones_like(z), z)
    rising = torch.where(small, series, (torch.expm1(safe) - safe) / safe.square())
    return 1 + z * rising, rising


def _carried(added: Tensor, decay: Tensor) -> Tensor:
    """Return the state before each piece.

    Shapes: (N, K, C, S, pieces), kept.
    """
    state = torch.zeros_like(added[..., 0])
    states = []
    for number in range(added.shape[-1]):
        states.append(state)
        state = state * decay[..., number] + added[..., number]
    return torch.stack(states, dim=-1)
