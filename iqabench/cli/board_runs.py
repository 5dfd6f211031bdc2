"""Runs of a board on standard output, for `iqabench reproduce`: published, measured, difference, verdict."""

from collections import Counter
from collections.abc import Sequence

import click

from iqabench.cli.lazy import lazy_imports
from iqabench.cli.messages import tell
from iqabench.cli.table import print_rows

with lazy_imports():
    from iqabench.boards import Board, entries_of
    from iqabench.challenge import ReproducedCell


def print_compared(compared: list[ReproducedCell], form: str | None) -> None:
    """Print the cells that were run, and on standard error those that were not, by reason."""
    run = [c for c in compared if c.measured is not None]
    if run:
        click.echo()
        print_rows(
            [
                {
                    "entry": c.entry,
                    "model": c.model,
                    "column": c.column,
                    "published": f"{c.published:g}",
                    "measured": f"{c.measured:.6g}",
                    "difference": f"{c.difference:+.3g}",
                    "tolerance": "" if c.tolerance is None else f"{c.tolerance:g}",
                    "verdict": c.verdict,
                    "note": c.why,
                }
                for c in run
            ],
            form,
        )
    _print_others(compared)


def _print_others(compared: Sequence[ReproducedCell]) -> None:
    """Print on standard error the cells that were not run or not compared, by reason."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for c in compared:
        if c.measured is None:
            reasons.setdefault((c.verdict, c.why), []).append(f"{c.model} {c.column}")
    for (verdict, why), cells in reasons.items():
        more = f" and {len(cells) - 4} more" if len(cells) > 4 else ""
        tell(f"{verdict}: {', '.join(cells[:4])}{more}: {why}")


def summary(board: Board, compared: Sequence[ReproducedCell], *, ran: bool) -> str:
    """Return one line for people on what was compared."""
    published = entries_of(board)
    if not published:
        return (
            f"The board {board.name} has no published figures, so there is nothing to reproduce; "
            f"'iqabench rank {board.name} --model NAME' ranks models among each other."
        )
    if ran and not compared:
        return (
            f"None of the {len(published)} entries of {board.name} is registered here, so nothing was run; "
            f"'iqabench rank {board.name} --model NAME' says where another model would stand."
        )
    verdicts = Counter(c.verdict for c in compared)
    counts = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items())
    here = f"; figures run here: {counts}" if counts else ""
    return f"{len(published)} published entries{here}."
