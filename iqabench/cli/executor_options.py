"""The options that say where work is done: --executor and the wishes about workers."""

import click

from iqabench.cli.lazy import lazy_imports
from iqabench.cli.options import bundle

with lazy_imports():
    from iqabench.run.executors.placement import Placement

executor_options = bundle(
    "placement",
    Placement,
    click.option(
        "--executor",
        type=click.Choice(["local", "ray"]),
        default="local",
        show_default=True,
        help="Work in this process, or on the workers of a Ray cluster.",
    ),
    click.option(
        "--address",
        default="",
        metavar="HOST:PORT|auto",
        help="The Ray cluster.  [default: RAY_ADDRESS, else one started here]",
    ),
    click.option(
        "--workers",
        type=click.IntRange(1),
        metavar="N",
        help="Ray workers that keep a model each.  [default: as many as fit]",
    ),
    click.option(
        "--cpus-per-worker",
        type=click.IntRange(1),
        default=1,
        show_default=True,
        metavar="N",
        help="Cores and threads of a Ray worker.",
    ),
    click.option(
        "--gpus-per-worker",
        type=click.FloatRange(0),
        metavar="F",
        help="GPUs of a Ray worker, as in 1 or 0.5.  [default: 1 on a GPU]",
    ),
    click.option(
        "--score-workers",
        type=click.IntRange(0),
        metavar="N",
        help="More Ray workers, which only score.  [default: as many as fit]",
    ),
    click.option(
        "--time-limit",
        "image_limit_s",
        type=click.FloatRange(0, min_open=True),
        metavar="SECONDS",
        help="End a Ray worker that needs longer for one image.",
    ),
    click.option(
        "--mixed-versions",
        is_flag=True,
        help="Take Ray workers with other versions, and tell of them.",
    ),
)
"""The command gets them as the argument `placement`."""
