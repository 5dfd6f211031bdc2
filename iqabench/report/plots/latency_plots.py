"""Plots of latency samples on a device's page: one for each size."""

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from iqabench.report.data.cost_tables import model_at_scale
from iqabench.report.data.devices import Device
from iqabench.report.plots.latency_plot import box_of, latency_plot
from iqabench.report.plots.svg import for_file, for_page

LATENCY = "latency_ms"
MOST_MODELS = 60
"""Largest number of models in one plot: the quickest. The tables have all."""


@dataclass(frozen=True)
class LatencyPlot:
    """Samples of all models at one size."""

    size: str
    svg: Markup
    href: str
    summary: str
    models: int
    """Number of models that are drawn."""
    of: int
    """Number of models whose samples were kept."""

    @property
    def is_part(self) -> bool:
        """True when models are left out."""
        return self.models < self.of


def latency_plots(device: Device, slug: str, keep: Callable[[str, str], None]) -> list[LatencyPlot]:
    """Draw a plot for each size at which samples of two models or more were kept."""
    found: list[LatencyPlot] = []
    for size in device.sizes:
        at_size = [
            c for c in device.costs if c.column.metric == LATENCY and c.setting.level == size
        ]
        ordered = sorted(at_size, key=lambda c: (c.value or 0.0, device.labels[model_at_scale(c)]))
        boxes = [box for c in ordered if (box := box_of(device.labels[model_at_scale(c)], c))]
        if len(boxes) > 1:
            some = boxes[:MOST_MODELS]
            svg = latency_plot(some)
            href = f"plots/{slug}-latency-{len(found) + 1}.svg"
            keep(href, for_file(svg))
            told = "; ".join(f"{b.label}: median {b.median:.4g} ms" for b in some)
            inside = Markup(for_page(svg, f"b{len(found)}"))  # noqa: S704 - texts are escaped
            found.append(LatencyPlot(size, inside, href, told, len(some), len(boxes)))
    return found
