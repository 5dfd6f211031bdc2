"""The plan of a run: its cells, from models, sets and columns. It loads no weights and no pixels."""

from collections.abc import Container
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from pydantic import Field

from iqabench.errors import ModelError, SetError, UsageError
from iqabench.images import AS_STORED, ReadOptions
from iqabench.metrics import AnyColumn, Column, any_column
from iqabench.models.core.card import Card
from iqabench.models.core.catalogue import card_of, cards
from iqabench.models.core.chain import alone_message, follows
from iqabench.models.core.convention import AS_FOUND, CallingConvention
from iqabench.models.core.load import is_own
from iqabench.models.core.model import Precision
from iqabench.models.core.variants import parent_of
from iqabench.protocol import Domain
from iqabench.run.references import LEAST_MEMBERS
from iqabench.sets import SampleSet, scale_of_set
from iqabench.sets.first_frames import first_frames
from iqabench.sets.groups import load_sets, named_sets
from iqabench.tasks import scale_text, task_named


@dataclass(frozen=True, kw_only=True)
class Options:
    """The options of a run; those that affect numbers are part of the keys of records."""

    device: str = "auto"
    precision: Precision = "fp32"
    tile: Annotated[int, Field(ge=0)] = 0
    """The side of the input tiles in pixels; 0 is the whole image."""
    settings: tuple[str, ...] = ()
    """The settings of models, such as alpha=0.5."""
    convention: CallingConvention = AS_FOUND
    """The convention by which models that the user brings are called."""
    limit: Annotated[int, Field(ge=1)] | None = None
    """The number of samples of each set that are run, from the first; None for all."""
    force: bool = False
    """True to run samples again that have a record."""
    save_outputs: Path | None = None
    """The folder that outputs are saved in; None to save none."""
    allow_random_weights: bool = False
    progress: bool | None = None


@dataclass(frozen=True)
class Cell:
    """One model on one set in one domain, with its columns."""

    model: str
    card: Card | None
    """The card; None for a model that the user brings, whose card is made when it is loaded."""
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
    reading: ReadOptions = AS_STORED,
    frames: int | None = None,
) -> list[Cell]:
    """Return the cells, model by model, so that each model is loaded once.

    With `outputs_wanted` a set without targets may be restored without columns. Without `fetch` nothing is
    downloaded. `reading` holds the options that files of folders are read with. `frames` cuts clips to their
    first frames, which makes them other sets. The name of a group means its sets; those that are not here are
    told as missing by the others.

    Raises: UsageError when models or sets are missing; UnknownNameError; ModelError when a model lacks
        the scale of a set or is for another task; SetError when a column needs targets that a set lacks.
    """
    if not models or not sets:
        raise UsageError(
            "name at least one --model and one --set; 'iqabench list models' shows them."
        )
    wanted = named_sets(sets)
    for name in models:
        if not is_own(name):
            _check_scales(name, [one.address for one in wanted], scale)
    loaded = load_sets(wanted, scale, fetch=fetch, reading=reading)
    loaded = [first_frames(images, frames) for images in loaded] if frames else loaded
    distinct = dict.fromkeys(models)
    cells = []
    of_sets: dict[int, list[tuple[Domain, tuple[AnyColumn, ...]]]] = {}
    for name in distinct:
        own = is_own(name)
        for at, images in enumerate(loaded):
            card = None if own else _fitting_card(name, images)
            if at not in of_sets:  # they are the same for all models
                of_set = columns_of_set(images, columns, outputs_wanted)
                _check_consensus(of_set, len(distinct))
                of_sets[at] = by_domain(of_set)
            cells += [Cell(name, card, images, *of_domain) for of_domain in of_sets[at]]
    return _with_costs(cells)


def _check_scales(model: str, sets: list[str], scale: int | None) -> None:
    """Check that a model is registered and has the scales of the sets, before anything is downloaded."""
    if not task_named(card_of(model).task).has_scales:
        return
    for name in sets:
        wanted = scale_of_set(name, scale)
        if wanted is not None:
            card_of(model, wanted)


def _with_costs(cells: list[Cell]) -> list[Cell]:
    """Add the columns of costs to models whose cost is per image, and `macs` to their parents in the run.

    So the parent's cost at the same images is there to compare with.
    """
    adaptive = [cell.card for cell in cells if cell.card and cell.card.cost == "per image"]
    parents = {parent.name for card in adaptive if (parent := parent_of(card, cards()))}
    return [_with_cost(cell, parents) for cell in cells]


def _with_cost(cell: Cell, parents: Container[str]) -> Cell:
    if cell.card is None or cell.domain != "image" or not cell.columns:
        return cell
    names = ["macs"] if cell.card.name in parents else []
    names = ["macs", "heavy"] if cell.card.cost == "per image" else names
    costs = dict.fromkeys([*cell.columns, *(any_column(name) for name in names)])
    return replace(cell, columns=tuple(costs))


def check_fits(card: Card, images: SampleSet) -> None:
    """Check that the model can restore the set.

    Raises: ModelError with the names of both when it cannot.
    """
    set_task, model_task = task_named(images.task), task_named(card.task)
    marks = {set_task.marks, model_task.marks} - {""}
    if set_task.sizes != model_task.sizes or len(marks) > 1:
        raise ModelError(
            f"the model '{card.id}' is for {model_task.phrase}; {images.id} is a set for "
            f"{set_task.phrase}. Choose a model and a set of one task."
        )
    missing = [role for role in card.takes if role not in images.roles]
    if follows(card) in missing:
        raise ModelError(alone_message(card, "carn_m"))
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


def columns_of_set(
    images: SampleSet, names: list[str], outputs_wanted: bool = False
) -> list[AnyColumn]:
    """Return the columns with these names, by default those of the task of the set.

    With `outputs_wanted` a set without targets may have none.

    Raises: SetError when a column needs targets that the set lacks.
    """
    has_targets = any(s.has_target for s in images.samples)
    if not has_targets and not names and outputs_wanted:
        return []
    task = task_named(images.task)
    usual = task.columns if has_targets else task.columns_without_target or task.columns
    columns = [any_column(name, images.protocol) for name in dict.fromkeys(names or usual)]
    for column in columns:
        if isinstance(column, Column):
            _require_parts(column, images)
    undefined = [c.name for c in columns if c.needs_target and not has_targets]
    if undefined:
        raise SetError(
            f"{images.name} has inputs only, so there is no {undefined[0]}. Name columns that need no "
            "target, as in --column niqe, or add --save-outputs DIR to restore it without scoring."
        )
    return columns


def _require_parts(column: Column, images: SampleSet) -> None:
    """Check that samples have the parts that a column compares outputs with."""
    missing = [role for role in column.parts if role not in images.roles]
    if missing and images.roles:
        raise SetError(
            f"{column.name} compares outputs with the part '{missing[0]}' of each sample, which "
            f"{images.name} lacks; it has {', '.join(sorted(images.roles))}. Choose a set that has it, or "
            "leave the column out."
        )


def _check_consensus(columns: list[AnyColumn], models: int) -> None:
    if models >= LEAST_MEMBERS:
        return
    for each in columns:
        if each.protocol.reference == "consensus":
            raise UsageError(
                f"{each.name} compares with the median of at least {LEAST_MEMBERS} models in one run; "
                f"{models} named. Add more with --model."
            )


def by_domain(columns: list[AnyColumn]) -> list[tuple[Domain, tuple[AnyColumn, ...]]]:
    """Group columns by the domain of their protocols; the columns of a domain share one restoration."""
    if not columns:
        return [("image", ())]
    domains = dict.fromkeys(c.protocol.domain for c in columns)
    return [(d, tuple(c for c in columns if c.protocol.domain == d)) for d in domains]
