"""A set by its name, or a folder."""

from pathlib import Path

from iqabench.errors import SetError
from iqabench.files import RemoteFile
from iqabench.files.cache import find, known_sha256
from iqabench.files.fetch import fetch as bring
from iqabench.sets.archive import unpacked
from iqabench.sets.catalogue import Entry, entry, known_as, level_of
from iqabench.sets.folder import folder_set
from iqabench.sets.inventory import Item, inventory, needed
from iqabench.sets.recipe import recipe
from iqabench.sets.sample import Place, SampleRef, SampleSet
from iqabench.tasks import folder_task, task_named


def load_set(name: str, scale: int | None = None, *, fetch: bool = True) -> SampleSet:
    """The samples of a set.

    `name` is a set's name or alias (`urban100`), with a level if wanted (`urban100_x2`,
    `cbsd68_n50`, `live1_q10`), or a folder of images (`photos`, `photos@x2`, `photos@n25`). `scale`
    is the scale of a super-resolution set where the name carries none. With `fetch` off nothing is
    downloaded; samples whose files are not here then fail when they are loaded.

    Raises: UnknownNameError, SetError for a scale or level that the set lacks, FetchError.
    """
    meant = known_as(name)
    if meant is None:
        path, level = _folder(name)
        if path is not None:
            return folder_set(path, _level_of_folder(name, level, scale))
        meant = entry(name), None  # raises, with suggestions
    found, named = meant
    return _load(found, _level(found, named, scale), fetch=fetch)


def _level(item: Entry, named: str | None, scale: int | None) -> str:
    facts = item.facts
    if not task_named(facts.task).has_scales:
        if scale not in (None, 1):
            example = f", as in '{facts.name}_{facts.levels[0]}'" if facts.levels else ""
            raise SetError(
                f"the set '{facts.name}' has no scales (asked for x{scale}); its levels are "
                f"{', '.join(facts.levels) or 'none'}{example}."
            )
        return named or facts.level
    _require_agreement(f"{facts.name}_{named}", named, scale)
    return named or (facts.level if scale is None else level_of(facts, f"x{scale}"))


def _level_of_folder(name: str, level: str | None, scale: int | None) -> str | None:
    _require_agreement(name, level, scale)
    if level is None and scale is not None and scale < 1:
        raise SetError(f"the scale is {scale}; expected 1 or more.")
    return level or (None if scale is None else f"x{scale}")


def _require_agreement(name: str, level: str | None, scale: int | None) -> None:
    if level is not None and scale is not None and level != f"x{scale}":
        raise SetError(f"'{name}' is asked for at {level} and at scale {scale}; say one of them.")


def _folder(name: str) -> tuple[Path | None, str | None]:
    """The folder that a name means, and the level behind its '@'."""
    path = Path(name).expanduser()
    if path.is_dir():
        return path, None
    base, at, level = name.rpartition("@")
    if at and folder_task(level) and Path(base).expanduser().is_dir():
        return Path(base).expanduser(), level
    if "/" in name or "\\" in name or name.startswith((".", "~")):
        what = "is a file" if path.is_file() else "does not exist"
        raise SetError(
            f"{path} {what}; expected a folder of images, or a name of 'iqabench list sets'."
        )
    return None, None


def _load(item: Entry, level: str, *, fetch: bool) -> SampleSet:
    facts = item.facts
    images = inventory(item, level)
    wanted = [image.file for image in needed(images) if image.shipped is None]
    here = (
        bring(wanted, owner=f"{facts.name}_{level}" if level else facts.name)
        if fetch
        else _here(wanted)
    )
    if fetch:
        for image in needed(images):
            if image.member:
                unpacked(here[image.file], image.file.name)
    places = {image: _place(image, here) for image in needed(images)}
    task = task_named(facts.task)
    how = recipe(
        facts.input,
        level,
        facts.scale(level),
        facts.target == "luma",
        facts.grey,
        tuple(facts.made.items()),
        reduces=task.sizes != "round trip",
    )
    samples = []
    for name, roles in images.items():
        files = {role: tuple(places[image] for image in frames) for role, frames in roles.items()}
        if "original" in files:
            files["target"] = files.pop("original")
        samples.append(
            SampleRef(
                name,
                how,
                files,
                aligned=task.aligned,
                same_length=task.same_length,
                depth=facts.depth,
            )
        )
    return SampleSet(
        name=facts.name,
        title=facts.title,
        task=facts.task,
        level=level,
        scale=facts.scale(level),
        protocol=facts.protocol,
        samples=tuple(samples),
        address=f"{facts.name}_{level}" if level else facts.name,
    )


def _here(wanted: list[RemoteFile]) -> dict[RemoteFile, Path]:
    return {file: path for file in wanted if (path := find(file))}


def _place(image: Item, here: dict[RemoteFile, Path]) -> Place:
    path = image.shipped or here.get(image.file)
    return Place(path, image.file.name, known_sha256(image.file) or "unpinned", image.member)
