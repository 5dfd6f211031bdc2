"""Sets of samples: what a run works through."""

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np

from iqabench.errors import SetError
from iqabench.files.disk import sha256_of
from iqabench.images import Image, read_image
from iqabench.protocol import Domain
from iqabench.sets.archive import members, unpacked
from iqabench.sets.recipe import Recipe


class Sample(NamedTuple):
    """One sample, read."""

    name: str
    input: Image
    target: Image | None
    """None where a set has inputs alone."""


@dataclass(frozen=True)
class Place:
    """Where an image lies."""

    path: Path | None
    """None as long as it was not fetched."""
    name: str
    """What messages call it."""
    sha256: str | None = None
    """The checksum of the file; None: not known without reading it."""
    member: str | None = None
    """The image's own name, when the file is an archive."""

    def read(self) -> Image:
        """The image.

        Raises: ImageError when it cannot be read; SetError when it was not fetched.
        """
        if self.path is None:
            owner = self.name.split("/")[0]
            raise SetError(f"{self.name} was not fetched; 'iqabench fetch {owner}' brings it here.")
        if self.member is None:
            return read_image(self.path, self.name)
        inside = members(unpacked(self.path, self.name)).get(self.member)
        if inside is None:
            raise SetError(f"the archive {self.name} holds no {self.member}.")
        return read_image(inside, f"{self.name}: {self.member}")

    def identity(self) -> str:
        """What tells this image from any other."""
        if self.sha256 is not None:
            return f"{self.sha256}:{self.member}" if self.member else self.sha256
        try:
            return sha256_of(self.path) if self.path else "not fetched"
        except OSError:
            return "unreadable"


@dataclass(frozen=True)
class SampleRef:
    """A sample that can be read, any number of times and from any thread."""

    name: str
    recipe: Recipe
    input: Place | None = None
    """None: made from the target."""
    target: Place | None = None
    trouble: str = ""
    """Why it cannot be read, where that is known beforehand."""

    @property
    def has_target(self) -> bool:
        """Whether there is, or should be, a target."""
        return self.target is not None or bool(self.trouble)

    def load(self, domain: Domain = "image") -> Sample:
        """Read, or make, input and target.

        `domain`: "image" for the set's own images; "luma" for the rounded luma of the target, and
        an input degraded from that in double precision (protocol bicubic-2014).

        Raises: ImageError for an image that cannot be read, SetError where they do not fit
            together.
        """
        if self.trouble:
            raise SetError(self.trouble)
        if domain == "luma":
            return self._luma()
        target = self.recipe.target(self.target.read()) if self.target else None
        if self.input is not None:
            given = self.input.read()
            self._require_fit(given, target)
        elif target is not None:
            given = self.recipe.input(target)
        else:
            raise SetError(f"the sample '{self.name}' has neither input nor target.")
        return Sample(self.name, given, target)

    def load_target(self) -> Image | None:
        """The target alone: no input is made. None where the set has inputs alone.

        Raises: ImageError, SetError.
        """
        if self.trouble:
            raise SetError(self.trouble)
        return self.recipe.target(self.target.read()) if self.target else None

    def _luma(self) -> Sample:
        if self.target is None:
            raise SetError(
                f"'{self.name}' has no target; the luma domain makes its input from that."
            )
        if self.recipe.degradation is None or self.recipe.degradation.name != "bicubic":
            raise SetError(
                f"'{self.name}' is no super-resolution sample with a bicubic input; the luma "
                "domain is defined for these alone."
            )
        target = self.recipe.luma(self.name, self.recipe.target(self.target.read()))
        return Sample(self.name, self.recipe.input(target.astype(np.float64)), target)

    def _require_fit(self, given: Image, target: Image | None) -> None:
        if target is None or self.input is None or self.target is None:
            return
        scale = self.recipe.scale
        if (given.shape[0] * scale, given.shape[1] * scale) != target.shape[:2]:
            raise SetError(
                f"{self.input.name} is {given.shape[1]}x{given.shape[0]} and {self.target.name}, "
                f"cropped to a multiple of {scale}, {target.shape[1]}x{target.shape[0]}; expected "
                f"{given.shape[1] * scale}x{given.shape[0] * scale} at x{scale}. Sizes are never "
                "adapted: give the scale that they were made with, or make them again."
            )


@dataclass(frozen=True)
class SampleSet:
    """A set at one level."""

    name: str
    title: str
    task: str
    level: str
    """Such as x4, n25 or q10."""
    scale: int
    """How many times larger the target is than the input; 1 unless the task is sr."""
    protocol: str
    """What a bare metric means here."""
    samples: tuple[SampleRef, ...]
    address: str = ""
    """What `load_set` finds it by again."""

    @property
    def id(self) -> str:
        """Name and level, as `load_set` takes it."""
        return f"{self.name}_{self.level}"

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
    given = sample.input.identity() if sample.input else ""
    return [sample.name, given, sample.target.identity() if sample.target else ""]
