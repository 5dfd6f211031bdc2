"""The provenance of a variant: command, data, teacher and versions, as its card states them."""

import json
from pathlib import Path
from typing import Any

from iqabench.compress.training_setup import TrainingSetup
from iqabench.models.core.card import Card
from iqabench.models.core.load import is_own
from iqabench.models.core.model import Model
from iqabench.run.environment import versions
from iqabench.tasks import task_named
from iqabench.training.photographs import Photographs


def provenance(
    command: str,
    *,
    setup: TrainingSetup | None = None,
    photos: Photographs | None = None,
    teacher: Model | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Return command, seed, steps, photographs, teacher and versions of a variant, and `more` unchanged."""
    facts: dict[str, Any] = {"command": command}
    if setup is not None:
        facts |= setup.facts
    if photos is not None:
        facts["photographs"] = photos.facts
    if teacher is not None:
        facts["teacher"] = {"model": teacher.card.name, "sha256": teacher.hash}
    libraries = ("iqabench", "python", "torch", "numpy")
    installed = json.loads(versions())
    return {**facts, **more, "versions": {name: installed[name] for name in libraries}}


def name_of(name: str, card: Card) -> str:
    """Return the name by which another card refers to a model that the user asked for as `name`.

    That is the card's id at x4 and for models without scale, the explicit name at other scales, and `name`
    itself for a path or a factory; a folder without a slash gets one.
    """
    if is_own(name):
        return name if any(mark in name for mark in ":/\\.") else f"./{name}"
    return card.id if not task_named(card.task).has_scales or card.scale == 4 else card.name


def photographs_line(photos: Photographs, folder: Path) -> str:
    """Return the entry for the training sets of a card."""
    facts = photos.facts
    return (
        f"{facts['number']} photographs in {folder.name} (SHA-256 {str(facts['sha256'])[:12]}...)"
    )
