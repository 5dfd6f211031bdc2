"""Borders as wide as the scale: a column that leaves one out has no value where no scale is named."""

from collections.abc import Iterable

from iqabench.errors import UsageError
from iqabench.metrics.core.column import AnyColumn
from iqabench.protocol import Protocol
from iqabench.protocols import protocols


def require_no_scale(columns: Iterable[AnyColumn], way: str) -> None:
    """Check that the columns need no scale, where none is named; `way` is how one is named.

    Raises: UsageError for a protocol that leaves out a border as wide as the scale. A border of 1 would be a
        guess, and its figures those of no paper.
    """
    for column in columns:
        if column.protocol.shave_scales:
            twin = _without_border(column.protocol)
            other = f", or take {column.metric.name}@{twin}, the whole image" if twin else ""
            raise UsageError(
                f"{column.name} leaves out a border that depends on the scale, and no scale is named. Name "
                f"it with {way}{other}."
            )


def _without_border(shaved: Protocol) -> str:
    """Return the name of the protocol that differs only in that it leaves out nothing; empty without one."""
    return next((p.name for p in protocols().values() if _rest(p) == _rest(shaved, border=0)), "")


def _rest(protocol: Protocol, border: int | None = None) -> dict[str, object]:
    """Return what decides a number, with the border replaced where one is given."""
    prose = {"name", "version", "summary", "source", "colour", "named", "identity"}
    facts = protocol.model_dump(exclude=prose)
    return facts if border is None else {**facts, "shave_scales": border, "shave_pixels": border}
