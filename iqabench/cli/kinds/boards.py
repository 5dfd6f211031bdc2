"""The boards, for `list` and `show`; without torch."""

from typing import Any

from iqabench.boards import (
    Board,
    ColumnFacts,
    board,
    boards,
    corrections,
    entries_of,
)


def rows() -> list[dict[str, Any]]:
    """Return one row for each board."""
    return [_row(one) for one in boards().values()]


def _row(one: Board) -> dict[str, Any]:
    return {
        "board": one.name,
        "tracks": " ".join(t.name for t in one.tracks),
        "sets": " ".join(here or word for word, here in one.sets.items()) or one.opinions,
        "levels": " ".join(one.levels.values()) or (f"x{one.scale}" if one.has_scales else ""),
        "entries": len(entries_of(one)),
        "runnable": len(one.models),
        "baseline": next(iter(one.models_of(one.baseline).values()), one.baseline),
        "what": one.title,
    }


def show(name: str) -> dict[str, Any]:
    """Return the facts of one board, with its formulas in words."""
    one = board(name)
    facts = one.model_dump(
        include={"name", "title", "source", "task", "scale", "notes", "opinions", "baseline"}
    )
    return {
        **facts,
        "scale": one.scale if one.has_scales else "",
        "sets": {word: here or "not available here" for word, here in one.sets.items()},
        "levels": one.levels,
        "entries": len(entries_of(one)),
        "models": {entry: _models(one, entry) for entry in one.models},
        "columns": {name: _column(column) for name, column in one.columns.items()},
        "gates": [gate.words for gate in one.gates],
        "scores": {name: score.words(one.baseline) for name, score in one.scores.items()},
        "tracks": {t.name: _track(one, t.name) for t in one.tracks},
        "errata": {f"{e.entry}, {e.of}": e.words for e in one.errata},
        "remarks": [f"{remark.subject}: {remark.words}" for remark in one.remarks],
        "corrected": {f"{c.entry}, {c.what}": c.words for c in corrections(one, entries_of(one))},
        "published": f"{one.published.file}: {one.published.source}"
        if one.published
        else "no figures",
        "file": one.file.name,
    }


def _models(one: Board, entry: str) -> str:
    models = one.models_of(entry)
    return ", ".join(f"{id_} (at {level})" if level else id_ for level, id_ in models.items())


def _column(column: ColumnFacts) -> str:
    how = (
        column.metric
        or column.agreement
        or (f"{column.probe} at {column.input}" if column.probe else "")
    )
    parts = [
        column.title,
        f"in {column.unit}" if column.unit != "1" else "",
        f"{column.better} is better",
    ]
    parts.append(f"measured as {how}" if how else column.not_here or "published alone")
    parts += [f"{metric} for {entry}" for entry, metric in column.metric_of.items()]
    parts += [f"on {column.set}"] if column.set else []
    parts += [f"within {column.tolerance:g}"] if column.tolerance is not None else []
    parts += ["as a ratio to the baseline"] if column.relative else []
    return "; ".join(part for part in parts if part)


def _track(one: Board, name: str) -> str:
    track = one.track(name)
    assert track is not None
    end = "lowest" if one.better(track.rank) == "lower" else "highest"
    gates = f", of those with {' and '.join(g.words for g in track.gates)}" if track.gates else ""
    ties = "; after a tie no rank is left out" if track.ties == "dense" else ""
    title = f"{track.title}: " if track.title else ""
    return f"{title}by {track.rank}, the {end} first{gates}{ties}"
