"""Outputs that were matched to the brightness of their targets before a figure was taken ("GT mean")."""

from collections.abc import Callable, Iterator

from iqabench.errors import ImageError
from iqabench.images import Image, match_brightness
from iqabench.protocol import Brightness

Images = Callable[[], Iterator[tuple[Image, Image]]]
"""A function that reads output and target of each pair anew."""

MATCHES: dict[str, Brightness] = {
    "matched in brightness": "mean-grey",
    "matched in brightness, red and blue exchanged": "mean-grey-swapped",
    "matched in brightness, luma rounded": "mean-grey-rounded",
}
"""The ways of the files in which outputs were matched, with the kind of mean."""

_FELT = 0.02
"""The difference of mean brightness, as a share, from which a match may explain a figure."""


def brightness_differs(images: Images) -> bool:
    """Return whether the outputs are brighter or darker than their targets, so that a match would be felt."""
    shares = [abs(float(o.mean()) / max(float(t.mean()), 1e-9) - 1) for o, t in images()]
    return bool(shares) and sum(shares) / len(shares) > _FELT


def matched(images: Images, kind: Brightness) -> Images:
    """Return the images with each output matched to its target; black ones stay as they are."""

    def pairs() -> Iterator[tuple[Image, Image]]:
        for output, target in images():
            try:
                yield match_brightness(kind, output, target), target
            except ImageError:
                yield output, target

    return pairs
