"""Outputs of bicubic interpolation and of a network on the embedded photographs, with their errors."""

from collections.abc import Sequence

import numpy as np
import pytest

from iqabench.explain.figures import ReadingFigures, psnr_figures
from iqabench.explain.pair_errors import PairErrors, pair_errors
from iqabench.explain.reading import readings
from iqabench.images import Image, quantise
from iqabench.images.imresize import imresize
from iqabench.models.core.load import load_model
from iqabench.models.core.restore import restore
from iqabench.sets import load_set

Pairs = list[tuple[Image, Image]]


@pytest.fixture(scope="session")
def pairs() -> Pairs:
    """Return outputs of bicubic interpolation with their targets, of two sizes."""
    found = []
    for reference in list(load_set("demo", 4))[:2]:
        sample = reference.load()
        assert sample.target is not None
        found.append((quantise(imresize(sample.input, 4)), np.asarray(sample.target)))
    output, target = found[1]
    return [found[0], (output[:200], target[:200])]


@pytest.fixture(scope="session")
def restored() -> Pairs:
    """Return outputs of the embedded network with their targets: parts, to be quick."""
    model = load_model("pocket", 4)
    found = []
    for reference in list(load_set("demo", 4))[:3]:
        sample = reference.load()
        assert sample.target is not None
        output = quantise(restore(model, sample.input).image)
        found.append((output[:192, :224], np.asarray(sample.target)[:192, :224]))
    return found


@pytest.fixture(scope="session")
def errors(pairs: Pairs) -> Sequence[PairErrors]:
    return [pair_errors(o, t, 4) for o, t in pairs]


@pytest.fixture(scope="session")
def measured(errors: Sequence[PairErrors]) -> list[ReadingFigures]:
    """Return PSNR of the pairs under every reading."""
    return psnr_figures(readings(), errors)
