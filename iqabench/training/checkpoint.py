"""What a training keeps in order to go on, and when it must not."""

import pickle
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from iqabench.errors import CompressError, UsageError
from iqabench.training.plan import Plan

_FREE = ("save_every",)
"""What may change when a training goes on: no step depends on it."""
_DAMAGED = (
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    pickle.UnpicklingError,
)
"""What torch raises for a file that is damaged or of another kind."""


@dataclass(frozen=True)
class Checkpoint:
    """The state after a step."""

    plan: dict[str, Any]
    facts: dict[str, Any]
    step: int
    seconds: float
    """Spent in steps so far, by this training and those it went on from."""
    states: dict[str, dict[str, Tensor]]
    """Of the network and, where it learns too, of the loss."""
    optimizer: dict[str, Any]

    def check(
        self, plan: Plan, facts: Mapping[str, Any], parts: Mapping[str, nn.Module], path: Path
    ) -> None:
        """Whether a training of this plan, these facts and these networks may go on from here.

        Raises: UsageError naming what was asked for otherwise, CompressError naming the tensors that differ.
        """
        asked = {**asdict(plan), **facts}
        was = {**self.plan, **self.facts}
        other = [
            f"{name} {was.get(name, 'none')} (now {asked.get(name, 'none')})"
            for name in {**was, **asked}
            if was.get(name) != asked.get(name) and name not in _FREE
        ]
        if other:
            raise UsageError(
                f"{path} is of a training with {', '.join(other)}. Ask for the same to go on with it, or "
                "give another --work folder."
            )
        for name, part in parts.items():
            self._check_shapes(name, part, path)

    def _check_shapes(self, name: str, part: nn.Module, path: Path) -> None:
        was = {key: tuple(value.shape) for key, value in self.states.get(name, {}).items()}
        now = {key: tuple(value.shape) for key, value in part.state_dict().items()}
        other = [key for key in {**was, **now} if was.get(key) != now.get(key)]
        if other:
            said = ", ".join(
                f"{key} {was.get(key, 'absent')} (now {now.get(key, 'absent')})"
                for key in other[:3]
            )
            more = f" and {len(other) - 3} more" if len(other) > 3 else ""
            raise CompressError(
                f"{path} is of another network: {said}{more}. Give another --work folder."
            )


def read_checkpoint(path: Path, device: torch.device) -> Checkpoint:
    """A checkpoint from its file.

    Raises: CompressError for a file that is damaged or no checkpoint of ours.
    """
    try:
        return Checkpoint(**torch.load(path, map_location=device, weights_only=True))
    except _DAMAGED as error:
        raise CompressError(
            f"{path} is no checkpoint of this kind of training, or is damaged ({type(error).__name__}). "
            "Remove it, or give another --work folder."
        ) from error
