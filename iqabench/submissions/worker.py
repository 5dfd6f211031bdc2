"""One model of a public checkout, measured in a process of its own: python -m ... REQUEST ANSWER.

The current folder is a copy of the checkout, and what runs here is its code: see `measure.py`.
"""

import json
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from iqabench.errors import IqabenchError
from iqabench.probes import CostColumn, ProbedModel, cost_column
from iqabench.submissions.loading import loading
from iqabench.submissions.request import SubmissionRequest
from iqabench.submissions.selection import probed, reason_of
from iqabench.submissions.turns import counterpart, ratio_to, sample_in_turn

Answer = dict[str, Any]


def main(asked: Path, answer: Path) -> None:
    """Read what is asked, measure, write what came of it."""
    request = SubmissionRequest.read(asked)
    sys.path.insert(0, str(Path.cwd()))
    sys.path += request.stand_ins
    notes: list[str] = []
    found: Answer
    with loading(notes):
        try:
            found = _measured(request, notes, answer)
        except Exception as error:  # noqa: BLE001 - it is anybody's code: the reason is told
            found = {"error": reason_of(error)}
    _write(found, notes + _taken(request.stand_ins), answer)


def _write(found: Answer, notes: list[str], answer: Path) -> None:
    """The whole answer or none: this process may be ended at any time."""
    whole = {**found, "notes": {"": notes, **found.get("notes", {})}}
    part = answer.with_suffix(".part")
    part.write_text(json.dumps(whole))
    part.replace(answer)


def _measured(request: SubmissionRequest, notes: list[str], answer: Path) -> Answer:
    """What is measured; the counts stand in the answer before anything is timed, which may take too long."""
    seen = probed(request.model_id, request.shape, notes)
    found: Answer = {"name": seen.name, "values": {}, "reasons": {}, "notes": {}, "details": {}}
    columns = [cost_column(name) for name in request.columns]
    for column in columns:
        if not column.probe.timed:
            _add(found, column, seen)
    if timed := [c for c in columns if c.probe.timed]:
        _write(found, notes + _taken(request.stand_ins), answer)
        own = len(notes)
        _add_timed(found, timed, seen, request)
        del notes[own:]  # what the baseline does while it loads stands in its own row
    return found


def _add_timed(
    found: Answer, columns: Sequence[CostColumn], seen: ProbedModel, request: SubmissionRequest
) -> None:
    """What depends on the machine: the baseline is loaded now, for it must not have changed the counts."""
    try:
        with counterpart(request.to, request.shape) if request.to else nullcontext() as base:
            more = sample_in_turn(seen, base, request.sampling)
            for column in columns:
                _add(found, column, seen, base, more)
    except Exception as error:  # noqa: BLE001 - here too
        found["reasons"] |= dict.fromkeys((c.name for c in columns), reason_of(error))


def _add(
    found: Answer,
    column: CostColumn,
    seen: ProbedModel,
    base: ProbedModel | None = None,
    more: Answer | None = None,
) -> None:
    try:
        one = column(seen)
        by = {"ratio": ratio_to(base, seen, column, one.value)} if base else {}
    except IqabenchError as reason:
        found["reasons"][column.name] = str(reason)
        return
    except Exception as error:  # noqa: BLE001 - here too
        found["reasons"][column.name] = reason_of(error)
        return
    found["values"][column.name] = one.value
    found["notes"][column.name] = one.details.get("notes", [])
    found["details"][column.name] = {**one.details, **by, **(more or {})}


def _taken(folders: list[str]) -> list[str]:
    """Packages that came from the stand-ins."""
    files = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
    names = {
        name.partition(".")[0]
        for name, file in files.items()
        if file and any(Path(file).is_relative_to(folder) for folder in folders)
    }
    return [f"stand-ins were taken for: {', '.join(sorted(names))}"] if names else []


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
