"""Sets whose clips are cut to their first frames: sets of their own, named NAME-first-N.

Networks of clips take minutes a frame on a CPU, and the memory of some grows with the number of frames. A
shorter clip is other work with another figure, so its records never stand beside those of the whole clip.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from iqabench.errors import SetError
from iqabench.sets.place import Place
from iqabench.sets.sample import SampleRef
from iqabench.sets.sample_set import SampleSet

_NAME = re.compile(r"(?P<name>.+)-first-(?P<count>[1-9]\d*)(?P<level>_[a-z]+[\d./]+)?")


def frames_in_name(name: str) -> tuple[str, int] | None:
    """Return the name of the whole set and the number of frames; None when a name tells no such number."""
    found = _NAME.fullmatch(name)
    return (found["name"] + (found["level"] or ""), int(found["count"])) if found else None


def first_frames(images: SampleSet, count: int) -> SampleSet:
    """Return the set with the first frames of each clip, or the set itself where all clips are as short.

    `count` is the number of frames of an input; a target with a frame between each two keeps 2 count - 1.

    Raises: SetError when the set has no clips, or clips that cannot be cut.
    """
    if not any(len(places) > 1 for sample in images for places in sample.files.values()):
        raise SetError(
            f"{images.id} has no clips whose frames are files of their own, so their number cannot be "
            "chosen; leave --frames out."
        )
    samples = tuple(replace(s, files=_cut(s, count)) for s in images)
    if samples == images.samples:
        return images
    name = f"{images.name}-first-{count}"
    title = f"{images.title}, first {count} frames"
    address = f"{images.address}-first-{count}"
    return replace(images, name=name, title=title, address=address, samples=samples)


def _cut(sample: SampleRef, count: int) -> Mapping[str, tuple[Place, ...]]:
    """Return the files of the first frames of a sample, by role."""
    base = len(sample.files["input" if "input" in sample.files else "target"])
    kept = {base: count, 2 * base - 1: 2 * count - 1, 1: 1}
    for role, places in sample.files.items():
        if len(places) not in kept or (base == 2 and len(places) == 1 and count < base):
            counted = f"{len(places)} frame{'' if len(places) == 1 else 's'}"
            raise SetError(
                f"the {role} of '{sample.name}' has {counted} and its input {base}, so it is not "
                "clear which of them belong to the first frames; leave --frames out."
            )
    return {role: places[: kept[len(places)]] for role, places in sample.files.items()}
