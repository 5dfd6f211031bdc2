"""The sample: one thing to restore, with all its parts."""

from dataclasses import dataclass

from iqabench.images import Image, Part
from iqabench.samples.part import Parts, image_of


@dataclass(frozen=True)
class Sample:
    """One sample with its pixels in memory."""

    name: str
    parts: Parts
    """The parts by role: the input, the target unless the set has inputs only, and others."""
    decoder: str = ""
    """Library and version of the decoders of lossy files among them; empty where there are none."""

    @property
    def input(self) -> Image:
        """The input, where it is one image.

        Raises: SetError when it is a clip.
        """
        return image_of(self.parts["input"], f"the input of '{self.name}'")

    @property
    def target(self) -> Image | None:
        """The target, where it is one image; None where the set has inputs only.

        Raises: SetError when it is a clip.
        """
        part = self.parts.get("target")
        return None if part is None else image_of(part, f"the target of '{self.name}'")

    def part(self, role: str) -> Part | None:
        """Return the pixels of a role; None where the sample has none."""
        return self.parts.get(role)
