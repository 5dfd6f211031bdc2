"""Names for rows and columns: as short as possible while no two things share one."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from iqabench.report.data.subjects import PLAIN_PRECISION, Configuration, MeasuredColumn, Setting
from iqabench.tasks import tasks

T = TypeVar("T")

_LEVELS = {"x": "×{}", "n": "noise {}", "q": "JPEG quality {}"}

_COSTS = {
    "macs": "MACs",
    "flops": "FLOPs",
    "params": "Parameters",
    "conv_layers": "Convolutions",
    "weights_mib": "Weights",
    "latency_ms": "Latency",
    "latency_ms_p90": "Latency p90",
    "latency_ms_p99": "Latency p99",
    "first_call_ms": "First call",
    "memory_mib": "Memory",
    "throughput_mpx_s": "Throughput",
    "energy_j_per_mpx": "Energy per Mpx",
}


def configuration_labels(configurations: Iterable[Configuration]) -> dict[Configuration, str]:
    """Return a label for each: the model's name, and in brackets what is not plain or differs from others."""
    every = sorted(set(configurations), key=lambda c: c.order)
    alike: dict[tuple[str, bool], list[Configuration]] = {}
    for one in every:
        alike.setdefault((one.model, one.random_weights), []).append(one)
    labels = {c: _label(c, alike[c.model, c.random_weights]) for c in every}
    return _told_apart(labels, {c: c.model_hash[:8] for c in every})


def column_labels(columns: Iterable[MeasuredColumn]) -> dict[MeasuredColumn, str]:
    """Return `metric@protocol`, with metric version and protocol hash where one name has several."""
    every = list(columns)
    labels = {c: c.column for c in every}
    return _told_apart(labels, {c: f"v{c.metric_version}, {c.protocol_hash[:8]}" for c in every})


def setting_title(setting: Setting) -> str:
    """Return the set and, in words, its level."""
    return f"{setting.set} {level_title(setting)}".strip()


def level_title(setting: Setting) -> str:
    """Return a level in words: `x4` as ×4, `n25` as noise 25, `q10` as JPEG quality 10.

    A level of another task is its meaning and its value; one that no task knows stands as it is.
    """
    found = re.fullmatch(r"([xnq])(\d+(?:\.\d+)?)", setting.level)
    if found:
        return _LEVELS[found[1]].format(found[2])
    level = next((t.level for t in tasks() if t.name == setting.task), None)
    if level is None or not level.matches(setting.level) or not level.letter:
        return setting.level
    strength, choice = level.split(setting.level)
    if choice is not None:
        plain = level_title(replace(setting, level=strength))
        return f"{plain}, {level.choice_meaning} {choice}"
    return f"{level.meaning} {level.value(setting.level)}"


def metric_title(metric: str) -> str:
    """Return a metric's id as a heading."""
    return metric.upper().replace("_", "-")


def quality_title(column: MeasuredColumn) -> str:
    """Return a metric as a heading, with the role of an output that has one: PSNR of low."""
    return metric_title(column.metric) + (f" of {column.role}" if column.role else "")


def cost_title(column: MeasuredColumn) -> str:
    """Return a probe as a heading, without unit and convention."""
    metric = column.metric
    return _COSTS.get(metric) or metric.replace("_", " ").capitalize()


def column_title(column: MeasuredColumn) -> str:
    """Return metric and unit, as in `PSNR (dB)`."""
    unit = f" ({column.unit})" if column.unit not in {"", "1"} else ""
    return quality_title(column) + unit


def column_facts(column: MeasuredColumn) -> str:
    """Return metric version, protocol, protocol version and hash, in one line."""
    version = column.protocol_version
    known = f"version {version}" if version is not None else "a version this iqabench does not know"
    return (
        f"{column.column}: metric version {column.metric_version}, "
        f"protocol {column.protocol} {known} ({column.protocol_hash})"
    )


def _label(this: Configuration, alike: list[Configuration]) -> str:
    said = []
    if len({o.model_hash for o in alike}) > 1:
        said.append(this.model_hash[:8] or "no weights")
    if len({o.device_class for o in alike}) > 1:
        said.append(this.device_class)
    if this.precision != PLAIN_PRECISION:
        said.append(this.precision)
    if this.setting:
        said.append(this.setting.replace(",", ", "))
    if this.mode:
        said.append(this.mode.replace("_", " ").replace("+", ", "))
    if this.tile:
        said.append(f"tile {this.tile}")
    if this.random_weights:
        said.append("random weights")
    return f"{this.model} ({', '.join(said)})" if said else this.model


def _told_apart(labels: dict[T, str], marks: dict[T, str]) -> dict[T, str]:
    """Return the labels; those that two things share get their mark, and a number if need be."""
    shared = Counter(labels.values())
    marked = {t: f"{text} [{marks[t]}]" if shared[text] > 1 else text for t, text in labels.items()}
    seen: Counter[str] = Counter()
    for thing, text in marked.items():
        seen[text] += 1
        if seen[text] > 1:
            marked[thing] = f"{text} #{seen[text]}"
    return marked
