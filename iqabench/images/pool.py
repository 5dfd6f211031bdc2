"""A pool: pristine images of other scenes, which stand in for missing targets."""

from collections.abc import Callable, Iterator, Sequence

from iqabench.images.read import Image
from iqabench.images.shared import Shared


class Pool(Shared):
    """Images that are read one at a time, and the values that metrics computed from them (see `shared`).

    `load`: one function for each image, which gives its values, (H, W, C), in 0..255, after the
    protocol's view. `digest`: hexadecimal, over everything that decides a pixel.
    """

    def __init__(self, name: str, digest: str, load: Sequence[Callable[[], Image]]) -> None:
        super().__init__()
        self.name = name
        """The name that the user wrote: a folder or a set."""
        self.digest = digest
        self._load = tuple(load)

    def __len__(self) -> int:
        return len(self._load)

    def __iter__(self) -> Iterator[Image]:
        """Give the images; each is read when it is its turn."""
        return (load() for load in self._load)
