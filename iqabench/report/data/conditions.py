"""Conditions on a comparison, as `iqabench compare --fail-if` takes them.

    psnr@sr-y < -0.02           the difference B - A of the means; of a cost the ratio B / A
    value(psnr@sr-y) < 30       B's own mean, or its cost
    low(psnr@sr-y) < -0.05      the lower end of the 95 % interval of the difference or ratio: a loss of 0.05
                                cannot be excluded
    high(psnr@sr-y) < -0.02     its upper end: the loss is surely larger than 0.02
    p(psnr@sr-y) < 0.05         the p value of the difference
    wins(psnr@sr-y) < 0.4       the share of the images on which B is better; a tie is half of one
    psnr@sr-y < -0.02 on set5   one set only; without it every set, and all sets together, count

The signs are <, <=, > and >=. A cost may be named without its size or convention.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isnan
from operator import ge, gt, le, lt
from typing import Any

from iqabench.errors import UsageError

Row = dict[str, Any]

_FORM = re.compile(
    r"\s*(?:(?P<quantity>\w+)\((?P<inner>[^()\s]+)\)|(?P<column>[^\s()<>=]+))"
    r"\s*(?P<sign><=|>=|<|>)\s*(?P<bound>[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?)(?:\s+on\s+(?P<place>\S.*?))?\s*"
)
_SIGNS = {"<": lt, "<=": le, ">": gt, ">=": ge}
_FIELDS = {"value": "b", "low": "ci_low", "high": "ci_high", "p": "p", "wins": "wins"}
"""Field of a row for each quantity; without one it is the difference, or the ratio."""
_QUALITY_ONLY = ("p", "wins")


@dataclass(frozen=True)
class Condition:
    """A condition as it was read."""

    text: str
    quantity: str
    """Name such as low, or empty for the difference or ratio."""
    column: str
    sign: str
    bound: float
    place: str
    """Set that it is about; empty for all."""

    def names(self, kind: str, column: str) -> bool:
        """Return whether it may be about a column that will be measured; sizes of costs are not known yet."""
        base = self.column.partition("@")[0]
        return column == self.column or (kind == "cost" and column.partition("@")[0] == base)

    def meant(self, columns: Iterable[tuple[str, str]]) -> list[str]:
        """Return the names of the columns that it is about, among pairs of a kind and a name.

        A column of quality is named in full; a cost may be named without its size or convention.
        """
        columns = list(columns)
        exact = [name for _, name in columns if name == self.column]
        return exact or [
            name
            for kind, name in columns
            if kind == "cost" and name.partition("@")[0] == self.column
        ]

    def value(self, row: Row) -> float | None:
        """Return the number that it compares; None where the row has none."""
        usual = "difference" if row["kind"] == "quality" else "ratio"
        found = row.get(_FIELDS.get(self.quantity, usual))
        return None if found is None or isnan(found) else float(found)


@dataclass(frozen=True)
class Verdict:
    """A condition that holds of a row, or that could not be decided of it."""

    condition: Condition
    row: Row
    """Row of the comparison; empty when nothing was measured of its column."""
    value: float | None

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        text, row = self.condition.text.strip(), self.row
        where = (
            f"{row['column']} on {row.get('set') or row.get('device')}"
            if row
            else self.condition.column
        )
        if self.value is None:
            return f"undecided: {text}: {_reason(self.condition, row)} ({where})"
        named = f"{self.condition.quantity} of " if self.condition.quantity else ""
        if not self.condition.quantity:
            named = "the difference of " if row["kind"] == "quality" else "the ratio of "
        return f"failed: {text}: {named}{where} is {self.value:+.4f}"


def read_condition(text: str) -> Condition:
    """Read a condition.

    Raises: UsageError for other forms.
    """
    match = _FORM.fullmatch(text)
    if not match:
        raise UsageError(
            f"'{text}' is no condition; expected a column, one of < <= > >=, and a number, as in "
            "'psnr@sr-y < -0.02' (difference), 'latency_ms > 1.05' (ratio), 'value(psnr@sr-y) < 30' or "
            "'low(psnr@sr-y) < -0.05 on set5'."
        )
    quantity = match["quantity"] or ""
    if quantity and quantity not in _FIELDS:
        raise UsageError(
            f"'{text}': there is no {quantity}(); expected one of {', '.join(f'{q}()' for q in _FIELDS)}."
        )
    return Condition(
        text,
        quantity,
        match["inner"] or match["column"],
        match["sign"],
        float(match["bound"]),
        match["place"] or "",
    )


def check_conditions(
    conditions: Sequence[Condition], columns: Sequence[tuple[str, str]], sets: Sequence[str]
) -> None:
    """Check that all columns and sets are among those that will be measured: pairs of a kind and a name.

    Raises: UsageError naming those that will be.
    """
    for condition in conditions:
        kinds = {kind for kind, name in columns if condition.names(kind, name)}
        if not kinds:
            known = ", ".join(dict.fromkeys(name for _, name in columns))
            raise UsageError(
                f"'{condition.text}': '{condition.column}' is not measured here; there are: "
                f"{known or 'none'}. Add it with --column or --probe."
            )
        if condition.quantity in _QUALITY_ONLY and "quality" not in kinds:
            raise UsageError(
                f"'{condition.text}': {condition.quantity}() is of images, and {condition.column} is a cost; "
                "expected value(), low() or high()."
            )
        if condition.place and (condition.place not in sets or "quality" not in kinds):
            raise UsageError(
                f"'{condition.text}': there is no '{condition.place}' to compare on; expected one of "
                f"{', '.join(sets)}, and a column of quality."
            )


def verdicts(condition: Condition, rows: Sequence[Row]) -> list[Verdict]:
    """Return a verdict for each row of which a condition holds or cannot be decided.

    A condition of which nothing was measured, since all images failed, is undecided.
    """
    names = condition.meant((row["kind"], row["column"]) for row in rows)
    meant = [row for row in rows if row["column"] in names]
    if condition.place:
        meant = [row for row in meant if row.get("set") == condition.place]
    if not meant:
        return [Verdict(condition, {}, None)]
    found = ((row, condition.value(row)) for row in meant)
    return [
        Verdict(condition, row, value)
        for row, value in found
        if value is None or _SIGNS[condition.sign](value, condition.bound)
    ]


def _reason(condition: Condition, row: Row) -> str:
    if not row:
        return "nothing was measured of both models"
    if condition.quantity in ("low", "high"):
        if row["kind"] == "cost":
            return "a ratio has an interval only where both models were sampled in turn"
        return f"{row['n']} images have no interval; five are the fewest"
    if condition.quantity == "p":
        return "both models have equal values on all images, so there is no p"
    return "it has no value"
