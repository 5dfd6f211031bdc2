"""The variance of the Laplacian against its definition, and against what people type."""

import cv2
import numpy as np
import pytest

from iqabench.images import OutputView
from iqabench.metrics.blind.sharpness import sharpness

from .damage import IDS, PAIRS, Pixels, Plane
from .matlab import mixed

RGB2GRAY = (0.298936021293775, 0.587043074451121, 0.114020904255103)


def reference(grey: Plane) -> float:
    framed = np.pad(grey, 1, mode="reflect")
    neighbours = framed[:-2, 1:-1] + framed[2:, 1:-1] + framed[1:-1, :-2] + framed[1:-1, 2:]
    return float((neighbours - 4 * grey).var())


@pytest.mark.parametrize("output", [pair[0] for pair in PAIRS], ids=IDS)
def test_it_equals_its_definition(output: Pixels) -> None:
    grey = np.floor(mixed(output, *RGB2GRAY) + 0.5)
    assert sharpness(OutputView(output)) == pytest.approx(reference(grey), rel=1e-12)


@pytest.mark.parametrize("output", [pair[0] for pair in PAIRS], ids=IDS)
def test_it_is_what_people_type(output: Pixels) -> None:
    """OpenCV's grey differs from MATLAB's by a level in few pixels; of grey images nothing differs."""
    grey = np.asarray(cv2.cvtColor(output, cv2.COLOR_RGB2GRAY))
    typed = float(cv2.Laplacian(grey, cv2.CV_64F).var())
    assert sharpness(OutputView(grey[:, :, None])) == pytest.approx(typed, rel=1e-12)
    assert sharpness(OutputView(output)) == pytest.approx(typed, rel=2e-3)


def test_its_bounds() -> None:
    chequers = (np.indices((64, 64)).sum(0) % 2 * 255).astype(np.uint8)[:, :, None]
    assert sharpness(OutputView(chequers)) == 1020**2
    assert sharpness(OutputView(np.full((64, 64, 3), 77, np.uint8))) == 0
    assert sharpness(OutputView(np.full((1, 1, 1), 77, np.uint8))) == 0
