"""Sets, for `list` and `show`. Imports no torch."""

from typing import Any

from iqabench.cli.lazy import lazy_imports
from iqabench.sets import files_of, set_facts, set_names
from iqabench.sets.facts import SetFacts

with lazy_imports(until_used=True):  # it reads pixels, and few sets need it
    from iqabench.sets.load import recipes_of


def rows() -> list[dict[str, Any]]:
    """Return one row for each set."""
    return [_row(name) for name in set_names()]


def _row(name: str) -> dict[str, Any]:
    facts = set_facts(name)
    return {
        "set": facts.name,
        "task": facts.task,
        "images": facts.size,
        "levels": " ".join(facts.levels),
        "default": facts.level,
        "protocol": facts.protocol,
        "licence": facts.licence,
        "what": facts.title,
    }


def show(name: str) -> dict[str, Any]:
    """Return the facts of one set, with the number and the size of its files."""
    facts = set_facts(name)
    files = files_of(name)
    sizes = [f.bytes for f in files]
    total = None if None in sizes else round(sum(s or 0 for s in sizes) / 1e6, 1)
    hashes = _degradation_hashes(facts)
    return {**facts.model_dump(), **hashes, "to_fetch": len(files), "megabytes": total}


def _degradation_hashes(facts: SetFacts) -> dict[str, Any]:
    """Return the hash of each degradation at the default level, where the set has several."""
    if not facts.degradations:
        return {}
    recipes = recipes_of(facts, facts.level)
    hashes = {label.lstrip("_"): recipe.hash for label, recipe in recipes.items()}
    return {f"hashes at {facts.level}": hashes}
