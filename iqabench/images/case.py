"""The case: one output that is to be scored, with everything that it may be compared with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol as TypingProtocol

from iqabench.images.parts import Part
from iqabench.images.pool import Pool
from iqabench.images.read import Image
from iqabench.protocol import Protocol
from iqabench.tasks import Ratio


class PseudoReferences(TypingProtocol):
    """The things that stand in for the target of one output, where a protocol has another reference."""

    def pair(self, protocol: Protocol, output: Image) -> tuple[Image, Image]:
        """Return the output as this protocol compares it, and the image to compare it with.

        Raises: MetricError when there is nothing to compare with.
        """

    def pool(self, protocol: Protocol) -> Pool:
        """Return the pool of pristine images.

        Raises: MetricError when it cannot be had.
        """


@dataclass(frozen=True)
class Case:
    """One output, and what it may be compared with, before any protocol has looked at them.

    Shapes: output and target (H, W, C). Units: 0..255.
    """

    output: Image
    target: Image | None = None
    """The target; None for no-reference metrics, and where there is none."""
    scale: Ratio = 1
    """The scale by which protocols shave."""
    device: str = "cpu"
    """The device, as torch names it, on which metrics that are neural networks run."""
    references: PseudoReferences | None = None
    """The pseudo-references of this sample."""
    mask: Image | None = None
    """The mask of the sample, (H, W, 1), 0 outside and 255 inside; None where there is none."""
    no_target: str = ""
    """The reason why there is no target, where one was looked for."""
    clip: "tuple[Case, ...]" = ()
    """The cases of all frames of the clip, for metrics that look at several frames at once."""
    parts: Mapping[str, Part] = field(default_factory=dict)
    """The parts of the sample by role, (T, H, W, C), for metrics that compare the output with its inputs."""
    no_parts: str = ""
    """The reason why there are no parts, where they were looked for."""
    costs: Mapping[str, float] = field(default_factory=dict)
    """The costs of the restoration that made the output, by name."""
