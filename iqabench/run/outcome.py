"""What a run or a scoring came to."""

from collections.abc import Callable
from dataclasses import dataclass, field

Watch = Callable[[str, int, int], None]
"""Called with the name of what is worked on, samples done and samples in all."""


@dataclass
class Outcome:
    """What a run came to."""

    keys: list[str] = field(default_factory=list)
    """Of all cells that were wanted, run now or found in the store."""
    done: int = 0
    """Images restored or scored now."""
    found: int = 0
    """Images whose records were there already."""
    failures: list[str] = field(default_factory=list)
    """One line for each failed image or model."""
