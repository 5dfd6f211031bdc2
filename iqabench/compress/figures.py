"""Figures of a model: its costs and its mean quality on a set, measured after loading it anew."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import torch

from iqabench.compress.variant_folder import add_figures
from iqabench.errors import CompressError
from iqabench.models.core.card import Card
from iqabench.models.core.catalogue import card_at
from iqabench.models.core.convention import AS_FOUND, CallingConvention, convention_of
from iqabench.models.core.load import is_card, is_own, load_model
from iqabench.models.core.mode import PLAIN, Mode
from iqabench.models.core.model import Precision
from iqabench.probes import cost_column, sizes_of
from iqabench.report.data.rows import rows
from iqabench.run import Options, evaluate, plan
from iqabench.run.environment import resolve_device
from iqabench.run.profile import costs_of, latency_ratio
from iqabench.store import Store

_COSTS = ("params", "macs", "weights_mib")
Figures = dict[str, float | int | None]
"""Values by the name of their column."""


def figures_of(
    model: str | Path,
    set_name: str = "demo",
    column: str = "psnr@sr-y",
    size: str = "3x256x256",
    scale: int | None = None,
    device: str = "cpu",
    convention: CallingConvention = AS_FOUND,
) -> Figures:
    """Measure parameters, multiply-accumulates at a size, MiB of weights, and the mean quality on a set.

    `model` is a name that `load_model` accepts, or the folder of a written variant.

    Returns: values by column; the quality's column names the set, as in `psnr@sr-y on demo`.
    Raises: CompressError when the set cannot be scored; what loading raises.
    """
    name = str(model.resolve()) if isinstance(model, Path) else model
    loaded = load_model(name, scale, convention=convention).to(device)
    (wanted,) = sizes_of([size], [])
    columns = [cost_column(cost) for cost in _COSTS]
    costs = costs_of(loaded, columns, wanted, device)
    figures: Figures = {one.named(wanted.name): _rounded(costs[one.name]) for one in columns}
    quality = mean_quality(
        name, set_name, column, loaded.card.whole_scale, device, convention=convention
    )
    return {**figures, f"{column} on {set_name}": round(quality, 4)}


def measure(
    folder: Path, sets: Sequence[str] = ("demo",), device: str = "cpu", *, latency: bool = True
) -> tuple[Figures, Figures]:
    """Measure a written variant and its parent, and add the figures to the variant's card.

    Returns: figures of the parent ("before") and of the variant ("after").
    Raises: what `figures_of` and `latency_figure` raise.
    """
    card, device = card_at(folder), resolve_device(device)
    assert card.variant is not None
    before: Figures = {}
    after: Figures = {}
    for name in sets:
        before |= figures_of(
            card.variant.parent,
            name,
            scale=card.whole_scale,
            device=device,
            convention=parents_convention(card),
        )
        after |= figures_of(folder, name, device=device)
    if latency:
        after |= latency_figure(card.variant.parent, folder, scale=card.whole_scale, device=device)
    add_figures(folder, before=before, after=after)
    return before, after


def mean_quality(
    name: str,
    set_name: str,
    column: str,
    scale: int | None = None,
    device: str = "cpu",
    precision: Precision = "fp32",
    convention: CallingConvention = AS_FOUND,
) -> float:
    """Return the mean of a column over a set.

    Raises: CompressError when an image of the set fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        at = scale if scale != 1 else None  # sets of models that keep the size have levels instead
        cells = plan([name], [set_name], [column], at)
        outcome = evaluate(
            cells,
            store,
            Options(device=device, precision=precision, convention=convention, progress=False),
        )
        (row,) = rows(store, outcome.keys)
    if row["value"] is None or row["failed"]:
        reason = outcome.failures[0].error if outcome.failures else "no image has a value"
        raise CompressError(f"{column} of {name} on {set_name} cannot be measured: {reason}")
    return float(row["value"])


def latency_figure(
    parent: str,
    variant: Path,
    size: str = "3x256x256",
    scale: int | None = None,
    device: str = "cpu",
    *,
    mode: Mode = PLAIN,
    precision: Precision = "fp32",
) -> Figures:
    """Return the ratio of a variant's latency to its parent's, sampled in turn, with its 95 % interval.

    Both run in `mode`; the variant runs in `precision`, the parent in fp32.

    Raises: ProbeError when one of them cannot run at that size; BusyError when the device is in use.
    """
    convention = parents_convention(card_at(variant))
    one = load_model(parent, scale, convention=convention)
    other = load_model(str(variant.resolve()))
    (wanted,) = sizes_of([size], [])
    with torch.inference_mode():
        ratio = latency_ratio(
            one.to(device), other.to(device, precision), wanted, device, mode=mode
        )
    way = "+".join(part for part in (mode.name, precision if precision != "fp32" else "") if part)
    name = f"latency_ms@{wanted.name} {way} ratio" if way else f"latency_ms@{wanted.name} ratio"
    return {
        name: round(ratio.value, 4),
        f"{name} low": round(ratio.low, 4),
        f"{name} high": round(ratio.high, 4),
    }


def parents_convention(card: Card) -> CallingConvention:
    """Return the convention by which the parent of a variant is called: that of the variant, or its own.

    The card of a registered parent, or of one in a folder, states its convention itself.
    """
    assert card.variant is not None
    parent = card.variant.parent
    has_card = not is_own(parent) or is_card(Path(parent))
    return AS_FOUND if has_card else convention_of(card)


def _rounded(value: float | None) -> float | int | None:
    """Return a count as an integer, and a size with six decimals."""
    if value is None:
        return None
    return int(value) if value == int(value) else round(value, 6)
