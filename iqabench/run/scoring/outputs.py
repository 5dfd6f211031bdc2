"""The outputs in a folder, paired with their targets by name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from iqabench.errors import IqabenchError, PairingError
from iqabench.images import Image, remarks_on
from iqabench.pairing import (
    Pairing,
    below_in_words,
    pair_names,
    pairing_of,
    read_folder,
    read_pairs,
    unpaired_in_words,
)
from iqabench.run.outcome import NO_OUTPUT
from iqabench.run.prefetch import run_in_threads
from iqabench.run.scoring.pairing_options import BY_NAME, PairingOptions
from iqabench.run.scoring.sources import FolderImages
from iqabench.run.scoring.targets import Targets, checksums
from iqabench.store import content_key


@dataclass(frozen=True)
class OutputPair:
    """An output and its target, or the reason why they cannot be compared."""

    sample: str
    output: Image | None
    target: Image | None
    error: str


class Outputs:
    """The images of a folder, or a single image, each paired with a target.

    Raises: PairingError when nothing pairs, or names are ambiguous; ImageError for a folder that is absent or
        empty.
    """

    def __init__(
        self,
        place: Path,
        targets: Targets,
        options: PairingOptions = BY_NAME,
        *,
        paired: bool = True,
    ) -> None:
        self.place, self.targets = place, targets
        self.folder = read_folder(place, recursive=options.recursive)
        self.files = self.folder.by_unique_name if options.pairs else self.folder.by_name
        self.pairing = self._pair(options) if paired else Pairing()
        """The pairs; none when outputs are not `paired`."""
        self._is_explicit = options.pairs is not None

    def _pair(self, options: PairingOptions) -> Pairing:
        targets = self.targets.names
        if options.pairs is not None and not options.many:
            pairs = read_pairs(options.pairs)
            outputs = pairs.names("output", self.folder.spellings, str(self.place))
            named = pairs.names("target", self.targets.spellings, self.targets.subject.set)
            pairs.require_single(outputs, "output")
            pairs.require_single(named, "target")
            return pairing_of({named[row]: outputs[row] for row in outputs}, self.files, targets)
        if len(self.files) == len(targets) == 1 and self.place.is_file():
            return Pairing({targets[0]: next(iter(self.files))})
        return pair_names(self.files, targets)

    @property
    def is_whole(self) -> bool:
        """True when every output has a target and every target an output."""
        lacks = self.pairing.targets_without_output or self.pairing.outputs_without_target
        return bool(self.pairing.pairs) and not lacks

    @property
    def missing(self) -> list[str]:
        """Sentences about files that are not read and outputs without a target."""
        return [
            *self.folder.missing,
            *unpaired_in_words("output", "target", self.pairing.outputs_without_target),
        ]

    @property
    def notes(self) -> list[str]:
        """Sentences about how names were paired, and about images in folders below that are not read."""
        notes = [f"paired by: {rule}" for rule in self.pairing.rules]
        if not self.folder.recursive and self.place.is_dir():
            below = below_in_words(self.place, "they are not read; --recursive reads them.")
            notes += [f"{self.place}: {below}"] if below else []
        return notes

    @property
    def digest(self) -> str:
        """The identity of the outputs: a hash over their names and contents, and over pairs of a file."""
        pairs = self.pairing.pairs if self._is_explicit else {}
        facts = {**({"pairs": pairs} if pairs else {}), **self.targets.reading.facts}
        return content_key(files=checksums(self.files), **facts)

    def remarks(self) -> list[str]:
        """Return notes on the outputs and on the user's other files, as `remarks_on` does."""
        return remarks_on([*self.files.values(), *self.targets.own_files], self.targets.reading)

    @cached_property
    def by_sample(self) -> FolderImages:
        """The outputs by the names of samples."""
        files = {sample: self.files[name] for sample, name in self.pairing.pairs.items()}
        return FolderImages(files, self.targets.reading, NO_OUTPUT)

    @cached_property
    def by_file(self) -> FolderImages:
        """The outputs by their own names."""
        return FolderImages(self.files, self.targets.reading)

    def pairs(self, names: list[str] | None = None) -> Iterator[OutputPair]:
        """Yield a pair for each target, or for each of `names`; a target without an output has an error.

        Raises: PairingError when there are no targets.
        """
        target = self.targets.target
        if target is None:
            raise PairingError(
                f"{self.targets.subject.set} has no targets; there is nothing to compare with."
            )
        samples = self.targets.names if names is None else names
        return run_in_threads(partial(self._load, target, sample) for sample in samples)

    def _load(self, target: Callable[[str], Image], sample: str) -> OutputPair:
        try:
            return OutputPair(sample, self.by_sample(sample), target(sample), "")
        except IqabenchError as error:
            return OutputPair(sample, None, None, str(error))
