"""Means or single values as plain rows, for the command line and the Python interface."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from typing import Any

from iqabench.report.data.aggregate import Results
from iqabench.report.data.agreement import opinion_settings
from iqabench.report.data.labels import configuration_labels
from iqabench.report.data.subjects import Configuration
from iqabench.report.statistics.intervals import Intervals
from iqabench.store import Store


def rows(
    store: Store,
    keys: Iterable[str] | None = None,
    *,
    per_image: bool = False,
    intervals: bool | None = None,
    samples: Mapping[str, Collection[str]] | None = None,
) -> list[dict[str, Any]]:
    """Return means, or single values, as plain rows; of all records or of those with these cell keys.

    `samples` are the samples that are looked at, by key; of other keys all are.

    What models cost is not among them: see `costs.cost_rows`. Intervals of means are left out of large stores
    unless they are asked for.

    Returns: dictionaries with `model set scale level column value unit better n failed` and what else
        one must know; of means also `ci_low` and `ci_high`, the ends of the 95 % interval, `infinite`, the
        number of infinite values, `finite`, the mean of the others, and `of`, the number of samples that any
        of the rows of this set and column has a value for, `draws` and `sd`, the number of draws of a model
        that draws at random and the standard deviation of their means; per image also `sample` and `error`. A
        failed value is None, inf is inf.
    """
    with Results(store, keys, samples) as results:
        labels = _labels(results)
        if per_image:
            return [
                _row(results, labels, row) for row in _quality(results, results.query(_SAMPLES))
            ]
        sure = Intervals(results, wanted=intervals)
        found = [{**asdict(mean), **_ends(sure.of(mean))} for mean in results.means]
        return [_row(results, labels, row) for row in _quality(results, found)]


def _labels(results: Results) -> dict[tuple[int, Configuration], str]:
    """Return the labels of the configurations of each setting, by its position."""
    present: dict[int, set[Configuration]] = {}
    for mean in results.means:
        how = results.configurations[mean.configuration]
        present.setdefault(mean.setting, set()).add(how)
    return {
        (setting, how): label
        for setting, some in present.items()
        for how, label in configuration_labels(some).items()
    }


def _quality(results: Results, found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    opinions = opinion_settings(results)
    return [
        row
        for row in found
        if not results.settings[row["setting"]].is_cost and row["setting"] not in opinions
    ]


def _ends(interval: tuple[float, float] | None) -> dict[str, float | None]:
    low, high = interval or (None, None)
    return {"ci_low": low, "ci_high": high}


_SAMPLES = """
SELECT setting, configuration, "column", sample, value, ok::INT AS n, (NOT ok)::INT AS failed, error
FROM cells WHERE sample IS NOT NULL ORDER BY setting, configuration, "column", sample
"""


def _row(
    results: Results, labels: Mapping[tuple[int, Configuration], str], found: dict[str, Any]
) -> dict[str, Any]:
    setting = results.settings[found["setting"]]
    model = results.configurations[found["configuration"]]
    column = results.columns[found["column"]]
    alone = {"sample": found["sample"]} if "sample" in found else {}
    ends: dict[str, Any] = {n: found[n] for n in ("ci_low", "ci_high") if n in found}
    told = ("error",) if "error" in found else ("infinite", "finite", "of", "draws", "sd")
    said = {name: found[name] for name in told}
    return {
        "model": model.model, "set": setting.set, "scale": setting.scale, "level": setting.level,
        **alone, "column": column.column, "value": found["value"], **ends,
        "unit": column.unit, "better": column.better, "n": found["n"], "failed": found["failed"], **said,
        "label": labels[found["setting"], model], "precision": model.precision, "tile": model.tile,
        "random_weights": model.random_weights, "device": model.device_class, "task": setting.task,
        "metric_version": column.metric_version, "protocol_hash": column.protocol_hash,
        "set_hash": setting.set_hash, "model_hash": model.model_hash,
    }  # fmt: skip
