"""Figures of a quantised variant (speed, quality, file size), measured on the written folder."""

from pathlib import Path

from iqabench.compress.figures import Figures, latency_figure, mean_quality, parents_convention
from iqabench.models.core.card import Weights
from iqabench.models.core.catalogue import card_at
from iqabench.models.core.load import load_model
from iqabench.models.core.mode import Mode
from iqabench.models.core.model import Precision


def precision_figures(
    folder: Path,
    sets: tuple[str, ...],
    device: str = "cpu",
    *,
    precision: Precision = "fp32",
    latency: bool = True,
    compiled: bool = False,
    column: str = "psnr@sr-y",
) -> tuple[Figures, Figures]:
    """Measure the latency ratio of a variant and its parent, and the sizes of their files of weights.

    With `compiled`, the latency ratio is measured compiled as well. With a precision below fp32, the quality
    is measured in that precision too.

    Returns: figures of the parent ("before") and of the variant ("after").
    Raises: what `latency_figure` and `mean_quality` raise.
    """
    card = card_at(folder)
    assert card.variant is not None
    parent = card.variant.parent
    convention = parents_convention(card)
    loaded = load_model(parent, card.whole_scale, convention=convention)
    before: Figures = {"weights_file_mib": _file_mib(loaded.card.weights)}
    after: Figures = {"weights_file_mib": _file_mib(card.weights)}
    if precision != "fp32":
        name = str(folder.resolve())
        for set_name in sets:
            key = f"{column} on {set_name} in {precision}"
            quality = mean_quality(
                parent, set_name, column, card.whole_scale, device, convention=convention
            )
            before[key] = round(quality, 4)
            quality = mean_quality(name, set_name, column, card.whole_scale, device, precision)
            after[key] = round(quality, 4)
    for mode in [Mode(), *([Mode(compile=True)] if compiled else [])] if latency else []:
        after |= latency_figure(
            parent, folder, scale=card.whole_scale, device=device, mode=mode, precision=precision
        )
    return before, after


def _file_mib(weights: Weights | None) -> float | None:
    return round(weights.bytes / 2**20, 6) if weights and weights.bytes else None
