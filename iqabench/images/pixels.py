"""The type of pixels in any depth."""

from typing import Any

from numpy.typing import NDArray

Pixels = NDArray[Any]
"""(H, W, C) in the depth of a file."""
