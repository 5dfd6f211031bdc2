"""The outcome of a run: its keys, its counts and its failures."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from iqabench.pairing import unpaired_in_words

NO_OUTPUT = "it has no output"
"""The reason of a target without an output."""


@dataclass(frozen=True)
class Failure:
    """One failure and its place."""

    error: str
    where: str
    """The model, or the model and the set."""
    sample: str = ""
    """The sample; empty when the failure is not about one sample."""
    is_missing: bool = False
    """True when an image is absent or cannot be read, and nothing was computed of it."""

    def __str__(self) -> str:
        place = " on ".join(p for p in (self.where, self.sample) if p)
        return f"{place}: {self.error}"


@dataclass
class Outcome:
    """The outcome of a run or of scoring."""

    keys: list[str] = field(default_factory=list)
    """The keys of all cells, run now or in the store before."""
    done: int = 0
    """The number of images that were restored or scored now."""
    skipped: int = 0
    """The number of images that had their records before."""
    failures: list[Failure] = field(default_factory=list)
    """The failures, each reason once for an image."""

    missing: list[str] = field(default_factory=list)
    """Sentences about images that no figure covers: those without a partner and files that are not read."""
    notes: list[str] = field(default_factory=list)
    """Sentences that a reader of the figures needs."""
    samples: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The samples that were asked for, by key, where they are not all of the set."""

    def add(
        self, where: str, sample: str, errors: Iterable[str], *, is_missing: bool = False
    ) -> None:
        """Count an image and add its failures; empty errors are ignored."""
        self.done += 1
        self.failures += [
            Failure(error, where, sample, is_missing) for error in dict.fromkeys(errors) if error
        ]

    @classmethod
    def joined(cls, outcomes: Iterable["Outcome"]) -> "Outcome":
        """Return one outcome of several runs, such as those of a sweep over a setting."""
        whole = cls()
        for each in outcomes:
            whole.keys += each.keys
            whole.done += each.done
            whole.skipped += each.skipped
            whole.failures += each.failures
            whole.missing += [line for line in each.missing if line not in whole.missing]
            whole.notes += [note for note in each.notes if note not in whole.notes]
            whole.samples |= each.samples
        return whole

    @property
    def all_missing(self) -> list[str]:
        """The sentences about missing images, those about targets without an output included."""
        names: dict[str, list[str]] = {}
        for failure in self.failures:
            if failure.is_missing and failure.error == NO_OUTPUT:
                names.setdefault(failure.where, []).append(failure.sample)
        of_targets = (
            unpaired_in_words("target", "output", list(dict.fromkeys(some)))
            for some in names.values()
        )
        return list(
            dict.fromkeys([*self.missing, *(line for lines in of_targets for line in lines)])
        )

    def limit(self, keys: Iterable[str], samples: Iterable[str], of: int) -> None:
        """Note that only these samples of a set with `of` samples were asked for."""
        names = tuple(samples)
        if len(names) < of:
            self.samples |= dict.fromkeys(keys, names)
