"""Remarks below the tables of a device: failures, notes, warnings, and how times were sampled."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from iqabench.report.data.cost_tables import model_at_scale, size_order
from iqabench.report.data.costs import cost_order
from iqabench.report.data.devices import Device
from iqabench.report.data.provenance import Terms
from iqabench.report.plots.latency_plots import LATENCY
from iqabench.report.text import figures

_NOT_SAID = ("at", "counters")
"""Entries of a machine's state that are left out: moments, and counters since it was started."""


@dataclass(frozen=True)
class CostRemark:
    """A sentence and its subject."""

    label: str
    about: str
    text: str


@dataclass(frozen=True)
class Timing:
    """The way in which one latency was sampled."""

    label: str
    size: str
    terms: dict[str, str]


@dataclass(frozen=True)
class Machine:
    """The state of the machine while it was measured."""

    always: Terms
    """Facts that were the same at every size."""
    heads: tuple[str, ...]
    """Names of facts that changed: clocks, load, temperature."""
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    """Changed facts for each size."""


def cost_failures(device: Device) -> list[CostRemark]:
    """Return every reason of a failure once for each model, with its columns and sizes."""
    failed = [cost for cost in device.costs if cost.value is None]
    return _gathered(
        (
            device.labels[model_at_scale(c)],
            c.error or "no reason was kept",
            f"{c.subject.column} at {c.setting.level}",
        )
        for c in failed
    )


def cost_notes(device: Device) -> list[CostRemark]:
    """Return notes of counts: operations that they could not see, and what their convention leaves out."""
    return _gathered(
        (device.labels[model_at_scale(cost)], str(note), cost.subject.column)
        for cost in device.costs
        for note in cost.details.get("notes") or ()
    )


def cost_warnings(device: Device) -> dict[str, list[str]]:
    """Return the warnings that were raised while times were sampled, by sizes."""
    found: dict[str, dict[str, None]] = {}
    for cost in sorted(device.costs, key=lambda c: size_order(c.setting.level)):
        for text in cost.details.get("warnings") or ():
            found.setdefault(cost.setting.level, {})[str(text)] = None
    return {size: [*texts] for size, texts in found.items()}


def timings(device: Device) -> list[Timing]:
    """Return how each latency was sampled: calls, outliers, and the cost of bookkeeping."""
    found = [c for c in device.costs if c.column.metric == LATENCY and c.value is not None]
    ordered = sorted(
        found, key=lambda c: (size_order(c.setting.level), device.labels[model_at_scale(c)])
    )
    return [
        Timing(device.labels[model_at_scale(c)], c.setting.level, _timed(c.details))
        for c in ordered
    ]


def machine_of(device: Device) -> Machine | None:
    """Return the latest state at each size, without moments and counters; None when no state was recorded."""
    latest: dict[str, dict[str, str]] = {}
    for cost in sorted(device.costs, key=lambda c: (size_order(c.setting.level), c.time)):
        if state := cost.details.get("machine"):
            latest[cost.setting.level] = dict(_flat(state))
    if not latest:
        return None
    names = dict.fromkeys(name for state in latest.values() for name in state)
    said = {name: [state.get(name, figures.ABSENT) for state in latest.values()] for name in names}
    heads = tuple(name for name, texts in said.items() if len(set(texts)) > 1)
    always = tuple((name, texts[0]) for name, texts in said.items() if name not in heads)
    rows = ((size, tuple(s.get(n, figures.ABSENT) for n in heads)) for size, s in latest.items())
    return Machine(always, heads, tuple(rows) if heads else ())


def facts_of(device: Device) -> list[str]:
    """Return version, convention and hash of each column, a line each."""
    columns = {
        c: label for t in device.tables for c, label in zip(t.columns, t.labels, strict=True)
    }
    return [
        f"{label}: probe version {c.metric_version}, "
        f"{f'convention {c.protocol}' if c.protocol else 'one way of counting'} ({c.protocol_hash})"
        for c, label in sorted(columns.items(), key=lambda one: cost_order(one[0]))
    ]


def _gathered(found: Iterable[tuple[str, str, str]]) -> list[CostRemark]:
    """Return each label and text once, with everything that it is about."""
    every: dict[tuple[str, str], dict[str, None]] = {}
    for label, text, about in found:
        every.setdefault((label, text), {})[about] = None
    return [CostRemark(label, ", ".join(about), text) for (label, text), about in every.items()]


def _timed(details: dict[str, Any]) -> dict[str, str]:
    block = details.get("calls_a_sample", 1)
    samples = f"{details.get('samples', figures.ABSENT)}" + (
        f" of {block} calls" if block != 1 else ""
    )
    return {
        "samples": samples,
        "warm_up": str(details.get("warm_up_calls", figures.ABSENT)),
        "outliers": str(details.get("outliers", figures.ABSENT)),
        "within": _share(details.get("within")),
        "overhead": _share(details.get("overhead")),
        "first": figures.cost_figure(details.get("first_call_ms"), "ms"),
        "ended": {"steady": "when it was steady", "budget": "when its time was over"}.get(
            str(details.get("ended")), figures.ABSENT
        ),
    }


def _share(value: object) -> str:
    return f"{value:.2%}" if isinstance(value, (int, float)) else figures.ABSENT


def _flat(state: dict[str, Any], under: str = "") -> Iterator[tuple[str, str]]:
    """Yield names and texts of everything in a nested state."""
    for name, value in state.items():
        if name in _NOT_SAID:
            continue
        said = f"{under} {name}".strip().replace("_", " ")
        if isinstance(value, dict):
            yield from _flat(value, said)
        else:
            yield said, _text(value)


def _text(value: object) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_text(part) for part in value)
    return f"{value:.4g}" if isinstance(value, float) else str(value)
