"""Sources of each figure in words: protocol, versions, n, device, run, time and weights."""

from typing import Any

from iqabench.report.data.aggregate import Mean, Results
from iqabench.report.data.agreement import AgreementRow, StatisticName, statistic_title
from iqabench.report.data.costs import MeasuredCost
from iqabench.report.data.labels import level_title
from iqabench.report.data.provenance import RunProvenance, Terms
from iqabench.report.data.subjects import Configuration, MeasuredColumn, Setting
from iqabench.report.statistics.intervals import Intervals
from iqabench.report.text.figures import moment, short_unit

WITHOUT_WEIGHTS = "none:"
"""Text before method and version, in place of a hash."""


class FigureSources:
    """Runs, devices and times of every mean and every cost, read once from all records."""

    def __init__(self, results: Results, provenance: RunProvenance, intervals: Intervals) -> None:
        self.results, self.provenance, self.intervals = results, provenance, intervals
        self.numbers = {
            kind: {thing: at for at, thing in enumerate(things)}
            for kind, things in (
                ("setting", results.settings),
                ("configuration", results.configurations),
                ("column", results.columns),
            )
        }
        self._parts: dict[tuple[int, ...], list[dict[str, Any]]] = {}
        for part in results.query(_PARTS):
            where = part["setting"], part["configuration"], part["column"]
            self._parts.setdefault(where, []).append(part)

    def of(self, setting: int, configuration: int, column: int) -> list[dict[str, Any]]:
        """Return the sources of one figure: a row for each run and device."""
        return self._parts.get((setting, configuration, column), [])

    def place_of(self, cost: MeasuredCost) -> tuple[int, int, int]:
        """Return the numbers of a cost's setting, configuration and column."""
        return (
            self.numbers["setting"][cost.setting],
            self.numbers["configuration"][cost.configuration],
            self.numbers["column"][cost.column],
        )

    def of_mean(self, mean: Mean) -> list[Terms]:
        """Return the sources of a mean, in blocks."""
        unit = self.results.columns[mean.column].unit
        value = "failed" if mean.value is None else _exact(mean.value, unit)
        ends = _ends(self.intervals.of(mean))
        own = (("Value", f"{value}, mean"), ("95 % interval", ends), ("Images", _counted(mean)))
        return [own, *self.of_images(mean.setting, mean.configuration, mean.column)]

    def of_images(self, setting: int, configuration: int, column: int) -> list[Terms]:
        """Return the sources of the value of each image, in blocks."""
        about = _column(self.results.columns[column], "Metric")
        at = _set(self.results.settings[setting])
        return [about, at, *self._ran(setting, configuration, column)]

    def of_agreement(self, row: AgreementRow, statistic: StatisticName) -> list[Terms]:
        """Return where a statistic of agreement comes from, in blocks."""
        found, facts, mean = row.figures[statistic], row.facts, row.mean
        ends = (found.low, found.high) if found.low is not None and found.high is not None else None
        resamples = f"{facts['resamples']} of {facts['drawn']}, seed {facts['seed']}"
        own = (
            ("Statistic", statistic_title(statistic)),
            ("Value", f"{found.value:.10g}" if found.value is not None else found.error),
            ("95 % interval", _ends(ends)),
            ("Resamples", resamples if ends else ""),
            ("Images", f"{found.n} of {mean.n + mean.failed}"),
            ("Opinions", f"{facts['opinion']}, {facts['opinion_better']} is better"),
        )
        return [own, *self.of_images(mean.setting, mean.configuration, mean.column)]

    def of_cost(self, cost: MeasuredCost) -> list[Terms]:
        """Return the sources of a cost, in blocks."""
        about = _column(cost.column, "Probe")
        return [_cost(cost), about, _place(cost), *self._ran(*self.place_of(cost))]

    def _ran(self, setting: int, configuration: int, column: int) -> list[Terms]:
        runs = [
            (
                ("Run", part["run"]),
                ("Device", part["device"]),
                ("Measured", _times(part)),
                ("Lossy files read by", part["decoders"] or ""),
                (
                    "Versions",
                    ", ".join(f"{k} {v}" for k, v in self.provenance.versions(part["run"])),
                ),
            )
            for part in self.of(setting, configuration, column)
        ]
        return [_weights(self.results.configurations[configuration]), *runs]


_PARTS = """
SELECT numbered.setting, configuration, numbered."column", run, device, count(*) AS records,
       min(time) AS first, max(time) AS last,
       string_agg(DISTINCT nullif(decoder, ''), '; ' ORDER BY nullif(decoder, '')) AS decoders
FROM records JOIN numbered USING (key) GROUP BY ALL ORDER BY ALL
"""


def _exact(value: float, unit: str) -> str:
    return f"{value:.10g} {'' if unit == '1' else short_unit(unit)}".strip()


def _ends(interval: tuple[float, float] | None) -> str:
    return f"{interval[0]:.6g} to {interval[1]:.6g}" if interval else ""


def _counted(mean: Mean) -> str:
    said = [f"{mean.n} of {mean.of}"]
    said += [f"{mean.failed} failed"] if mean.failed else []
    return ", ".join([*said, *([_infinite(mean)] if mean.infinite else [])])


def _infinite(mean: Mean) -> str:
    others = "" if mean.finite is None else f"; mean of the others {mean.finite:.10g}"
    return f"{mean.infinite} infinite{others}"


def _column(column: MeasuredColumn, kind: str) -> Terms:
    version = column.protocol_version
    known = f"version {version}, " if version is not None else ""
    word = "Protocol" if kind == "Metric" else "Convention"
    protocol = f"{column.protocol}, {known}hash {column.protocol_hash}" if column.protocol else ""
    return (
        ("Column", column.column),
        (kind, f"{column.metric}, version {column.metric_version}, {column.better} is better"),
        (word, protocol),
        ("Compared with", column.reference),
    )


def _set(setting: Setting) -> Terms:
    return (("Set", f"{setting.set} {level_title(setting)}, hash {setting.set_hash}"),)


def _place(cost: MeasuredCost) -> Terms:
    size = cost.setting.level if cost.is_sized else ""
    return (("Input", size), ("Measured on", "" if cost.is_count else cost.setting.set))


def _cost(cost: MeasuredCost) -> Terms:
    value = "failed" if cost.value is None else _exact(cost.value, cost.column.unit)
    warned = len(cost.details.get("warnings") or ())
    return (
        ("Value", value),
        ("Why", cost.error if cost.value is None else ""),
        ("95 % interval", _ends(cost.interval)),
        ("Samples", str(cost.details.get("samples") or "")),
        ("Warnings", f"{warned}, told on the device's page" if warned else ""),
    )


def _weights(how: Configuration) -> Terms:
    hashed = f"SHA-256 {how.model_hash}" if how.model_hash else "not known"
    if how.model_hash.startswith(WITHOUT_WEIGHTS):
        hashed = f"none; method and version {how.model_hash.removeprefix(WITHOUT_WEIGHTS)}"
    ran = (how.precision, f"tile {how.tile}" if how.tile else "", how.mode.replace("_", " "))
    return (
        ("Model", how.model),
        ("Weights", f"random; {hashed}" if how.random_weights else hashed),
        ("Ran as", ", ".join(part for part in (*ran, how.device_class) if part)),
    )


def _times(part: dict[str, Any]) -> str:
    first, last = moment(part["first"]), moment(part["last"])
    return first if first == last else f"{first} to {last}"
