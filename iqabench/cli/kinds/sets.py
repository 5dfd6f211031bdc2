"""Sets and groups of them, for `list` and `show`. Imports no torch."""

from dataclasses import asdict
from typing import Any

from iqabench.cli.lazy import lazy_imports
from iqabench.sets import files_of, set_facts, set_names
from iqabench.sets.catalogue import find_entry, group_of, set_groups
from iqabench.sets.facts import SetFacts
from iqabench.sets.group_facts import GroupFacts
from iqabench.sets.pinned_list import list_path, origins

with lazy_imports(until_used=True):  # it reads pixels, and few sets need it
    from iqabench.sets.load import recipes_of


def rows() -> list[dict[str, Any]]:
    """Return one row for each set, and then one for each group."""
    return [*map(_row, set_names()), *map(_group_row, set_groups().values())]


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


def _group_row(group: GroupFacts) -> dict[str, Any]:
    return {
        "set": group.name,
        "task": "group of sets",
        "images": sum(_size(address) for address in group.sets),
        "levels": "",
        "default": "",
        "protocol": group.protocol,
        "licence": "",
        "what": f"{group.title}: {', '.join(group.sets)}",
    }


def _size(address: str) -> int:
    """Return the number of samples of a set with or without a level; 0 for one that is not declared."""
    found = find_entry(address)
    return found[0].facts.size if found else 0


def show(name: str) -> dict[str, Any]:
    """Return the facts of one set, with the number and the size of its files, or those of a group."""
    if group := group_of(name):
        return {**group.model_dump(), "images": {a: _size(a) for a in group.sets}}
    facts = set_facts(name)
    files = files_of(name)
    sizes = [f.bytes for f in files]
    total = None if None in sizes else round(sum(s or 0 for s in sizes) / 1e6, 1)
    hashes = _degradation_hashes(facts)
    counts = {"to_fetch": len(files), "megabytes": total}
    return {**facts.model_dump(), **hashes, **counts, **_adopted(facts)}


def _adopted(facts: SetFacts) -> dict[str, Any]:
    """Return where the copies of a set came from that a person handed over, by level."""
    if not facts.layouts:
        return {}
    seen = {level or "all": asdict(origin) for level, origin in origins(facts.name).items()}
    return {"adopted": seen or "no copy yet", "pinned_list": str(list_path(facts.name))}


def _degradation_hashes(facts: SetFacts) -> dict[str, Any]:
    """Return the hash of each degradation at the default level, where the set has several."""
    if not facts.degradations:
        return {}
    recipes = recipes_of(facts, facts.level)
    hashes = {label.lstrip("_"): recipe.hash for label, recipe in recipes.items()}
    return {f"hashes at {facts.level}": hashes}
