"""Sets of opinions, for `list` and `show`."""

from typing import Any

from iqabench.opinions import opinion_set_named, opinion_sets


def rows() -> list[dict[str, Any]]:
    """One row for each set of opinions."""
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
    """The facts of one set of opinions."""
    found = opinion_set_named(name)
    return {
        "opinions": found.name,
        "title": found.title,
        "images": found.size,
        "references": found.has_references,
        "scale": found.scale,
        "better": found.better,
        "where": found.site,
        "source": found.source,
        "layout": found.layout,
        "file": opinion_sets().origin(name),
    }
