"""The command `iqabench compress sparsify`."""

import click

from iqabench.cli.compress.transform_options import transform_options
from iqabench.cli.lazy import lazy_imports
from iqabench.cli.options import examples

with lazy_imports():
    from iqabench.compress.sparsity import Sparsity, parse_pattern


@click.command(
    "sparsify",
    epilog=examples(
        "iqabench compress sparsify --model pocket --ratio 0.9 --shrink --photos photos --out sparse",
        "iqabench compress sparsify --model edsr_baseline --pattern 2:4 --photos photos --out half",
        "iqabench profile sparse --columns params,params@nonzero,macs@conv,macs@nonzero,latency_ms",
    ),
)
@transform_options(
    click.option(
        "--ratio",
        type=click.FloatRange(0, 1, min_open=True, max_open=True),
        default=None,
        metavar="X",
        help="Share of the weights that become 0.",
    ),
    click.option(
        "--pattern",
        metavar="N:M",
        help="Keep N of every M inputs in a row, for each output and place of the kernel, as in 2:4.",
    ),
    click.option(
        "--uniform",
        is_flag=True,
        help="Every layer loses the same share; else all weights are ranked together.",
    ),
    click.option(
        "--shrink",
        is_flag=True,
        help="Weights outside the mask shrink more and more over half of the training, and can return; "
        "else the mask is chosen once.",
    ),
)
def command(ratio: float | None, pattern: str | None, uniform: bool, shrink: bool) -> Sparsity:
    """Set single weights to 0, and train the others.

    The tensors keep their shapes: multiply-accumulates and latency do not change without kernels and hardware
    for such masks. 'params@nonzero' and 'macs@nonzero' count what is not 0.
    """
    return Sparsity(
        ratio=ratio or 0.0,
        pattern=parse_pattern(pattern) if pattern else None,
        uniform=uniform,
        shrink=shrink,
    )
