"""The rank of a model in a challenge: its figures by the board's formula, among the published ones.

Ratios to the baseline carry over between machines: a model that takes 0.7 of the baseline's time here is
given 0.7 of the baseline's published time. What does not depend on the machine is taken as it is; a mean over
the challenge's own images is exact, for they are the same for everybody. In a track that no published entry
stands in the models are ranked among each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from iqabench.boards import (
    Board,
    BoardEntry,
    BoundedValue,
    Standings,
    Track,
    corrected_entries,
    corrects_inputs,
    entries_of,
    standings,
)
from iqabench.challenge.measure import measure
from iqabench.challenge.measurement import Measurement, ratio_of
from iqabench.errors import UsageError
from iqabench.probes.timing import Sampling
from iqabench.run import UNWATCHED, Options, Watch
from iqabench.store import Store

_HERE = " (measured here)"
"""The suffix that tells a model's own figures from a published row of the same name."""


@dataclass(frozen=True)
class TrackRank:
    """The rank of one model in one track."""

    model: str
    track: str
    rank: int | None = None
    """The rank; None where the model is not ranked, or cannot be."""
    best: int | None = None
    worst: int | None = None
    """The worst rank that the 95 % interval of its latency and the rounding of others' figures allow."""
    of: int = 0
    """The number of ranked entries, this one included."""
    value: BoundedValue | None = None
    """The value that decided."""
    neighbours: tuple[str, str] = ("", "")
    """The entries just before and just after."""
    corrected: "TrackRank | None" = None
    """The rank among the entries with the board's errata put in; None where nothing is corrected."""
    replaces: tuple[str, ...] = ()
    """Published rows of this very model, which its own figures replace."""
    failed: list[str] = field(default_factory=list)
    """Gates that it does not meet."""
    unchecked: list[str] = field(default_factory=list)
    """Gates that could not be checked here, with the reason."""
    missing: list[str] = field(default_factory=list)
    """Columns that the rank needs and that could not be measured, with the reason."""


def rank(
    board: Board,
    models: Sequence[str],
    store: Store,
    options: Options,
    watch: Watch = UNWATCHED,
    *,
    quality: bool = True,
    sampling: Sampling | None = None,
) -> tuple[list[TrackRank], Measurement]:
    """Measure the models and the board's baseline in turn, and place them in every track.

    Raises: UsageError for a board without tracks; ModelError for models of another task or scale; FactsError;
        StoreError; BusyError.
    """
    if not board.tracks:
        raise UsageError(f"the board {board.name} has no track to be ranked in.")
    models = list(dict.fromkeys(models))
    published = entries_of(board)
    base = next(iter(board.models_of(board.baseline).values()), "")
    wanted = list(dict.fromkeys([base, *models] if base else models))
    measurement = measure(board, wanted, store, options, watch, quality=quality, sampling=sampling)
    places = _placements(board, models, base, published, measurement)
    if corrects_inputs(board):
        right = corrected_entries(board, published)
        also = _placements(board, models, base, right, measurement)
        places = [replace(p, corrected=c) for p, c in zip(places, also, strict=True)]
    return places, measurement


def _placements(
    board: Board,
    models: Sequence[str],
    base: str,
    published: Sequence[BoardEntry],
    measurement: Measurement,
) -> list[TrackRank]:
    own = {model: as_entry(board, model, base, published, measurement) for model in models}
    to = _baseline(board, published, base, own, measurement)
    together = standings(board, [*own.values()], to)
    places = []
    for model, entry in own.items():
        kept, replaced = _without(published, measurement.ids[model])
        worked = standings(board, [*kept, entry], to)
        for track in board.tracks:
            alone = all(s.entry is entry for s in worked.tracks[track.name])
            places.append(
                _place(board, track, entry, together if alone else worked, measurement, replaced)
            )
    return places


def as_entry(
    board: Board, model: str, base: str, published: Sequence[BoardEntry], measurement: Measurement
) -> BoardEntry:
    """Return the model's figures as if the challenge had measured them."""
    own = BoardEntry(f"{model}{_HERE}", models={"": measurement.ids[model]})
    for name, quantity in board.quantities.items():
        measured = measurement.of(model).get(name)
        if measured is not None:
            carried = quantity.facts.relative and published
            value = (
                _carried_value(board, name, model, base, published, measurement)
                if carried
                else measured.value
                if board.ranks_metrics or quantity.facts.relative
                else BoundedValue.exact(measured.value.value)
            )
            if value is not None:
                own.values[name] = value
    return own


def _carried_value(
    board: Board,
    name: str,
    model: str,
    base: str,
    published: Sequence[BoardEntry],
    measurement: Measurement,
) -> BoundedValue | None:
    """Return the baseline's published value times the model's ratio to the baseline here."""
    printed = next((e.values.get(name) for e in published if e.name == board.baseline), None)
    first = measurement.of(base).get(name) if base else None
    if printed is None or first is None:
        measurement.reasons[model, name] = _no_ratio(board, base)
        return None
    if measurement.ids[model] == measurement.ids[base]:
        return BoundedValue.exact(printed.value)
    return ratio_of(measurement.of(model)[name], first).times(printed.value)


def _no_ratio(board: Board, base: str) -> str:
    if not board.baseline:
        return "it compares as a ratio to a baseline, and the board has none"
    if not base:
        return (
            f"it compares as a ratio to the baseline {board.baseline}, which is not registered here"
        )
    return f"it compares as a ratio to the baseline {board.baseline}, which could not be measured"


def _without(
    published: Sequence[BoardEntry], model: str
) -> tuple[list[BoardEntry], tuple[str, ...]]:
    """Return the published entries without those of a model, and the names of the removed ones."""
    kept = [e for e in published if model not in e.models.values()]
    return kept, tuple(e.name for e in published if e not in kept)


def _baseline(
    board: Board,
    published: Sequence[BoardEntry],
    base: str,
    own: dict[str, BoardEntry],
    measurement: Measurement,
) -> BoardEntry | None:
    """Return the entry that ratios refer to: the published baseline, else the baseline as it was measured
    here.
    """
    printed = next((e for e in published if e.name == board.baseline), None)
    if printed or not base:
        return printed
    return own.get(base) or as_entry(board, base, base, published, measurement)


def _place(
    board: Board,
    track: Track,
    own: BoardEntry,
    worked: Standings,
    measurement: Measurement,
    replaced: tuple[str, ...],
) -> TrackRank:
    rows, standing = worked.tracks[track.name], worked.of(own.name, track.name)
    model = own.name.removesuffix(_HERE)
    placement = _gate_placement(board, track, own, worked, measurement, model)
    if standing is None:
        lacking = [
            _why(board, measurement, model, name) for name in _missing(board, track.rank, own)
        ]
        return replace(placement, of=len(rows), replaces=replaced, missing=lacking)
    at = rows.index(standing)
    before = rows[at - 1].entry.name if at else ""
    after = rows[at + 1].entry.name if at + 1 < len(rows) else ""
    return replace(
        placement,
        of=len(rows),
        replaces=replaced,
        rank=standing.rank,
        best=standing.best,
        worst=standing.worst,
        value=standing.by,
        neighbours=(before, after),
    )


def _gate_placement(
    board: Board,
    track: Track,
    own: BoardEntry,
    worked: Standings,
    measurement: Measurement,
    model: str,
) -> TrackRank:
    """Return a placement with what the gates say of the model, and without a rank."""
    judged, here = worked.judged[own.name], worked.judge(track.gates, own)
    unchecked = [
        f"{gate.words} ({_why(board, measurement, model, part)})"
        for gate in (*judged.unchecked, *here.unchecked)
        for part in _missing(board, gate.of, own)
    ]
    return TrackRank(model, track.name, failed=[*judged.failed, *here.failed], unchecked=unchecked)


def _why(board: Board, measurement: Measurement, model: str, name: str) -> str:
    return f"{name}: {measurement.why_not(model, board.quantities[name])}"


def _missing(board: Board, name: str, own: BoardEntry) -> list[str]:
    """Return the quantities behind a score for which the model has no value."""
    if name in board.quantities:
        return [] if name in own.values else [name]
    parts = board.scores[name].needs
    return list(dict.fromkeys(m for part in parts for m in _missing(board, part, own)))
