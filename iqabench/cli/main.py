"""The `iqabench` group of commands, and the one place where errors are printed."""

import os
import sys

import click

from iqabench import __version__
from iqabench.cli.lazy import LazyGroup
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
    "report": "Render the records of a store as tables and pages.",
    "list": "List sets, models, metrics, probes, boards ...",
    "show": "Show everything that is known of one set, model, metric ...",
    "fetch": "Fetch the files of sets, models and metrics.",
    "verify": "Check files, and list the missing and damaged ones.",
    "doctor": "Check this installation and report its abilities.",
}
"""One-line help by name, in the order in which a newcomer meets the commands."""

INTERRUPTED = 130


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
    """Run the command line and exit: 0 done, 1 error, 2 wrong usage, 3 some cells failed, 130 interrupted."""
    try:
        status = cli.main(standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except IqabenchError as error:
        click.echo(f"error: {error}", err=True)
        status = error.exit_status
    except (click.Abort, KeyboardInterrupt):
        click.echo(
            "\nInterrupted. Finished results are kept; the same command goes on from there.",
            err=True,
        )
        status = INTERRUPTED
        sys.stderr.flush()
        os._exit(status)  # threads that fetch or decode must not hold the shell
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    sys.exit(status if isinstance(status, int) else 0)
