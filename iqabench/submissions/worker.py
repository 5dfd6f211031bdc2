"""The worker process that measures one submission: python -m iqabench.submissions.worker REQUEST ANSWER.

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
from iqabench.submissions.loading import adapt_loading
from iqabench.submissions.request import SubmissionRequest
from iqabench.submissions.selection import load_submission, reason_of
from iqabench.submissions.turns import counterpart, ratio_to, sample_in_turn

Answer = dict[str, Any]


def main(request_file: Path, answer_file: Path) -> None:
    """Read the request, measure, and write the answer."""
    request = SubmissionRequest.read(request_file)
    sys.path.insert(0, str(Path.cwd()))
    sys.path += request.stand_ins
    notes: list[str] = []
    answer: Answer
    with adapt_loading(notes):
        try:
            answer = _measure(request, notes, answer_file)
        except Exception as error:  # noqa: BLE001 - other people's code: its reason is reported
            answer = {"error": reason_of(error)}
    _write(answer, notes + _stand_in_notes(request.stand_ins), answer_file)


def _write(result: Answer, notes: list[str], answer: Path) -> None:
    """Write the whole answer or none: this process may be ended at any time."""
    complete = {**result, "notes": {"": notes, **result.get("notes", {})}}
    part = answer.with_suffix(".part")
    part.write_text(json.dumps(complete))
    part.replace(answer)


def _measure(request: SubmissionRequest, notes: list[str], answer: Path) -> Answer:
    """Measure everything. The counts are written before anything is timed, since timing may take too long."""
    seen = load_submission(request.model_id, request.shape, notes)
    result: Answer = {"name": seen.name, "values": {}, "reasons": {}, "notes": {}, "details": {}}
    columns = [cost_column(name) for name in request.columns]
    for column in columns:
        if not column.probe.timed:
            _add(result, column, seen)
    if timed := [c for c in columns if c.probe.timed]:
        _write(result, notes + _stand_in_notes(request.stand_ins), answer)
        own = len(notes)
        add_timed(result, timed, seen, request)
        del notes[own:]  # what the baseline does while it loads stands in its own row
    return result


def add_timed(
    result: Answer, columns: Sequence[CostColumn], seen: ProbedModel, request: SubmissionRequest
) -> None:
    """Add what depends on the machine; the baseline is loaded only now, so it cannot change the counts."""
    try:
        with counterpart(request.to, request.shape) if request.to else nullcontext() as base:
            more = sample_in_turn(seen, base, request.sampling)
            for column in columns:
                _add(result, column, seen, base, more)
    except Exception as error:  # noqa: BLE001 - here too
        result["reasons"] |= dict.fromkeys((c.name for c in columns), reason_of(error))


def _add(
    result: Answer,
    column: CostColumn,
    seen: ProbedModel,
    base: ProbedModel | None = None,
    more: Answer | None = None,
) -> None:
    try:
        one = column(seen)
        by = {"ratio": ratio_to(base, seen, column, one.value)} if base else {}
    except IqabenchError as reason:
        result["reasons"][column.name] = str(reason)
        return
    except Exception as error:  # noqa: BLE001 - here too
        result["reasons"][column.name] = reason_of(error)
        return
    result["values"][column.name] = one.value
    result["notes"][column.name] = one.details.get("notes", [])
    result["details"][column.name] = {**one.details, **by, **(more or {})}


def _stand_in_notes(folders: list[str]) -> list[str]:
    """Note the packages that came from the stand-ins."""
    files = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
    names = {
        name.partition(".")[0]
        for name, file in files.items()
        if file and any(Path(file).is_relative_to(folder) for folder in folders)
    }
    return [f"stand-ins were taken for: {', '.join(sorted(names))}"] if names else []


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
