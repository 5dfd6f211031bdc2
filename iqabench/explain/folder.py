"""The pairs of a folder of outputs, read as often as a step needs them."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from iqabench.errors import ImageError, IqabenchError
from iqabench.explain.pair_errors import expand
from iqabench.images import Image
from iqabench.run import Outputs, Watch
from iqabench.run.prefetch import run_in_threads


class Loaded(NamedTuple):
    """An output and the target of a sample, (H, W, 3), or the reason why there are none."""

    sample: str
    images: tuple[Image, Image] | None
    error: str = ""


class PairedFolder:
    """The outputs of a folder beside their targets.

    Raises: PairingError when nothing pairs; ImageError for a folder that is absent or empty, and
        when there are no targets.
    """

    def __init__(self, outputs: Outputs, watch: Watch) -> None:
        if outputs.targets.target is None:
            raise ImageError(
                f"{outputs.targets.subject.set} has no targets; a figure is explained by comparing with them."
            )
        self.outputs, self.scale = outputs, int(outputs.targets.subject.scale)
        self.samples = list(outputs.pairing.pairs)
        self._target = outputs.targets.target
        self._watch = watch

    def load(
        self, samples: Sequence[str], what: str, source: Mapping[str, str] | None = None
    ) -> Iterator[Loaded]:
        """Yield each sample with the output of `source` for it, or its own; `what` is told as progress."""
        source = source or {}
        tasks = (partial(self._load, name, source.get(name, name)) for name in samples)
        for at, loaded in enumerate(run_in_threads(tasks)):
            yield loaded
            self._watch(f"{what} of {self.outputs.place.name}", at + 1, len(samples))

    def _load(self, sample: str, source: str) -> Loaded:
        try:
            output, target = self.outputs.by_sample(source), self._target(sample)
        except IqabenchError as error:
            return Loaded(sample, None, str(error))
        return Loaded(sample, (expand(output), expand(target)))
