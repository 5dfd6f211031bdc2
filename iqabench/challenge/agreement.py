"""Boards on which metrics compete: how well each agrees with a set of opinions."""

from collections.abc import Sequence
from pathlib import Path

from iqabench.boards import Board, BoundedValue
from iqabench.challenge.measurement import Measurement
from iqabench.errors import IqabenchError, SetError
from iqabench.files import home
from iqabench.metrics import column
from iqabench.opinions import Opinions, read_opinions
from iqabench.report.data.board_values import BoardMeasurement
from iqabench.report.statistics.agreement import agreement_rows, fits_named, resampling_of
from iqabench.run import Options, Watch
from iqabench.run.agree import score_opinions
from iqabench.store import Store

RESAMPLES = 1000


def measure_agreement(
    board: Board, metrics: Sequence[str], store: Store, options: Options, watch: Watch
) -> Measurement:
    """Measure the board's statistics of each metric, with 95 % intervals.

    Raises: SetError with the way to get the opinions; UnknownNameError and UsageError for metrics.
    """
    measurement = Measurement(ids={name: column(name, "rgb").name for name in metrics})
    opinions = read_opinions(board.opinions, _folder(board))
    for name in metrics:
        try:
            outcome = score_opinions(
                opinions, store, [measurement.ids[name]], options.device, watch
            )
        except IqabenchError as error:
            measurement.reasons |= {(name, n): str(error).splitlines()[0] for n in board.quantities}
            continue
        for quantity, one in _statistics(board, store, outcome.keys, opinions).items():
            if isinstance(one, str):
                measurement.reasons[name, quantity] = one
            else:
                measurement.values.setdefault(measurement.ids[name], {})[quantity] = one
    return measurement


def _folder(board: Board) -> Path:
    """Return the folder of the opinions: the one that the user named, else the one in the cache folder.

    Raises: SetError when they are not there.
    """
    named = board.sets.get(board.opinions)
    place = Path(named) if named else home() / "opinions" / board.opinions
    if not place.is_dir():
        raise SetError(
            f"{place} does not exist; expected the opinions of {board.opinions}. Name the folder that has "
            f"them with --set {board.opinions}=FOLDER; 'iqabench show opinion {board.opinions}' says where "
            "they are handed out."
        )
    return place


def _statistics(
    board: Board, store: Store, keys: Sequence[str], opinions: Opinions
) -> dict[str, BoardMeasurement | str]:
    """Return each quantity's figure, or the reason why there is none."""
    statistics = {name: q.facts.agreement.partition("@") for name, q in board.quantities.items()}
    fits = fits_named([fit for _, _, fit in statistics.values() if fit] or ["none"])
    resampling = resampling_of(opinions, RESAMPLES, "samples", 0)
    rows = agreement_rows(store, keys, opinions, fits, resampling)
    figures: dict[str, BoardMeasurement | str] = {}
    for name, (statistic, _, fit) in statistics.items():
        row = next((r for r in rows if r["statistic"] == statistic and fit in ("", r["fit"])), None)
        if row is None or row["value"] is None:
            figures[name] = row["error"] if row else f"there is no statistic '{statistic}'"
            continue
        low, high = (
            row[end] if row[end] is not None else row["value"] for end in ("ci_low", "ci_high")
        )
        figures[name] = BoardMeasurement(
            BoundedValue(row["value"], low, high), row["n"], row["n"] + row["failed"]
        )
    return figures
