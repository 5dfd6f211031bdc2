"""The option that limits how long a model is timed."""

import click

from iqabench.cli.lazy import lazy_imports

with lazy_imports():
    from iqabench.probes.timing import Sampling


def _sampling(_: click.Context, __: click.Parameter, seconds: float) -> Sampling:
    """Return the sampling of that budget; the warm-up takes at most as long."""
    return Sampling(budget_s=seconds, warm_up_most_s=min(seconds, Sampling.warm_up_most_s))


budget_option = click.option(
    "--budget",
    "sampling",
    type=click.FloatRange(0.1),
    default=20.0,
    show_default=True,
    metavar="SECONDS",
    callback=_sampling,
    help="Longest time of sampling for each model, the baseline included; it ends before if it is steady.",
)
