"""How the input and the target of a sample come from its files."""

import inspect
from dataclasses import dataclass
from typing import Any

import numpy as np

from iqabench.degradations import Degradation, degradations
from iqabench.errors import SetError
from iqabench.images import Image, luma
from iqabench.sets.facts import InputFacts


@dataclass(frozen=True)
class Recipe:
    """What is done to a file to get a target, and to a target to get an input."""

    scale: int
    luma_target: bool = False
    degradation: Degradation | None = None
    keywords: tuple[tuple[str, Any], ...] = ()
    grey: frozenset[str] = frozenset()
    """Samples that are grey though stored as RGB."""

    def facts(self) -> dict[str, Any]:
        """Everything that decides a pixel, for the set's hash."""
        made = self.degradation
        return {
            "scale": self.scale,
            "luma_target": self.luma_target,
            "degradation": [made.name, made.version, *map(list, self.keywords)] if made else None,
            "grey": sorted(self.grey),
        }

    @property
    def words(self) -> str:
        """The degradation with all that decides its pixels."""
        made = self.degradation
        if made is None:
            return "no degradation is known"
        return f"{made.name} version {made.version}" + "".join(
            f", {k} {v}" for k, v in self.keywords
        )

    def target(self, image: Image) -> Image:
        """The target: the image cropped to a multiple of the scale; its rounded luma if so
        declared.
        """
        height, width = (side - side % self.scale for side in image.shape[:2])
        image = image[:height, :width]
        return rounded_luma(image) if self.luma_target else image

    def input(self, target: Image) -> Image:
        """The input, made from the target.

        Raises: SetError when nothing says how.
        """
        if self.degradation is None:
            raise SetError("the set does not say how its inputs are made")
        return self.degradation(target, **dict(self.keywords))

    def again(self, output: Image) -> Image:
        """The output degraded as the input was: what its consistency with the input is measured by.

        Raises: SetError when nothing says how, or the degradation is random.
        """
        if self.degradation is None:
            raise SetError("the set does not say how its inputs are made")
        if self.degradation.random:
            raise SetError(f"{self.degradation.name} is random, so no output gives its input again")
        return self.input(output)

    def luma(self, sample: str, target: Image) -> Image:
        """The target of the luma domain; grey images are used as they are."""
        return target[:, :, :1] if sample in self.grey else rounded_luma(target)


def recipe(
    made: InputFacts | None, level: str, scale: int, luma_target: bool, grey: tuple[str, ...] = ()
) -> Recipe:
    """The recipe of a set at a level.

    Raises: UnknownNameError for an unknown degradation, SetError for keywords that it does not
        take.
    """
    if made is None:
        return Recipe(scale, luma_target, grey=frozenset(grey))
    degradation = degradations().get(made.degradation)
    keywords = {degradation.strength: int(level[1:]), **made.keywords}
    try:
        inspect.signature(degradation.function).bind(None, **keywords)
    except TypeError as error:
        raise SetError(
            f"the degradation '{degradation.name}' does not take {keywords}: {error}."
        ) from error
    return Recipe(scale, luma_target, degradation, tuple(sorted(keywords.items())), frozenset(grey))


def rounded_luma(image: Image) -> Image:
    """BT.601 studio-swing luma rounded half up to 8 bits; a grey image as it is.

    Shapes: (H, W, 3) or (H, W, 1) to (H, W, 1), uint8.
    """
    if image.shape[2] == 1:
        return image
    return np.asarray(luma(image, dtype=np.float64) + 0.5).astype(np.uint8)
