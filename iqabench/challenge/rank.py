"""Where a model would stand in a challenge: its figures by the board's formula, among the published ones.

Ratios to the baseline carry over between machines: a model that takes 0.7 of the baseline's time here is
given 0.7 of the baseline's published time. What does not depend on the machine is taken as it is; a mean over
the challenge's own images is exact, for they are the same for everybody. In a track that no published entry
stands in the models are ranked among each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from iqabench.boards import Board, Entry, Standings, Track, Value, entries_of, standings
from iqabench.challenge.measure import measure
from iqabench.challenge.measurement import Measurement
from iqabench.errors import UsageError
from iqabench.report.board_values import Measured
from iqabench.run import Options, Watch
from iqabench.store import Store


@dataclass(frozen=True)
class Place:
    """One model in one track."""

    model: str
    track: str
    rank: int | None = None
    """None where it is not ranked, or cannot be."""
    best: int | None = None
    worst: int | None = None
    """Between these with 95 % confidence: its latency has an interval, and others' figures were rounded."""
    of: int = 0
    """Entries, this one included."""
    value: Value | None = None
    """What decided."""
    neighbours: tuple[str, str] = ("", "")
    """Who stands just before and just after."""
    replaces: tuple[str, ...] = ()
    """Published rows of this very model, which its own figures take the place of."""
    failed: list[str] = field(default_factory=list)
    """Gates that it does not meet."""
    unchecked: list[str] = field(default_factory=list)
    """Gates that could not be checked here, and why."""
    missing: list[str] = field(default_factory=list)
    """Columns that the rank needs and that could not be measured, and why."""


def rank(
    board: Board, models: Sequence[str], store: Store, options: Options,
    watch: Watch = lambda *_: None, *, quality: bool = True,
) -> tuple[list[Place], Measurement]:  # fmt: skip
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
    found = measure(board, wanted, store, options, watch, quality=quality)
    own = {model: as_entry(board, model, base, published, found) for model in models}
    to = _baseline(board, published, base, own, found)
    together = standings(board, [*own.values()], to)
    places = []
    for model, entry in own.items():
        kept, replaced = _without(published, found.ids[model])
        worked = standings(board, [*kept, entry], to)
        for track in board.tracks:
            alone = all(s.entry is entry for s in worked.tracks[track.name])
            places.append(
                _place(board, track, entry, together if alone else worked, found, replaced)
            )
    return places, found


def as_entry(
    board: Board, model: str, base: str, published: Sequence[Entry], found: Measurement
) -> Entry:
    """The model's figures as if the challenge had measured them."""
    own = Entry(f"{model} (measured here)", models={"": found.ids[model]})
    printed = next((e for e in published if e.name == board.baseline), None)
    for name, quantity in board.quantities.items():
        measured = found.of(model).get(name)
        if measured is None:
            continue
        if not (quantity.facts.relative and published):
            own.values[name] = measured.value if board.task == "iqa" or quantity.facts.relative else (
                Value.exact(measured.value.value)
            )  # fmt: skip
            continue
        first = found.of(base).get(name) if base else None
        if printed is None or name not in printed.values or first is None:
            found.reasons[model, name] = _no_ratio(board, base)
        elif found.ids[model] == found.ids[base]:
            own.values[name] = Value.exact(printed.values[name].value)
        else:
            own.values[name] = _ratio(measured, first).times(printed.values[name].value)
    return own


def _no_ratio(board: Board, base: str) -> str:
    if not board.baseline:
        return "it compares as a ratio to a baseline, and the board has none"
    if not base:
        return (
            f"it compares as a ratio to the baseline {board.baseline}, which is not registered here"
        )
    return f"it compares as a ratio to the baseline {board.baseline}, which could not be measured"


def _ratio(measured: Measured, first: Measured) -> Value:
    """To the baseline: as it was sampled in turn, else of the two values."""
    if measured.ratio is not None:
        _, value, low, high = measured.ratio
        return Value(value, low, high)
    return measured.value.by(first.value)


def _without(published: Sequence[Entry], model: str) -> tuple[list[Entry], tuple[str, ...]]:
    """The published entries but those of a model, and the names of those."""
    kept = [e for e in published if model not in e.models.values()]
    return kept, tuple(e.name for e in published if e not in kept)


def _baseline(
    board: Board, published: Sequence[Entry], base: str, own: dict[str, Entry], found: Measurement
) -> Entry | None:
    """What ratios are to: the published baseline, else the baseline as it was measured here."""
    printed = next((e for e in published if e.name == board.baseline), None)
    if printed or not base:
        return printed
    return own.get(base) or as_entry(board, base, base, published, found)


def _place(
    board: Board,
    track: Track,
    own: Entry,
    worked: Standings,
    found: Measurement,
    replaced: tuple[str, ...],
) -> Place:
    rows, standing = worked.tracks[track.name], worked.of(own.name, track.name)
    judged, here = worked.judged[own.name], worked.judge(track.gates, own)
    model = own.name.removesuffix(" (measured here)")

    def why(name: str) -> str:
        quantity = board.quantities.get(name)
        return f"{name}: {found.why_not(model, quantity)}" if quantity else name

    told = Place(
        model, track.name, of=len(rows), replaces=replaced, failed=[*judged.failed, *here.failed],
        unchecked=[
            f"{gate.words} ({why(part)})"
            for gate in (*judged.unchecked, *here.unchecked)
            for part in _missing(board, gate.of, own)
        ],
    )  # fmt: skip
    if standing is None:
        lacking = [why(name) for name in _missing(board, track.rank, own)]
        return Place(**{**vars(told), "missing": lacking})
    at = rows.index(standing)
    before = rows[at - 1].entry.name if at else ""
    after = rows[at + 1].entry.name if at + 1 < len(rows) else ""
    return Place(**{**vars(told), "rank": standing.rank, "best": standing.best, "worst": standing.worst,
                    "value": standing.by, "neighbours": (before, after)})  # fmt: skip


def _missing(board: Board, name: str, own: Entry) -> list[str]:
    """Quantities behind a score that the model has no value of."""
    if name in board.quantities:
        return [] if name in own.values else [name]
    parts = board.scores[name].needs
    return list(dict.fromkeys(m for part in parts for m in _missing(board, part, own)))
