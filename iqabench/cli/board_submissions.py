"""`iqabench reproduce --submissions`: what a challenge's own submissions measure, beside what was printed."""

from dataclasses import asdict
from typing import Any

import click

from iqabench.challenge.submissions import reproduce_submissions
from iqabench.challenge.submitted import Beside, Counted, Submissions, TrackAgreement
from iqabench.cli.table import print_rows

__all__ = ["print_submissions", "reproduce_submissions"]


def print_submissions(found: Submissions, form: str | None) -> bool:
    """Print counts, ranks and how alike the rankings are; whether nothing differs and nothing is missing."""
    if form in ("json", "csv"):
        print_rows(_rows(found), form)
    else:
        _print(found, form)
    same = all(c.equal for c in found.counts) and all(
        r.published == r.measured for r in found.ranks
    )
    return same and not found.not_run


def _rows(found: Submissions) -> list[dict[str, Any]]:
    rows = [{"depth": "count", **asdict(c)} for c in found.counts]
    rows += [{"depth": "rank", **asdict(r)} for r in found.ranks]
    rows += [{"depth": "track", **asdict(t)} for t in found.tracks]
    return rows + [
        {"depth": "not run", "entry": entry, "why": why} for entry, why in found.not_run.items()
    ]


def _print(found: Submissions, form: str | None) -> None:
    equal = sum(c.equal for c in found.counts)
    odd = [c for c in found.counts if not c.equal]
    more = "; the others:" if odd else "."
    click.echo(f"{equal} of {len(found.counts)} figures are as they were printed{more}")
    if odd:
        print_rows([_of_count(c) for c in odd], form)
    for track in found.tracks:
        click.echo(f"\n{_said(track)}")
        print_rows([_for_people(r) for r in found.ranks if r.track == track.track], form)
    for entry, why in found.not_run.items():
        click.echo(f"not run: {entry}: {why}", err=True)


def _of_count(one: Counted) -> dict[str, Any]:
    return {
        "entry": one.entry, "id": one.model_id, "column": one.column, "published": f"{one.published:g}",
        "measured": "" if one.measured is None else f"{one.measured:.6g}", "why": one.why,
    }  # fmt: skip


def _for_people(one: Beside) -> dict[str, Any]:
    return {
        "entry": one.entry, "printed": "" if one.printed is None else str(one.printed),
        "published": one.published, "measured": one.measured, "why": one.why,
    }  # fmt: skip


def _said(track: TrackAgreement) -> str:
    alike = "" if track.kendall is None or track.spearman is None else (
        f" Kendall's tau {track.kendall:.3f}, Spearman's rho {track.spearman:.3f}."
    )  # fmt: skip
    kept = f"; as published: {', '.join(track.published)}" if track.published else ""
    return f"{track.track}: {track.n} entries. Measured: {', '.join(track.measured)}{kept}.{alike}"
