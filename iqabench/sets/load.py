"""The loading of sets, by name or from a folder."""

from dataclasses import replace
from pathlib import Path

from iqabench.degradations.core.specification import specification
from iqabench.errors import FetchError, SetError
from iqabench.files import RemoteFile
from iqabench.files.cache import find, known_sha256
from iqabench.files.fetch import fetch as fetch_files
from iqabench.images import AS_STORED, ReadOptions
from iqabench.pairing import videos_in_words
from iqabench.places import expanded, is_file, is_folder
from iqabench.sets.archive import content_folder
from iqabench.sets.boxes import Box, read_boxes
from iqabench.sets.catalogue import Entry, entry, find_entry, level_of
from iqabench.sets.facts import InputFacts, SetFacts
from iqabench.sets.first_frames import first_frames, frames_in_name
from iqabench.sets.folder import folder_set, has_variant
from iqabench.sets.inventory import BoxPlace, Images, Item, all_items, inventory
from iqabench.sets.pinned_list import bring_list, not_handed_over
from iqabench.sets.place import Place
from iqabench.sets.recipe import Recipe, recipe
from iqabench.sets.sample import SampleRef
from iqabench.sets.sample_set import SampleSet
from iqabench.tasks import Ratio, folder_task, in_order, task_named


def load_set(
    name: str, scale: int | None = None, *, fetch: bool = True, reading: ReadOptions = AS_STORED
) -> SampleSet:
    """Return the samples of a set; its files are downloaded where necessary.

    `name` is the name or alias of a set (`urban100`), with or without a level (`urban100_x2`, `cbsd68_n50`,
    `live1_q10`), or a folder of images (`photos`, `photos@x2`, `photos@n25`). `vid4-first-5` has the first
    five frames of each clip (see `first_frames`). `scale` is the scale of a
    super-resolution set when the name has none. With `fetch=False` nothing is downloaded; samples whose
    files are not here fail when they are loaded. `reading` holds the options that files of a folder are read
    with; those of a named set are always read as they are stored.

    Raises: UnknownNameError; SetError for a scale or level that the set lacks; FetchError.
    """
    item, level = find_entry(name) or (None, None)
    if item is None:
        shorter = frames_in_name(name)
        if shorter is not None and not is_folder(expanded(name)):
            whole = load_set(shorter[0], scale, fetch=fetch, reading=reading)
            return first_frames(whole, shorter[1])
        path, level = _folder(name)
        if path is not None:
            return folder_set(path, _level_of_folder(name, level, scale), reading)
        item = entry(name)  # raises the error with suggestions
    return replace(_load(item, _level(item, level, scale), fetch=fetch), reading=reading)


def scale_of_set(name: str, scale: int | None = None) -> Ratio | None:
    """Return the scale that a named set has, before its files are needed; None for folders and other tasks.

    Raises: SetError for a scale that the set lacks.
    """
    item, level = find_entry(name) or (None, None)
    if item is None or not task_named(item.facts.task).has_scales:
        return None
    return item.facts.scale(_level(item, level, scale))


def _level(item: Entry, level: str | None, scale: int | None) -> str:
    facts = item.facts
    if not task_named(facts.task).has_scales:
        if scale not in (None, 1):
            example = f", as in '{facts.name}_{facts.levels[0]}'" if facts.levels else ""
            raise SetError(
                f"the set '{facts.name}' has no scales (asked for x{scale}); its levels are "
                f"{', '.join(facts.levels) or 'none'}{example}."
            )
        return level or facts.level
    if level is None:
        return facts.level if scale is None else level_of(facts, f"x{scale}")
    if scale != facts.scale(level):
        _require_agreement(f"{facts.name}_{level}", level, scale)
    return level


def _level_of_folder(name: str, level: str | None, scale: int | None) -> str | None:
    _require_agreement(name, level, scale)
    if level is None and scale is not None and scale < 1:
        raise SetError(f"the scale is {scale}; expected 1 or more.")
    return level or (None if scale is None else f"x{scale}")


def _require_agreement(name: str, level: str | None, scale: int | None) -> None:
    if level is not None and scale is not None and level != f"x{scale}":
        raise SetError(
            f"'{name}' has the level {level}, and the scale {scale} is asked for too; name only one of them."
        )


def _folder(name: str) -> tuple[Path | None, str | None]:
    """Return the folder that a name means and the level after its '@'; None where there is none.

    Raises: SetError when the name is a path, but not of a folder.
    """
    path = expanded(name)
    if is_folder(path):
        return path, None
    base, separator, level = name.rpartition("@")
    folder = expanded(base)
    if separator and is_folder(folder):
        if folder_task(level) is None and not has_variant(folder, level):
            kinds = ", ".join(task.name for task in in_order() if task.names_folders)
            raise SetError(
                f"'{level}' is no level of a folder; expected one such as {_example_levels()}, as in "
                f"{base}@{_example_levels().split(', ')[0]}; the name of a subfolder of inputs beside "
                f"'target'; or a kind: {kinds}."
            )
        return folder, level
    if "/" in name or "\\" in name or name.startswith((".", "~")):
        what = "is a file" if is_file(path) else "does not exist"
        video = f" {said}." if is_file(path) and (said := videos_in_words([path])) else ""
        raise SetError(
            f"{path} {what}; expected a folder of images, or a set that 'iqabench list sets' shows.{video}"
        )
    return None, None


def _example_levels() -> str:
    """Return a level of each task that makes a set of a folder: x4, n25, q10."""
    examples = (task.level.example for task in in_order() if task.folder and task.level)
    return ", ".join(dict.fromkeys(examples))


def _load(item: Entry, level: str, *, fetch: bool) -> SampleSet:
    facts = item.facts
    address = facts.address_at(level)
    images = inventory(item, level)
    if facts.layouts and not images:
        raise FetchError(not_handed_over(facts, level))
    paths = _paths(images, address, fetch=fetch)
    if facts.layouts and fetch:
        bring_list(facts.name)
    places = {image: _place(image, paths) for image in all_items(images)}
    task = task_named(facts.task)
    recipes = recipes_of(facts, level)
    samples = []
    for name, roles in images.items():
        files = {role: tuple(places[image] for image in frames) for role, frames in roles.items()}
        if "original" in files:
            files["target"] = files.pop("original")
        samples += [
            SampleRef(
                f"{name}{label}",
                steps,
                files,
                aligned=task.aligned,
                scaled=task.scaled,
                independent=task.independent,
                binary=task.binary,
                white=facts.mask_white,
                fills=task.composites,
                same_length=task.same_length,
                depth=facts.depth,
                border=facts.border,
            )
            for label, steps in recipes.items()
        ]
    if any(sample.recipe.draws_in_order for sample in samples):
        samples = in_order_of_drawing(samples, facts.levels.index(level))
    return SampleSet(
        name=facts.name,
        title=facts.title,
        task=facts.task,
        level=level,
        scale=facts.scale(level),
        protocol=facts.protocol,
        samples=tuple(samples),
        address=address,
        keeps_floats=bool(facts.server),
    )


def in_order_of_drawing(samples: list[SampleRef], passes: int) -> list[SampleRef]:
    """Return the samples, each with the targets whose noise is drawn before its own, sorted by name.

    `passes` is the number of levels that were drawn before, each with the whole list.
    """
    listed = sorted(samples, key=lambda sample: sample.name)
    targets = [place for sample in listed for place in sample.files["target"]]
    position = {sample.name: at for at, sample in enumerate(listed)}
    return [
        replace(sample, before=(*targets * passes, *targets[: position[sample.name]]))
        for sample in samples
    ]


def recipes_of(facts: SetFacts, level: str) -> dict[str, Recipe]:
    """Return the recipes of each target by what they add to its name: one, or one for each degradation."""
    chains: dict[str, InputFacts | tuple[InputFacts, ...] | None] = {"": facts.input}
    if facts.degradations:
        chains = {
            f"_{label}": tuple(InputFacts.model_validate(step) for step in steps)
            for label, steps in specification(facts.degradations).chains(level).items()
        }
    return {
        label: replace(
            recipe(
                chain,
                level,
                facts.scale(level),
                facts.target == "luma",
                facts.grey,
                tuple(facts.made.items()),
                reduces=task_named(facts.task).sizes != "round trip",
                multiple=facts.multiple,
            ),
            motion=facts.motion,
        )
        for label, chain in chains.items()
    }


def _paths(images: dict[str, Images], address: str, *, fetch: bool) -> dict[RemoteFile, Path]:
    """Return the paths of the files that are here; with `fetch` all are downloaded and unpacked first."""
    files = [file for image in all_items(images) for file in image.files]
    if not fetch:
        return {file: path for file in files if (path := find(file))}
    paths = fetch_files(files, owner=address)
    for image in all_items(images):
        if image.member:
            content_folder(paths[image.file], image.file.name)
    return paths


def _place(image: Item, paths: dict[RemoteFile, Path]) -> Place:
    path = image.shipped or paths.get(image.file)
    checksum = known_sha256(image.file) or "unpinned"
    return Place(
        path,
        image.file.name,
        checksum,
        image.member,
        variable=image.variable,
        is_block=image.is_block,
        box=_box(image.box, paths),
    )


def _box(place: BoxPlace | None, paths: dict[RemoteFile, Path]) -> Box | None:
    """Return the box at a place; None without one, and where the list of boxes is not here."""
    if place is None or place.file not in paths:
        return None
    boxes = read_boxes(paths[place.file], place.variable, place.file.name)
    return boxes[place.image][place.box]
