"""Sets of samples, with the hash of all their pixels."""

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from iqabench.images import AS_STORED, ReadOptions
from iqabench.sets.recipe import Recipe
from iqabench.sets.sample import SampleRef
from iqabench.tasks import Ratio


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
    keeps_floats: bool = False
    """True when outputs that are saved must not be rounded to 8 bits, as a server takes them."""
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
    before = tuple(place.travelling() for place in sample.before)
    return replace(sample, files=files, before=before)


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
        *([f"border {sample.border}"] if sample.border else []),
    ]
