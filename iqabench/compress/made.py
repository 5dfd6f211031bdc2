"""How a variant came to be, as its card says it."""

import json
from pathlib import Path
from typing import Any

from iqabench.compress.course import Course
from iqabench.models.core.card import Card
from iqabench.models.core.load import is_own
from iqabench.models.core.model import Model
from iqabench.run.environment import versions
from iqabench.training.photographs import Photographs


def made(
    command: str,
    *,
    course: Course | None = None,
    photos: Photographs | None = None,
    teacher: Model | None = None,
    **more: Any,
) -> dict[str, Any]:
    """The command, seed, steps, photographs, teacher and versions behind a variant, and `more` as it is."""
    said: dict[str, Any] = {"command": command}
    if course is not None:
        said |= course.facts
    if photos is not None:
        said["photographs"] = photos.facts
    if teacher is not None:
        said["teacher"] = {"model": teacher.card.name, "sha256": teacher.hash}
    kept = ("iqabench", "python", "torch", "numpy")
    found = json.loads(versions())
    return {**said, **more, "versions": {name: found[name] for name in kept}}


def name_of(given: str, card: Card) -> str:
    """What another card calls a model that was asked for by the name `given`: its id, or its explicit name
    where x4 is not meant; what was given, for a path or a factory.
    """
    if is_own(given):
        return given
    return card.id if card.task != "sr" or card.scale == 4 else card.name


def photographs_line(photos: Photographs, folder: Path) -> str:
    """For the card's training sets."""
    facts = photos.facts
    return (
        f"{facts['number']} photographs in {folder.name} (SHA-256 {str(facts['sha256'])[:12]}...)"
    )
