"""Real images for tests of metrics."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from iqabench.images import Image, read_image


@pytest.fixture
def real_image(mirror: str) -> Callable[[str], Image]:
    """The image of that checksum; the test is skipped where the mirror lacks it."""

    def found(sha256: str) -> Image:
        for root in mirror.split(os.pathsep):
            path = Path(root, "sha256", sha256[:2], sha256)
            if path.is_file():
                return read_image(path)
        return pytest.skip(f"NO FILE: the mirror lacks {sha256}")

    return found
