"""The options that say how models of the user are called: --range, --multiple, --channels, --output.

They stand apart from other options, because commands that only list must not import torch.
"""

from collections.abc import Sequence
from typing import Any, Literal

import click

from iqabench.cli.lazy import lazy_imports
from iqabench.cli.messages import tell
from iqabench.cli.options import bundle

with lazy_imports():
    from iqabench.models.core.convention import CallingConvention
    from iqabench.models.core.load import check_convention


def _convention(peak: str | None, **declared: Any) -> "CallingConvention":
    """Return the calling convention of the options; options that are not given declare nothing."""
    peaks: dict[str | None, Literal[1, 255]] = {"1": 1, "255": 255}
    return CallingConvention(range=peaks.get(peak), **declared)


convention_option = bundle(
    "convention",
    _convention,
    click.option(
        "--range",
        "peak",
        type=click.Choice(["1", "255"]),
        help="Values that a brought network takes and gives: 0..1 or 0..255.  [default: 1]",
    ),
    click.option(
        "--multiple",
        type=click.IntRange(1),
        metavar="N",
        help="Pad images for a brought network to multiples of N, and crop the outputs.",
    ),
    click.option(
        "--channels",
        type=click.Choice(["y"]),
        help="Give a brought network the luma; chroma is enlarged by bicubic interpolation.",
    ),
    click.option(
        "--output",
        "output",
        default="",
        metavar="PLACE|NAME",
        help="Take this output of a brought network that returns several, as in 0 or sr.",
    ),
)
"""How models that the user brings are called; the command gets it as the argument `convention`."""


def tell_convention(names: Sequence[str], convention: "CallingConvention") -> None:
    """Print on standard error for which of several models a calling convention does not hold.

    Raises: UsageError when it holds for none of them.
    """
    note = check_convention(names, convention)
    if note:
        tell(f"note: {note}")
