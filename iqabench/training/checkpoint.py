"""The checkpoint of a training, and the check that another training may continue from it."""

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
"""Fields that may change when a training continues: no step depends on them."""
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
"""Errors that torch raises for a file that is damaged or of another kind."""


@dataclass(frozen=True)
class Checkpoint:
    """The state of a training after a step."""

    plan: dict[str, Any]
    facts: dict[str, Any]
    step: int
    seconds: float
    """Time spent in steps so far, by this training and those from which it continued."""
    states: dict[str, dict[str, Tensor]]
    """State dictionaries of the network and, where it has parameters, of the loss."""
    optimizer: dict[str, Any]

    def check(
        self, plan: Plan, facts: Mapping[str, Any], parts: Mapping[str, nn.Module], path: Path
    ) -> None:
        """Check that a training of this plan, these facts and these networks may continue from here.

        Raises: UsageError naming the options that differ, CompressError naming the tensors that differ.
        """
        new = {**asdict(plan), **facts}
        old = {**self.plan, **self.facts}
        changed = [
            f"{name} {old.get(name, 'none')} (now {new.get(name, 'none')})"
            for name in {**old, **new}
            if old.get(name) != new.get(name) and name not in _FREE
        ]
        if changed:
            raise UsageError(
                f"{path} belongs to a training with {', '.join(changed)}. Give the same options to continue "
                "it, or another --work folder."
            )
        for name, part in parts.items():
            self._check_shapes(name, part, path)

    def _check_shapes(self, name: str, part: nn.Module, path: Path) -> None:
        old = {key: tuple(value.shape) for key, value in self.states.get(name, {}).items()}
        new = {key: tuple(value.shape) for key, value in part.state_dict().items()}
        changed = [key for key in {**old, **new} if old.get(key) != new.get(key)]
        if changed:
            shapes = ", ".join(
                f"{key} {old.get(key, 'absent')} (now {new.get(key, 'absent')})"
                for key in changed[:3]
            )
            more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
            raise CompressError(
                f"{path} belongs to another network: {shapes}{more}. Give another --work folder."
            )


def read_checkpoint(path: Path, device: torch.device) -> Checkpoint:
    """Read a checkpoint from its file.

    Raises: CompressError for a file that is damaged or not a checkpoint of this loop.
    """
    try:
        return Checkpoint(**torch.load(path, map_location=device, weights_only=True))
    except _DAMAGED as error:
        raise CompressError(
            f"{path} is not a checkpoint of this kind of training, or is damaged ({type(error).__name__}). "
            "Remove it, or give another --work folder."
        ) from error
