"""The process that measures one submission: it is started, limited in time, and its end is explained."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from iqabench.submissions.request import SubmissionRequest

_KILL = 9
"""The number of SIGKILL, which Windows does not have."""
_PACKAGE = Path(__file__).parents[1]
_WORKER = "iqabench.submissions.worker"


def answer_of(
    request: SubmissionRequest, copy: Path, timeout_s: float, threads: int | None
) -> dict[str, Any]:
    """Measure in that copy of the checkout, and return the answer; columns that were not measured have a
    reason.
    """
    with tempfile.TemporaryDirectory(prefix="iqabench-") as folder:
        request_file, answer_file = Path(folder, "request.json"), Path(folder, "answer.json")
        request.write(request_file)
        words = [sys.executable, "-P", "-m", _WORKER, str(request_file), str(answer_file)]
        status, output = _run(words, copy, _environment(threads), timeout_s)
        if not answer_file.is_file():
            return {"error": _why(status, output, timeout_s)}
        answer: dict[str, Any] = json.loads(answer_file.read_text())
    if status != 0:  # it counted, and then ended while it timed
        lost = [c for c in request.columns if c not in {**answer["values"], **answer["reasons"]}]
        answer["reasons"] |= dict.fromkeys(lost, _why(status, output, timeout_s))
    return answer


def _run(
    words: list[str], folder: Path, environment: dict[str, str], timeout_s: float
) -> tuple[int | None, str]:
    """Run the worker and return its status and its last output; the status is None when its time was up.
    Processes that it has started end with it.
    """
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            words,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            status = process.wait(timeout_s)
        except BaseException as end:
            _end(process)
            if not isinstance(end, subprocess.TimeoutExpired):
                raise
            return None, ""
        output.seek(0)
        return status, output.read().decode(errors="replace")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the process and everything that it has started."""
    if sys.platform == "win32":
        with suppress(psutil.NoSuchProcess):
            for child in psutil.Process(process.pid).children(recursive=True):
                child.kill()
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _environment(threads: int | None) -> dict[str, str]:
    """Return our environment, with our package found before anything in the checkout."""
    paths = [str(_PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    more = {"PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"}
    if threads is not None:
        more |= {"OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)}
    return {**os.environ, **more}


def _why(status: int | None, output: str, timeout_s: float) -> str:
    if status is None:
        return f"took longer than {timeout_s:g} s"
    if status == -_KILL:
        return "was killed by the system; out of memory, most likely"
    if status < 0:
        return f"crashed: {signal.Signals(-status).name}"
    last = (output.strip().splitlines() or ["without a word"])[-1]
    return f"ended with status {status}: {last[:300]}"
