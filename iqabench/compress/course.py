"""A network's training on photographs, as every way of compressing asks for it."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from torch import nn

from iqabench.models.core.card import Card
from iqabench.run.environment import resolve_device
from iqabench.training.loop import Training
from iqabench.training.losses import Loss
from iqabench.training.patches import Patches
from iqabench.training.photographs import Photographs, photographs
from iqabench.training.plan import Plan
from iqabench.training.units import InUnits


@dataclass(frozen=True)
class Course:
    """What is learned from, how long, and where it is kept meanwhile."""

    photos: Path
    """A folder of photographs; every ninth is held out."""
    work: Path
    """Patches and checkpoints: the same course goes on from there."""
    plan: Plan
    per_copy: int = 80
    """Patches tried at each size of a photograph."""
    side: int = 48
    """Of the patches, in pixels of the input."""
    device: str = "cpu"

    @property
    def facts(self) -> dict[str, str | int | float]:
        """As they stand on a card."""
        plan = {k: v for k, v in asdict(self.plan).items() if k != "save_every"}
        return {**plan, "per_copy": self.per_copy, "side": self.side}


def teach(
    network: nn.Module,
    card: Card,
    loss: Loss,
    course: Course,
    facts: Mapping[str, str | int | float] | None = None,
    prepare: Callable[[Patches], Patches] = lambda patches: patches,
) -> Photographs:
    """Train the network in place, from the photographs of the course, for the range and scale on the card; it
    is on the CPU and ready to run afterwards. `facts` say what else tells this training from others, and
    `prepare` adds to the patches what the loss needs.

    Returns: the photographs that it has learned from.
    Raises: ImageError or SetError for photographs that will not do; UsageError or CompressError when `work`
        holds another training; CompressError when it diverges.
    """
    found = photographs(course.photos)
    learned, held = found.patches(
        course.work,
        scale=card.scale,
        side=course.side,
        per_copy=course.per_copy,
        seed=course.plan.seed,
    )
    told = {
        "photographs": found.sha256,
        "per_copy": course.per_copy,
        "side": course.side,
        **(facts or {}),
    }
    training = Training(
        InUnits(network, card.range),
        loss,
        course.plan,
        course.work,
        resolve_device(course.device),
        facts=told,
    )
    training.run(prepare(learned), held)
    network.cpu()
    return found
