"""Outputs that a store elsewhere keeps because columns need them."""

from collections.abc import Callable, Iterable
from pathlib import Path

from iqabench.store import OutputFolder, Provenance


class RemoteOutputFolder(OutputFolder):
    """The outputs of one model on one set in a store elsewhere: brought before they are looked for.

    Its name holds the hash of what decides the pixels, so that nobody deletes the outputs of other weights,
    which another machine may be writing.
    """

    def __init__(self, root: Path, provenance: Provenance, bring: Callable[[Path], None]) -> None:
        super().__init__(root, provenance)
        self.path = self.path.with_name(f"{self.path.name}-{provenance.digest[:8]}")
        self._bring = bring

    def has(self, sample: str, roles: Iterable[str] = ("",)) -> bool:
        """Return whether those outputs are there as the model made them, under these conditions."""
        self._bring(self.path)
        return super().has(sample, roles)

    def claim(self) -> None:
        """Take the folder before the first output is written.

        Raises: StoreError when it cannot be written.
        """
        self._bring(self.path)
        super().claim()
