"""The probes, for `list` and `show`."""

from typing import Any

from iqabench.probes import Probe, probes


def rows() -> list[dict[str, Any]]:
    """Return one row for each probe."""
    return [_row(part) for part in probes()]


def _row(part: Probe) -> dict[str, Any]:
    return {
        "probe": part.name,
        "unit": part.unit,
        "better": part.better,
        "conventions": " ".join(c for c in part.conventions if c),
        "timed": part.timed,
        "what": part.title,
    }


def show(name: str) -> dict[str, Any]:
    """Return the facts of one probe, with each convention explained."""
    part = probes().get(name)
    facts = {
        "probe": part.name,
        "title": part.title,
        "unit": part.unit,
        "better": part.better,
        "source": part.source,
        "version": part.version,
        "sized": part.sized,
        "timed": part.timed,
        "conventions": {c: said for c, said in part.conventions.items() if c},
        "defined in": probes().origin(name).rpartition(":")[0].rpartition("/")[2],
    }
    return {**facts, "documentation": " ".join((part.function.__doc__ or "").split())}
