"""Differences between what was frozen and what is measured now."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .records import Entries

DOUBLE = 1e-9
"""Relative tolerance of what is computed in double precision from the same pixels."""

LEARNED = 2e-5
"""Relative tolerance of networks, and of metrics in single precision: other processors sum in another order
and have other instructions, so the last digits of float32 differ, and with them now and then a pixel."""

IN_DOUBLE = frozenset({
    "psnr", "rmse", "mae", "uqi", "ergas", "entropy", "sharpness", "total_variation", "colourfulness",
    "piqe", "sr_sim", "sr_simc",
})  # fmt: skip
"""Metrics whose arithmetic is double throughout and well conditioned."""

ILL_CONDITIONED = {"ilniqe": 1e-3}
"""Metrics with a tolerance of their own: ILNIQE fits statistics to patches that it first chooses, and inverts
a nearly singular matrix; another BLAS was seen to move it by 6e-5."""

WITHOUT_NETWORK = frozenset({"bicubic", "noisy", "smooth", "grey_noisy"})
"""Models, and folders of outputs, whose pixels come from whole numbers or from double precision."""

REASONS = frozenset({"error"})
"""Fields in words for people: another wording is a note, no difference."""

_NOT_AT_HAND = "could not be fetched"
"""What stands in the reason of a metric whose weights were not at hand."""


@dataclass
class Compared:
    """What came of a comparison."""

    values: int = 0
    """Facts and numbers that were compared."""
    differences: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What is no difference and still worth a word: new entries, other reasons."""

    def add(self, other: "Compared") -> None:
        """Count another comparison in."""
        self.values += other.values
        self.differences += other.differences
        self.notes += other.notes


Rule = Callable[[Mapping[str, Any]], float]
"""From an entry to the relative tolerance of its numbers."""


def of_record(entry: Mapping[str, Any]) -> float:
    """Say how far the value of a record may lie from the frozen one."""
    metric, _, protocol = str(entry.get("column", "")).partition("@")
    compared_with_network = protocol.startswith(("model", "restored", "consensus"))
    exact = metric in IN_DOUBLE and entry.get("model") in WITHOUT_NETWORK
    return DOUBLE if exact and not compared_with_network else ILL_CONDITIONED.get(metric, LEARNED)


def in_double(_: Mapping[str, Any]) -> float:
    """Say the same of what follows from stored numbers by double arithmetic."""
    return DOUBLE


def compare(frozen: Entries, found: Entries, rule: Rule, *, exact: bool = False) -> Compared:
    """Compare two cases, entry by entry."""
    outcome = Compared()
    for name in sorted(frozen):
        if name not in found:
            outcome.values += 1
            outcome.differences.append(f"{name}: is missing now")
            continue
        _compare_entry(
            name, frozen[name], found[name], 0.0 if exact else rule(frozen[name]), outcome
        )
    new = sorted(set(found) - set(frozen))
    if new:
        outcome.notes.append(f"{len(new)} entries are new, as {new[0]}")
    return outcome


def _compare_entry(
    name: str, frozen: Mapping[str, Any], found: Mapping[str, Any], tolerance: float, outcome: Compared
) -> None:  # fmt: skip
    there = dict(leaves(found))
    if _NOT_AT_HAND in str(frozen.get("error")) and found.get("status") == "ok":
        outcome.notes.append(f"{name}: could not be had when it was frozen, and has a value now")
        frozen = {"key": frozen["key"]}
    for place, was in leaves(frozen):
        outcome.values += 1
        now = there.get(place, "(missing)")
        if same(was, now, tolerance):
            continue
        if place.lstrip(".") in REASONS and was and now:
            outcome.notes.append(f"{name}: another reason: {str(now).splitlines()[0]}")
        else:
            outcome.differences.append(f"{name}: {place.lstrip('.')} was {was!r}, now {now!r}")


def leaves(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Walk through dictionaries and lists to what they hold; a list's length is a fact of its own."""
    if isinstance(value, Mapping):
        for key in value:
            yield from leaves(value[key], f"{place}.{key}")
    elif isinstance(value, list):
        yield f"{place}.length", len(value)
        for at, item in enumerate(value):
            yield from leaves(item, f"{place}[{at}]")
    else:
        yield place, value


def same(was: Any, now: Any, tolerance: float) -> bool:
    """Tell whether two facts are equal; only floats have a tolerance."""
    if isinstance(was, float) and isinstance(now, (int, float)) and not isinstance(now, bool):
        return abs(was - now) <= tolerance * max(abs(was), abs(now))
    return type(was) is type(now) and bool(was == now)
