"""Folders of one kind of task, as sets: pan-sharpening, fusion, inpainting, spectra of MRI ...

    FOLDER@inpaint             a subfolder for each role: input, mask, target
    FOLDER                     a folder whose subfolders tell the kind, such as ms and pan, or near and far
    FOLDER@rescale-x2          a kind with a level
    FOLDER@wald-worldview3     reduced resolution: the inputs are the targets

`docs/folders.md` has the layout of every kind.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from iqabench.errors import ImageError, SetError
from iqabench.images import ReadOptions
from iqabench.order import order_trouble
from iqabench.pairing import unread_in_words
from iqabench.sets.facts import InputFacts
from iqabench.sets.folder_pairs import FolderSamples, Frames, lacks
from iqabench.sets.kind_files import array_task, expected_in_words, files_of_kind
from iqabench.sets.recipe import Recipe, recipe
from iqabench.sets.sample import SampleRef
from iqabench.tasks import Ratio, Task, exact_scale, named_folder_task, task_of_layout


@dataclass(frozen=True)
class KindFolder:
    """The samples of a folder, and the facts of the set that they make."""

    task: Task
    level: str
    scale: Ratio
    samples: tuple[SampleRef, ...]
    word: str
    """The text behind the @ of the set's address."""
    notes: tuple[str, ...]
    missing: tuple[str, ...]
    """Sentences about files that look like images and are not read."""


def kind_of_folder(folder: Path, level: str | None) -> tuple[Task, str] | None:
    """Return the task that a level names, or that the folder itself tells, with the level of the set.

    The level is empty where it must be found out, and the result is None for a folder of plain images.
    """
    named = named_folder_task(level) if level else None
    if named is not None:
        return named
    task = task_of_layout(folder)
    if task is None and not any(path.is_dir() for path in folder.iterdir()):
        task = array_task(folder)
    if task is None or (level and not (task.level and task.level.matches(level))):
        return None
    return task, level or ""


def read_kind_folder(folder: Path, task: Task, level: str, reading: ReadOptions) -> KindFolder:
    """Return the samples of a folder for a task, at a level that may be the task's own name, or empty.

    Raises: SetError when a role is missing, with the subfolders that are expected.
    """
    files = files_of_kind(folder, task, reading)
    reduction = task.layout.reduction
    variant = level.removeprefix(f"{reduction.word}-") if reduction else level
    is_reduced = reduction is not None and variant != level
    _require_roles(folder, task, files, is_reduced=is_reduced)
    level = level if task.level and (task.level.matches(level) or is_reduced) else ""
    known = level
    if not is_reduced and not level:
        level = _level(task, files)
    scale = (
        _scale_of_files(task, files) if is_reduced else task.scale(level) if task.has_scales else 1
    )
    steps = (
        _reduced(task, variant, scale, files) if is_reduced else _recipe(task, level, scale, files)
    )
    samples = tuple(_samples(folder, task, files, steps))
    plain = f"{task.name}-{known}" if known and not is_reduced else known or task.name
    note = f"{folder} was read as a set for {task.phrase}: {', '.join(sorted(files.parts))}."
    return KindFolder(
        task,
        level or task.name,
        scale,
        samples,
        plain,
        (note, *files.rules),
        tuple(_unread(task, files)),
    )


def _unread(task: Task, files: FolderSamples) -> Iterator[str]:
    """Yield sentences about files that look like images and are not read, beside those that are."""
    places = (
        f.path.parent for p in files.parts.values() for fs in p.values() for f in fs if f.path
    )
    for place in dict.fromkeys(places):
        if not task.layout.holds_data:
            yield from unread_in_words(place)


def _require_roles(folder: Path, task: Task, files: FolderSamples, *, is_reduced: bool) -> None:
    """Raise SetError when a part is missing that can neither be read nor made."""
    makes = task.layout.input is not None or (task.layout.measures and "mask" in files.parts)
    can_make = makes and "target" in files.parts
    missing = [
        role
        for role in task.takes
        if role not in files.parts and not (role == "input" and can_make)
    ]
    if missing:
        raise SetError(
            f"{folder} has no '{missing[0]}', which {task.phrase} needs. {expected_in_words(task)}"
        )
    if is_reduced and "target" in files.parts:
        raise SetError(
            f"{folder} has targets already, so inputs are not reduced; leave the part behind the @ out."
        )


def _level(task: Task, files: FolderSamples) -> str:
    """Return the level of a folder that names none."""
    if task.level is None or ("input" in files.parts and not task.has_scales):
        return ""
    if "input" in files.parts:
        return f"x{_scale_of_files(task, files)}"
    is_measured = task.layout.measures and "mask" in files.parts
    return "" if is_measured else task.level.usual


def _scale_of_files(task: Task, files: FolderSamples) -> Ratio:
    """Return the scale between the first input that can be read and a part of the target's size."""
    large = next((r for r in (*task.scaled, "target") if r in files.parts), "")
    for name, frames in files.parts["input"].items():
        try:
            small_size = frames[0].read_part(task.layout.depth).shape[1:3]
            large_size = files.parts[large][name][0].read_part(task.layout.depth).shape[1:3]
        except (ImageError, SetError, KeyError):
            continue
        if large_size[0] % small_size[0] == 0:
            return max(1, int(large_size[0]) // int(small_size[0]))
        break  # the sample is refused with both sizes when it is loaded
    return exact_scale((task.level.usual if task.level else "x4").removeprefix("x"))


def _recipe(task: Task, level: str, scale: Ratio, files: FolderSamples) -> Recipe:
    """Return the recipe of what a folder does not hold."""
    layout = task.layout
    has_input = "input" in files.parts
    is_measured = layout.measures and "mask" in files.parts and not has_input
    steps = None if has_input or is_measured or layout.input is None else layout.input
    made = [
        (role, [_step(step)])
        for role, step in layout.made.items()
        if role not in files.parts and not has_input and not is_measured
    ]
    chain = None if steps is None else [_step(step) for step in steps]
    reduces = task.sizes != "round trip"
    return recipe(chain, level, scale, luma_target=False, parts=made, reduces=reduces)


def _reduced(task: Task, variant: str, scale: Ratio, files: FolderSamples) -> Recipe:
    """Return the recipe of reduced resolution, and make the inputs of a folder its targets."""
    reduction = task.layout.reduction
    assert reduction is not None
    files.parts["target"] = files.parts.pop("input")
    step = _step({"degradation": reduction.degradation, reduction.keyword: variant})
    made = [(reduction.role, [step])]
    return recipe([step], f"x{scale}", scale, luma_target=False, parts=made)


def _step(facts: Any) -> InputFacts:
    return InputFacts.model_validate(dict(facts))


def _samples(folder: Path, task: Task, files: FolderSamples, steps: Recipe) -> Iterator[SampleRef]:
    roles, parts = list(files.parts), files.parts
    is_measured = task.layout.measures and "input" not in parts and steps.steps is None
    for name in sorted({name for of_role in parts.values() for name in of_role}):
        of_sample = {role: parts[role][name] for role in roles if name in parts[role]}
        yield SampleRef(
            name,
            steps,
            of_sample,
            lacks(name, folder, roles, parts) or _trouble(of_sample, task),
            aligned=task.aligned,
            scaled=task.scaled,
            binary=task.binary,
            fills=task.composites,
            same_length=task.same_length,
            depth=task.layout.depth,
            peak=task.layout.peak,
            mixes_grey=bool(task.layout.sources),
            measures=is_measured,
        )


def _trouble(files: dict[str, Frames], task: Task) -> str:
    """Return the reason why the frames of a clip are not in a plain order, or no text; sources have none."""
    for role, frames in files.items():
        if task.layout.sources and role == "input":
            continue
        trouble = order_trouble([Path(frame.name).name for frame in frames])
        if trouble:
            return f"the {role} is not a whole clip: {trouble}."
    return ""
