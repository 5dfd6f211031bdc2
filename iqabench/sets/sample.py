"""Samples of a set, whose pixels are not read yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from iqabench.errors import SetError
from iqabench.images import (
    Image,
    Part,
    joined_decoders,
)
from iqabench.protocol import Domain
from iqabench.samples import Sample, image_of, part_of, stack_frames
from iqabench.sets.facts import White
from iqabench.sets.masks import binary_mask, require_inside
from iqabench.sets.motion import moving_clips
from iqabench.sets.place import Place
from iqabench.sets.recipe import Recipe
from iqabench.sets.resized import resized_sample
from iqabench.sets.sensors import measured_part, require_counts
from iqabench.tasks import scale_side, scale_text

Files = Mapping[str, tuple[Place, ...]]
"""The files of a sample: the frames of each role in order."""


@dataclass(frozen=True)
class SampleRef:
    """A sample that can be loaded, any number of times and from any thread."""

    name: str
    recipe: Recipe
    files: Files = field(default_factory=dict)
    """The parts that lie in files; all other parts are made from the target."""
    trouble: str = ""
    """The reason why it cannot be loaded; empty when none is known."""
    aligned: tuple[str, ...] = ()
    """Roles whose frames have the size of the input or of the target."""
    scaled: tuple[str, ...] = ()
    """Roles whose frames have the size of the target, whether there is one or not."""
    independent: tuple[str, ...] = ()
    """Roles whose frames are images of their own, in any number."""
    binary: tuple[str, ...] = ()
    """Roles of masks, whose pixels are 0 outside and 255 inside."""
    white: White = "inside"
    """The place that is white in the files of masks."""
    fills: bool = False
    """True when models fill what is inside the mask, and all else of the input is known."""
    same_length: bool = True
    """True when all clips have as many frames as the input."""
    depth: str = "uint8"
    """The depth of the files."""
    peak: int | None = None
    """The largest value that a sensor counts to; None where no such value is known."""
    mixes_grey: bool = False
    """True when grey frames beside colour ones are taken for colour, as infrared images are in fusion."""
    before: tuple[Place, ...] = ()
    """The targets whose noise was drawn before this one's, where the noise of a set is drawn in order."""
    measures: bool = False
    """True when the mask says which part of the target's spectrum is measured, and so makes the input."""
    border: int = 0
    """The pixels that are cut off each side of a target which is larger than its input by twice as many."""

    @property
    def has_target(self) -> bool:
        """True when the sample has a target, or would have one without its trouble."""
        return "target" in self.files or bool(self.trouble)

    @property
    def roles(self) -> frozenset[str]:
        """The roles of all its parts, in files or made from the target."""
        roles = {*self.files, *(role for role, _ in self.recipe.part_chains)}
        has_recipe = self.recipe.steps is not None or self.recipe.motion or self.measures
        if "target" in self.files and has_recipe:
            roles.add("input")
        return frozenset(roles)

    def load(self, domain: Domain = "image") -> Sample:
        """Return the sample with all its parts, read from files or made from the target.

        `domain`: "image" for the images of the set; "luma" for the rounded luma of the target, and an input
        that is made from it in double precision (protocol bicubic-2014); "resized-16" for both resized
        before use (protocol snow).

        Raises: ImageError for an image that cannot be read; SetError when parts do not fit together.
        """
        if self.trouble:
            raise SetError(self.trouble)
        if domain == "luma":
            return self._luma()
        if domain == "resized-16":
            return resized_sample(self.load())
        parts = {}
        if "target" in self.files:
            parts["target"] = self._read_target()
        parts |= {role: self._read(role) for role in self.files if role != "target"}
        if self.border:
            self._cut_border(parts)
        if self.recipe.motion is not None:
            photograph = image_of(parts["target"], f"the photograph of '{self.name}'")
            parts |= moving_clips(self.recipe.motion, photograph, self.name)
        if self.peak is not None:
            require_counts(parts, self.peak, self.name)
        parts |= self.recipe.parts(parts, self.name)
        if self.measures and {"target", "mask"} <= parts.keys():
            parts["input"] = measured_part(parts["target"], parts["mask"], self.name)
        if "input" not in parts:
            parts["input"] = self._make_input(parts.get("target"))
        self._require_fit(parts)
        return Sample(self.name, parts, self.decoder())

    def decoder(self) -> str:
        """Return library and version of the decoders of its lossy files; empty where there are none.

        Only the first frame of each part is looked at.

        Raises: SetError when a file is not here.
        """
        return joined_decoders(*(places[0].decoder() for places in self.files.values()))

    def load_target(self) -> Image | None:
        """Return the target, without making an input; None when the set has inputs only.

        Raises: ImageError; SetError, also where the target is a clip.
        """
        if self.trouble:
            raise SetError(self.trouble)
        if "target" not in self.files:
            return None
        if self.border:
            return self.load().target
        return Sample(self.name, {"target": self._read_target()}).target

    def _cut_border(self, parts: dict[str, Part]) -> None:
        """Cut off the border of the target where it makes the difference to the input."""
        target, source = parts.get("target"), parts.get("input")
        if target is not None and source is not None:
            inner = target[:, self.border : -self.border, self.border : -self.border]
            if inner.shape[1:3] == source.shape[1:3]:
                parts["target"] = inner

    def _read(self, role: str) -> Part:
        part = self._read_files(role)
        if self.recipe.multiple > 1 and role != "target":  # which its recipe crops
            part = np.stack([self.recipe.cropped(frame, self.name) for frame in part])
        if role in self.binary:
            return binary_mask(part, f"the {role} of '{self.name}'", self.white)
        return part

    def _read_files(self, role: str) -> Part:
        places = self.files[role]
        if len(places) == 1:
            return places[0].read_part(self.depth)
        frames = [frame for place in places for frame in place.read_part(self.depth)]
        if self.mixes_grey:
            bands = max(frame.shape[2] for frame in frames)
            frames = [f if f.shape[2] > 1 else np.repeat(f, bands, axis=2) for f in frames]
        names = [place.name for place in places]
        return stack_frames(frames, f"the {role} of '{self.name}'", names)

    def _read_target(self) -> Part:
        name = self.files["target"][0].name
        frames = [self.recipe.target(frame, name) for frame in self._read("target")]
        return stack_frames(frames, f"the target of '{self.name}'")

    def _make_input(self, target: Part | None) -> Part:
        if target is None:
            raise SetError(f"the sample '{self.name}' has neither input nor target.")
        drawn = sum(self.recipe.values_of(*_shape(place)) for place in self.before)
        frames = [self.recipe.input(frame, t, drawn) for t, frame in enumerate(target)]
        return stack_frames(frames, f"the input of '{self.name}'")

    def _luma(self) -> Sample:
        if "target" not in self.files:
            raise SetError(
                f"'{self.name}' has no target; the luma domain makes its input from the target."
            )
        if not self.recipe.is_bicubic:
            raise SetError(
                f"'{self.name}' is not a super-resolution sample with a bicubic input; the luma "
                "domain is defined only for such samples."
            )
        target = self.load_target()
        assert target is not None
        target = self.recipe.luma(self.name, target)
        source = self.recipe.input(target.astype(np.float64))
        return Sample(self.name, {"input": part_of(source), "target": part_of(target)})

    def _require_fit(self, parts: Mapping[str, Part]) -> None:
        target = parts.get("target")
        if target is not None and "input" in self.files:
            self._require_scale(parts["input"], target)
        if self.depth == "srgb":
            self._require_one_depth(parts)
        for role in self.aligned:
            if role in parts:
                self._require_aligned(role, parts)
        for role in self.scaled:
            if role in parts:
                self._require_scaled(role, parts)
        if self.fills and {"mask", "input", "target"} <= parts.keys():
            require_inside(parts["mask"], parts["input"], parts["target"], self.name)
        if self.same_length:
            self._require_length(parts)

    def _require_one_depth(self, parts: Mapping[str, Part]) -> None:
        """Raise SetError when some parts have 8 bits and others 16; a mask has 8 in any case."""
        bits = {
            role: 8 if part.dtype == np.uint8 else 16
            for role, part in parts.items()
            if role not in self.binary
        }
        if len(set(bits.values())) > 1:
            told = ", ".join(f"the {role} {bits[role]}" for role in sorted(bits))
            raise SetError(
                f"the parts of '{self.name}' differ in bits a channel: {told}. Give all of them 16, or all "
                "8: a copy that was cut to 8 bits cannot be converted back."
            )

    def _require_length(self, parts: Mapping[str, Part]) -> None:
        """Raise SetError when clips differ in length; a single mask or reference serves all frames."""
        clips = {role: part for role, part in parts.items() if role not in self.independent}
        counts = [len(p) for role, p in clips.items() if role in ("input", "target") or len(p) > 1]
        if len(set(counts)) > 1:
            lengths = ", ".join(f"{role} {len(clips[role])}" for role in sorted(clips))
            raise SetError(
                f"the clips of '{self.name}' differ in length ({lengths} frames); expected as many frames "
                "in each. Add the missing frames, or take the others away."
            )

    def _require_scale(self, source: Part, target: Part) -> None:
        scale = self.recipe.input_scale
        height, width = source.shape[1:3]
        if (height * scale, width * scale) != target.shape[1:3]:
            raise SetError(
                f"{self.files['input'][0].name} is {width}x{height} and {self.files['target'][0].name}, "
                f"cropped to a multiple of {self.recipe.scale.numerator}, "
                f"{target.shape[2]}x{target.shape[1]}; "
                f"expected {scale_side(width, scale)}x{scale_side(height, scale)} at x{scale_text(scale)}. "
                "Images are never resized: name the scale that the inputs were made with, or make them again."
            )

    def _require_aligned(self, role: str, parts: Mapping[str, Part]) -> None:
        sizes = {parts[r].shape[1:3] for r in ("input", "target") if r in parts}
        size = parts[role].shape[1:3]
        if size not in sizes:
            expected = " or ".join(sorted(f"{w}x{h}" for h, w in sizes))
            raise SetError(
                f"the {role} of '{self.name}' is {size[1]}x{size[0]}; expected {expected}, the size of the "
                f"image that it belongs to. Resize the {role}, or make it again at that size."
            )

    def _require_scaled(self, role: str, parts: Mapping[str, Part]) -> None:
        """Raise SetError when a role has not the size that outputs will have."""
        height, width = parts["input"].shape[1:3]
        scale, size = self.recipe.input_scale, parts[role].shape[1:3]
        if size != (height * scale, width * scale):
            expected = f"{scale_side(width, scale)}x{scale_side(height, scale)}"
            raise SetError(
                f"the {role} of '{self.name}' is {size[1]}x{size[0]} and the input {width}x{height}; "
                f"expected a {role} of {expected} at x{scale_text(scale)}. Crop both to the same ground."
            )


@cache
def _shape(place: Place) -> tuple[int, int, int]:
    """Return the shape of an image, whose header is read once for all samples that come after it."""
    return place.shape()
