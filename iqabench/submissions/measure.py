"""Costs of public submissions, measured from a checkout that the user has.

The organisers' repositories hold every team's network behind one function, `select_model(args, device)` in
test_demo.py. That is other people's code: nothing of it runs without `trust=True`, each model runs in a
process and a copy of the checkout of its own, and what goes wrong there costs its own row alone. The checkout
stays as it is, whatever that code writes beside itself.
"""

import ast
import json
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from iqabench.errors import ModelError, UsageError
from iqabench.probes import CostColumn, Size
from iqabench.probes.machine import hold_device
from iqabench.probes.timing import Sampling
from iqabench.run.progress import UNWATCHED, Watch
from iqabench.submissions.checkout_copy import own_copy
from iqabench.submissions.process import answer_of
from iqabench.submissions.request import Counterpart, SubmissionRequest

SCRIPT = "test_demo.py"
FUNCTION = "select_model"
INTERRUPTED = "interrupted before it was measured"
"""The error of submissions that were not measured before an interruption."""


@dataclass(frozen=True)
class SubmissionRow:
    """The costs of one submission, and reasons where there are none."""

    model_id: int
    name: str = ""
    """The name that select_model gives it."""
    values: dict[str, float] = field(default_factory=dict)
    """Values by the columns' names; columns without a value are absent."""
    reasons: dict[str, str] = field(default_factory=dict)
    """The reason why a column has no value, by column."""
    notes: dict[str, list[str]] = field(default_factory=dict)
    """Notes on what a count misses, by column; notes on loading stand under ""."""
    details: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The details of each value; the ratio to the counterpart that it was timed in turn with stands under
    "ratio"."""
    error: str = ""
    """The reason why nothing was measured."""


def submission_ids(checkout: Path) -> list[int]:
    """Return the ids that `select_model` compares `model_id` with, in its order; its source is read, not run.

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
    numbers = [_id_of(node) for node in sorted(compared, key=lambda node: node.lineno)]
    return list(dict.fromkeys(number for number in numbers if number is not None))


def measure_submissions(
    checkout: Path,
    ids: Sequence[int] | None,
    columns: Sequence[CostColumn],
    size: Size,
    *,
    trust: bool = False,
    to: Counterpart | None = None,
    sampling: Sampling | None = None,
    timeout_s: float = 600.0,
    threads: int | None = None,
    stand_ins: Sequence[Path] = (),
    watch: Watch = UNWATCHED,
) -> list[SubmissionRow]:
    """Measure the models of a checkout on the CPU, each in a process of its own; all of them without ids.

    What depends on the machine is sampled in turn with `to`, in the same process, so that the ratio has an
    interval; `to` itself, or any without it, alone. Ctrl-C ends it with what was measured by then.
    `stand_ins` are folders with modules that the checkout needs and this machine lacks, such as operators
    that are compiled for a GPU; what is installed or lies in the checkout comes before them.

    Raises: UsageError without `trust`, and for ids that are not there; ModelError for other folders.
    """
    wanted = _allowed(checkout, ids, trust=trust)
    rows: list[SubmissionRow] = []
    timed = any(column.probe.timed for column in columns)
    lock = hold_device("cpu", wait=True) if timed else nullcontext()
    watch("submissions", 0, len(wanted))
    try:
        with lock:
            for number in wanted:
                request = SubmissionRequest(
                    number,
                    [column.name for column in columns],
                    list(size.input_shape(1)),
                    [str(folder.resolve()) for folder in stand_ins],
                    to if to and to.model_id != number else None,
                    sampling or Sampling(),
                )
                rows.append(_measure_one(checkout, request, timeout_s, threads))
                watch("submissions", len(rows), len(wanted))
    except KeyboardInterrupt:
        rows += [SubmissionRow(number, error=INTERRUPTED) for number in wanted[len(rows) :]]
    return rows


def _allowed(checkout: Path, ids: Sequence[int] | None, *, trust: bool) -> list[int]:
    """Return the ids to measure, each once."""
    known = submission_ids(checkout)
    wanted = list(dict.fromkeys(known if ids is None else ids))
    if not trust:
        raise UsageError(
            f"{checkout.resolve() / SCRIPT} is other people's code: {FUNCTION} would import and run it with "
            f"your rights, for {len(wanted)} of its models. Read it, then allow it with --trust."
        )
    if unknown := [number for number in wanted if number not in known]:
        has = ", ".join(map(str, known))
        raise UsageError(f"{checkout} has no model {unknown[0]}; it has {has}.")
    return wanted


def _id_of(node: ast.Compare) -> int | None:
    """Return N of `model_id == N`, or None for other comparisons."""
    named = isinstance(node.left, ast.Name) and node.left.id == "model_id"
    if not named or len(node.ops) != 1 or not isinstance(node.ops[0], ast.Eq):
        return None
    try:
        value = ast.literal_eval(node.comparators[0])
    except ValueError:
        return None
    return value if isinstance(value, int) else None


def _measure_one(
    checkout: Path, request: SubmissionRequest, timeout_s: float, threads: int | None
) -> SubmissionRow:
    """Measure one submission; paths of its copy in the answer become paths of the checkout."""
    try:
        with own_copy(checkout) as copy:
            answer = json.dumps(answer_of(request, copy, timeout_s, threads))
    except ModelError as error:
        return SubmissionRow(request.model_id, error=str(error))
    inside, outside = (json.dumps(str(path))[1:-1] for path in (copy, checkout))
    return SubmissionRow(model_id=request.model_id, **json.loads(answer.replace(inside, outside)))
