"""Any folder of images as a set.

    FOLDER/*.png                            targets; inputs are made from them
    FOLDER/input/*.png, FOLDER/target/*.png pairs of one name; a scale may stand behind it (a_x4)
    FOLDER/input/*.png                      inputs alone

A bad image, or one without its partner, fails when it is loaded, and takes no other with it.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from iqabench.errors import ImageError, SetError
from iqabench.images import image_files, read_image
from iqabench.sets.catalogue import set_names
from iqabench.sets.facts import InputFacts
from iqabench.sets.recipe import Recipe, recipe
from iqabench.sets.sample import Place, SampleRef, SampleSet
from iqabench.tasks import Task, default_task, folder_task

UNDEGRADED = "x1"
"""The level of a folder in which nothing is made: inputs are the targets, or files of the same size."""


def folder_set(folder: Path, level: str | None) -> SampleSet:
    """The images of a folder as a set.

    `level`: x4 when None, or what the sizes of the first pair say; x1 makes no input.

    Raises: SetError when the folder holds no images, or two of one name.
    """
    inputs, targets = folder / "input", folder / "target"
    if inputs.is_dir() and targets.is_dir():
        level = level or _level_of_sizes(inputs, targets)
        samples = _pairs(_images(inputs), _images(targets), _recipe(level), folder)
    elif inputs.is_dir():
        level = level or _default_level()
        samples = [SampleRef(n, _recipe(level), input=p) for n, p in _images(inputs).items()]
    else:
        level = level or _default_level()
        found = _images(targets if targets.is_dir() else folder)
        samples = [_alone(name, place, _recipe(level)) for name, place in found.items()]
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
    )


def _default_level() -> str:
    """Return the level of a folder of targets for which none is named."""
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
    made = InputFacts.model_validate(dict(task.folder.degradation))
    return recipe(made, level, int(task.scale(level)), luma_target=False)


def _alone(name: str, place: Place, how: Recipe) -> SampleRef:
    """A target whose input is made; at x1 nothing is degraded, and the target is the input."""
    given = place if how.degradation is None else None
    return SampleRef(name, how, input=given, target=place)


def _name(folder: Path) -> str:
    name = folder.resolve().name or "root"
    return f"folder-{name}" if name.lower() in set_names() else name


def _images(folder: Path) -> dict[str, Place]:
    found: dict[str, Place] = {}
    for path in image_files(folder):
        if path.stem in found:
            raise SetError(
                f"two images in {folder} are called '{path.stem}': {found[path.stem].path} and "
                f"{path}. Rename one of them."
            )
        found[path.stem] = Place(path, str(path))
    if not found:
        raise SetError(
            f"there are no images in {folder}; expected .png, .jpg, .bmp, .tif, .webp, .ppm or "
            ".pgm, or the subfolders 'input' and 'target'."
        )
    return found


def _pairs(
    inputs: dict[str, Place], targets: dict[str, Place], how: Recipe, folder: Path
) -> Iterable[SampleRef]:
    if set(inputs) != set(targets):
        inputs, targets = _bare(inputs), _bare(targets)
    for name in sorted(set(inputs) | set(targets)):
        trouble = ""
        for kind, found in (("input", inputs), ("target", targets)):
            if name not in found:
                trouble = f"'{name}' has no {kind}: {folder / kind} holds no image of that name."
        yield SampleRef(name, how, inputs.get(name), targets.get(name), trouble)


def _bare(found: dict[str, Place]) -> dict[str, Place]:
    """Names without a scale behind them, where that leaves them distinct."""
    bare = {re.sub(r"[_-]?x\d$", "", name): place for name, place in found.items()}
    return bare if len(bare) == len(found) else found


def _level_of_sizes(inputs: Path, targets: Path) -> str:
    """The scale between the first input that can be read and its target; x4 if there is none."""
    pairs = _pairs(_images(inputs), _images(targets), Recipe(1), inputs.parent)
    for pair in pairs:
        if pair.input and pair.target and pair.input.path and pair.target.path:
            try:
                small, large = read_image(pair.input.path), read_image(pair.target.path)
            except ImageError:
                continue
            return f"x{max(1, large.shape[0] // small.shape[0])}"
    return "x4"
