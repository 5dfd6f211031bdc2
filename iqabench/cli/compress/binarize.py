"""The command `iqabench compress binarize`."""

import click

from iqabench.cli.compress.transform_options import transform_options
from iqabench.cli.lazy import lazy_imports
from iqabench.cli.options import examples

with lazy_imports():
    from iqabench.compress.binarise import Binarisation


@click.command(
    "binarize",
    epilog=examples(
        "iqabench compress binarize --model pocket --photos photos --out binary",
        "iqabench compress binarize --model edsr_baseline --keep 'tail.*' --photos photos --out body",
        "iqabench profile binary --columns params@bbcu,macs@bbcu",
    ),
)
@transform_options()
def command() -> Binarisation:
    """Replace convolutions by binary ones, and train the network.

    The first and the last convolution stay. Signs are stored and computed as floats here, so that files and
    latency do not shrink; 'params@bbcu' and 'macs@bbcu' count one-bit weights as their papers do.
    """
    return Binarisation()
