"""Sets of clips whose parts lie in folders that the user names one by one, as `score` is told."""

from collections.abc import Mapping
from pathlib import Path

from iqabench.images import AS_STORED, ReadOptions
from iqabench.pairing import no_clips_in_words, unread_in_words
from iqabench.sets.clips import frames_trouble, task_of_clips
from iqabench.sets.facts import InputFacts
from iqabench.sets.folder import parts_in
from iqabench.sets.folder_pairs import lacks, samples_of_roles
from iqabench.sets.recipe import Recipe, recipe
from iqabench.sets.sample import SampleRef
from iqabench.sets.sample_set import SampleSet
from iqabench.tasks import default_task


def clips_beside(
    places: Mapping[str, Path], scale: int | None, reading: ReadOptions = AS_STORED
) -> SampleSet:
    """Return the clips in some folders as a set; `places` are the folders by their roles, the main one first.

    Without inputs the frames of the main folder stand for them, so that the set can be loaded; nothing says
    then how inputs were made. `scale` is that of super-resolution.

    Raises: SetError when a folder holds no images, or names cannot be paired.
    """
    main, folder = next(iter(places.items()))
    paired = samples_of_roles(folder, {role: parts_in(p, reading) for role, p in places.items()})
    parts = paired.parts
    task = task_of_clips(parts, scale or 1) or default_task(scale or 1)
    steps = _recipe(scale, has_inputs="input" in places)
    samples = []
    for name in sorted(parts[main]):
        files = {role: of_role[name] for role, of_role in parts.items() if name in of_role}
        trouble = lacks(name, folder.parent, list(places), parts) or frames_trouble(files)
        files.setdefault("input", files[main])
        samples.append(SampleRef(name, steps, files, trouble, same_length=task.same_length))
    return SampleSet(
        name=folder.resolve().name,
        title=str(folder),
        task=task.name,
        level=f"x{scale}" if scale else "",
        scale=scale or 1,
        protocol=task.protocol,
        samples=tuple(samples),
        reading=reading,
        missing=tuple(
            line for p in places.values() for line in (*unread_in_words(p), *no_clips_in_words(p))
        ),
        notes=tuple(paired.rules),
    )


def _recipe(scale: int | None, *, has_inputs: bool) -> Recipe:
    """Return the recipe of inputs: bicubic ones where there are any, and a scale; else none is known."""
    if has_inputs and scale:
        bicubic = InputFacts.model_validate({"degradation": "bicubic", "edge": "mirror"})
        return recipe(bicubic, f"x{scale}", scale, luma_target=False)
    return recipe(None, "", scale or 1, luma_target=False, reduces=has_inputs)
