"""Tables of counts by operator, with what was not counted and why."""

from collections.abc import Mapping
from typing import Any

from iqabench.probes.core.probed_model import ProbeResult
from iqabench.probes.counting.gaps import of_what_is_unseen
from iqabench.probes.counting.recording import Recording


def by_operator(recording: Recording, *kinds: str) -> dict[str, dict[str, int]]:
    """Sum calls, multiply-accumulates and other operations by operator, the most expensive first; views are
    left out.
    """
    table: dict[str, dict[str, int]] = {}
    for one in recording.ran:
        if one.cost is None or (kinds and one.cost.kind not in kinds):
            continue
        row = table.setdefault(one.name, {"calls": 0, "macs": 0, "other": 0})
        row["calls"] += 1
        row["macs"] += one.cost.macs
        row["other"] += one.cost.other
    return dict(sorted(table.items(), key=lambda item: -(2 * item[1]["macs"] + item[1]["other"])))


def counted_result(
    recording: Recording,
    value: float,
    operators: Mapping[str, Any],
    notes: list[str] | None = None,
    **more: Any,
) -> ProbeResult:
    """Return the value with the operators and notes that explain it."""
    all_notes = [*(notes or []), *of_what_is_unseen(recording)]
    details = {
        "operators": dict(operators),
        "unknown": recording.unknown,
        "opaque": recording.opaque,
        "notes": all_notes,
        "lower_bound": bool(recording.unknown or recording.opaque),
        **more,
    }
    return ProbeResult(value, details)
