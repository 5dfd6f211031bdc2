"""What a way of compressing came to, measured and printed."""

from collections.abc import Sequence
from pathlib import Path

import click

from iqabench.cli.lazy import lazy_imports
from iqabench.cli.table import print_rows

with lazy_imports():
    from iqabench.compress.figures import Figures, measure
    from iqabench.compress.variant_folder import CARD
    from iqabench.run import plan
    from iqabench.run.environment import resolve_device

_COSTS = ("params", "macs", "weights_mib", "weights_file_mib")


def check_sets(model: str, sets: Sequence[str], scale: int | None) -> None:
    """Whether there are such sets, and the model is for them; asked before any work.

    Raises: UnknownNameError, SetError, ModelError.
    """
    plan([model], list(sets), ["psnr"], scale, fetch=False)


def measure_and_tell(
    folder: Path,
    sets: Sequence[str],
    device: str = "cpu",
    *,
    latency: bool = True,
    form: str | None = None,
) -> None:
    """Measure a written variant and its parent, put the figures on the card and print them."""
    before, after = measure(folder, sets, resolve_device(device), latency=latency)
    tell_figures(before, after, folder, form)


def tell_figures(before: Figures, after: Figures, folder: Path, form: str | None = None) -> None:
    """Print figures side by side, and where the variant is."""
    print_rows(
        [_row(name, before.get(name), after.get(name)) for name in {**before, **after}], form
    )
    click.echo(f"wrote {folder / CARD}; iqabench run --model {folder} --set ... runs it.", err=True)


def _row(name: str, before: float | None, after: float | None) -> dict[str, str | float | None]:
    """The ratio says how much is left of a cost; of decibels it would say nothing."""
    cost = name.partition("@")[0] in _COSTS
    ratio = after / before if cost and before and after is not None else None
    return {"figure": name, "before": before, "after": after, "ratio": ratio}
