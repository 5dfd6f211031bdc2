"""Sets, for `list` and `show`. Imports no torch."""

from typing import Any

from iqabench.sets import files_of, set_facts, set_names


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
    return {**facts.model_dump(), "to_fetch": len(files), "megabytes": total}
