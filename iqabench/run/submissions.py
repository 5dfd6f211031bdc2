"""Public challenge submissions: what each of them costs, measured from a checkout that the user has.

The organisers' repositories hold every team's network behind one function, `select_model(args, device)` in
test_demo.py. That is other people's code: nothing of it runs without `trust=True`, each model runs in a
process of its own with the checkout as current folder, and what goes wrong there costs its own row alone.
"""

import ast
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from iqabench.errors import ModelError, UsageError
from iqabench.probes import CostColumn, Size
from iqabench.run.outcome import Watch

SCRIPT = "test_demo.py"
FUNCTION = "select_model"
_PACKAGE = Path(__file__).parents[1]


@dataclass(frozen=True)
class SubmissionRow:
    """What came of one model of a checkout."""

    model_id: int
    name: str = ""
    """As select_model calls it."""
    values: dict[str, float] = field(default_factory=dict)
    """By the columns' names; those without a value are not here."""
    reasons: dict[str, str] = field(default_factory=dict)
    """Why a column has no value."""
    notes: dict[str, list[str]] = field(default_factory=dict)
    """What a count misses, by column; under "" what was noted while loading."""
    details: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What stands behind each value."""
    error: str = ""
    """Why nothing was measured."""


def submission_ids(checkout: Path) -> list[int]:
    """The ids that `select_model` compares `model_id` with, in its order; its source is read, not run.

    Raises: ModelError when the folder holds no such function.
    """
    script = checkout / SCRIPT
    if not script.is_file():
        raise ModelError(
            f"{checkout} has no {SCRIPT}; expected the checkout of an efficient super-resolution challenge."
        )
    try:
        tree = ast.parse(script.read_bytes())
    except SyntaxError as error:
        raise ModelError(f"{script}:{error.lineno} is no Python: {error.msg}.") from error
    functions = (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == FUNCTION)
    function = next(functions, None)
    if function is None:
        raise ModelError(f"{script} has no function {FUNCTION}(args, device).")
    compared = [node for node in ast.walk(function) if isinstance(node, ast.Compare)]
    found = [_compared(node) for node in sorted(compared, key=lambda node: node.lineno)]
    return list(dict.fromkeys(number for number in found if number is not None))


def measure_submissions(
    checkout: Path, ids: Sequence[int] | None, columns: Sequence[CostColumn], size: Size, *,
    trust: bool = False, timeout_s: float = 600.0, threads: int | None = None,
    stand_ins: Sequence[Path] = (), watch: Watch = lambda *_: None,
) -> list[SubmissionRow]:  # fmt: skip
    """Measure the models of a checkout on the CPU, each in a process of its own; all of them without ids.

    `stand_ins` are folders with modules that the checkout needs and this machine lacks, such as operators
    that are compiled for a GPU; what is installed or lies in the checkout comes before them.

    Raises: UsageError without `trust`, and for ids that are not there; ModelError for other folders.
    """
    known = submission_ids(checkout)
    if not trust:
        raise UsageError(
            f"{checkout.resolve() / SCRIPT} is other people's code: {FUNCTION} would import and run it with "
            f"your rights, for {len(ids or known)} models. Read it, then allow it with --trust."
        )
    unknown = [number for number in ids or [] if number not in known]
    if unknown:
        raise UsageError(
            f"{checkout} has no model {unknown[0]}; it has {', '.join(map(str, known))}."
        )
    wanted, rows = list(ids or known), []
    for at, number in enumerate(wanted):
        request = {
            "model_id": number, "columns": [column.name for column in columns],
            "shape": list(size.input_shape(1)),
            "stand_ins": [str(folder.resolve()) for folder in stand_ins],
        }  # fmt: skip
        rows.append(_measured(checkout, request, timeout_s, threads))
        watch("submissions", at + 1, len(wanted))
    return rows


def _compared(node: ast.Compare) -> int | None:
    """N of `model_id == N`."""
    named = isinstance(node.left, ast.Name) and node.left.id == "model_id"
    if not named or len(node.ops) != 1 or not isinstance(node.ops[0], ast.Eq):
        return None
    try:
        value = ast.literal_eval(node.comparators[0])
    except ValueError:
        return None
    return value if isinstance(value, int) else None


def _measured(
    checkout: Path, request: dict[str, Any], timeout_s: float, threads: int | None
) -> SubmissionRow:
    number = int(request["model_id"])
    with tempfile.TemporaryDirectory(prefix="iqabench-") as folder:
        asked, answer = Path(folder, "request.json"), Path(folder, "answer.json")
        asked.write_text(json.dumps(request))
        words = [
            sys.executable,
            "-P",
            "-m",
            "iqabench.run.submission_worker",
            str(asked),
            str(answer),
        ]
        status, said = _run(words, checkout, _environment(threads), timeout_s)
        if not answer.is_file():
            return SubmissionRow(number, error=_why(status, said, timeout_s))
        return SubmissionRow(model_id=number, **json.loads(answer.read_text()))


def _run(
    words: list[str], folder: Path, environment: dict[str, str], timeout_s: float
) -> tuple[int | None, str]:
    """Status and last words; None when its time was up. What it has started goes with it."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            words, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=said,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            status = process.wait(timeout_s)
        except BaseException as end:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if not isinstance(end, subprocess.TimeoutExpired):
                raise
            return None, ""
        said.seek(0)
        return status, said.read().decode(errors="replace")


def _environment(threads: int | None) -> dict[str, str]:
    """Ours, found without looking into the checkout first; nothing is written beside its sources."""
    paths = [str(_PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    more = {"PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"}
    if threads is not None:
        more |= {"OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)}
    return {**os.environ, **more}


def _why(status: int | None, said: str, timeout_s: float) -> str:
    if status is None:
        return f"took longer than {timeout_s:g} s"
    if status == -signal.SIGKILL:
        return "was killed by the system; out of memory, most likely"
    if status < 0:
        return f"crashed: {signal.Signals(-status).name}"
    last = (said.strip().splitlines() or ["without a word"])[-1]
    return f"ended with status {status}: {last[:300]}"
