"""The outputs in a folder, paired with their targets by name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from iqabench.errors import IqabenchError, PairingError
from iqabench.images import Image, read_image
from iqabench.run.prefetch import run_in_threads
from iqabench.run.scoring.pairing import Pairing, pair_names
from iqabench.run.scoring.targets import Targets, checksums, images_by_name
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

    Raises: PairingError when nothing pairs; ImageError for a folder that is absent or empty.
    """

    def __init__(self, place: Path, targets: Targets) -> None:
        self.place, self.targets = place, targets
        self.files = images_by_name(place)
        is_single = len(self.files) == len(targets.names) == 1 and place.is_file()
        self.pairing: Pairing = (
            Pairing({targets.names[0]: next(iter(self.files))})
            if is_single
            else pair_names(self.files, targets.names)
        )

    @property
    def digest(self) -> str:
        """The identity of the paired outputs: a hash over their names and contents."""
        paired = sorted(self.pairing.pairs.values())
        return content_key(files=checksums({n: self.files[n] for n in paired}))

    def read(self, sample: str) -> Image:
        """Return the output of a sample.

        Raises: ImageError when it cannot be read; PairingError when there is none.
        """
        name = self.pairing.pairs.get(sample)
        if name is None:
            raise PairingError("it has no output")
        return read_image(self.files[name])

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
            return OutputPair(sample, self.read(sample), target(sample), "")
        except IqabenchError as error:
            return OutputPair(sample, None, None, str(error))
