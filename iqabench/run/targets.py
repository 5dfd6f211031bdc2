"""What outputs are compared with, and the pairs themselves, decoded ahead."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from iqabench.errors import ImageError, IqabenchError, PairingError
from iqabench.images import Image, image_files, read_image
from iqabench.run.pairing import Pairing, pair_names
from iqabench.run.prefetch import ahead
from iqabench.run.records import Subject
from iqabench.sets import SampleSet, load_set
from iqabench.store import content_key


@dataclass(frozen=True)
class Targets:
    """What outputs are compared with: names, and how to get the pixels of each."""

    subject: Subject
    names: list[str]
    load: Callable[[str], Image]
    protocol: str


def targets_of_set(name: str, scale: int | None) -> Targets:
    """The targets of a registered set.

    Raises: SetError, UnknownNameError, FetchError.
    """
    images: SampleSet = load_set(name, scale)
    by_name = {s.name: s for s in images.samples if s.has_target}
    if not by_name:
        raise PairingError(f"{images.name} has no targets; there is nothing to compare with.")

    def load(sample: str) -> Image:
        target = by_name[sample].load().target
        assert target is not None
        return target

    return Targets(Subject.of_set(images), list(by_name), load, images.protocol)


def targets_of_folder(folder: Path, scale: int | None) -> Targets:
    """The images of a folder, compared at a scale (then as super-resolution) or as they are.

    Raises: ImageError when there is no such folder or no image in it.
    """
    files = _by_stem(folder)
    digest = content_key(files={n: _sha256(p) for n, p in files.items()}, scale=scale or 1)
    subject = Subject(
        task="sr" if scale else "denoise",
        set=folder.resolve().name,
        set_hash=digest,
        scale=scale or 1,
        level=f"x{scale}" if scale else "",
    )
    return Targets(subject, list(files), lambda n: read_image(files[n]), "sr-y" if scale else "rgb")


@dataclass(frozen=True)
class Both:
    """An output and its target, or the reason why they cannot be compared."""

    sample: str
    output: Image | None
    target: Image | None
    error: str


class Outputs:
    """The images of a folder, each with its partner among the targets.

    Raises: PairingError when nothing pairs; ImageError for a folder that is absent or empty.
    """

    def __init__(self, folder: Path, targets: Targets) -> None:
        self.targets = targets
        self.files = _by_stem(folder)
        self.pairing: Pairing = pair_names(self.files, targets.names)

    @property
    def digest(self) -> str:
        """Over names and contents of the outputs that have a partner."""
        paired = sorted(self.pairing.pairs.values())
        return content_key(files={n: _sha256(self.files[n]) for n in paired})

    def pairs(self, names: list[str] | None = None) -> Iterator[Both]:
        """One for each target or each of `names`; a target without an output is one with a reason."""
        return ahead(
            partial(self._load, n) for n in (self.targets.names if names is None else names)
        )

    def _load(self, sample: str) -> Both:
        name = self.pairing.pairs.get(sample)
        if name is None:
            return Both(sample, None, None, "it has no output")
        try:
            return Both(sample, read_image(self.files[name]), self.targets.load(sample), "")
        except IqabenchError as error:
            return Both(sample, None, None, str(error))


def _by_stem(folder: Path) -> dict[str, Path]:
    """Names without suffix to files.

    Raises: ImageError when there are no images, PairingError when two share a name.
    """
    found: dict[str, Path] = {}
    for path in image_files(folder):
        if path.stem in found:
            raise PairingError(
                f"{found[path.stem].name} and {path.name} in {folder} share a name; keep one."
            )
        found[path.stem] = path
    if not found:
        raise ImageError(f"{folder} holds no images; expected files such as baby.png in it.")
    return found


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
