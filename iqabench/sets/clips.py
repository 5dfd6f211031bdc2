"""Clips in folders: the task that their frames tell, and the reason why frames are not in order."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from iqabench.order import order_trouble
from iqabench.sets.folder_pairs import Frames
from iqabench.tasks import ClipFrames, Ratio, Task, clip_task


def task_of_clips(parts: Mapping[str, Mapping[str, Frames]], scale: Ratio) -> Task | None:
    """Return the task of most clips, by the frames of inputs and targets; None where all are images.

    `parts` are the parts by role, then by the name of the sample.
    """
    targets = parts.get("target", {})
    inputs = parts.get("input", targets)
    told: Counter[ClipFrames] = Counter()
    for name in inputs.keys() & targets.keys():
        given, wanted = len(inputs[name]), len(targets[name])
        if given == wanted > 1:
            told["each"] += 1
        elif given > 1 and wanted == 2 * given - 1:
            told["doubled"] += 1
        elif (given, wanted) == (2, 1):
            told["middle"] += 1
        elif max(given, wanted) > 1:
            told["each"] += 0  # no relation: it will be refused, as most clips are expected to be
    return clip_task(told.most_common(1)[0][0], scale) if told else None


def frames_trouble(files: Mapping[str, Frames]) -> str:
    """Return the reason why the frames of a clip are not in a plain order, or no text."""
    for role, frames in files.items():
        trouble = order_trouble([Path(frame.name).name for frame in frames])
        if trouble:
            return f"the {role} is not a whole clip: {trouble}."
    return ""
