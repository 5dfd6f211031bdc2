"""The photographs that a network is trained on, identified by their hash."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from iqabench.training.patches import Patches, prepare, split


@dataclass(frozen=True)
class Photographs:
    """A folder of photographs, identified by content."""

    learned: tuple[Path, ...]
    held: tuple[Path, ...]
    """Photographs for validation, on which the network is never trained."""
    sha256: str
    """SHA-256 over the sorted names and contents of all photographs."""

    @property
    def facts(self) -> dict[str, str | int]:
        """The facts of the photographs, for the card of a variant."""
        return {"number": len(self.learned) + len(self.held), "sha256": self.sha256}

    def patches(
        self, work: Path, *, scale: int = 4, side: int = 48, per_copy: int = 80, seed: int = 0
    ) -> tuple[Patches, Patches]:
        """Return patches for training and for validation, cut into files in `work` unless these exist.

        Raises: ImageError for unreadable photographs, SetError when all are flat or small.
        """
        work.mkdir(parents=True, exist_ok=True)
        name = f"x{scale}_{side}_{per_copy}_{seed}_{self.sha256[:12]}.patches"
        few = max(1, per_copy // 4)
        return (
            prepare(list(self.learned), work / f"learned_{name}", per_copy, seed, scale, side),
            prepare(list(self.held), work / f"held_{name}", few, seed, scale, side),
        )


def photographs(folder: Path) -> Photographs:
    """Find the photographs in a folder.

    Raises: SetError for fewer than two images.
    """
    learned, held = split(folder)
    digest = hashlib.sha256()
    for photo in sorted([*learned, *held]):
        with photo.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        digest.update(f"{photo.relative_to(folder).as_posix()} {content}\n".encode())
    return Photographs(tuple(learned), tuple(held), digest.hexdigest())
