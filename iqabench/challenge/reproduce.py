"""Published figures beside measured ones: every cell of a board that can be run here."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Literal

from iqabench.boards import Board, BoardEntry, Quantity, entries_of
from iqabench.challenge.measure import measure
from iqabench.challenge.measurement import Measurement, ratio_of
from iqabench.errors import UsageError
from iqabench.probes.timing import Sampling
from iqabench.run import UNWATCHED, Options, Watch
from iqabench.store import Store

Verdict = Literal["ok", "out", "erratum", "part", "other machine", "not run", "not compared"]
"""The result of a comparison. Erratum: out of tolerance, as the board says it must be; part: measured on some
images only, so that it proves nothing; not compared: its protocol is another one, or cannot be known."""


@dataclass(frozen=True)
class ReproducedCell:
    """One published figure beside the measured one."""

    entry: str
    model: str
    column: str
    published: float
    measured: float | None
    difference: float | None
    """Measured minus published; for values that compare only as a ratio to the baseline, the difference of
    the ratios."""
    tolerance: float | None
    verdict: Verdict
    why: str = ""


def reproduce(
    board: Board,
    store: Store,
    options: Options,
    models: Sequence[str] = (),
    watch: Watch = UNWATCHED,
    *,
    costs: bool = True,
    timed: bool = True,
    sampling: Sampling | None = None,
) -> tuple[list[ReproducedCell], Measurement]:
    """Measure every published cell of the entries that are registered here, or of those with these model ids.

    Without `costs` no probe is run; without `timed`, none that depends on the machine.

    Raises: UsageError for models that the board does not know; FactsError; StoreError; BusyError.
    """
    _check_known(board, models)
    entries = [e for e in entries_of(board) if e.models]
    asked = models or board.model_ids
    to_measure = dict.fromkeys(asked)
    base = next(iter(board.models_of(board.baseline).values()), "")
    if base and costs and timed:
        to_measure = {base: None, **to_measure}
    every = [(entry, quantity) for entry in entries for quantity in board.quantities.values()]
    only = {model: {q.name for e, q in every if _is_run(e, q, [model])} for model in asked}
    measurement = measure(
        board,
        list(to_measure),
        store,
        options,
        watch,
        costs=costs,
        timed=timed,
        sampling=sampling,
        only=only,
    )
    printed = next((e for e in entries if e.name == board.baseline), None)
    compared = [
        _cell(board, entry, quantity, measurement, printed, options.limit)
        for entry, quantity in every
        if _is_run(entry, quantity, asked)
        and (costs or not quantity.facts.probe)
        and (timed or not quantity.facts.relative)
    ]
    return [*compared, *_apart(board, entries, asked)], measurement


def _check_known(board: Board, models: Sequence[str]) -> None:
    """Raise UsageError for models that the board does not know."""
    if unknown := sorted(set(models) - set(board.model_ids)):
        known = ", ".join(board.model_ids) or "none"
        raise UsageError(
            f"{unknown[0]} is no entry of the board {board.name}; its models are: {known}. "
            f"'iqabench rank {board.name} --model {unknown[0]}' says where another one would stand."
        )


def _apart(
    board: Board, entries: Sequence[BoardEntry], models: Container[str]
) -> list[ReproducedCell]:
    """Return the cells of these models that no measured figure is held against, each with its reason."""
    cells = []
    for entry in entries:
        for name, value in entry.apart.items():
            quantity = board.quantities[name]
            if (model := entry.model_for(quantity)) in models:
                remarks = board.remarks_on(entry.name, quantity)
                why = "; ".join(one.says for one in remarks if not one.compares)
                cell = (entry.name, model, name, value.value, None, None, None)
                cells.append(ReproducedCell(*cell, "not compared", why))
    return cells


def _is_run(entry: BoardEntry, quantity: Quantity, models: Container[str]) -> bool:
    printed = quantity.name in entry.values and quantity.facts.measurable
    return printed and entry.model_for(quantity) in models


def _cell(
    board: Board,
    entry: BoardEntry,
    quantity: Quantity,
    measurement: Measurement,
    base: BoardEntry | None,
    limit: int | None,
) -> ReproducedCell:
    model, name, facts = entry.model_for(quantity), quantity.name, quantity.facts
    printed, here = entry.values[name].value, measurement.of(model).get(name)
    if here is None:
        why = measurement.why_not(model, quantity)
        return ReproducedCell(
            entry.name, model, name, printed, None, None, facts.tolerance, "not run", why
        )
    value = here.value.value
    apart, verdict, why = value - printed, _verdict(value, printed, facts.tolerance), ""
    if facts.metric and (here.n < here.of or limit):
        verdict = "part"
        why = f"{here.n} of {here.of} images" if here.n < here.of else f"of at most {limit} images"
    elif verdict == "out" and (known := board.erratum(entry.name, name)):
        right = known.instead is None or _verdict(value, known.instead, facts.tolerance) == "ok"
        verdict, why = ("erratum" if right else "out"), known.why
    elif (
        facts.relative
        and base
        and name in base.values
        and (first := measurement.of(base.model).get(name))
    ):
        ratio, there = ratio_of(here, first).value, printed / base.values[name].value
        apart, why = ratio - there, f"{ratio:.3f} of the baseline here, {there:.3f} there"
    return ReproducedCell(
        entry.name, model, name, printed, value, apart, facts.tolerance, verdict, why
    )


def _verdict(measured: float, printed: float, tolerance: float | None) -> Verdict:
    if tolerance is None:
        return "other machine"
    return "ok" if abs(measured - printed) <= tolerance * (1 + 1e-9) + 1e-12 else "out"
