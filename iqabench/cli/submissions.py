"""The results of public submissions on standard output, for `profile` and `reproduce` with --submissions."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from iqabench.cli.exit_status import INTERRUPTED as STATUS_INTERRUPTED
from iqabench.cli.exit_status import SOME_FAILED
from iqabench.cli.lazy import lazy_imports
from iqabench.cli.messages import tell
from iqabench.cli.progress import watching
from iqabench.cli.table import print_rows

with lazy_imports():
    from iqabench.boards import Board
    from iqabench.probes import CostColumn, Size, cost_columns
    from iqabench.report.text.figures import cost_figure
    from iqabench.submissions.measure import INTERRUPTED, SubmissionRow, measure_submissions
    from iqabench.submissions.published_counts import (
        COUNTS,
        TeamComparison,
        as_markdown,
        compare_published,
        published_table,
    )
    from iqabench.submissions.reproduce import reproduce_submissions
    from iqabench.submissions.results import (
        EntryRanks,
        SubmissionCount,
        SubmissionRatio,
        SubmissionResults,
        TrackAgreement,
    )

_NAMED = 5
_MACHINE_FORMS = ("json", "csv")


def profile_submissions(
    checkout: Path,
    ids: Sequence[int],
    columns: Sequence[CostColumn],
    size: Size,
    published: str | None,
    form: str | None,
    **options: Any,
) -> int:
    """Measure and print; return 0 when every model was measured and every printed figure is met.

    Raises: UsageError without `trust`; ModelError, FactsError.
    """
    table = published_table(published) if published else None
    wanted = list(columns) or cost_columns(COUNTS)
    with watching("submissions") as watch:
        rows = measure_submissions(
            checkout, list(ids) or None, wanted, size, watch=watch, **options
        )
    if table is None:
        _print_costs(rows, wanted, form)
        good = not any(row.error or row.reasons for row in rows)
    else:
        teams = [t for t in compare_published(rows, table) if not ids or t.model_id in ids]
        _print_teams(teams, form)
        good = all(team.equal for team in teams)
    return _status(good=good, interrupted=any(row.error == INTERRUPTED for row in rows))


def rank_submissions(board: Board, checkout: Path, form: str | None, **options: Any) -> int:
    """Measure, rank and print the submissions; return 0 when nothing differs or is missing.

    A rank by measured figures differs when their intervals do not allow the one by published figures.
    """
    with watching("submissions") as watch:
        results = reproduce_submissions(board, checkout, watch=watch, **options)
    if form in _MACHINE_FORMS:
        print_rows(results.rows(), form)
    else:
        _print_results(results, form)
    return _status(good=results.agrees, interrupted=results.interrupted)


def _status(*, good: bool, interrupted: bool) -> int:
    if interrupted:
        tell("Interrupted: this is what was measured before, and it is not recorded.")
        return STATUS_INTERRUPTED
    return 0 if good else SOME_FAILED


def _print_costs(
    rows: Sequence[SubmissionRow], columns: Sequence[CostColumn], form: str | None
) -> None:
    if form in _MACHINE_FORMS:
        print_rows([_flat(row) if form == "csv" else asdict(row) for row in rows], form)
        return
    units = {column.name: column.probe.unit for column in columns}
    print_rows([_cost_row(row, units) for row in rows], form)
    for row in rows:
        for column, notes in row.notes.items():
            for note in notes:
                place = f"{row.name or row.model_id}, {column or 'loading'}"
                tell(f"note: {place}: {note}")


def _flat(row: SubmissionRow) -> dict[str, Any]:
    return {"model_id": row.model_id, "name": row.name, **row.values, "error": row.error}


def _cost_row(row: SubmissionRow, units: dict[str, str]) -> dict[str, Any]:
    values = {name: cost_figure(row.values.get(name), unit) for name, unit in units.items()}
    error = row.error or "; ".join(dict.fromkeys(row.reasons.values()))
    return {"id": row.model_id, "name": row.name, **values, "error": error}


def _print_teams(teams: Sequence[TeamComparison], form: str | None) -> None:
    if form == "markdown":
        click.echo(as_markdown(teams), nl=False)
        return
    print_rows([_team_row(team) for team in teams], form)
    measured = [team for team in teams if team.measured]
    equal = sum(team.equal for team in measured)
    tell(f"{len(measured)} of {len(teams)} measured; {equal} equal to the printed digits.")


def _team_row(team: TeamComparison) -> dict[str, Any]:
    cells = {
        name: f.printed if f.equal else f"{f.printed} / {f.measured or 'none'}"
        for name, f in team.figures.items()
    }
    return {
        "id": team.model_id,
        "team": team.team,
        **cells,
        "exact_macs_G": team.exact_g,
        "equal": team.equal,
        "explanation": team.explanation,
    }


def _print_results(results: SubmissionResults, form: str | None) -> None:
    _print_counts(results, form)
    if results.relatives:
        click.echo(f"\nRatios to {results.relatives[0].to}, measured in turn with it:")
        print_rows([_ratio_row(ratio) for ratio in results.relatives], form)
    for track in results.tracks:
        click.echo(f"\n{_track_line(track)}")
        print_rows([_rank_row(r) for r in results.ranks if r.track == track.track], form)
    _warn_of_noise(results)
    _print_absent(results)


def _print_counts(results: SubmissionResults, form: str | None) -> None:
    if not results.counts:
        click.echo("Nothing was counted.")
        return
    different = [count for count in results.counts if not count.equal]
    equal, total = len(results.counts) - len(different), len(results.counts)
    more = "; the others:" if different else "."
    click.echo(f"{equal} of {total} counts are as they were printed{more}")
    if different:
        print_rows([_count_row(count) for count in different], form)


def _count_row(count: SubmissionCount) -> dict[str, Any]:
    return {
        "entry": count.entry,
        "id": count.model_id,
        "column": count.column,
        "published": f"{count.published:g}",
        "measured": "" if count.measured is None else f"{count.measured:.6g}",
        "why": count.why,
    }


def _ratio_row(ratio: SubmissionRatio) -> dict[str, Any]:
    value = ratio.measured
    return {
        "entry": ratio.entry,
        "id": ratio.model_id,
        "column": ratio.column,
        "published": f"{ratio.published:.3f}",
        "measured": f"{value.value:.3f}" if value else "",
        "95 %": f"{value.low:.3f} to {value.high:.3f}" if value and value.low < value.high else "",
        "here": "" if ratio.here is None else f"{ratio.here:.4g} {ratio.unit}",
        "why": ratio.why,
    }


def _rank_row(ranks: EntryRanks) -> dict[str, Any]:
    return {
        "entry": ranks.entry,
        "printed": "" if ranks.printed is None else str(ranks.printed),
        "published": ranks.published,
        "measured": ranks.measured,
        "95 %": f"{ranks.best} to {ranks.worst}" if ranks.best < ranks.worst else "",
        "why": ranks.why,
    }


def _track_line(track: TrackAgreement) -> str:
    agreement = ""
    if track.kendall is not None and track.spearman is not None:
        agreement = f" Kendall's tau {track.kendall:.3f}, Spearman's rho {track.spearman:.3f}."
    kept = f"; as published: {', '.join(track.published)}" if track.published else ""
    entries = "1 entry" if track.n == 1 else f"{track.n} entries"
    return f"{track.track}: {entries}. Measured: {', '.join(track.measured)}{kept}.{agreement}"


def _warn_of_noise(results: SubmissionResults) -> None:
    """Print one line on everything that speaks against times; the machine-readable forms have it all."""
    noisy = {ratio.entry: ratio.warnings[0] for ratio in results.relatives if ratio.warnings}
    if noisy:
        total = len({ratio.entry for ratio in results.relatives})
        first, why = next(iter(noisy.items()))
        tell(
            f"warning: timing was disturbed or did not settle for {len(noisy)} of {total}, such as {first}: "
            f"{why} (--json has all of it)"
        )


def _print_absent(results: SubmissionResults) -> None:
    """Print each reason once, with the entries that it applies to."""
    entries: dict[str, list[str]] = {}
    for entry, why in results.not_run.items():
        entries.setdefault(why, []).append(entry)
    for why, names in entries.items():
        tell(f"not run: {_some(names)}: {why}")


def _some(names: Iterable[str]) -> str:
    first, *rest = list(names)
    more = f" and {len(rest) + 1 - _NAMED} more" if len(rest) >= _NAMED else ""
    return f"{', '.join([first, *rest][:_NAMED])}{more}"
