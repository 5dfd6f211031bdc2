"""The `iqabench` group of commands, and the one place where errors are printed."""

import os
import sys
from contextlib import suppress

import click

from iqabench import __version__
from iqabench.cli.exit_status import SOME_FAILED
from iqabench.cli.lazy import LazyGroup
from iqabench.cli.messages import Notices, tell
from iqabench.cli.signals import Signals, leave
from iqabench.cli.streams import keep_stdout_for_results
from iqabench.cli.supervisor import is_program, supervise
from iqabench.errors import IqabenchError

COMMANDS = {
    "run": "Restore sets with models and score the outputs.",
    "profile": "Measure the cost of models: operations, latency, memory, energy.",
    "score": "Score images that exist already.",
    "explain": "Find the way of computing that gives a claimed figure.",
    "compare": "Compare a model with another, image by image and cost by cost.",
    "reproduce": "Recompute a challenge or a table, and compare it with the published figures.",
    "rank": "Compute the rank that a model would have in a challenge.",
    "agree": "Compute how well metrics agree with people.",
    "compress": "Make a smaller or faster variant of a model.",
    "bundle": "Write outputs as the server of a benchmark takes them.",
    "report": "Render the records of a store as tables and pages.",
    "list": "List sets, models, metrics, probes, boards ...",
    "show": "Show everything that is known of one set, model, metric ...",
    "fetch": "Fetch the files of sets, models and metrics.",
    "verify": "Check files, and list the missing and damaged ones.",
    "doctor": "Check this installation and report its abilities.",
}
"""One-line help by name, in the order in which a newcomer meets the commands."""


_WITH_MODELS = ("run", "profile", "score", "compare", "reproduce", "rank", "agree", "compress")
"""The commands that run models, which may crash."""


class _Commands(LazyGroup):
    """The commands of `iqabench`."""

    folder = "iqabench.cli"
    summaries = COMMANDS


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="First steps: iqabench run --model pocket --model bicubic --set demo && iqabench report "
    "--html",
)
@click.version_option(__version__, prog_name="iqabench")
def cli() -> None:
    """Run the benchmark harness of image restoration.

    It fetches test sets, runs restoration models, scores their outputs under named protocols, and renders
    the results. Every number is kept with its protocol, weights, versions and device.
    """


def main() -> None:
    """Run the command line and exit.

    Exit status: 0 done, 1 error, 2 wrong usage, 3 some cells failed or files were left out, 130 interrupted,
    128 + N ended by signal N.
    """
    if is_program():
        supervise(_WITH_MODELS)
        keep_stdout_for_results()
    with Signals() as signals, Notices() as notices:
        try:
            status = _run()
        except BaseException as error:
            if not signals.received and not isinstance(error, click.Abort | KeyboardInterrupt):
                raise
            # Libraries turn an interruption into errors of their own: the signal tells the true cause.
            with suppress(OSError):  # the terminal may be gone
                tell(
                    f"\n{signals.text} Finished results are kept; the same command goes on from there."
                )
            leave(signals.exit_status)
    sys.exit(SOME_FAILED if notices.damage and not status else status)


def _run() -> int:
    """Run the command, print its error if it has one, and return the exit status."""
    try:
        status = cli.main(standalone_mode=False)
        sys.stdout.flush()
    except SystemExit as end:
        status = end.code
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except IqabenchError as error:
        tell(f"error: {error}")
        return error.exit_status
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:  # a disk, a right or a file that no part of the package looked after
        place = f"{error.filename}: " if error.filename else ""
        tell(
            f"error: {place}{error.strerror or error}. Look at the rights and the room on its disk."
        )
        return 1
    except MemoryError:
        tell(
            "error: the memory is not enough. Close other programs, or give smaller images or --tile."
        )
        return 1
    return status if isinstance(status, int) else 0
