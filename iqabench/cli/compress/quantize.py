"""The command `iqabench compress quantize`."""

from collections.abc import Iterable
from pathlib import Path

import click

from iqabench.cli.compress.figures import check_sets, tell_figures
from iqabench.cli.compress.options import (
    command_line,
    latency_option,
    model_option,
    name_option,
    out_option,
    set_option,
)
from iqabench.cli.convention_option import convention_option, tell_convention
from iqabench.cli.lazy import lazy_imports
from iqabench.cli.messages import tell
from iqabench.cli.options import (
    device_option,
    examples,
    scale_option,
    table_options,
    trust_option,
)
from iqabench.cli.table import print_rows

with lazy_imports():
    from iqabench.compress.calibration import Calibration
    from iqabench.compress.figures import measure
    from iqabench.compress.int8 import Conversion
    from iqabench.compress.precision_figures import precision_figures
    from iqabench.compress.quantize import NumberFormat, QuantisationRequest, quantise
    from iqabench.compress.variant_folder import add_figures
    from iqabench.models.core.convention import CallingConvention
    from iqabench.run.environment import resolve_device


@click.command(
    "quantize",
    epilog=examples(
        "iqabench compress quantize --model pocket --to int8 --photos photos --compile --out small",
        "iqabench compress quantize --model rlfn --skip conv_1 --skip upsampler.0 --out rlfn_int8",
        "iqabench compress quantize --model rfdn --to bf16 --set set5 --out rfdn_bf16",
    ),
)
@model_option
@click.option(
    "--to",
    type=click.Choice(["int8", "fp16", "bf16"]),
    default="int8",
    show_default=True,
    help="8-bit weights and activations of convolutions; or weights stored in half precision, "
    "and run in it.",
)
@click.option(
    "--photos",
    default="",
    metavar="DIR[@LEVEL]",
    help="Photographs on which the ranges of activations are measured; for models that keep the size "
    "with a level, as in photos@n25.  [default: the five embedded ones]",
)
@click.option(
    "--crops",
    type=click.IntRange(1),
    default=32,
    show_default=True,
    metavar="N",
    help="Number of crops of the photographs.",
)
@click.option(
    "--side",
    type=click.IntRange(8),
    default=64,
    show_default=True,
    metavar="N",
    help="Side of the crops, in pixels of the input.",
)
@click.option(
    "--seed", default=0, show_default=True, metavar="N", help="Seed of the crops' places."
)
@click.option(
    "--skip",
    multiple=True,
    metavar="LAYER",
    help="A layer that stays in fp32, often the first and the last, or a pattern as in "
    "'body.*'; repeatable.",
)
@click.option(
    "--compile",
    "compiled",
    is_flag=True,
    help="Measure latency compiled as well: only compiled networks have kernels for integers.",
)
@scale_option("4 where there are several")
@convention_option
@device_option
@out_option
@name_option
@set_option
@latency_option
@trust_option
@table_options
def command(
    model: str,
    to: NumberFormat,
    photos: str,
    crops: int,
    side: int,
    seed: int,
    skip: tuple[str, ...],
    compiled: bool,
    scale: int | None,
    convention: CallingConvention,
    device: str,
    out: Path,
    name: str | None,
    sets: tuple[str, ...],
    latency: bool,
    form: str | None,
) -> None:
    """Make a network compute with 8-bit integers, or store it in half precision.

    The command lists the layers that it converted, and the reason why others were not. Quality is measured on
    the written variant, speed in turn with its parent. Integer kernels run only in compiled networks on a
    CPU; otherwise 8-bit values are computed in fp32, which gives the same outputs and is slower.
    """
    tell_convention([model], convention)
    check_sets(model, sets, scale)
    place = resolve_device(device)
    order = QuantisationRequest(
        parent=model,
        scale=scale,
        convention=convention,
        to=to,
        calibration=Calibration(photos, crops, side, seed),
        skip=skip,
    )
    layers = quantise(order, out, name=name, command=command_line(), tell=_tell)
    before, after = measure(out, sets, place, latency=False)
    more_before, more_after = precision_figures(
        out,
        sets,
        place,
        precision="fp32" if to == "int8" else to,
        latency=latency,
        compiled=compiled,
    )
    before, after = {**before, **more_before}, {**after, **more_after}
    add_figures(out, before=before, after=after)
    if form is None:
        _print_layers(layers)
    tell_figures(before, after, out, form)


def _print_layers(layers: Iterable[Conversion]) -> None:
    print_rows([vars(layer) for layer in layers], None)
    click.echo()


def _tell(line: str) -> None:
    tell(line)
