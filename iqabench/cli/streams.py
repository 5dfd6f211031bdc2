"""Standard output, kept for results: what libraries print there by themselves goes to standard error."""

import os
import sys


def keep_stdout_for_results() -> None:
    """Give standard error the number by which libraries in C print; `sys.stdout` keeps the true output.

    onnxruntime, OpenCV and others write to file descriptor 1 without asking Python, and `--json` must parse.
    """
    if sys.stdout is None:  # closed by the caller
        return
    sys.stdout.flush()
    try:
        results = os.dup(1)
        os.dup2(2, 1)
    except OSError:  # one of them is closed
        return
    buffering = 1 if os.isatty(results) else -1
    encoding, errors = sys.stdout.encoding, sys.stdout.errors
    sys.stdout = os.fdopen(results, "w", buffering, encoding, errors)
