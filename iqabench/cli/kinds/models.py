"""Models, for `list` and `show`. Imports no torch."""

from pathlib import Path
from typing import Any

from iqabench.cli.lazy import lazy_imports
from iqabench.models.core.card import Card
from iqabench.models.core.catalogue import card_at, card_of, cards

with lazy_imports():
    from iqabench.models.core.load import load_model


def rows() -> list[dict[str, Any]]:
    """Return one row for each model, with all its scales."""
    found: dict[str, list[Card]] = {}
    for card in cards().values():
        found.setdefault(card.id, []).append(card)
    return [_row(members) for _, members in sorted(found.items())]


def _row(members: list[Card]) -> dict[str, Any]:
    card = next((c for c in members if c.scale == 4), members[0])
    return {
        "model": card.id,
        "task": card.task,
        "scales": " ".join(f"x{c.scale}" for c in sorted(members, key=lambda c: c.scale)),
        "params": card.params,
        "variant_of": card.variant.parent if card.variant else "",
        "weights": _weights(card),
        "licence": card.licence,
        "what": card.title,
    }


def _weights(card: Card) -> str:
    if card.loader == "outputs":
        return "outputs only"
    if card.weights is None:
        return "none needed"
    if card.weights.embedded:
        return "in the package"
    if card.weights.url is None:
        return "to be handed over"
    return "by url and hash" if card.weights.sha256 else "by url, pinned"


def show(name: str) -> dict[str, Any]:
    """Return the facts of one model: of a registered one, of a card or its folder, or of a file.

    A file is loaded for its facts, with torch.
    """
    path = Path(name)
    if (path / "card.yaml").is_file() or path.suffix.lower() in (".yaml", ".yml"):
        return card_at(path).model_dump()
    if path.is_file() or "/" in name or ":" in name:
        return load_model(name).card.model_dump()
    return card_of(name).model_dump()
