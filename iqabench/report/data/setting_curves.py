"""Curves: the rows of one model over the values of one setting, such as alpha or k."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from iqabench.report.data.labels import configuration_labels
from iqabench.report.data.subjects import Configuration
from iqabench.report.data.tables import Table, TableRow


@dataclass(frozen=True)
class CurvePoint:
    """One row of a curve."""

    value: float
    """Value of the setting."""
    row: TableRow


@dataclass(frozen=True)
class SettingCurve:
    """The rows of a table that differ only in the value of one setting."""

    setting: str
    """Name of the setting."""
    label: str
    """Label of the model, with its other settings."""
    random_weights: bool
    points: tuple[CurvePoint, ...]
    """Points, small values first."""


def curve_of(configuration: Configuration) -> Configuration:
    """Return a configuration without its setting: the rows of one model have it in common."""
    return replace(configuration, setting="")


def setting_curves(table: Table) -> tuple[SettingCurve, ...]:
    """Return the curves of a table: settings in the order of their names, models in that of their labels.

    The value of a row that does not name the setting is the default of the model's card.
    """
    models: dict[Configuration, list[tuple[TableRow, dict[str, float]]]] = {}
    for row in table.rows:
        values = {**dict(row.facts.settings), **_values(row.configuration.setting)}
        models.setdefault(curve_of(row.configuration), []).append((row, values))
    found = []
    for rows in models.values():
        for name in sorted({name for _, values in rows for name in values}):
            found += _curves(name, rows)
    return tuple(sorted(found, key=lambda curve: (curve.setting, curve.label)))


def _curves(name: str, rows: Iterable[tuple[TableRow, Mapping[str, float]]]) -> list[SettingCurve]:
    """Return the curves of one model over one setting: one for each choice of its other settings."""
    groups: dict[str, dict[float, TableRow]] = {}
    for row, values in rows:
        if name in values:
            others = [part for part in row.configuration.setting.split(",") if part]
            key = ",".join(part for part in others if part.partition("=")[0] != name)
            groups.setdefault(key, {})[values[name]] = row
    return [_curve(name, key, some) for key, some in groups.items() if len(some) > 1]


def _curve(name: str, others: str, rows: Mapping[float, TableRow]) -> SettingCurve:
    how = replace(next(iter(rows.values())).configuration, setting=others)
    points = tuple(CurvePoint(value, rows[value]) for value in sorted(rows))
    return SettingCurve(name, configuration_labels([how])[how], how.random_weights, points)


def _values(setting: str) -> dict[str, float]:
    """Return the numbers of a text such as alpha=0.5,k=1; other parts, as of conventions, have none."""
    found = {}
    for part in setting.split(","):
        name, _, text = part.partition("=")
        try:
            found[name] = float(text)
        except ValueError:
            continue
    return found
