"""The family trees of models: parents with the variants made from them; without torch."""

from collections.abc import Iterator
from typing import Any

from iqabench.cli.lazy import lazy_imports

with lazy_imports():
    from iqabench.models.core.card import Card
    from iqabench.models.core.catalogue import cards, family_tree


def variant_rows() -> list[dict[str, Any]]:
    """Return one row for each variant at each scale, for programs."""
    return [
        {"parent": _id(parent), "variant": card.id, "scale": card.scale, **_facts(card, parent)}
        for parent, variants in sorted(family_tree().items())
        for card in sorted(variants, key=lambda c: c.name)
    ]


def tree_rows() -> list[dict[str, Any]]:
    """Return a row for each model with variants and, indented below it, its variants, for people."""
    tree = family_tree()
    variants = {card.name for members in tree.values() for card in members}
    rows: list[dict[str, Any]] = []
    for root in sorted(set(tree) - variants):
        card = cards().get(root)
        rows.append({"model": root, "method": "", "params": card.params if card else None})
        rows += _beneath(root, tree, "")
    return rows


def _beneath(parent: str, tree: dict[str, list[Card]], indent: str) -> Iterator[dict[str, Any]]:
    members = sorted(tree.get(parent, []), key=lambda c: c.name)
    for card in members:
        last = card is members[-1]
        yield {"model": f"{indent}{'└─' if last else '├─'} {card.name}", **_facts(card, parent)}
        yield from _beneath(card.name, tree, indent + ("   " if last else "│  "))


def _facts(card: Card, parent: str) -> dict[str, Any]:
    assert card.variant is not None
    return {
        "method": card.variant.method,
        "params": card.params,
        "params_ratio": _ratio(card.params, cards().get(parent)),
        "recipe": card.variant.recipe,
    }


def _ratio(params: int | None, parent: Card | None) -> float | None:
    if params is None or parent is None or not parent.params:
        return None
    return round(params / parent.params, 4)


def _id(name: str) -> str:
    card = cards().get(name)
    return card.id if card else name
