"""The command `iqabench compress shift`."""

import click

from iqabench.cli.compress.transform_options import transform_options
from iqabench.cli.lazy import lazy_imports
from iqabench.cli.options import examples

with lazy_imports():
    from iqabench.compress.shift import ShiftCopies


@click.command(
    "shift",
    epilog=examples(
        "iqabench compress shift --model pocket --photos photos --out ghost",
        "iqabench compress shift --model edsr --scale 2 --keep body.32 --keep tail.0.0 --out ghost",
    ),
)
@transform_options(
    click.option(
        "--ratio",
        type=click.FloatRange(0, 1, min_open=True, max_open=True),
        default=0.5,
        show_default=True,
        metavar="X",
        help="Share of each convolution's outputs that become shifted copies of the others.",
    ),
)
def command(ratio: float) -> ShiftCopies:
    """Replace part of each convolution's outputs by shifted copies of the others, and train the network.

    The first and the last convolution stay. Copies cost no multiplication; their shifts are learned, and
    fixed to whole pixels afterwards.
    """
    return ShiftCopies(ratio)
