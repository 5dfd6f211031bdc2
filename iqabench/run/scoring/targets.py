"""The targets of outputs: the samples of a set or a folder, with or without targets and inputs."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from iqabench.files.disk import sha256_of
from iqabench.images import AS_STORED, ReadOptions, meaning_of
from iqabench.pairing import (
    pair_many,
    pair_names,
    read_folder,
    read_pairs,
    unpaired_in_words,
)
from iqabench.run.records import Subject
from iqabench.run.scoring.pairing_options import BY_NAME, PairingOptions
from iqabench.run.scoring.sample_parts import (
    FolderParts,
    ManyParts,
    PartsSource,
    RoleImages,
    SetParts,
    files_of_role,
    has_clips,
    places_of,
)
from iqabench.run.scoring.sources import FolderImages, ImageSource, ManyImages, SetImages
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
    target: ImageSource | None = None
    """The function that reads the target of a sample; None when there are no targets."""
    input: ImageSource | None = None
    """The function that reads the input of a sample; None when there are no inputs."""
    mask: ImageSource | None = None
    """The function that reads the mask of a sample; None when there are no masks."""
    recipe: Recipe | None = None
    """The recipe that makes inputs from targets; None when it is unknown."""
    address: str = ""
    """The name that `load_set` finds the set by; empty for folders of targets."""
    spellings: Mapping[str, str] = field(default_factory=dict)
    """The names of the samples by what a file of pairs may call their targets."""
    missing: tuple[str, ...] = ()
    """Sentences about images that are not among the samples, though they look as if they belonged to them."""
    reading: ReadOptions = AS_STORED
    """The options that the user's files are read with, outputs included."""
    own_files: tuple[Path, ...] = ()
    """The files that the user brought, outputs not included."""
    parts: PartsSource | None = None
    """The function that reads the parts of a sample, for metrics that compare outputs with them; None where
    there are none."""
    roles: frozenset[str] = frozenset()
    """The roles of these parts."""


def targets_of_set(name: str, scale: int | None, reading: ReadOptions = AS_STORED) -> Targets:
    """Return the targets of a set that `load_set` finds.

    Raises: SetError, UnknownNameError, FetchError.
    """
    return targets_of(load_set(name, scale, reading=reading))


def targets_of(images: SampleSet) -> Targets:
    """Return the targets of a loaded set."""
    names = [sample.name for sample in images.samples]
    return Targets(
        Subject.of_set(images),
        names,
        images.protocol,
        SetImages(images, "target") if any(s.has_target for s in images.samples) else None,
        SetImages(images, "input"),
        SetImages(images, "mask") if "mask" in images.roles else None,
        images.recipe,
        images.address,
        {name: name for name in names},
        images.missing,
        images.reading,
        tuple(images.own_files),
        SetParts(images),
        images.roles,
    )


def targets_of_folder(
    folder: Path,
    scale: int | None,
    options: PairingOptions = BY_NAME,
    reading: ReadOptions = AS_STORED,
) -> Targets:
    """Return the images of a folder, or a single image, as targets; `scale` is that of super-resolution.

    Raises: ImageError when there is no such folder or no image in it.
    """
    listed = read_folder(folder, recursive=options.recursive)
    files = listed.by_unique_name if options.pairs else listed.by_name
    return Targets(
        _subject(folder, files, scale, reading),
        list(files),
        default_task(scale or 1).protocol,
        FolderImages(files, reading),
        spellings=listed.spellings if options.pairs else {},
        missing=tuple(listed.missing),
        reading=reading,
        own_files=tuple(files.values()),
    )


def no_targets(
    outputs: Path,
    scale: int | None,
    options: PairingOptions = BY_NAME,
    reading: ReadOptions = AS_STORED,
) -> Targets:
    """Return targets without images, with the names of the outputs, for no-reference columns.

    Raises: ImageError when there is no such folder or no image in it.
    """
    files = read_folder(outputs, recursive=options.recursive).by_name
    subject = _subject(outputs, files, scale, reading)
    return Targets(subject, list(files), default_task(scale or 1).protocol, reading=reading)


def targets_for_many(outputs: Path, targets: Targets, options: PairingOptions) -> Targets:
    """Return a sample for each output, as several outputs may belong to one target.

    Raises: PairingError when no output belongs to a target, or names are ambiguous; ImageError for a folder
        that is absent or empty.
    """
    listed = read_folder(outputs, recursive=options.recursive)
    if options.pairs is None:
        target_of = pair_many(listed.by_name, targets.names)
    else:
        pairs = read_pairs(options.pairs)
        named = pairs.names("output", listed.spellings, str(outputs))
        pairs.require_single(named, "output")
        partners = pairs.names("target", targets.spellings, targets.subject.set)
        target_of = {named[row]: partners[row] for row in named}
    used = set(target_of.values())
    unused = [name for name in targets.names if name not in used]
    return replace(
        targets,
        subject=replace(
            targets.subject,
            set_hash=content_key(targets=targets.subject.set_hash, target_of=target_of),
        ),
        names=sorted(target_of),
        target=targets.target and ManyImages(targets.target, target_of),
        input=targets.input and ManyImages(targets.input, target_of),
        mask=targets.mask and ManyImages(targets.mask, target_of),
        parts=targets.parts and ManyParts(targets.parts, target_of),
        spellings={},
        missing=(*targets.missing, *unpaired_in_words("target", "output", unused)),
    )


def with_inputs(
    targets: Targets, folder: Path, scale: int | None, options: PairingOptions = BY_NAME
) -> Targets:
    """Return the targets with the inputs that the outputs were made from.

    Raises: ImageError when there is no such folder; PairingError when nothing pairs.
    """
    listed = read_folder(folder, recursive=options.recursive)
    pairs = read_pairs(options.pairs) if options.pairs else None
    if pairs is not None and pairs.has_inputs:
        files = listed.by_unique_name
        inputs = pairs.names("input", listed.spellings, str(folder))
        named = pairs.names("target", targets.spellings, targets.subject.set)
        partner = {named[row]: inputs[row] for row in inputs}
    else:
        files = listed.by_name
        partner = pair_names(files, targets.names).pairs

    bicubic = InputFacts.model_validate({"degradation": "bicubic", "edge": "mirror"})
    steps = recipe(bicubic, f"x{scale}", scale, luma_target=False) if scale else None
    subject = replace(
        targets.subject,
        set_hash=content_key(
            targets=targets.subject.set_hash, inputs=checksums(files), **targets.reading.facts
        ),
    )
    return replace(
        targets,
        subject=subject,
        input=FolderImages(
            {name: files[own] for name, own in partner.items()},
            targets.reading,
            f"{folder} holds no input of NAME.",
        ),
        recipe=steps,
        missing=(*targets.missing, *listed.missing),
        own_files=(*targets.own_files, *files.values()),
    )


def with_parts(
    targets: Targets,
    folders: Mapping[str, Path],
    scale: int | None,
    options: PairingOptions = BY_NAME,
) -> Targets:
    """Return the targets with the parts that the outputs were made from, from a folder for each role.

    The folder of a role holds an image for each sample, or a folder of frames, such as the sources of a
    fusion. Inputs of one frame also serve the protocols that compare with the input.

    Raises: ImageError when a folder is absent or empty; PairingError when nothing pairs.
    """
    names, reading = targets.names, targets.reading
    files = {
        role: files_of_role(role, place, names, reading)
        for role, place in folders.items()
        if role != "input" or has_clips(place)
    }
    own = [place.path for of_role in files.values() for fs in of_role.values() for place in fs]
    if files:
        set_hash = content_key(parts=FolderParts(files).identity, targets=targets.subject.set_hash)
        targets = replace(targets, subject=replace(targets.subject, set_hash=set_hash))
    if "input" in folders and "input" not in files:  # images, which protocols compare with, too
        targets = with_inputs(targets, folders["input"], scale, options)
        assert isinstance(targets.input, FolderImages)
        files["input"] = places_of(targets.input.files, reading)
    parts = FolderParts(files)
    return replace(
        targets,
        mask=RoleImages(parts, "mask") if "mask" in files else targets.mask,
        parts=parts,
        roles=frozenset(folders),
        own_files=(*targets.own_files, *(path for path in own if path)),
    )


def checksums(files: Mapping[str, Path]) -> dict[str, str]:
    """Return the SHA-256 of files by name; a file that cannot be read has none and fails later."""
    return {name: _checksum(path) for name, path in files.items()}


def _checksum(path: Path) -> str:
    try:
        return sha256_of(path) + meaning_of(path)
    except OSError:
        return "unreadable"


def _subject(
    place: Path, files: Mapping[str, Path], scale: int | None, reading: ReadOptions
) -> Subject:
    return Subject(
        task=default_task(scale or 1).name,
        set=place.resolve().stem if place.is_file() else place.resolve().name,
        set_hash=content_key(files=checksums(files), scale=scale or 1, **reading.facts),
        scale=scale or 1,
        level=f"x{scale}" if scale else "",
    )
