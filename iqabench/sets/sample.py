"""Sets of samples, and samples whose pixels are not read yet."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from iqabench.errors import SetError
from iqabench.images import (
    AS_STORED,
    Image,
    Part,
    ReadOptions,
)
from iqabench.protocol import Domain
from iqabench.samples import Sample, image_of, part_of, stack_frames
from iqabench.sets.facts import White
from iqabench.sets.masks import binary_mask, require_inside
from iqabench.sets.motion import moving_clips
from iqabench.sets.place import Place
from iqabench.sets.recipe import Recipe
from iqabench.tasks import Ratio, scale_side, scale_text

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

    @property
    def has_target(self) -> bool:
        """True when the sample has a target, or would have one without its trouble."""
        return "target" in self.files or bool(self.trouble)

    @property
    def roles(self) -> frozenset[str]:
        """The roles of all its parts, in files or made from the target."""
        roles = {*self.files, *(role for role, _ in self.recipe.part_chains)}
        if "target" in self.files and (self.recipe.steps is not None or self.recipe.motion):
            roles.add("input")
        return frozenset(roles)

    def load(self, domain: Domain = "image") -> Sample:
        """Return the sample with all its parts, read from files or made from the target.

        `domain`: "image" for the images of the set; "luma" for the rounded luma of the target, and an input
        that is made from it in double precision (protocol bicubic-2014).

        Raises: ImageError for an image that cannot be read; SetError when parts do not fit together.
        """
        if self.trouble:
            raise SetError(self.trouble)
        if domain == "luma":
            return self._luma()
        parts = {}
        if "target" in self.files:
            parts["target"] = self._read_target()
        parts |= {role: self._read(role) for role in self.files if role != "target"}
        if self.recipe.motion is not None:
            photograph = image_of(parts["target"], f"the photograph of '{self.name}'")
            parts |= moving_clips(self.recipe.motion, photograph, self.name)
        parts |= self.recipe.parts(parts, self.name)
        if "input" not in parts:
            parts["input"] = self._make_input(parts.get("target"))
        self._require_fit(parts)
        return Sample(self.name, parts)

    def load_target(self) -> Image | None:
        """Return the target, without making an input; None when the set has inputs only.

        Raises: ImageError; SetError, also where the target is a clip.
        """
        if self.trouble:
            raise SetError(self.trouble)
        if "target" not in self.files:
            return None
        return Sample(self.name, {"target": self._read_target()}).target

    def _read(self, role: str) -> Part:
        part = self._read_files(role)
        if role in self.binary:
            return binary_mask(part, f"the {role} of '{self.name}'", self.white)
        return part

    def _read_files(self, role: str) -> Part:
        places = self.files[role]
        if len(places) == 1:
            return places[0].read_part(self.depth)
        frames = [frame for place in places for frame in place.read_part(self.depth)]
        return stack_frames(frames, f"the {role} of '{self.name}'")

    def _read_target(self) -> Part:
        name = self.files["target"][0].name
        frames = [self.recipe.target(frame, name) for frame in self._read("target")]
        return stack_frames(frames, f"the target of '{self.name}'")

    def _make_input(self, target: Part | None) -> Part:
        if target is None:
            raise SetError(f"the sample '{self.name}' has neither input nor target.")
        frames = [self.recipe.input(frame, t) for t, frame in enumerate(target)]
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

    def _require_length(self, parts: Mapping[str, Part]) -> None:
        """Raise SetError when clips differ in length; a single mask or reference serves all frames."""
        counts = [len(p) for role, p in parts.items() if role in ("input", "target") or len(p) > 1]
        if len(set(counts)) > 1:
            lengths = ", ".join(f"{role} {len(part)}" for role, part in parts.items())
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


@dataclass(frozen=True)
class SampleSet:
    """A set at one level."""

    name: str
    title: str
    task: str
    level: str
    """The level as text: x4, n25 or q10."""
    scale: Ratio
    """The size of the target divided by that of the input; 1 unless the task has scales."""
    protocol: str
    """The protocol of a metric that is named without one."""
    samples: tuple[SampleRef, ...]
    address: str = ""
    """The name that `load_set` finds it by."""
    missing: tuple[str, ...] = ()
    """Sentences about files of a folder that look like images and are not read."""
    reading: ReadOptions = AS_STORED
    """The options that the user's files are read with."""
    notes: tuple[str, ...] = ()
    """Sentences about how the files of a folder were paired, and which were not looked at."""
    known_hash: str = ""
    """The hash, where it is known already; a set that has travelled cannot compute it."""

    def travelling(self) -> "SampleSet":
        """Return the set as other machines find its files: by their content."""
        with ThreadPoolExecutor(4) as pool:
            samples = tuple(pool.map(_travelling, self.samples))
        return replace(self, samples=samples, known_hash=self.hash)

    @property
    def contents(self) -> dict[str, Path]:
        """The files of a set that travels by their checksums, where they lie on the machine it comes from."""
        places = (p for s in self.samples for places in s.files.values() for p in places)
        return {p.content: p.path for p in places if p.content and p.path}

    @property
    def own_files(self) -> list[Path]:
        """The files that the user brought: those whose checksum nobody has published."""
        places = (p for s in self.samples for places in s.files.values() for p in places)
        return [place.path for place in places if place.path and place.sha256 is None]

    @property
    def id(self) -> str:
        """The name and the level, as `load_set` takes them."""
        return f"{self.name}_{self.level}" if self.level else self.name

    @property
    def recipe(self) -> Recipe:
        """The recipe of all samples; without degradations where samples differ in them."""
        first = self.samples[0].recipe
        alike = all(sample.recipe.hash == first.hash for sample in self.samples)
        return first if alike else replace(first, steps=None)

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles of the parts that every sample has, in files or made from the target."""
        roles = [sample.roles for sample in self.samples if not sample.trouble]
        return frozenset.intersection(*roles) if roles else frozenset()

    @cached_property
    def hash(self) -> str:
        """The identity of all pixels, in 12 hexadecimal digits: names, files and degradations."""
        if self.known_hash:
            return self.known_hash
        with ThreadPoolExecutor(4) as pool:
            lines = list(pool.map(_identities, self.samples))
        recipes = list({s.recipe.words: s.recipe.facts() for s in self.samples}.values())
        text = json.dumps([lines, recipes], sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def __len__(self) -> int:
        return len(self.samples)

    def __iter__(self) -> Iterator[SampleRef]:
        return iter(self.samples)


def _travelling(sample: SampleRef) -> SampleRef:
    files = {r: tuple(p.travelling() for p in places) for r, places in sample.files.items()}
    return replace(sample, files=files)


def _identities(sample: SampleRef) -> list[str]:
    """Return the name of a sample and the identities of its files: input, target, then the other roles."""

    def identity(role: str) -> str:
        return " ".join(place.identity() for place in sample.files.get(role, ()))

    others = sorted(set(sample.files) - {"input", "target"})
    return [
        sample.name,
        identity("input"),
        identity("target"),
        *(f"{role} {identity(role)}" for role in others),
        *(["white outside"] if sample.white == "outside" else []),
    ]
