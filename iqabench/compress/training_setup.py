"""The training of a network on photographs, as all ways of compressing use it."""

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
from iqabench.training.unit_range import UnitRangeNetwork


@dataclass(frozen=True)
class TrainingSetup:
    """The photographs, plan, patches, work folder and device of a training."""

    photos: Path
    """A folder of photographs; every ninth is held out."""
    work: Path
    """The folder of patches and checkpoints, from which a training with the same setup continues."""
    plan: Plan
    per_copy: int = 80
    """Number of patches tried at each size of a photograph."""
    side: int = 48
    """Side of the patches, in pixels of the input."""
    device: str = "cpu"

    @property
    def facts(self) -> dict[str, str | int | float]:
        """The facts of the training, for the card of a variant."""
        plan = {k: v for k, v in asdict(self.plan).items() if k != "save_every"}
        return {**plan, "per_copy": self.per_copy, "side": self.side}


def train_network(
    network: nn.Module,
    card: Card,
    loss: Loss,
    setup: TrainingSetup,
    facts: Mapping[str, str | int | float] | None = None,
    prepare: Callable[[Patches], Patches] = lambda patches: patches,
) -> Photographs:
    """Train the network in place, on the photographs of the setup, for the range and scale on the card.

    Afterwards the network is on the CPU and ready to run. `facts` identify this training besides its setup;
    `prepare` adds to the patches what the loss needs.

    Returns: the photographs that the network learned from.
    Raises: ImageError or SetError for photographs that cannot be used; UsageError or CompressError when
        `work` holds another training; CompressError when the training diverges.
    """
    photos = photographs(setup.photos)
    learned, held = photos.patches(
        setup.work,
        scale=card.whole_scale,
        side=setup.side,
        per_copy=setup.per_copy,
        seed=setup.plan.seed,
    )
    identity = {
        "photographs": photos.sha256,
        "per_copy": setup.per_copy,
        "side": setup.side,
        **(facts or {}),
    }
    training = Training(
        UnitRangeNetwork(network, card.range),
        loss,
        setup.plan,
        setup.work,
        resolve_device(setup.device),
        facts=identity,
    )
    training.run(prepare(learned), held)
    network.cpu()
    return photos
