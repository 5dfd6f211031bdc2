"""Sets of opinions, for `list` and `show`."""

from typing import Any

from iqabench.opinions import opinion_set_named, opinion_sets


def rows() -> list[dict[str, Any]]:
    """Return one row for each set of opinions."""
    return [
        {
            "opinions": s.name,
            "title": s.title,
            "images": s.size,
            "references": "yes" if s.has_references else "no",
            "better": s.better,
            "scale": s.scale,
            "where": s.site,
        }
        for s in opinion_sets()
    ]


def show(name: str) -> dict[str, Any]:
    """Return the facts of one set of opinions."""
    facts = opinion_set_named(name)
    return {
        "opinions": facts.name,
        "title": facts.title,
        "images": facts.size,
        "references": facts.has_references,
        "scale": facts.scale,
        "better": facts.better,
        "where": facts.site,
        "source": facts.source,
        "layout": facts.layout,
        "file": opinion_sets().origin(name),
    }
