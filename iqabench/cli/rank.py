"""The command `iqabench rank`."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from iqabench.cli.budget import budget_option
from iqabench.cli.exit_status import SOME_FAILED
from iqabench.cli.lazy import lazy_imports
from iqabench.cli.messages import tell
from iqabench.cli.options import (
    allow_missing_option,
    device_option,
    examples,
    sets_option,
    store_option,
    table_options,
    trust_option,
)
from iqabench.cli.progress import watching
from iqabench.cli.table import print_rows

with lazy_imports():
    from iqabench.boards import Board, board
    from iqabench.challenge import Measurement, TrackRank, rank
    from iqabench.probes.timing import Sampling
    from iqabench.remote import open_store
    from iqabench.run import Options


@click.command(
    "rank",
    epilog=examples(
        "iqabench rank ntire2026-esr --model span@distilled",
        "iqabench rank ntire2022-esr --model ./my_network.safetensors --device cuda",
    ),
)
@click.argument("name", metavar="BOARD")
@click.option(
    "--model",
    "models",
    multiple=True,
    required=True,
    metavar="NAME|FILE|...",
    help="Model, as 'run' takes it; repeatable.",
)
@sets_option
@click.option(
    "--no-quality",
    is_flag=True,
    help="Restore no images; gates on quality are then reported as unchecked.",
)
@budget_option
@allow_missing_option
@device_option
@store_option
@trust_option
@table_options
def command(
    name: str,
    models: tuple[str, ...],
    sets: dict[str, str],
    no_quality: bool,
    sampling: Sampling,
    allow_missing: bool,
    device: str,
    store: str | Path,
    form: str | None,
) -> None:
    """Say where a model would stand in BOARD.

    The model and the board's baseline are measured here in turn; ratios to the baseline carry over to the
    organisers' machine, and the board's own formula ranks the model among the published entries. On a board
    without published figures the models are ranked among each other. The exit status is 3 when a model is
    not ranked, or a figure lacks images.
    """
    chosen_board = board(name).with_sets(sets)
    with watching() as watch:
        options = Options(device=device)
        places, measurement = rank(
            chosen_board,
            models,
            open_store(store),
            options,
            watch,
            quality=not no_quality,
            sampling=sampling,
        )
    for warning in [*measurement.warnings, *_ratio_warnings(chosen_board, places, measurement)]:
        tell(f"warning: {warning}")
    if form:
        print_rows([_row(p) for p in places], form)
    else:
        for place in places:
            click.echo(_sentence(chosen_board, place))
        for words in dict.fromkeys(w for p in places for w in _remarks(p)):
            click.echo(words)
    for line in measurement.missing:
        tell(f"missing: {line}")
    is_missing = bool(measurement.missing) and not allow_missing
    sys.exit(SOME_FAILED if is_missing or any(p.rank is None for p in places) else 0)


def _ratio_warnings(board: Board, places: list[TrackRank], measurement: Measurement) -> list[str]:
    """Warn of ratios that carry over from another machine."""
    carried = [n for n, q in board.quantities.items() if q.facts.relative and board.published]
    measured = {
        measurement.of(p.model)[n].device: n
        for p in places
        for n in carried
        if n in measurement.of(p.model)
    }
    return [
        f"{', '.join(carried)} were measured as ratios to the baseline on {device}; how well they carry over "
        "to the organisers' machine is not known, least of all from a processor to a GPU."
        for device in measured
    ]


def _row(place: TrackRank) -> dict[str, Any]:
    value = place.value
    return {
        **{k: v for k, v in asdict(place).items() if k != "corrected"},
        "value": value.value if value else None,
        "ci_low": value.low if value else None,
        "ci_high": value.high if value else None,
        "neighbours": " < ".join(n for n in place.neighbours if n),
        "failed": "; ".join(place.failed),
        "unchecked": "; ".join(place.unchecked),
        "missing": "; ".join(place.missing),
        "replaces": ", ".join(place.replaces),
        **_corrected(place.corrected),
    }


def _corrected(place: TrackRank | None) -> dict[str, Any]:
    """Return the placement with the errata put in; nothing where nothing is corrected."""
    if place is None:
        return {}
    return {
        "corrected_rank": place.rank,
        "corrected_best": place.best,
        "corrected_worst": place.worst,
        "corrected_neighbours": " < ".join(n for n in place.neighbours if n),
    }


def _sentence(board: Board, place: TrackRank) -> str:
    track = board.track(place.track)
    assert track is not None
    head = f"{place.model}, {track.title or track.name}: "
    if place.rank is None:
        return head + _reason_unranked(place)
    assert place.value is not None
    between = (
        f", and not separable from {_nth(place.best)} to {_nth(place.worst)}: the 95 % intervals of what was "
        "measured here and the printed digits allow each of these ranks"
        if place.best != place.worst
        else ""
    )
    around = _around(place)
    value = f"{track.rank} {place.value.value:.4g}"
    provided = "; provided that it meets the gates below" if place.unchecked else ""
    why = f" ({value}; {around})" if around else f" ({value})"
    return f"{head}{_nth(place.rank)} of {place.of}{between}{why}{_told_corrected(place)}{provided}"


def _told_corrected(place: TrackRank) -> str:
    """Return the rank with the board's errata put in, where it or its neighbours are others."""
    right = place.corrected
    if right is None or right.rank is None:
        return ""
    if (right.rank, right.neighbours) == (place.rank, place.neighbours):
        return ""
    return f"; with the board's errata put in {_nth(right.rank)} ({_around(right)})"


def _around(place: TrackRank) -> str:
    """Return the entries just before and just after, in words."""
    before, after = place.neighbours
    sides = (f"after {before}" if before else "", f"before {after}" if after else "")
    return " and ".join(side for side in sides if side)


def _reason_unranked(place: TrackRank) -> str:
    if place.failed:
        return f"not ranked, because it misses a gate: {'; '.join(place.failed)}"
    if place.missing:
        return f"has no rank, because figures are missing: {'; '.join(place.missing)}"
    return f"has no rank, because a gate was not checked: {'; '.join(place.unchecked)}"


def _remarks(place: TrackRank) -> list[str]:
    lines = [f"gate not checked for {place.model}: {words}" for words in place.unchecked]
    if place.failed:
        lines += [f"gate missed by {place.model}: {words}" for words in place.failed]
    if place.replaces:
        lines.append(
            f"{place.model} stands here by its own figures; published as {', '.join(place.replaces)}."
        )
    return lines


def _nth(number: int | None) -> str:
    assert number is not None
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if 10 <= number % 100 <= 20 else ending}"
