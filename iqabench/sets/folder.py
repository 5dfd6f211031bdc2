"""Folders of images as sets.

    FOLDER/*.png                            targets; inputs are made from them
    FOLDER/input/*.png, FOLDER/target/*.png pairs with the same name; a scale may follow it (a_x4)
    FOLDER/input/*.png                      only inputs
    FOLDER/mask/*.png, FOLDER/reference ... further parts, each in a folder with the name of its role
    FOLDER/ROLE/CLIP/*.png                  clips: a folder of frames in their natural order

A bad image, or one without its partner, fails when it is loaded; the other samples are not affected.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from iqabench.errors import ImageError, SetError
from iqabench.images import AS_STORED, ReadOptions, image_files
from iqabench.sets.catalogue import set_names
from iqabench.sets.facts import InputFacts
from iqabench.sets.inventory import natural_order
from iqabench.sets.recipe import Recipe, recipe
from iqabench.sets.sample import Place, SampleRef, SampleSet
from iqabench.tasks import Task, default_task, folder_task, role_names

UNDEGRADED = "x1"
"""The level of a folder without a degradation: inputs are the targets, or files of the same size."""


Frames = tuple[Place, ...]
"""The frames of one part; an image is a clip of one frame."""


def folder_set(folder: Path, level: str | None, reading: ReadOptions = AS_STORED) -> SampleSet:
    """Return the images of a folder as a set.

    `level`: None means the scale between the sizes of the first pair, else x4; x1 makes no input.
    `reading`: the options that all its files are read with.

    Raises: SetError when the folder holds no images, or two with the same name.
    """
    roles = [role for role in role_names() if (folder / role).is_dir()]
    if "input" in roles and "target" in roles:
        level = level or _level_of_sizes(folder / "input", folder / "target", reading)
    else:
        level = level or _default_level()
    if "input" in roles:
        samples = list(_samples(folder, roles, _recipe(level), reading))
    else:
        has_folder = "target" in roles
        place = folder / "target" if has_folder else folder
        targets = _images(place, reading, clips=has_folder)
        samples = [_target_only(name, frames, _recipe(level)) for name, frames in targets.items()]
    task = _task(level)
    return SampleSet(
        name=_name(folder),
        title=str(folder),
        task=task.name,
        level=level,
        scale=_recipe(level).scale,
        protocol=task.protocol,
        samples=tuple(samples),
        address=f"{folder.resolve()}" + ("" if level == UNDEGRADED else f"@{level}"),
        reading=reading,
    )


def _default_level() -> str:
    """Return the level of a folder of targets when the user names none."""
    known = folder_task(None)
    return known[1] if known else UNDEGRADED


def _task(level: str) -> Task:
    """Return the task of a folder at a level."""
    known = folder_task(level)
    if level == UNDEGRADED or known is None:
        return default_task()
    return known[0]


def _recipe(level: str) -> Recipe:
    task = _task(level)
    if task.folder is None:
        return Recipe(1)
    degradation = InputFacts.model_validate(dict(task.folder.degradation))
    return recipe(degradation, level, task.scale(level), luma_target=False)


def _target_only(name: str, frames: Frames, steps: Recipe) -> SampleRef:
    """Return a sample whose input is made from its target; without a degradation it is the target."""
    files = {"target": frames}
    return SampleRef(name, steps, {"input": frames, **files} if steps.steps is None else files)


def _name(folder: Path) -> str:
    name = folder.resolve().name or "root"
    return f"folder-{name}" if name.lower() in set_names() else name


def _images(folder: Path, reading: ReadOptions, *, clips: bool = True) -> dict[str, Frames]:
    """Return the parts in a folder by name: image files and, with `clips`, subfolders of frames.

    Raises: SetError when there are none, or two with the same name.
    """
    parts: dict[str, Frames] = {}
    for path in [*image_files(folder), *(_clip_folders(folder) if clips else [])]:
        name = path.name if path.is_dir() else path.stem
        if name in parts:
            raise SetError(
                f"two images in {folder} are called '{name}': {parts[name][0].path} and "
                f"{path}. Rename one of them."
            )
        files = sorted(image_files(path), key=natural_order) if path.is_dir() else [path]
        parts[name] = tuple(Place(file, str(file), reading=reading) for file in files)
    if not parts:
        raise SetError(
            f"there are no images in {folder}; expected .png, .jpg, .bmp, .tif, .webp, .ppm or "
            ".pgm, or the subfolders 'input' and 'target'."
        )
    return parts


def _clip_folders(folder: Path) -> list[Path]:
    """Return the subfolders that hold images."""
    places = [p for p in sorted(folder.iterdir()) if p.is_dir() and not p.name.startswith(".")]
    return [place for place in places if image_files(place)]


def _samples(
    folder: Path, roles: list[str], steps: Recipe, reading: ReadOptions
) -> Iterable[SampleRef]:
    """Yield the samples of a folder that has a subfolder for each role; files are paired by name."""
    parts = {role: _images(folder / role, reading) for role in roles}
    if len({frozenset(of_role) for of_role in parts.values()}) > 1:
        parts = {role: _without_scales(of_role) for role, of_role in parts.items()}
    task = default_task(steps.scale)
    for name in sorted({name for of_role in parts.values() for name in of_role}):
        trouble = ""
        for role in roles:
            if name not in parts[role]:
                trouble = f"'{name}' has no {role}: {folder / role} holds no image of that name."
        files = {role: parts[role][name] for role in roles if name in parts[role]}
        yield SampleRef(name, steps, files, trouble, aligned=task.aligned)


def _without_scales(parts: dict[str, Frames]) -> dict[str, Frames]:
    """Return parts by names without the scale at their end, when these names are distinct."""
    bare = {re.sub(r"[_-]?x\d$", "", name): frames for name, frames in parts.items()}
    return bare if len(bare) == len(parts) else parts


def _level_of_sizes(inputs: Path, targets: Path, reading: ReadOptions) -> str:
    """Return the scale between the first readable input and its target; the default level without one."""
    for pair in _samples(inputs.parent, [inputs.name, targets.name], Recipe(1), reading):
        if pair.trouble:
            continue
        try:
            small, large = (pair.files[role][0].read() for role in ("input", "target"))
        except (ImageError, SetError):
            continue
        return f"x{max(1, large.shape[0] // small.shape[0])}"
    return _default_level()
