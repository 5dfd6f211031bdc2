"""Outputs of bicubic interpolation on the embedded photographs, and their figures under every reading."""

import numpy as np
import pytest

from iqabench.explain.measurement import ReadingFigures, mean_figures, measure
from iqabench.images import Image, quantise
from iqabench.images.imresize import imresize
from iqabench.sets import load_set

Pairs = list[tuple[Image, Image]]


@pytest.fixture(scope="session")
def pairs() -> Pairs:
    found = []
    for reference in list(load_set("demo", 4))[:2]:
        sample = reference.load()
        assert sample.target is not None
        found.append((quantise(imresize(sample.input, 4)), np.asarray(sample.target)))
    return found


@pytest.fixture(scope="session")
def measured(pairs: Pairs) -> list[ReadingFigures]:
    """The figures of the pairs, which take seconds."""
    return mean_figures([measure(o, t, 4, ssim=True) for o, t in pairs])
