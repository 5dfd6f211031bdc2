"""Columns of many outputs at a time, for devices that are only fast when they are given much."""

from collections.abc import Sequence
from math import isnan
from typing import cast

from iqabench.errors import IqabenchError
from iqabench.images import Case, Pair
from iqabench.metrics.batched import batch_scores, batched
from iqabench.metrics.core.column import Column, Views, large_enough, value, views
from iqabench.protocol import Protocol


def many_attempts(
    columns: list[Column], cases: Sequence[Case], device: str
) -> list[list[float | IqabenchError]]:
    """Return what `attempts` does for each case, in batches for metrics that have a batched form.

    Equal to the single values within 1e-4.
    """
    seen = [views(columns, case) for case in cases]
    found: list[dict[str, float | IqabenchError]] = [{} for _ in cases]
    for under in dict.fromkeys(c.protocol for c in columns):
        together = [c for c in columns if c.protocol == under and batched(c.metric.name)]
        _of_protocol(under, together, seen, found, device)
    for at, one in enumerate(seen):
        for c in columns:
            if c.name not in found[at]:
                found[at][c.name] = value(c, one[c.protocol, c.metric.reference])
    return [[values[c.name] for c in columns] for values in found]


def _of_protocol(
    under: Protocol,
    together: list[Column],
    seen: Sequence[Views],
    found: list[dict[str, float | IqabenchError]],
    device: str,
) -> None:
    """Fill in what the batched forms give of the pairs that all these metrics are defined on."""
    views_of = [one.get((under, "full")) for one in seen]
    places = [
        at
        for at, view in enumerate(views_of)
        if isinstance(view, Pair) and all(large_enough(c, view) for c in together)
    ]
    if not together or not places:
        return
    pairs = [cast(Pair, views_of[at]) for at in places]
    scored = batch_scores([c.metric.name for c in together], pairs, device)
    for at, values in zip(places, scored, strict=True):
        found[at] |= {c.name: v for c, v in zip(together, values, strict=True) if not isnan(v)}
