"""What a teacher makes of every patch, computed once and kept: a large teacher costs more than its student.

The file has the patches again, with the teacher's outputs, rounded to 8 bits, as three more channels of the
targets. A patch that is flipped or turned has them flipped or turned: the teacher does not see it anew.
"""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from torch import Tensor, nn
from torch.nn.functional import l1_loss

from iqabench.compress.losses import Output
from iqabench.training.patches import Patches, scale_of, tensors

_AT_ONCE = 8


@torch.inference_mode()
def with_taught(
    patches: Patches, teacher: nn.Module, name: str, work: Path, device: str = "cpu"
) -> Patches:
    """The patches, their targets followed by what `teacher` (0..1 to 0..1) makes of their inputs; from the
    file in `work` of this teacher (`name`, its hash) and these patches, if there is one.
    """
    cut = Path(str(getattr(patches, "filename", "patches")))
    file = work / f"taught_{name[:12]}_{cut.name}"
    side, scale = patches.dtype["input"].shape[0], scale_of(patches)
    layout = np.dtype(
        [("input", "u1", (side, side, 3)), ("target", "u1", (scale * side, scale * side, 6))]
    )
    if not file.exists():
        part, console = file.with_suffix(".part"), Console(stderr=True)
        teacher = teacher.to(device).eval()
        starts = range(0, len(patches), _AT_ONCE)
        with part.open("wb") as out:
            for at in track(
                starts, "asking the teacher", console=console, disable=not console.is_terminal
            ):
                some = patches[at : at + _AT_ONCE]
                pairs = np.zeros(len(some), layout)
                pairs["input"] = some["input"]
                pairs["target"][..., :3] = some["target"]
                pairs["target"][..., 3:] = _outputs(some, teacher, device)
                out.write(pairs.tobytes())
        part.rename(file)
    return np.memmap(file, layout, "r")


def _outputs(patches: Patches, teacher: nn.Module, device: str) -> NDArray[np.uint8]:
    inputs, _ = tensors(patches)
    made: Tensor = (teacher(inputs.to(device)) * 255).round().clamp(0, 255)
    return made.permute(0, 2, 3, 1).byte().cpu().numpy()


class TaughtOutput:
    """`Output` for such patches: mean absolute difference to the target, plus `weight` times that to the
    teacher's output.
    """

    def __init__(self, weight: float | None = None) -> None:
        self.weight = Output.usual_weight if weight is None else weight

    @property
    def facts(self) -> dict[str, str | int | float]:
        """What tells a training with this loss from others."""
        return {"loss": "output", "weight": self.weight, "once": 1}

    def __call__(self, module: nn.Module, inputs: Tensor, targets: Tensor) -> Tensor:
        """The loss of a batch."""
        output = module(inputs).float()
        return l1_loss(output, targets[:, :3]) + self.weight * l1_loss(output, targets[:, 3:])
