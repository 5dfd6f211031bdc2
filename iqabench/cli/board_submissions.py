"""`iqabench reproduce --submissions`: what a challenge's own submissions measure, beside what was printed."""

from dataclasses import asdict
from typing import Any

import click

from iqabench.challenge.submissions import reproduce_submissions
from iqabench.challenge.submitted import Submissions, TrackAgreement
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
    click.echo(f"{equal} of {len(found.counts)} figures are as they were printed; the others:")
    odd = [c for c in found.counts if not c.equal]
    print_rows(
        [
            {
                "entry": c.entry, "id": c.model_id, "column": c.column, "published": f"{c.published:g}",
                "measured": "" if c.measured is None else f"{c.measured:.6g}", "why": c.why,
            }
            for c in odd
        ],
        form,
    )  # fmt: skip
    for track in found.tracks:
        click.echo(f"\n{_said(track)}")
        some = [r for r in found.ranks if r.track == track.track]
        print_rows(
            [
                {
                    "entry": r.entry, "printed": "" if r.printed is None else str(r.printed),
                    "published": r.published, "measured": r.measured, "why": r.why,
                }
                for r in some
            ],
            form,
        )  # fmt: skip
    for entry, why in found.not_run.items():
        click.echo(f"not run: {entry}: {why}", err=True)


def _said(track: TrackAgreement) -> str:
    alike = "" if track.kendall is None or track.spearman is None else (
        f" Kendall's tau {track.kendall:.3f}, Spearman's rho {track.spearman:.3f}."
    )  # fmt: skip
    kept = f"; as published: {', '.join(track.published)}" if track.published else ""
    return f"{track.track}: {track.n} entries. Measured: {', '.join(track.measured)}{kept}.{alike}"
