"""Folders of images as sets.

    FOLDER/*.png                            targets; inputs are made from them
    FOLDER/input/*.png, FOLDER/target/*.png pairs by name: the same, or as one substitution explains
    FOLDER/pairs.csv                        which input has which target, where names do not tell
    FOLDER/input/*.png                      only inputs
    FOLDER/mask/*.png, FOLDER/reference ... further parts, each in a folder with the name of its role
    FOLDER/target/*.png, FOLDER/reference/*.png   a set of reference super-resolution; inputs are made
    FOLDER/ROLE/CLIP/*.png                  clips: a folder of frames in their natural order; the task is the
                                            one that the numbers of frames of inputs and targets tell
    FOLDER/qp37/..., FOLDER/target/...      FOLDER@qp37: one of several folders of inputs of the targets' size

A bad image, or one without its partner, fails when it is loaded; the other samples are not affected.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from iqabench.errors import ImageError, SetError
from iqabench.images import AS_STORED, ReadOptions, image_files
from iqabench.pairing import (
    below_in_words,
    clip_folders,
    frames_in,
    no_clips_in_words,
    unread_in_words,
    videos_in_words,
)
from iqabench.sets.catalogue import set_names
from iqabench.sets.clips import frames_trouble, task_of_clips
from iqabench.sets.facts import InputFacts
from iqabench.sets.folder_pairs import FolderSamples, Frames, lacks, samples_of_roles
from iqabench.sets.kind_files import array_files
from iqabench.sets.kind_folder import KindFolder, kind_of_folder, read_kind_folder
from iqabench.sets.place import Place
from iqabench.sets.recipe import Recipe, recipe
from iqabench.sets.sample import SampleRef
from iqabench.sets.sample_set import SampleSet
from iqabench.tasks import Task, default_task, folder_task, role_names

UNDEGRADED = "x1"
"""The level of a folder without a degradation: inputs are the targets, or files of the same size."""


def folder_set(folder: Path, level: str | None, reading: ReadOptions = AS_STORED) -> SampleSet:
    """Return the images of a folder as a set.

    `level`: None means the scale between the sizes of the first pair, else x4; x1 makes no input.
    `reading`: the options that all its files are read with.

    Raises: SetError when the folder holds no images, or two with the same name.
    """
    kind = None if has_variant(folder, level) else kind_of_folder(folder, level)
    if kind is not None:
        return _of_kind(folder, read_kind_folder(folder, *kind, reading), reading)
    roles = [role for role in role_names() if (folder / role).is_dir()]
    variant = level if has_variant(folder, level) else None
    if variant:
        level, roles = variant, list(dict.fromkeys(["input", *roles]))
    elif "input" in roles and "target" in roles:
        level = level or _level_of_sizes(folder / "input", folder / "target", reading)
    else:
        level = level or _default_level(roles)
    task = _task(level, roles)
    steps = _recipe(task, level)
    notes: list[str] = []
    if "input" in roles or (task.folder and task.folder.needs in roles):
        paired = _paired(folder, roles, reading, variant)
        notes += paired.rules
        task = task if variant else _clip_task(roles, paired.parts, steps, task)
        samples = list(_samples(folder, roles, paired, steps, task))
    else:
        has_folder = "target" in roles
        place = folder / "target" if has_folder else folder
        targets = parts_in(place, reading, clips=has_folder)
        task = _clip_task(roles, {"target": targets}, steps, task)
        samples = [_target_only(name, frames, steps) for name, frames in targets.items()]
    return SampleSet(
        name=_name(folder),
        title=str(folder),
        task=task.name,
        level=level,
        scale=steps.scale,
        protocol=task.protocol,
        samples=tuple(samples),
        address=f"{folder.resolve()}" + ("" if level == UNDEGRADED else f"@{level}"),
        reading=reading,
        missing=tuple(_unread(folder, [variant if r == "input" and variant else r for r in roles])),
        notes=(*notes, *_ignored(folder, roles)),
    )


def has_variant(folder: Path, level: str | None) -> bool:
    """Return whether a level is the name of a subfolder of inputs beside the targets: FOLDER@qp37."""
    notation = default_task().level
    is_name = bool(level and notation and notation.matches(level) and level not in role_names())
    return is_name and (folder / str(level)).is_dir() and (folder / "target").is_dir()


def _of_kind(folder: Path, kind: KindFolder, reading: ReadOptions) -> SampleSet:
    """Return the set of a folder of one kind of task."""
    return SampleSet(
        name=_name(folder),
        title=str(folder),
        task=kind.task.name,
        level=kind.level,
        scale=kind.scale,
        protocol=kind.task.protocol,
        samples=kind.samples,
        address=f"{folder.resolve()}@{kind.word}",
        reading=reading,
        missing=kind.missing,
        notes=kind.notes,
    )


def _unread(folder: Path, roles: list[str]) -> Iterable[str]:
    """Yield sentences about files in a folder, its roles and clips that look like images and are not read."""
    for place in [folder / role for role in roles] or [folder]:
        yield from unread_in_words(place)
        for clip in clip_folders(place) if roles else ():
            yield from unread_in_words(clip)
        yield from no_clips_in_words(place) if roles else ()


def _ignored(folder: Path, roles: list[str]) -> Iterable[str]:
    """Yield a sentence about images in folders below that no role names."""
    below = "" if roles else below_in_words(folder, "they are not read; name one of them as a set.")
    if below:
        yield f"{folder}: {below}"


def _default_level(roles: Sequence[str]) -> str:
    """Return the level of a folder when the user names none."""
    known = folder_task(None, roles)
    return known[1] if known else UNDEGRADED


def _task(level: str, roles: Sequence[str]) -> Task:
    """Return the task of a folder with such subfolders at a level."""
    known = folder_task(level, roles)
    if level == UNDEGRADED or known is None:
        return default_task()
    return known[0]


def _clip_task(
    roles: Sequence[str], parts: Mapping[str, Mapping[str, Frames]], steps: Recipe, task: Task
) -> Task:
    """Return the task that the frames of clips tell, if it has all roles; else the one that is known."""
    told = task_of_clips(parts, steps.scale)
    return told if told is not None and set(roles) <= set(told.roles) else task


def _recipe(task: Task, level: str) -> Recipe:
    if task.folder is None:
        return Recipe(1)
    degradation = InputFacts.model_validate(dict(task.folder.degradation))
    return recipe(degradation, level, task.scale(level), luma_target=False)


def _target_only(name: str, frames: Frames, steps: Recipe) -> SampleRef:
    """Return a sample whose input is made from its target; without a degradation it is the target."""
    files = {"target": frames}
    files = {"input": frames, **files} if steps.steps is None else files
    return SampleRef(name, steps, files, frames_trouble(files))


def _name(folder: Path) -> str:
    name = folder.resolve().name or "root"
    return f"folder-{name}" if name.lower() in set_names() else name


def parts_in(folder: Path, reading: ReadOptions, *, clips: bool = True) -> dict[str, Frames]:
    """Return the parts in a folder by name: image files and, with `clips`, subfolders of frames.

    Raises: SetError when there are none, or two with the same name.
    """
    parts: dict[str, Frames] = {}
    for path in [*image_files(folder), *(clip_folders(folder) if clips else [])]:
        name = path.name if path.is_dir() else path.stem
        if name in parts:
            raise SetError(
                f"two images in {folder} are called '{name}': {parts[name][0].path} and "
                f"{path}. Rename one of them."
            )
        files = frames_in(path) if path.is_dir() else [path]
        parts[name] = tuple(Place(file, str(file), reading=reading) for file in files)
    if not parts:
        raise SetError(_no_images(folder))
    return parts


def _no_images(folder: Path) -> str:
    """Return the message about a folder without images, which names what lies there instead."""
    below = below_in_words(
        folder,
        "name one of them, or call two of them 'input' and 'target'. If each is a clip, move them "
        f"into {folder / 'target'}.",
    )
    videos = videos_in_words([folder])
    lines = [*unread_in_words(folder), *([videos] if videos else [])]
    arrays = [path.name for path in array_files(folder)]
    if arrays and not below:
        kind = f"{folder}@pansharpen"
        lines.append(
            f"Arrays such as {arrays[0]} are read in sets of sensors; name the kind: {kind}"
        )
    unread = "".join(f" {line}." for line in lines)
    return (
        f"there are no images in {folder}{f', but {below}' if below else '.'} Expected .png, .jpg, .bmp, "
        f".tif, .webp, .ppm or .pgm, or the subfolders 'input' and 'target'.{unread}"
    )


def _samples(
    folder: Path, roles: list[str], paired: FolderSamples, steps: Recipe, task: Task
) -> Iterable[SampleRef]:
    """Yield the samples of a folder that has a subfolder for each role."""
    parts = paired.parts
    for name in sorted({name for of_role in parts.values() for name in of_role}):
        files = {role: parts[role][name] for role in roles if name in parts[role]}
        trouble = lacks(name, folder, roles, parts) or frames_trouble(files)
        yield SampleRef(
            name,
            steps,
            files,
            trouble,
            aligned=task.aligned,
            independent=task.independent,
            binary=task.binary,
            fills=task.composites,
            same_length=task.same_length,
        )


def _paired(
    folder: Path, roles: list[str], reading: ReadOptions, variant: str | None = None
) -> FolderSamples:
    places = {role: folder / role for role in roles}
    if variant:
        places["input"] = folder / variant
    return samples_of_roles(folder, {r: parts_in(place, reading) for r, place in places.items()})


def _level_of_sizes(inputs: Path, targets: Path, reading: ReadOptions) -> str:
    """Return the scale between the first readable input and its target; the default level without one."""
    roles = [inputs.name, targets.name]
    paired = _paired(inputs.parent, roles, reading)
    for pair in _samples(inputs.parent, roles, paired, Recipe(1), default_task()):
        if pair.trouble:
            continue
        try:
            small, large = (pair.files[role][0].read() for role in ("input", "target"))
        except (ImageError, SetError):
            continue
        return f"x{max(1, large.shape[0] // small.shape[0])}"
    return _default_level(roles)
