from collections.abc import Iterator
from pathlib import Path

from trials.trial import Trial


def trials(seed: int, tries: int, inputs: Path) -> Iterator[Trial]:
    return iter(())
