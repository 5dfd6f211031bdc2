"""Checks of published figures on standard output, for `iqabench reproduce`."""

from collections.abc import Sequence
from typing import Any

import click

from iqabench.cli.lazy import lazy_imports
from iqabench.cli.table import print_rows

with lazy_imports():
    from iqabench.boards import (
        Board,
        BoardEntry,
        Standing,
        Standings,
        corrected_standings,
        corrections,
        standings,
    )
    from iqabench.boards.check import Check


def print_checks(checks: Sequence[Check], form: str | None) -> None:
    """Print how many published scores and ranks follow, and each that does not."""
    kinds: dict[str, dict[str, Any]] = {}
    for one in checks:
        row = kinds.setdefault(
            one.what,
            {
                "from the published figures": one.what,
                "equal": 0,
                "rounding": 0,
                "erratum": 0,
                "differs": 0,
            },
        )
        row[one.verdict] += 1
    if kinds:
        print_rows([*kinds.values()], form)
    odd = [c for c in checks if c.verdict != "equal"]
    if odd:
        click.echo()
        print_rows([_odd(c) for c in odd], form)


def _odd(one: Check) -> dict[str, Any]:
    between = "" if one.low == one.high else f"{one.low:g} to {one.high:g}"
    return {
        "entry": one.entry,
        "what": one.what,
        "published": f"{one.published:g}",
        "recomputed": f"{one.recomputed:.6g}",
        "within the digits": between,
        "verdict": one.verdict,
        "why": one.why,
    }


def unprinted(board: Board, entries: Sequence[BoardEntry]) -> list[dict[str, Any]]:
    """Return the ranks that were not printed, as they follow from the published figures."""
    result, right = standings(board, entries), corrected_standings(board, entries)
    return [
        {
            "track": track.name,
            "rank": s.rank,
            "entry": s.entry.name,
            "by": track.rank,
            "value": s.by.value,
            "best": s.best,
            "worst": s.worst,
            **_corrected(right, s, track.name),
        }
        for track in board.tracks
        if not track.published
        for s in result.tracks[track.name]
    ]


def _corrected(right: Standings | None, row: Standing, track: str) -> dict[str, Any]:
    """Return rank and value with the errata put in; nothing for boards without corrected inputs."""
    if right is None:
        return {}
    standing = right.of(row.entry.name, track)
    return {
        "corrected_rank": standing.rank if standing else None,
        "corrected_value": standing.by.value if standing else None,
    }


def print_corrections(board: Board, entries: Sequence[BoardEntry], form: str | None) -> None:
    """Print the errata, what they change of the entries that they are about, and the remarks."""
    changed = corrections(board, entries)
    if changed:
        click.echo("\nWith the errata put in:")
        print_rows(
            [
                {
                    "entry": one.entry,
                    "what": one.what,
                    "printed": one.texts[0],
                    "corrected": one.texts[1],
                }
                for one in changed
            ],
            form,
        )
    for erratum in board.errata:
        click.echo(f"erratum: {erratum.entry}, {erratum.of}: {erratum.words}")
    for remark in board.remarks:
        click.echo(f"remark: {remark.subject}: {remark.words}")


def print_unprinted(board: Board, entries: Sequence[BoardEntry], form: str | None) -> None:
    """Print the ranks that were not printed, with the entries that a gate keeps out."""
    rows = unprinted(board, entries)
    if not rows:
        return
    for track in dict.fromkeys(row["track"] for row in rows):
        click.echo(f"\n{track}, whose ranks were not printed:")
        some = [row for row in rows if row["track"] == track]
        moved = any(row.get("corrected_rank", row["rank"]) != row["rank"] for row in some)
        print_rows([_for_people(row, moved=moved) for row in some], form)
    result = standings(board, entries)
    for entry in entries:
        for failed in result.judged[entry.name].failed:
            if not entry.ranks:
                click.echo(f"not ranked: {entry.name}: {failed}")


def _for_people(row: dict[str, Any], *, moved: bool) -> dict[str, Any]:
    """Return a row of a track; with `moved`, with the rank that the errata give it."""
    within = "" if row["best"] == row["worst"] else f"{row['best']} to {row['worst']}"
    return {
        "rank": row["rank"],
        "entry": row["entry"],
        row["by"]: f"{row['value']:.6g}",
        "within the digits": within,
        **({"corrected rank": row["corrected_rank"]} if moved else {}),
    }
