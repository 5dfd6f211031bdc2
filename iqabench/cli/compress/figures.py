"""The figures of a written variant beside its parent's, measured and printed."""

from collections.abc import Sequence
from pathlib import Path

from iqabench.cli.lazy import lazy_imports
from iqabench.cli.messages import tell
from iqabench.cli.table import print_rows

with lazy_imports():
    from iqabench.compress.figures import Figures, measure
    from iqabench.compress.variant_folder import card_file, runs_own_code
    from iqabench.models.core.catalogue import card_at
    from iqabench.run import plan
    from iqabench.run.environment import resolve_device

_COSTS = ("params", "macs", "weights_mib", "weights_file_mib")


def check_sets(model: str, sets: Sequence[str], scale: int | None) -> None:
    """Check before any work that the sets exist and that the model can run on them.

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
    """Measure a written variant and its parent, add the figures to the card and print them."""
    before, after = measure(folder, sets, resolve_device(device), latency=latency)
    tell_figures(before, after, folder, form)


def tell_figures(before: Figures, after: Figures, folder: Path, form: str | None = None) -> None:
    """Print figures side by side, and the place of the variant."""
    print_rows(
        [_row(name, before.get(name), after.get(name)) for name in {**before, **after}], form
    )
    place = folder.absolute()
    shown = place.relative_to(Path.cwd()) if place.is_relative_to(Path.cwd()) else place
    trust = " --trust" if runs_own_code(card_at(place)) else ""
    tell(f"wrote {card_file(shown)}; iqabench run --model {shown} --set ...{trust} runs it.")


def _row(name: str, before: float | None, after: float | None) -> dict[str, str | float | None]:
    """Return the row of a figure, with the ratio for costs; for decibels a ratio has no meaning."""
    cost = name.partition("@")[0] in _COSTS
    ratio = after / before if cost and before and after is not None else None
    return {"figure": name, "before": before, "after": after, "ratio": ratio}
