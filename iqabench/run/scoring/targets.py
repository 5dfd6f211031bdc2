"""What outputs belong to: samples with a target, an input, both, or neither."""

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
    """Names of samples, and how to get the pixels that belong to each."""

    subject: Subject
    names: list[str]
    protocol: str
    """What a bare metric means."""
    target: Callable[[str], Image] | None = None
    input: Callable[[str], Image] | None = None
    recipe: Recipe | None = None
    """How inputs come from targets."""
    address: str = ""
    """What `load_set` finds a registered set by."""


def targets_of_set(name: str, scale: int | None) -> Targets:
    """The samples of a registered set.

    Raises: SetError, UnknownNameError, FetchError.
    """
    return targets_of(load_set(name, scale))


def targets_of(images: SampleSet) -> Targets:
    """The samples of a set that was loaded."""
    by_name = {s.name: s for s in images.samples}

    def target(sample: str) -> Image:
        found = by_name[sample].load_target()
        assert found is not None
        return found

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
    """The images of a folder, or a single image, compared at a scale (then as super-resolution) or as
    they are.

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
    """Names alone, those of the outputs: for columns that need nothing to compare with.

    Raises: ImageError when there is no such folder or no image in it.
    """
    files = images_by_name(outputs)
    return Targets(_subject(outputs, files, scale), list(files), default_task(scale or 1).protocol)


def with_inputs(targets: Targets, folder: Path, scale: int | None) -> Targets:
    """The same with the inputs that the outputs were made from.

    Raises: ImageError when there is no such folder; PairingError when nothing pairs.
    """
    files = images_by_name(folder)
    partner = pair_names(files, targets.names).pairs

    def given(name: str) -> Image:
        if name not in partner:
            raise ImageError(f"{folder} holds no input of {name}.")
        return read_image(files[partner[name]])

    made = InputFacts.model_validate({"degradation": "bicubic", "edge": "mirror"})
    how = recipe(made, f"x{scale}", scale, luma_target=False) if scale else None
    subject = replace(
        targets.subject,
        set_hash=content_key(targets=targets.subject.set_hash, inputs=checksums(files)),
    )
    return replace(targets, subject=subject, input=given, recipe=how)


def images_by_name(place: Path) -> dict[str, Path]:
    """Names without suffix to files; of a single image, the one.

    Raises: ImageError when there are no images, PairingError when two share a name.
    """
    if place.is_file():
        return {place.stem: place}
    found: dict[str, Path] = {}
    for path in image_files(place):
        if path.stem in found:
            raise PairingError(
                f"{found[path.stem].name} and {path.name} in {place} share a name; keep one."
            )
        found[path.stem] = path
    if not found:
        raise ImageError(f"{place} holds no images; expected files such as baby.png in it.")
    return found


def checksums(files: Mapping[str, Path]) -> dict[str, str]:
    """Names to SHA-256.

    Raises: ImageError when one cannot be read.
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
