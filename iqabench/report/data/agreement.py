"""Agreement of metrics with people: for each set of opinions a row for each metric, from stored statistics.

The records of a set of opinions are values of metrics on images that no model made; they have no means to
compare and no leader. What is compared are metrics, by their correlation with what people said, which
`iqabench agree` computes and keeps in the store. Until it did, a set has its metrics and no figures.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from iqabench.report.data.aggregate import Mean, Results
from iqabench.report.data.labels import column_labels
from iqabench.report.data.subjects import MeasuredColumn, Setting, natural
from iqabench.report.text.figures import ABSENT, figure
from iqabench.store.agreement import AgreementRows, read_agreement
from iqabench.tasks import tasks

StatisticName = tuple[str, str]
"""A statistic and the fit that it is taken after; the fit is empty where there is none."""

_ORDER = ("srcc", "krcc", "plcc", "rmse", "ntire2021")
_TITLES = {"ntire2021": "NTIRE 2021"}


@dataclass(frozen=True)
class AgreementFigure:
    """One statistic of one metric."""

    value: float | None
    low: float | None
    high: float | None
    """Ends of the 95 % interval; None without one."""
    n: int
    """Images that it is over."""
    error: str
    """Reason why there is no value."""
    text: str
    place: int = 0
    """Place among the metrics of the table: 1 for the best, 2 for the second, 0 for the others."""

    @property
    def ends(self) -> str:
        """The interval as text; empty without one."""
        if self.low is None or self.high is None:
            return ""
        return f"{figure(self.low, '1')} to {figure(self.high, '1')}"


@dataclass(frozen=True)
class AgreementRow:
    """One metric on one set of opinions."""

    column: MeasuredColumn
    label: str
    mean: Mean
    """Mean of the metric's values; its `n` and `failed` count images."""
    figures: Mapping[StatisticName, AgreementFigure]
    facts: Mapping[str, Any]
    """Facts that the stored rows carry: opinion, resamples, drawn, seed."""


@dataclass(frozen=True)
class OpinionAgreement:
    """All metrics on one set of opinions, the best by its first statistic first."""

    setting: Setting
    number: int
    """Position among the results' settings."""
    samples: int
    """Images with a value of any metric."""
    statistics: tuple[StatisticName, ...]
    rows: tuple[AgreementRow, ...]

    @property
    def scale(self) -> str:
        """The scale of the opinions, as in `MOS, 0 to 9`; empty when no agreement is stored."""
        return next((str(row.facts["opinion"]) for row in self.rows if row.facts), "")

    @property
    def best(self) -> AgreementRow | None:
        """The metric with the best first statistic; None when there is none."""
        rows = [row for row in self.rows if self.statistics and self.statistics[0] in row.figures]
        return rows[0] if rows and rows[0].figures[self.statistics[0]].value is not None else None

    @property
    def failed(self) -> int:
        """Images without a value, of the metric that has most of them."""
        return max((row.mean.failed for row in self.rows), default=0)


def statistic_title(statistic: StatisticName) -> str:
    """Return the heading of a statistic, as in `SRCC` or `PLCC, fit 4`."""
    name, fit = statistic
    title = _TITLES.get(name, name.upper())
    return f"{title}, fit {fit}" if fit and fit != "none" and name != "ntire2021" else title


def better_of(statistic: StatisticName) -> str:
    """Return whether `higher` or `lower` values of a statistic mean more agreement."""
    return "lower" if statistic[0] == "rmse" else "higher"


def opinion_settings(results: Results) -> frozenset[int]:
    """Return the positions of the settings that are sets of opinions."""
    return results.once(_opinion_settings)


def agreements_of(results: Results) -> list[OpinionAgreement]:
    """Return the agreement on every set of opinions in the results, sets by name.

    Raises: StoreError when a stored agreement cannot be read.
    """
    numbers = opinion_settings(results)
    if not numbers:
        return []
    stored = read_agreement(results.store.folder)
    keys = {
        (row["setting"], row["configuration"], row["column"]): row["key"]
        for row in results.query("SELECT * FROM numbered")
    }
    found: dict[int, list[tuple[Mean, AgreementRows]]] = {}
    for mean in results.means:
        if mean.setting in numbers:
            key = keys[mean.setting, mean.configuration, mean.column]
            found.setdefault(mean.setting, []).append((mean, stored.get(key, [])))
    every = [_agreement(results, number, columns) for number, columns in found.items()]
    return sorted(every, key=lambda one: (natural(one.setting.set), one.setting.set_hash))


def agreement_rows_of(results: Results) -> list[dict[str, Any]]:
    """Return the stored rows of every set of opinions in the results, as `iqabench agree` prints them."""
    numbers = opinion_settings(results)
    stored = read_agreement(results.store.folder) if numbers else {}
    keys = [row["key"] for row in results.query("SELECT * FROM numbered ORDER BY ALL")]
    return [row for key in keys for row in stored.get(key, [])]


def _opinion_settings(results: Results) -> frozenset[int]:
    metrics = {task.name for task in tasks() if task.ranks == "metrics"}
    return frozenset(n for n, setting in enumerate(results.settings) if setting.task in metrics)


def _agreement(
    results: Results, number: int, columns: list[tuple[Mean, AgreementRows]]
) -> OpinionAgreement:
    labels = column_labels(results.columns[mean.column] for mean, _ in columns)
    statistics = tuple(
        sorted({_statistic(row) for _, rows in columns for row in rows}, key=_statistic_order)
    )
    places = {statistic: _places(columns, statistic) for statistic in statistics}
    rows = [
        AgreementRow(
            results.columns[mean.column],
            labels[results.columns[mean.column]],
            mean,
            {_statistic(row): _figure(row, places[_statistic(row)]) for row in found},
            found[0] if found else {},
        )
        for mean, found in columns
    ]
    ordered = sorted(rows, key=lambda row: _row_order(row, statistics))
    samples = max(mean.of for mean, _ in columns)
    return OpinionAgreement(results.settings[number], number, samples, statistics, tuple(ordered))


def _statistic(row: Mapping[str, Any]) -> StatisticName:
    return str(row["statistic"]), str(row["fit"])


def _statistic_order(statistic: StatisticName) -> tuple[object, ...]:
    name, fit = statistic
    return _ORDER.index(name) if name in _ORDER else len(_ORDER), name, fit != "none", fit


def _printed(row: Mapping[str, Any]) -> str:
    return figure(row["value"], "1")


def _places(
    columns: Iterable[tuple[Mean, AgreementRows]], statistic: StatisticName
) -> dict[str, int]:
    """Return the printed values that are best and second; a metric without another one has no place."""
    rows = [row for _, found in columns for row in found if _statistic(row) == statistic]
    texts = {_printed(row) for row in rows if row["value"] is not None}
    if sum(row["value"] is not None for row in rows) < 2:
        return {}
    ordered = sorted(texts, key=float, reverse=better_of(statistic) == "higher")
    return {text: place for place, text in enumerate(ordered[:2], 1)}


def _figure(row: Mapping[str, Any], places: Mapping[str, int]) -> AgreementFigure:
    value = row["value"]
    text = ABSENT if value is None else _printed(row)
    return AgreementFigure(
        value, row["ci_low"], row["ci_high"], row["n"], row["error"], text, places.get(text, 0)
    )


def _row_order(row: AgreementRow, statistics: tuple[StatisticName, ...]) -> tuple[object, ...]:
    found = row.figures.get(statistics[0]) if statistics else None
    if found is None or found.value is None:
        return True, 0.0, row.column.order
    sign = -1 if better_of(statistics[0]) == "higher" else 1
    return False, sign * found.value, row.column.order
