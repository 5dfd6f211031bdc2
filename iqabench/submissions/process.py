"""The process that measures one submission: started, limited in time, and asked why when it ends badly."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from iqabench.submissions.request import SubmissionRequest

_PACKAGE = Path(__file__).parents[1]
_WORKER = "iqabench.submissions.worker"


def answer_of(
    request: SubmissionRequest, copy: Path, timeout_s: float, threads: int | None
) -> dict[str, Any]:
    """What it measured in that copy of the checkout; of what it was not come to, the reason."""
    with tempfile.TemporaryDirectory(prefix="iqabench-") as folder:
        asked, answer = Path(folder, "request.json"), Path(folder, "answer.json")
        request.write(asked)
        words = [sys.executable, "-P", "-m", _WORKER, str(asked), str(answer)]
        status, said = _run(words, copy, _environment(threads), timeout_s)
        if not answer.is_file():
            return {"error": _why(status, said, timeout_s)}
        found: dict[str, Any] = json.loads(answer.read_text())
    if status != 0:  # it counted, and then ended while it timed
        lost = [c for c in request.columns if c not in {**found["values"], **found["reasons"]}]
        found["reasons"] |= dict.fromkeys(lost, _why(status, said, timeout_s))
    return found


def _run(
    words: list[str], folder: Path, environment: dict[str, str], timeout_s: float
) -> tuple[int | None, str]:
    """Status and last words; None when its time was up. What it has started goes with it."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            words,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
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
    """Ours, found without looking into the checkout first."""
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
