"""Additive white Gaussian noise, the same numbers on every machine and in every year.

Tables that say "sigma 25" differ in what became of the noisy image, and in when the generator was seeded.
Each such habit is a recipe with a name. Clipping takes error away where images are dark or bright; where
fractions are cut off, all pixels are half a level darker.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np

from iqabench.degradations.core.degradation import degradation
from iqabench.degradations.core.stream import normal_numbers
from iqabench.errors import UsageError
from iqabench.images import Image, quantise
from iqabench.images.rounding import truncate


class NoiseRecipe(NamedTuple):
    """A habit of scripts that add noise."""

    stored: Literal["float", "rounded", "truncated"]
    """The form of the noisy image: as floats, neither clipped nor rounded; or clipped to 0..255 and rounded
    half up, or its fractions cut off, to 8 bits."""
    in_order: bool
    """True when the generator is seeded once for a set, and each image goes on where the one before ended."""
    source: str
    """The programs that have the habit."""


NOISE_RECIPES: Mapping[str, NoiseRecipe] = {
    "float": NoiseRecipe(
        "float", False, "KAIR, SwinIR, Restormer and X-Restormer: seed 0 per image"
    ),
    "rounded": NoiseRecipe(
        "rounded", False, "noisy images that are saved before they are restored"
    ),
    "truncated": NoiseRecipe("truncated", False, "np.clip(..., 0, 255).astype(np.uint8)"),
    "truncated-in-order": NoiseRecipe(
        "truncated", True, "AirNet, PromptIR and MoCE-IR: numpy.random.seed(0) once"
    ),
}
"""The recipes by name."""


@degradation(
    title="Gaussian noise",
    strength="sigma",
    unit_of_strength="8-bit levels",
    usual=(15, 25, 50),
    source="KAIR's test scripts: seed 0 for every image, drawn on (H, W, C), not clipped",
    random=True,
)
def noise(
    image: Image, *, sigma: float, seed: int = 0, recipe: str = "float", skip: int = 0
) -> Image:
    """Add noise by a recipe.

    `float` is `image + 255 * RandomState(seed).normal(0, sigma / 255, image.shape)`. The generator is
    numpy's legacy one: its stream never changes, and the literature's scripts draw from it.
    `rounded` and `truncated` are clipped to 0..255 and become 8 bits; `truncated-in-order` is
    `np.clip(image + numpy.random.randn(*image.shape) * sigma, 0, 255).astype(uint8)` in a loop over a set.
    `skip` is the number of values that images before this one took; a set knows it.

    Shapes: (H, W, C), C last and RGB order: another layout is another noise.
    Returns: in units of 0..255; float64, neither clipped nor rounded, or uint8.
    Raises: UsageError for a negative sigma or skip, and an unknown recipe.
    """
    if not 0 <= sigma < np.inf:
        raise UsageError(
            f"noise was given sigma {sigma}; expected 0 or more 8-bit levels, such as 25."
        )
    if recipe not in NOISE_RECIPES:
        raise UsageError(
            f"noise was given the recipe '{recipe}'; expected {', '.join(NOISE_RECIPES)}."
        )
    if skip < 0:
        raise UsageError(f"noise was given skip {skip}; expected 0 or more values of the stream.")
    drawn = normal_numbers(seed, skip, image.shape)
    stored = NOISE_RECIPES[recipe].stored
    if stored == "float":
        # Paper: KAIR adds in float32; here: in double, because no level should hang on a dtype.
        return np.asarray(image + drawn * (sigma / 255.0) * 255.0, dtype=np.float64)
    noisy = np.asarray(image + drawn * sigma, dtype=np.float64)
    return quantise(noisy) if stored == "rounded" else truncate(noisy)
