"""The facts of a motion, by which clips are made of one photograph (see `sets.motion`)."""

from typing import Annotated

from pydantic import Field

from iqabench.facts import Facts


class MotionFacts(Facts):
    """The motion of a window over a photograph, and the exposure of blurry frames."""

    keys: Annotated[int, Field(ge=2)]
    """The number of blurry frames, the input; the target has one frame for each and one between each two."""
    interval: Annotated[int, Field(ge=2, multiple_of=2)]
    """The number of sharp frames from one key frame to the next."""
    blur: Annotated[int, Field(ge=1)]
    """The number of sharp frames, odd, whose mean is a blurry frame."""
    step: tuple[float, float]
    """The motion from one sharp frame to the next in pixels, to the right and downwards."""
    gamma: Annotated[float, Field(gt=0)]
    """The power that levels are raised to before they are averaged, as light is; 1 averages levels."""

    @property
    def count(self) -> int:
        """The number of sharp frames."""
        return self.interval * (self.keys - 1) + self.blur
