"""The targets of outputs: the samples of a set or a folder, with or without targets and inputs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from iqabench.errors import ImageError, PairingError
from iqabench.files.disk import sha256_of
from iqabench.images import Image, image_files, read_image
from iqabench.run.records import Subject
from iqabench.run.scoring.pairing import pair_names
from iqabench.sets import Recipe, SampleSet, load_set
from iqabench.sets.facts import InputFacts
from iqabench.sets.recipe import recipe
from iqabench.store import content_key
from iqabench.tasks import default_task


@dataclass(frozen=True)
class Targets:
    """The names of samples, with functions that read their targets and inputs."""

    subject: Subject
    names: list[str]
    protocol: str
    """The protocol of a metric that is named without one."""
    target: Callable[[str], Image] | None = None
    """The function that reads the target of a sample; None when there are no targets."""
    input: Callable[[str], Image] | None = None
    """The function that reads the input of a sample; None when there are no inputs."""
    recipe: Recipe | None = None
    """The recipe that makes inputs from targets; None when it is unknown."""
    address: str = ""
    """The name that `load_set` finds the set by; empty for folders of targets."""


def targets_of_set(name: str, scale: int | None) -> Targets:
    """Return the targets of a set that `load_set` finds.

    Raises: SetError, UnknownNameError, FetchError.
    """
    return targets_of(load_set(name, scale))


def targets_of(images: SampleSet) -> Targets:
    """Return the targets of a loaded set."""
    by_name = {s.name: s for s in images.samples}

    def target(sample: str) -> Image:
        image = by_name[sample].load_target()
        assert image is not None
        return image

    return Targets(
        Subject.of_set(images),
        list(by_name),
        images.protocol,
        target if any(s.has_target for s in images.samples) else None,
        lambda sample: by_name[sample].load().input,
        images.samples[0].recipe,
        images.address,
    )


def targets_of_folder(folder: Path, scale: int | None) -> Targets:
    """Return the images of a folder, or a single image, as targets; `scale` is that of super-resolution.

    Raises: ImageError when there is no such folder or no image in it.
    """
    files = images_by_name(folder)
    return Targets(
        _subject(folder, files, scale),
        list(files),
        default_task(scale or 1).protocol,
        lambda name: read_image(files[name]),
    )


def no_targets(outputs: Path, scale: int | None) -> Targets:
    """Return targets without images, with the names of the outputs, for no-reference columns.

    Raises: ImageError when there is no such folder or no image in it.
    """
    files = images_by_name(outputs)
    return Targets(_subject(outputs, files, scale), list(files), default_task(scale or 1).protocol)


def with_inputs(targets: Targets, folder: Path, scale: int | None) -> Targets:
    """Return the targets with the inputs that the outputs were made from.

    Raises: ImageError when there is no such folder; PairingError when nothing pairs.
    """
    files = images_by_name(folder)
    partner = pair_names(files, targets.names).pairs

    def read_input(name: str) -> Image:
        if name not in partner:
            raise ImageError(f"{folder} holds no input of {name}.")
        return read_image(files[partner[name]])

    bicubic = InputFacts.model_validate({"degradation": "bicubic", "edge": "mirror"})
    steps = recipe(bicubic, f"x{scale}", scale, luma_target=False) if scale else None
    subject = replace(
        targets.subject,
        set_hash=content_key(targets=targets.subject.set_hash, inputs=checksums(files)),
    )
    return replace(targets, subject=subject, input=read_input, recipe=steps)


def images_by_name(place: Path) -> dict[str, Path]:
    """Return the images of a folder, or a single image, by their names without suffix.

    Raises: ImageError when there are no images; PairingError when two have the same name.
    """
    if place.is_file():
        return {place.stem: place}
    files: dict[str, Path] = {}
    for path in image_files(place):
        if path.stem in files:
            raise PairingError(
                f"{files[path.stem].name} and {path.name} in {place} share a name; keep one of them."
            )
        files[path.stem] = path
    if not files:
        raise ImageError(f"{place} holds no images; expected files such as baby.png in it.")
    return files


def checksums(files: Mapping[str, Path]) -> dict[str, str]:
    """Return the SHA-256 of files by name.

    Raises: ImageError when one of them cannot be read.
    """
    try:
        return {name: sha256_of(path) for name, path in files.items()}
    except OSError as error:
        raise ImageError(f"{error.filename} cannot be read: {error.strerror}.") from error


def _subject(place: Path, files: Mapping[str, Path], scale: int | None) -> Subject:
    return Subject(
        task=default_task(scale or 1).name,
        set=place.resolve().stem if place.is_file() else place.resolve().name,
        set_hash=content_key(files=checksums(files), scale=scale or 1),
        scale=scale or 1,
        level=f"x{scale}" if scale else "",
    )
