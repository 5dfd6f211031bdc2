"""The plan: which models meet which sets under which columns. Loads no weights and no pixels."""

from dataclasses import dataclass
from pathlib import Path

from iqabench.errors import ModelError, SetError, UsageError
from iqabench.metrics import AnyColumn, any_column
from iqabench.models.core.card import Card
from iqabench.models.core.catalogue import card_of
from iqabench.models.core.load import is_own
from iqabench.models.core.model import Precision
from iqabench.protocol import Domain
from iqabench.run.references import LEAST_MEMBERS
from iqabench.sets import SampleSet, load_set
from iqabench.tasks import scale_text, task_named


@dataclass(frozen=True, kw_only=True)
class Options:
    """How cells are evaluated; all of it that can change a number is part of a record's key."""

    device: str = "auto"
    precision: Precision = "fp32"
    tile: int = 0
    """Side of the input tiles in pixels; 0 is the whole image."""
    settings: tuple[str, ...] = ()
    """Settings of models, as in alpha=0.5."""
    limit: int | None = None
    """Only the first samples of each set."""
    force: bool = False
    """Run again what has a record already."""
    save_outputs: Path | None = None
    allow_random_weights: bool = False
    progress: bool | None = None


@dataclass(frozen=True)
class Cell:
    """One model on one set in one domain, and the columns that are wanted of it."""

    model: str
    card: Card | None
    """Absent for what the user brings: it is known once it is loaded."""
    set: SampleSet
    domain: Domain
    columns: tuple[AnyColumn, ...]


def plan(
    models: list[str],
    sets: list[str],
    columns: list[str],
    scale: int | None = None,
    *,
    outputs_wanted: bool = False,
    fetch: bool = True,
) -> list[Cell]:
    """The cells, model by model, so that each is loaded once. Without `fetch` nothing is downloaded.

    Raises: UsageError when models or sets are missing; UnknownNameError; ModelError when a model lacks
        the set's scale or is for another task; SetError when a set has nothing to compare with.
    """
    if not models or not sets:
        raise UsageError(
            "name at least one --model and one --set; 'iqabench list models' shows them."
        )
    for name in models:
        if not is_own(name):
            card_of(name)  # a misspelt one is told of before anything is fetched
    found = [load_set(name, scale, fetch=fetch) for name in dict.fromkeys(sets)]
    cells = []
    for name in dict.fromkeys(models):
        for images in found:
            card = None if is_own(name) else _fitting_card(name, images)
            wanted = _columns(images, columns, outputs_wanted)
            _check_consensus(wanted, len(set(models)))
            cells += [
                Cell(name, card, images, domain, tuple(some)) for domain, some in _by_domain(wanted)
            ]
    return cells


def check_fits(card: Card, images: SampleSet) -> None:
    """Whether the model can restore this set.

    Raises: ModelError naming both.
    """
    wanted, able = task_named(images.task), task_named(card.task)
    if wanted.sizes != able.sizes:
        raise ModelError(
            f"the model '{card.id}' is for {able.phrase}; {images.id} is a set for {wanted.phrase}."
        )
    missing = [role for role in card.takes if role not in images.roles]
    if missing and images.roles:
        has = ", ".join(sorted(images.roles))
        raise ModelError(
            f"the model '{card.name}' takes a part '{missing[0]}', which {images.id} lacks; "
            f"it has {has}. Choose a set that has it, or put the files into a folder '{missing[0]}' "
            "beside 'input'."
        )
    if card.scale != images.scale:
        raise ModelError(
            f"the model '{card.name}' scales x{scale_text(card.scale)}; {images.name} at {images.level} "
            f"needs x{scale_text(images.scale)}."
        )


def _fitting_card(name: str, images: SampleSet) -> Card:
    card = card_of(name, images.scale if task_named(images.task).has_scales else None)
    check_fits(card, images)
    return card


def _columns(images: SampleSet, wanted: list[str], outputs_wanted: bool) -> list[AnyColumn]:
    has_targets = any(s.has_target for s in images.samples)
    if not has_targets and not wanted and outputs_wanted:
        return []
    columns = [
        any_column(text, images.protocol)
        for text in dict.fromkeys(wanted or task_named(images.task).columns)
    ]
    lost = [c.name for c in columns if c.needs_target and not has_targets]
    if lost:
        raise SetError(
            f"{images.name} has inputs only, so there is no {lost[0]}. Name columns that need no target, "
            "as in --column niqe, or add --save-outputs DIR to restore it without scoring."
        )
    return columns


def _check_consensus(columns: list[AnyColumn], models: int) -> None:
    lost = [
        c.name for c in columns if c.protocol.reference == "consensus" and models < LEAST_MEMBERS
    ]
    if lost:
        raise UsageError(
            f"{lost[0]} compares with the median of at least {LEAST_MEMBERS} models in one run; "
            f"{models} named."
        )


def _by_domain(columns: list[AnyColumn]) -> list[tuple[Domain, list[AnyColumn]]]:
    """Columns whose protocols give the model the same input ride on one forward pass."""
    if not columns:
        return [("image", [])]
    domains = dict.fromkeys(c.protocol.domain for c in columns)
    return [(d, [c for c in columns if c.protocol.domain == d]) for d in domains]
