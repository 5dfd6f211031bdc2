"""Chains: a model and another one that works on its output, as carn_m+dct_consistency.

A chain is a variant of its first model, so that tables compare it with that model's own row. The module does
not import torch.
"""

from iqabench.errors import ModelError
from iqabench.models.core.card import Card, Variant
from iqabench.tasks import task_named

MARK = "+"
"""The text between the names of both models."""


def halves(name: str) -> tuple[str, str]:
    """Return the names of the first and the second model; the first is empty where the name is no chain."""
    first, _, second = name.rpartition(MARK)
    return first.strip(), second.strip()


def follows(card: Card) -> str:
    """Return the role in which a model gets the output of another; empty for models that need no other."""
    return task_named(card.task).follows


def chained_card(first: Card, second: Card) -> Card:
    """Return the card of a model whose output another one improves.

    Raises: ModelError when the second model cannot work on outputs of the first.
    """
    require_fit(first, second)
    known = first.params is not None and second.params is not None
    return Card(
        id=f"{first.id}{MARK}{second.id}",
        family=second.family,
        title=f"{first.title}, then {_within(second.title)}",
        source=second.source,
        code=second.code,
        licence="; ".join(dict.fromkeys((first.licence, second.licence))),
        task=first.task,
        scale=first.scale,
        loader="chain",
        network=second.name,
        takes=first.takes,
        gives={"output": first.gives["output"]},
        settings={**first.settings, **second.settings},
        cost=first.cost,
        channels=first.channels,
        range=first.range,
        size_multiple=first.size_multiple,
        min_size=first.min_size,
        whole_image=first.whole_image,
        params=(first.params or 0) + (second.params or 0) if known else None,
        training_sets=tuple(dict.fromkeys((*first.training_sets, *second.training_sets))),
        variant=Variant(
            parent=first.name, method="post-processed", recipe=f"{second.id}: {second.title}"
        ),
        notes=second.notes,
        folder=second.folder,
    )


def require_follower(name: str, second: Card, known: list[str]) -> None:
    """Check that the model behind the mark of a chain works on the output of another.

    Raises: ModelError with those that do.
    """
    if not follows(second):
        raise ModelError(
            f"'{name}' names {second.id} behind '{MARK}', which is for {task_named(second.task).phrase}. "
            f"Expected a model that works on the output of another: {', '.join(known)}."
        )


def alone_message(second: Card, example: str) -> str:
    """Return the reason why a model that follows another cannot be run without one."""
    return (
        f"the model '{second.id}' works on the output of another model. Name that one before it, as in "
        f"{example}{MARK}{second.id}."
    )


def require_fit(first: Card, second: Card) -> None:
    """Check that a model works on outputs of another, whatever the scale.

    Raises: ModelError when it does not.
    """
    if follows(first):
        raise ModelError(alone_message(first, "carn_m"))
    output = first.gives.get("output")
    if task_named(first.task).sizes != task_named(second.task).sizes or output is None:
        raise ModelError(
            f"'{second.id}' works on outputs of super-resolution, and '{first.id}' is for "
            f"{task_named(first.task).phrase}. Name a model of super-resolution before '{MARK}'."
        )
    if output.depth != "uint8" or output.frames not in ("each", "all"):
        raise ModelError(
            f"'{second.id}' works on images of 8 bits, and '{first.id}' gives {output.depth} "
            f"(frames: {output.frames}). Name a model of images of 8 bits before '{MARK}'."
        )
    both = sorted(set(first.settings) & set(second.settings))
    if both:
        raise ModelError(
            f"'{first.id}' and '{second.id}' both have a setting '{both[0]}', so --setting would mean both; "
            "choose another model."
        )


def _within(title: str) -> str:
    """Return a title as it is written within a sentence."""
    return title if title[:2].isupper() else title[0].lower() + title[1:]
