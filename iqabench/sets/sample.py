"""Sets of samples: what a run works through."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from iqabench.errors import SetError
from iqabench.files.disk import sha256_of
from iqabench.images import Image, Part, read_image, read_part
from iqabench.protocol import Domain
from iqabench.samples import Sample, part_of, stacked
from iqabench.sets.archive import members, unpacked
from iqabench.sets.recipe import Recipe
from iqabench.tasks import Ratio, scale_text, scaled

_ARRAYS = (".npz", ".npy")


@dataclass(frozen=True)
class Place:
    """The place of an image, or of one frame of a clip."""

    path: Path | None
    """None as long as it was not fetched."""
    name: str
    """The name in messages."""
    sha256: str | None = None
    """The checksum of the file; None: not known without reading it."""
    member: str | None = None
    """The image's own name, when the file is an archive."""

    def read(self) -> Image:
        """Return the image.

        Raises: ImageError when it cannot be read; SetError when it was not fetched.
        """
        return read_image(*self._file())

    def read_part(self, depth: str = "uint8") -> Part:
        """Return the frames of the file, (T, H, W, C): one of an image, any number of an array.

        Raises: ImageError when it cannot be read; SetError when it was not fetched.
        """
        path, name = self._file()
        if depth == "uint8" and path.suffix.lower() not in _ARRAYS:
            return part_of(read_image(path, name))
        return read_part(path, name)

    def _file(self) -> tuple[Path, str]:
        if self.path is None:
            owner = self.name.split("/")[0]
            raise SetError(f"{self.name} was not fetched; 'iqabench fetch {owner}' brings it here.")
        if self.member is None:
            return self.path, self.name
        inside = members(unpacked(self.path, self.name)).get(self.member)
        if inside is None:
            raise SetError(f"the archive {self.name} holds no {self.member}.")
        return inside, f"{self.name}: {self.member}"

    def identity(self) -> str:
        """Return what tells this image from any other."""
        if self.sha256 is not None:
            return f"{self.sha256}:{self.member}" if self.member else self.sha256
        try:
            return sha256_of(self.path) if self.path else "not fetched"
        except OSError:
            return "unreadable"


Files = Mapping[str, tuple[Place, ...]]
"""The files of a sample: for each role its frames in order."""


@dataclass(frozen=True)
class SampleRef:
    """A sample that can be read, any number of times and from any thread."""

    name: str
    recipe: Recipe
    files: Files = field(default_factory=dict)
    """The parts that lie in files; what is absent is made from the target."""
    trouble: str = ""
    """The reason why it cannot be read, where that is known beforehand."""
    aligned: tuple[str, ...] = ()
    """Roles whose frames have the size of the input or of the target."""
    same_length: bool = True
    """True where all clips have as many frames as the input."""
    depth: str = "uint8"
    """The depth of the files."""

    @property
    def has_target(self) -> bool:
        """True when there is, or should be, a target."""
        return "target" in self.files or bool(self.trouble)

    @property
    def roles(self) -> frozenset[str]:
        """The roles of the parts that it has, made ones included."""
        roles = {*self.files, *(role for role, _ in self.recipe.made)}
        if "target" in self.files and self.recipe.steps is not None:
            roles.add("input")
        return frozenset(roles)

    def load(self, domain: Domain = "image") -> Sample:
        """Return the sample with all its parts, read or made.

        `domain`: "image" for the set's own images; "luma" for the rounded luma of the target, and
        an input degraded from that in double precision (protocol bicubic-2014).

        Raises: ImageError for an image that cannot be read, SetError where parts do not fit together.
        """
        if self.trouble:
            raise SetError(self.trouble)
        if domain == "luma":
            return self._luma()
        parts = {}
        if "target" in self.files:
            parts["target"] = self._read_target()
            parts |= self.recipe.parts(parts["target"], self.name)
        parts |= {role: self._read(role) for role in self.files if role != "target"}
        if "input" not in parts:
            parts["input"] = self._made_input(parts.get("target"))
        self._require_fit(parts)
        return Sample(self.name, parts)

    def load_target(self) -> Image | None:
        """Return the target without making an input; None where the set has inputs only.

        Raises: ImageError; SetError, also where the target is a clip.
        """
        if self.trouble:
            raise SetError(self.trouble)
        if "target" not in self.files:
            return None
        return Sample(self.name, {"target": self._read_target()}).target

    def _read(self, role: str) -> Part:
        places = self.files[role]
        if len(places) == 1:
            return places[0].read_part(self.depth)
        frames = [frame for place in places for frame in place.read_part(self.depth)]
        return stacked(frames, f"the {role} of '{self.name}'")

    def _read_target(self) -> Part:
        frames = [self.recipe.target(frame) for frame in self._read("target")]
        return stacked(frames, f"the target of '{self.name}'")

    def _made_input(self, target: Part | None) -> Part:
        if target is None:
            raise SetError(f"the sample '{self.name}' has neither input nor target.")
        frames = [self.recipe.input(frame, t) for t, frame in enumerate(target)]
        return stacked(frames, f"the input of '{self.name}'")

    def _luma(self) -> Sample:
        if "target" not in self.files:
            raise SetError(
                f"'{self.name}' has no target; the luma domain makes its input from that."
            )
        if not self.recipe.is_bicubic:
            raise SetError(
                f"'{self.name}' is no super-resolution sample with a bicubic input; the luma "
                "domain is defined only for these."
            )
        target = self.load_target()
        assert target is not None
        target = self.recipe.luma(self.name, target)
        source = self.recipe.input(target.astype(np.float64))
        return Sample(self.name, {"input": part_of(source), "target": part_of(target)})

    def _require_fit(self, parts: Mapping[str, Part]) -> None:
        given, target = parts["input"], parts.get("target")
        if target is not None and "input" in self.files:
            self._require_scale(given, target)
        for role in self.aligned:
            if role in parts:
                self._require_aligned(role, parts)
        if self.same_length:
            self._require_length(parts)

    def _require_length(self, parts: Mapping[str, Part]) -> None:
        """A part of one frame besides input and target stands for all frames, as a mask may."""
        counts = [len(p) for role, p in parts.items() if role in ("input", "target") or len(p) > 1]
        if len(set(counts)) > 1:
            lengths = ", ".join(f"{role} {len(part)}" for role, part in parts.items())
            raise SetError(
                f"the clips of '{self.name}' differ in length ({lengths} frames); expected as many frames "
                "in each. Add the missing frames, or take the others away."
            )

    def _require_scale(self, given: Part, target: Part) -> None:
        scale = self.recipe.input_scale
        height, width = given.shape[1:3]
        if (height * scale, width * scale) != target.shape[1:3]:
            raise SetError(
                f"{self.files['input'][0].name} is {width}x{height} and {self.files['target'][0].name}, "
                f"cropped to a multiple of {self.recipe.scale.numerator}, "
                f"{target.shape[2]}x{target.shape[1]}; "
                f"expected {scaled(width, scale)}x{scaled(height, scale)} at x{scale_text(scale)}. Sizes are "
                "never adapted: give the scale that they were made with, or make them again."
            )

    def _require_aligned(self, role: str, parts: Mapping[str, Part]) -> None:
        sizes = {parts[r].shape[1:3] for r in ("input", "target") if r in parts}
        size = parts[role].shape[1:3]
        if size not in sizes:
            expected = " or ".join(sorted(f"{w}x{h}" for h, w in sizes))
            raise SetError(
                f"the {role} of '{self.name}' is {size[1]}x{size[0]}; expected {expected}, the size of the "
                f"image that it belongs to. Make the {role} again at that size."
            )


@dataclass(frozen=True)
class SampleSet:
    """A set at one level."""

    name: str
    title: str
    task: str
    level: str
    """The level as it is written: x4, n25 or q10."""
    scale: Ratio
    """The size of the target by that of the input; 1 unless the task has scales."""
    protocol: str
    """The protocol that a bare metric means here."""
    samples: tuple[SampleRef, ...]
    address: str = ""
    """The name by which `load_set` finds it again."""

    @property
    def id(self) -> str:
        """Name and level, as `load_set` takes it."""
        return f"{self.name}_{self.level}" if self.level else self.name

    @property
    def roles(self) -> frozenset[str]:
        """The roles of parts that every sample has, made ones included."""
        roles = [sample.roles for sample in self.samples if not sample.trouble]
        return frozenset.intersection(*roles) if roles else frozenset()

    @cached_property
    def hash(self) -> str:
        """12 hexadecimal digits over everything that decides a pixel: names, files, degradation."""
        with ThreadPoolExecutor(4) as pool:
            lines = list(pool.map(_identities, self.samples))
        recipes = [sample.recipe.facts() for sample in self.samples[:1]]
        text = json.dumps([lines, recipes], sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def __len__(self) -> int:
        return len(self.samples)

    def __iter__(self) -> Iterator[SampleRef]:
        return iter(self.samples)


def _identities(sample: SampleRef) -> list[str]:
    """Return the name of a sample and what tells its files from others: input, target, then all else."""

    def identity(role: str) -> str:
        return " ".join(place.identity() for place in sample.files.get(role, ()))

    others = sorted(set(sample.files) - {"input", "target"})
    return [
        sample.name,
        identity("input"),
        identity("target"),
        *(f"{role} {identity(role)}" for role in others),
    ]
