"""How long commands time a model."""

import click

from iqabench.cli.lazy import lazy_imports

with lazy_imports():
    from iqabench.probes.timing import Sampling


def _sampling(_: click.Context, __: click.Parameter, seconds: float) -> Sampling:
    """Warming up takes as long at most."""
    return Sampling(budget_s=seconds, warm_up_most_s=min(seconds, Sampling.warm_up_most_s))


budget_option = click.option(
    "--budget",
    "sampling",
    type=click.FloatRange(0.1),
    default=20.0,
    show_default=True,
    metavar="SECONDS",
    callback=_sampling,
    help="Sampling ends after so long for each model, and for the baseline beside it, if not steady before.",
)
