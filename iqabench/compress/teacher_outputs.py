"""The teacher's outputs for all patches, computed once and stored, for teachers that cost more than students.

The file repeats the patches, with the teacher's outputs, rounded to 8 bits, as three more channels of the
targets. When a patch is flipped or turned, its outputs are flipped or turned with it; the teacher does not
run again.
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
def with_teacher_outputs(
    patches: Patches, teacher: nn.Module, name: str, work: Path, device: str = "cpu"
) -> Patches:
    """Return the patches, with the outputs of `teacher` for their inputs after the targets.

    The teacher maps 0..1 to 0..1; `name` is its hash. The file in `work` for this teacher and these patches
    is used if it exists.

    Shapes: targets (N, scale side, scale side, 6), 8-bit.
    """
    source = Path(str(getattr(patches, "filename", "patches")))
    file = work / f"taught_{name[:12]}_{source.name}"
    side, scale = patches.dtype["input"].shape[0], scale_of(patches)
    layout = np.dtype(
        [("input", "u1", (side, side, 3)), ("target", "u1", (scale * side, scale * side, 6))]
    )
    if not file.exists():
        part, console = file.with_suffix(".part"), Console(stderr=True)
        teacher = teacher.to(device).eval()
        starts = range(0, len(patches), _AT_ONCE)
        with part.open("wb") as out:
            for start in track(
                starts, "running the teacher", console=console, disable=not console.is_terminal
            ):
                group = patches[start : start + _AT_ONCE]
                pairs = np.zeros(len(group), layout)
                pairs["input"] = group["input"]
                pairs["target"][..., :3] = group["target"]
                pairs["target"][..., 3:] = _outputs(group, teacher, device)
                out.write(pairs.tobytes())
        part.rename(file)
    return np.memmap(file, layout, "r")


def _outputs(patches: Patches, teacher: nn.Module, device: str) -> NDArray[np.uint8]:
    inputs, _ = tensors(patches)
    outputs: Tensor = (teacher(inputs.to(device)) * 255).round().clamp(0, 255)
    return outputs.permute(0, 2, 3, 1).byte().cpu().numpy()


class PrecomputedOutput:
    """The loss `Output` for patches with stored outputs of the teacher.

    It is the mean absolute difference to the target, plus `weight` times that to the teacher's output.
    """

    def __init__(self, weight: float | None = None) -> None:
        self.weight = Output.usual_weight if weight is None else weight

    @property
    def facts(self) -> dict[str, str | int | float]:
        """The facts that identify a training with this loss."""
        return {"loss": "output", "weight": self.weight, "once": 1}

    def __call__(self, module: nn.Module, inputs: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of a batch."""
        output = module(inputs).float()
        return l1_loss(output, targets[:, :3]) + self.weight * l1_loss(output, targets[:, 3:])
