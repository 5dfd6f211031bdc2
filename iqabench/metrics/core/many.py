"""Columns of many outputs at a time, for devices that are only fast when they are given much."""

from collections.abc import Sequence
from math import isnan
from typing import cast

from iqabench.errors import IqabenchError
from iqabench.images import Case, Pair
from iqabench.metrics.core.batch_scores import batch_scores
from iqabench.metrics.core.batched import has_batched_form
from iqabench.metrics.core.column import Column, large_enough, value
from iqabench.metrics.core.views import Views, views
from iqabench.protocol import Protocol

Value = float | IqabenchError


def many_attempts(columns: list[Column], cases: Sequence[Case], device: str) -> list[list[Value]]:
    """Return what `attempts` does for each case, in batches for metrics that have a batched form.

    Equal to the single values within 1e-4.
    """
    kinds = [(c.protocol, c.metric.reference) for c in columns]
    seen = [views(kinds, case) for case in cases]
    values: list[dict[str, Value]] = [{} for _ in cases]
    for protocol in dict.fromkeys(c.protocol for c in columns):
        of_protocol = [c for c in columns if c.protocol == protocol and not c.lack]
        together = [c for c in of_protocol if _is_batched(c)]
        _fill_in(protocol, together, seen, values, device)
    for at, shown in enumerate(seen):
        for c in columns:
            if c.name not in values[at]:
                values[at][c.name] = value(c, shown[c.protocol, c.metric.reference])
    return [[row[c.name] for c in columns] for row in values]


def _is_batched(column: Column) -> bool:
    """Return whether the column has a batched form; only the plain variant of a metric has one.

    After an alignment the pixels that count differ from pair to pair.
    """
    plain = column.protocol.ssim.is_plain or not column.metric.in_variants
    return plain and column.protocol.align == "none" and has_batched_form(column.metric)


def _fill_in(
    protocol: Protocol,
    together: list[Column],
    seen: Sequence[Views],
    values: list[dict[str, Value]],
    device: str,
) -> None:
    """Fill in what the batched forms give of the pairs that all these metrics are defined on."""
    shown = [views.get((protocol, "full")) for views in seen]
    places = [
        at
        for at, view in enumerate(shown)
        if isinstance(view, Pair) and all(large_enough(c, view) for c in together)
    ]
    if not together or not places:
        return
    pairs = [cast(Pair, shown[at]) for at in places]
    scored = batch_scores([c.metric for c in together], pairs, device)
    for at, row in zip(places, scored, strict=True):
        known = zip(together, row, strict=True)
        values[at] |= {c.name: v for c, v in known if not (isinstance(v, float) and isnan(v))}
