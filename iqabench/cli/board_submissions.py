"""`iqabench reproduce --submissions`: what a challenge's own submissions measure, beside what was printed."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from iqabench.cli.lazy import lazy_imports
from iqabench.cli.main import INTERRUPTED
from iqabench.cli.progress import watching
from iqabench.cli.result import SOME_FAILED
from iqabench.cli.table import print_rows

with lazy_imports():
    from iqabench.boards import Board
    from iqabench.submissions.reproduce import reproduce_submissions
    from iqabench.submissions.results import (
        EntryRanks,
        SubmissionCount,
        SubmissionRatio,
        SubmissionResults,
        TrackAgreement,
    )

_NAMED = 5


def submissions_status(meant: Board, checkout: Path, form: str | None, **how: Any) -> int:
    """Measure the submissions as `reproduce_submissions` does and print what came of it; the status."""
    with watching() as watch:
        found = reproduce_submissions(meant, checkout, watch=watch, **how)
    same = print_submissions(found, form)
    if found.interrupted:
        click.echo("interrupted; this is what was measured by then, and it is not kept.", err=True)
        return INTERRUPTED
    return 0 if same else SOME_FAILED


def print_submissions(found: SubmissionResults, form: str | None) -> bool:
    """Print counts, ratios, ranks and how alike the rankings are; whether nothing differs or is missing.

    A rank by measured figures differs when their intervals do not allow the one by published figures.
    """
    if form in ("json", "csv"):
        print_rows(_rows(found), form)
    else:
        _print(found, form)
    same = all(c.equal for c in found.counts) and all(
        r.best <= r.published <= r.worst for r in found.ranks
    )
    return same and not found.not_run


def _rows(found: SubmissionResults) -> list[dict[str, Any]]:
    rows = [{"depth": "count", **asdict(c)} for c in found.counts]
    rows += [{"depth": "ratio", **_of_ratio(r)} for r in found.relatives]
    rows += [{"depth": "rank", **asdict(r)} for r in found.ranks]
    rows += [{"depth": "track", **asdict(t)} for t in found.tracks]
    return rows + [
        {"depth": "not run", "entry": entry, "why": why} for entry, why in found.not_run.items()
    ]


def _of_ratio(one: SubmissionRatio) -> dict[str, Any]:
    by = one.measured
    ends = {"ci_low": by.low if by else None, "ci_high": by.high if by else None}
    said = {**asdict(one), "measured": by.value if by else None, "warnings": list(one.warnings)}
    return said | ends


def _print(found: SubmissionResults, form: str | None) -> None:
    _print_counts(found, form)
    if found.relatives:
        click.echo(f"\nRatios to {found.relatives[0].to}, measured in turn with it:")
        print_rows([_ratio_for_people(r) for r in found.relatives], form)
    for track in found.tracks:
        click.echo(f"\n{_said(track)}")
        print_rows([_for_people(r) for r in found.ranks if r.track == track.track], form)
    _tell_noise(found)
    _tell_absent(found)


def _print_counts(found: SubmissionResults, form: str | None) -> None:
    if not found.counts:
        click.echo("Nothing was counted.")
        return
    equal = sum(c.equal for c in found.counts)
    odd = [c for c in found.counts if not c.equal]
    more = "; the others:" if odd else "."
    click.echo(f"{equal} of {len(found.counts)} counts are as they were printed{more}")
    if odd:
        print_rows([_of_count(c) for c in odd], form)


def _of_count(one: SubmissionCount) -> dict[str, Any]:
    return {
        "entry": one.entry,
        "id": one.model_id,
        "column": one.column,
        "published": f"{one.published:g}",
        "measured": "" if one.measured is None else f"{one.measured:.6g}",
        "why": one.why,
    }


def _ratio_for_people(one: SubmissionRatio) -> dict[str, Any]:
    by = one.measured
    return {
        "entry": one.entry,
        "id": one.model_id,
        "column": one.column,
        "published": f"{one.published:.3f}",
        "measured": f"{by.value:.3f}" if by else "",
        "95 %": f"{by.low:.3f} to {by.high:.3f}" if by and by.low < by.high else "",
        "here": "" if one.here is None else f"{one.here:.4g} {one.unit}",
        "why": one.why,
    }


def _for_people(one: EntryRanks) -> dict[str, Any]:
    return {
        "entry": one.entry,
        "printed": "" if one.printed is None else str(one.printed),
        "published": one.published,
        "measured": one.measured,
        "95 %": f"{one.best} to {one.worst}" if one.best < one.worst else "",
        "why": one.why,
    }


def _said(track: TrackAgreement) -> str:
    alike = (
        ""
        if track.kendall is None or track.spearman is None
        else (f" Kendall's tau {track.kendall:.3f}, Spearman's rho {track.spearman:.3f}.")
    )
    kept = f"; as published: {', '.join(track.published)}" if track.published else ""
    entries = "1 entry" if track.n == 1 else f"{track.n} entries"
    return f"{track.track}: {entries}. Measured: {', '.join(track.measured)}{kept}.{alike}"


def _tell_noise(found: SubmissionResults) -> None:
    """One line on everything that speaks against times; the machine-readable forms have it all."""
    noisy = {r.entry: r.warnings[0] for r in found.relatives if r.warnings}
    if noisy:
        of = len({r.entry for r in found.relatives})
        first, why = next(iter(noisy.items()))
        click.echo(
            f"warning: timing was disturbed or did not settle for {len(noisy)} of {of}, such as {first}: "
            f"{why} (--json has all of it)",
            err=True,
        )


def _tell_absent(found: SubmissionResults) -> None:
    """Each reason once, with the entries that it befell."""
    entries: dict[str, list[str]] = {}
    for entry, why in found.not_run.items():
        entries.setdefault(why, []).append(entry)
    for why, names in entries.items():
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        click.echo(f"not run: {', '.join(names[:_NAMED])}{more}: {why}", err=True)
