"""Direct downscaling: every n-th pixel is kept."""

from iqabench.degradations.core.degradation import degradation
from iqabench.errors import UsageError
from iqabench.images import Image


@degradation(
    title="Direct downscaling",
    strength="scale",
    unit_of_strength="times smaller",
    usual=(2, 3, 4),
    source="IKC, CVPR 2019, and DAN, NeurIPS 2020: the blurred image at every n-th pixel, from the first",
)
def stride(image: Image, *, scale: float, start: int = 0) -> Image:
    """Return every `scale`-th pixel of `image`, from the pixel `start` on.

    Shapes: (H, W, C) to (ceil((H - start) / scale), ceil((W - start) / scale), C), of the same depth.
    Raises: UsageError for a scale that is not a whole number, and a start outside 0..scale-1.
    """
    step = int(scale)
    if step != scale or step < 1 or not 0 <= start < step:
        raise UsageError(
            f"stride was given the scale {scale} and the start {start}; expected a whole number, such as 4, "
            "and a start from 0 to one less."
        )
    return image[start::step, start::step]
