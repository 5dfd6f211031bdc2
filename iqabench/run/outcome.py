"""What a run or a scoring came to."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

Watch = Callable[[str, int, int], None]
"""Called with the name of what is worked on, samples done and samples in all."""


@dataclass(frozen=True)
class Failure:
    """What went wrong, and where."""

    error: str
    where: str
    """A model, or a model on a set."""
    sample: str = ""
    """None where it is not about one image."""

    def __str__(self) -> str:
        place = " on ".join(p for p in (self.where, self.sample) if p)
        return f"{place}: {self.error}"


@dataclass
class Outcome:
    """What a run came to."""

    keys: list[str] = field(default_factory=list)
    """Of all cells that were wanted, run now or found in the store."""
    done: int = 0
    """Images restored or scored now."""
    found: int = 0
    """Images whose records were there already."""
    failures: list[Failure] = field(default_factory=list)
    """Each reason once for an image."""

    def tell(self, where: str, sample: str, errors: Iterable[str]) -> None:
        """Count an image, and what went wrong with it; empty reasons are none."""
        self.done += 1
        self.failures += [Failure(e, where, sample) for e in dict.fromkeys(errors) if e]
