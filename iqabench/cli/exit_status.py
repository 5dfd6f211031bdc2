"""The exit statuses of commands, beside 0 (done) and those of errors."""

SOME_FAILED = 3
"""The status of a command that finished, but some cells failed, or files or images were left out."""

INTERRUPTED = 130
"""The status after Ctrl-C."""
