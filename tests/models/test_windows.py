"""The windows of frames that models of clips look through, and the state that they hand on."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from iqabench.errors import ModelError
from iqabench.models.core.card import Card
from iqabench.models.core.model import NetworkModel
from iqabench.models.core.restore_parts import restore_parts
from iqabench.models.core.signature import Edge, Signature


@pytest.mark.parametrize(
    ("edge", "first", "last"),
    [
        ("repeat", [0, 0, 0, 1, 2], [4, 5, 6, 6, 6]),
        ("reflect", [2, 1, 0, 1, 2], [4, 5, 6, 5, 4]),
        ("circle", [4, 3, 0, 1, 2], [4, 5, 6, 3, 2]),
        ("centre", [0, 0, 0, 1, 2], [4, 5, 6, 6, 6]),
    ],
)
def test_the_edges_of_a_clip(edge: Edge, first: list[int], last: list[int]) -> None:
    """The rule circle is that of BasicSR's reflection_circle."""
    signature = Signature(before=2, after=2, edge=edge)
    assert signature.window(0, 7) == first
    assert signature.window(6, 7) == last
    assert signature.window(3, 7) == [1, 2, 3, 4, 5]
    inner = {"repeat": 0, "reflect": 1, "circle": 4, "centre": 1}
    assert signature.window(1, 7)[0] == inner[edge]


def test_windows_of_one_side() -> None:
    assert Signature(before=1).window(0, 3) == [0, 0]
    assert Signature(after=2).window(2, 3) == [2, 2, 2]


class Summing(nn.Module):
    """A recurrent network: the sum of its window and of all windows before."""

    def forward(self, input: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:  # noqa: A002
        total = input.sum(dim=0, keepdim=True) + (0 if state is None else state)
        return total, total


class Spread(nn.Module):
    """A network of whole clips: each frame less the mean of those that it is given with."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        return input - input.mean(dim=0, keepdim=True)


class Greedy(nn.Module):
    """A network for which memory never suffices."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        raise torch.OutOfMemoryError(f"out of memory for {len(input)} frames")


def model(network: nn.Module, **facts: object) -> NetworkModel:
    shared = {"id": "x", "family": "x", "title": "x", "task": "video_sr", "range": 255}
    return NetworkModel(Card.model_validate({**shared, "folder": Path(), **facts}), network, "none")


def clip(*values: int) -> np.ndarray:
    return np.stack([np.full((2, 3, 3), value, np.uint8) for value in values])


def test_the_state_begins_anew_with_every_clip() -> None:
    one = model(Summing(), takes={"input": {"before": 1, "after": 1}}, state=True)
    for _ in range(2):
        (out,) = restore_parts(one, {"input": clip(1, 2, 3)}).parts.values()
        assert out[:, 0, 0, 0].tolist() == [4, 10, 18]  # 1+1+2, then 1+2+3, then 2+3+3


def test_chunks_change_what_a_model_of_whole_clips_sees() -> None:
    settings = {"chunk": {"low": 0, "high": 100, "default": 0}}
    every = {"input": {"frames": "all"}}
    one = model(Spread(), takes=every, gives={"output": {"frames": "all"}}, settings=settings)
    parts = {"input": clip(10, 20, 30, 50)}
    (whole,) = restore_parts(one, parts, settings={"chunk": 0}).parts.values()
    (halves,) = restore_parts(one, parts, settings={"chunk": 2}).parts.values()
    assert whole[:, 0, 0, 0].tolist() == [-17.5, -7.5, 2.5, 22.5]
    assert halves[:, 0, 0, 0].tolist() == [-5, 5, -10, 10]


def test_a_clip_shorter_than_the_window_is_refused() -> None:
    looking_far = model(Summing(), takes={"input": {"before": 3, "after": 3, "edge": "circle"}})
    with pytest.raises(ModelError, match=r"clips of at least 7 frames; .* has 3\. Choose a longer"):
        restore_parts(looking_far, {"input": clip(1, 2, 3)})
    assert Signature(before=3, after=3).needed == 1  # the edge is repeated


@pytest.mark.parametrize(
    ("facts", "way_out"),
    [
        (
            {"settings": {"chunk": {"low": 0, "high": 9, "default": 0}}},
            "--setting chunk=2: frames of",
        ),
        ({}, "takes all frames of a clip together: choose shorter clips"),
        (
            {"takes": {"input": {"before": 1}}},
            "one frame after the other, so shorter clips would not",
        ),
    ],
)
def test_a_clip_that_does_not_fit_says_what_to_type(facts: dict[str, object], way_out: str) -> None:
    every = {"takes": {"input": {"frames": "all"}}, "gives": {"output": {"frames": "all"}}}
    greedy = model(Greedy(), **{**every, **facts})
    with pytest.raises(ModelError, match=f"'x' runs out of memory on 4 frames of 3x2.*{way_out}"):
        restore_parts(greedy, {"input": clip(1, 2, 3, 4)})
