"""The frozen stream of normal numbers of numpy's legacy generator, read from any place on.

Scripts that seed once and go through a list draw the noise of an image where that of the image before ended.
The states of the generator between images are kept, so that a set is not drawn anew for each of its images.
"""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

_CHUNK = 1 << 20
_states: dict[int, dict[int, Any]] = {}
"""The states of the generator by seed and by the number of values that were drawn."""


def normal_numbers(seed: int, skip: int, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return standard normal numbers, the first `skip` of the seed's stream left out.

    The stream is that of `numpy.random.seed(seed)` and `numpy.random.randn`, on every machine.
    """
    generator = np.random.RandomState(seed)
    if skip:
        _advance(generator, seed, skip)
    numbers = generator.standard_normal(shape)
    if skip:
        _states[seed][skip + prod(shape)] = generator.get_state()
    return np.asarray(numbers)


def _advance(generator: np.random.RandomState, seed: int, skip: int) -> None:
    """Move a new generator on by so many numbers, from the nearest place that is known."""
    known = _states.setdefault(seed, {})
    drawn = max((place for place in list(known) if place <= skip), default=0)
    if drawn:
        generator.set_state(known[drawn])
    while drawn < skip:
        drawn += len(generator.standard_normal(min(_CHUNK, skip - drawn)))
    known[skip] = generator.get_state()
