"""The columns of a board's table, and the cells of one entry in them."""

from collections.abc import Callable
from dataclasses import dataclass
from math import log10

from iqabench.boards import Board, BoardEntry, BoundedValue, Quantity, Standings
from iqabench.report.data.board_differences import (
    PrintedDifference,
    StoredValues,
    printed_difference,
)
from iqabench.report.text.figures import short_unit


@dataclass(frozen=True)
class BoardCell:
    """One figure in a board's table."""

    text: str
    sort: float | None
    """Number to sort by; None for an empty cell."""
    note: str = ""
    title: str = ""
    kind: str = ""
    """Verdict on a measured figure: within, out, known or empty."""
    comparison: PrintedDifference | None = None
    """Measured figure beside the printed one; None in other columns."""


@dataclass(frozen=True)
class BoardColumn:
    """One column of the table."""

    name: str
    """Unique name of the column, by which it is hidden and shown."""
    of: str
    """The score or quantity that it shows."""
    group: str
    """Head above the columns of one quantity on several sets; empty otherwise."""
    title: str
    under: str
    better: str
    cell: Callable[[BoardEntry], BoardCell | None]


def columns_of(
    board: Board,
    entries: list[BoardEntry],
    here: StoredValues,
    found: Standings,
    right: Standings | None = None,
) -> list[BoardColumn]:
    """Return columns for the scores and for every quantity that anybody has a figure of, the deciding ones
    first.

    `right` has the scores with the board's errata put in, where they correct an input.
    """
    base = next((e for e in entries if e.name == board.baseline), None)
    columns = [_score(board, name, entries, found, right) for name in board.scores]
    for quantity in board.quantities.values():
        group, title = _titles(quantity)
        digits = None if quantity.facts.relative else _digits(quantity, entries)
        if any(e.line and e.shown(quantity.name) for e in entries):
            columns.append(_published(board, quantity, group, title))
        for device in here.devices(quantity):
            columns.append(_measured(board, quantity, (group, title), device, here, base, digits))
    deciding = [track.rank for track in board.tracks]
    return sorted(
        columns, key=lambda c: deciding.index(c.of) if c.of in deciding else len(deciding)
    )


def number(value: float, digits: int | None) -> str:
    """Return a figure with so many decimals, or to four digits when `digits` is None."""
    if digits is not None:
        return f"{value:.{digits}f}"
    return f"{value:.4g}" if abs(value) < 1e4 else f"{value:,.0f}"


def printed_digits(value: BoundedValue) -> int:
    """Return the number of decimals that a value was printed with."""
    width = value.high - value.low
    return max(0, round(-log10(width))) if width > 0 else 0


def printed(value: BoundedValue) -> str:
    """Return a value as it was printed."""
    return (
        f"{value.value:g}"
        if value.low == value.high
        else f"{value.value:.{printed_digits(value)}f}"
    )


def _titles(quantity: Quantity) -> tuple[str, str]:
    """Return the head above a quantity's column, and the column's own title."""
    facts = quantity.facts
    unit = f" ({short_unit(facts.unit)})" if short_unit(facts.unit) else ""
    whole = (facts.title or quantity.column) + unit
    where = quantity.name.removeprefix(quantity.column).strip()
    return (whole, where) if where else ("", whole)


def _digits(quantity: Quantity, entries: list[BoardEntry]) -> int | None:
    known = [v for e in entries if e.line and (v := e.shown(quantity.name))]
    found = [printed_digits(v) for v in known if v.low != v.high]
    return max(found) if found else 0 if known else None


def _score(
    board: Board,
    name: str,
    entries: list[BoardEntry],
    found: Standings,
    right: Standings | None,
) -> BoardColumn:
    score = board.scores[name]
    is_printed = any(name in e.scores for e in entries)

    def cell(entry: BoardEntry) -> BoardCell | None:
        made, given = found.value(entry, name), entry.scores.get(name)
        if made is None and given is None:
            return None
        said = (
            f"worked out {made.value:.6g}, between {made.low:.6g} and {made.high:.6g}"
            if made
            else ""
        )
        better = right.value(entry, name) if right and entry.line else None
        differs = made and better and made.value != better.value
        note = f"corrected: {number(better.value, None)}" if better and differs else ""
        if given is None:
            assert made is not None
            return BoardCell(number(made.value, None), made.value, note, said)
        return BoardCell(printed(given), given.value, note, said)

    under = "score, as published" if is_printed else "score, worked out"
    return BoardColumn(name, name, "", score.title or name, under, score.better, cell)


def _published(board: Board, quantity: Quantity, group: str, title: str) -> BoardColumn:
    def cell(entry: BoardEntry) -> BoardCell | None:
        value = entry.shown(quantity.name)
        if value is None or not entry.line:
            return None
        place = entry.column_ranks.get(quantity.name)
        known = board.erratum(entry.name, quantity.name)
        remarks = board.remarks_on(entry.name, quantity)
        notes = [f"rank {place}"] if place else []
        notes += [f"corrected: {known.instead:g}"] if known and known.instead is not None else []
        notes += ["not compared"] if quantity.name in entry.apart else []
        reasons = [known.why] if known else []
        title = "; ".join([*reasons, *(one.says for one in remarks)])
        return BoardCell(printed(value), value.value, ", ".join(notes), title)

    name = quantity.name
    return BoardColumn(name, name, group, title, "published", quantity.facts.better, cell)


def _measured(
    board: Board,
    quantity: Quantity,
    titles: tuple[str, str],
    device: str,
    here: StoredValues,
    base: BoardEntry | None,
    digits: int | None,
) -> BoardColumn:
    def cell(entry: BoardEntry) -> BoardCell | None:
        one = printed_difference(here, board, entry, quantity, device, base)
        if one is None:
            return None
        value = one.measured.value
        kind = {None: "", True: "within", False: "out"}[one.within]
        kind = "known" if kind == "out" and board.erratum(entry.name, quantity.name) else kind
        ends = (
            f"95 % interval {value.low:.6g} to {value.high:.6g}" if value.low < value.high else ""
        )
        note = _difference(one, digits)
        title = "; ".join(part for part in (f"{value.value:.8g}", ends, one.why) if part)
        part = one.why if one.measured.n < one.measured.of else ""
        return BoardCell(number(value.value, digits), value.value, note or part, title, kind, one)

    under = f"measured, {device}" if device else "measured"
    name = " ".join(part for part in (quantity.name, "measured", device) if part)
    return BoardColumn(name, quantity.name, *titles, under, quantity.facts.better, cell)


def _difference(one: PrintedDifference, digits: int | None) -> str:
    if one.ratios is not None:
        return "×{:.3f}, published ×{:.3f}".format(*one.ratios)
    if one.difference is None:
        return ""
    text = f"{one.difference:+.{(digits or 0) + 1}f}"
    return text if float(text) else "±0"
