"""The data that the network of unpaired_iqa learns from: any images and opinions.

AlexNet stays as it is, so each image is described once; descriptions are kept, and an interrupted run goes
on. Scenes are held out as wholes: a network that knows the opinions of a scene by its content would else
seem to know quality.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from iqabench.errors import SetError
from iqabench.images import Image, OutputView
from iqabench.metrics.networks.unpaired_network import FEATURES, describe

Floats = NDArray[np.float64]
Progress = Callable[[int, int], None]


class Rated(NamedTuple):
    """An image and what people said of it; a tuple of the first two will do."""

    load: Callable[[], Image]
    """Gives (H, W, C) in 0..255."""
    opinion: float
    """Higher is better."""
    scene: str = ""
    """The scene: images of one scene are held out together. Without it, each is a scene of its own."""
    name: str = ""
    """Tells it from all others, and from itself once it has changed; without it, nothing is kept."""


class PristineImage(NamedTuple):
    """An image without damage, which never stands beside its own scene in training."""

    load: Callable[[], Image]
    scene: str = ""
    name: str = ""


class Data:
    """Descriptions and opinions, divided into what is learned and what is held out.

    `held_out`: every which scene is not learned from. `folder`: where descriptions are kept. `progress`:
    is called with the number of described images and that of all images. `device`: where AlexNet runs.

    Raises: SetError when there are too few scenes or pristine images.
    """

    def __init__(
        self,
        rated: Sequence[Rated],
        pristine: Sequence[PristineImage],
        folder: Path,
        held_out: int = 5,
        progress: Progress | None = None,
        device: str = "cpu",
    ) -> None:
        rated = [Rated(*sample) for sample in rated]
        scenes = [sample.scene or f"image {number}" for number, sample in enumerate(rated)]
        self._divide(scenes, [PristineImage(*sample).scene for sample in pristine], held_out)
        self.opinions = np.array([sample.opinion for sample in rated], np.float64)
        images = [*((r.name, r.load) for r in rated), *((p.name, p.load) for p in pristine)]
        described = _described(images, folder, progress, device)
        self.outputs, self.pristine = described[: len(rated)], described[len(rated) :]

    def _divide(self, scenes: list[str], pristine: list[str], held_out: int) -> None:
        self.scenes = sorted(set(scenes))
        self.held_scenes = self.scenes[held_out - 1 :: held_out] or self.scenes[-1:]
        held = np.array([scene in self.held_scenes for scene in scenes], bool)
        self.learned, self.held = np.flatnonzero(~held), np.flatnonzero(held)
        usable = [n for n, scene in enumerate(pristine) if scene not in self.held_scenes]
        self.beside = {
            scene: np.array([n for n in usable if pristine[n] != scene], np.intp)
            for scene in self.scenes
        }
        """The pristine images of other scenes, for each scene; none of a scene that is held out."""
        self.scene_of = scenes
        if len(self.learned) < 2 or not all(map(len, self.beside.values())):
            raise SetError(
                "unpaired_iqa learns from opinions of at least two scenes, beside pristine images of "
                f"others; here are {len(self.scenes)} scenes ({len(self.held_scenes)} of them held out) "
                f"and {len(usable)} pristine images to learn from."
            )

    @property
    def digest(self) -> str:
        """SHA-256 of all descriptions and opinions."""
        parts = (self.outputs, self.pristine, self.opinions)
        return sha256(b"".join(part.tobytes() for part in parts)).hexdigest()


def _described(
    images: list[tuple[str, Callable[[], Image]]],
    folder: Path,
    progress: Progress | None,
    device: str,
) -> Floats:
    """One description a row; those that an earlier run has made are taken over."""
    rows = _rows([name for name, _ in images], folder)
    for number, (_, load) in enumerate(images):
        if np.isnan(rows[number]).any():
            seen = OutputView(load())
            seen.device = device
            rows[number] = describe(seen)
        if progress:
            progress(number + 1, len(images))
    rows.flush()
    return np.array(rows)


def _rows(names: list[str], folder: Path) -> np.memmap[tuple[int, int], np.dtype[np.float64]]:
    """The file of descriptions of images with these names; what it lacks is not a number."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = sha256(repr(names).encode()).hexdigest()[:16]
    path = folder / f"described-{listed}.npy"
    if not (path.exists() and all(names)):
        part = path.with_suffix(".part")
        new = np.lib.format.open_memmap(part, "w+", np.dtype(np.float64), (len(names), FEATURES))
        new[:] = np.nan
        new.flush()
        part.replace(path)
    return np.lib.format.open_memmap(path, "r+")
