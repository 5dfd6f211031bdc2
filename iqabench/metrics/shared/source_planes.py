"""The luminance of an output of fusion and of its sources."""

import numpy as np
from numpy.typing import NDArray

from iqabench.errors import MetricError
from iqabench.images import InputsView
from iqabench.images.luma import matlab_grey

Plane = NDArray[np.float64]
"""(H, W), in 0..255."""


def source_planes(seen: InputsView) -> tuple[Plane, list[Plane]]:
    """Return the luminance of the output, and that of each source, the frames of the input.

    Raises: MetricError when sources have another size than the output.
    """
    sources = seen.part("input")
    if sources.shape[1:3] != seen.shape[:2]:
        raise MetricError(
            f"the sources are {sources.shape[2]}x{sources.shape[1]}, the fused image "
            f"{seen.shape[1]}x{seen.shape[0]}; expected one size."
        )
    planes = [_plane(source) for source in sources]
    return _plane(seen.output), planes


def _plane(image: NDArray[np.float64]) -> Plane:
    return np.ascontiguousarray(matlab_grey(image)[:, :, 0], dtype=np.float64)
