"""Style of figures for print: real sizes, text as text, no dates."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from iqabench.report.plots.drawing import one_line

INK, MUTED, LINE, ACCENT, SECOND = "#1d2329", "#5c6670", "#d5dade", "#0b6e78", "#b4552d"
SIZE = 7.0
"""Size of text, in points."""
_STYLE = {
    "svg.hashsalt": "iqabench", "svg.fonttype": "none", "pdf.fonttype": 42, "pdf.compression": 9,
    "font.family": ["sans-serif"], "font.sans-serif": ["DejaVu Sans"], "font.size": SIZE,
    "text.color": INK, "text.usetex": False, "text.parse_math": False, "axes.unicode_minus": False,
    "axes.titlesize": SIZE, "axes.labelsize": SIZE, "xtick.labelsize": SIZE, "ytick.labelsize": SIZE,
    "legend.fontsize": SIZE, "axes.edgecolor": LINE, "axes.labelcolor": INK, "axes.linewidth": 0.6,
    "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.color": LINE,
    "grid.linewidth": 0.4, "axes.axisbelow": True, "xtick.color": LINE, "ytick.color": LINE,
    "xtick.labelcolor": INK, "ytick.labelcolor": INK, "xtick.major.size": 0, "ytick.major.size": 0,
    "xtick.minor.size": 0, "ytick.minor.size": 0, "figure.dpi": 72,
}  # fmt: skip
_METADATA: dict[str, dict[str, Any]] = {
    "pdf": {"CreationDate": None, "Creator": "iqabench", "Producer": None},
    "svg": {"Date": None, "Creator": "iqabench"},
}


def save_figure(
    folder: Path, name: str, size: tuple[float, float], draw: Callable[[Figure], None]
) -> list[Path]:
    """Draw a figure of so many inches, and keep it as NAME.pdf and NAME.svg.

    Returns: the two files.
    """
    written = []
    with style.context(["default", _STYLE]), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a glyph that DejaVu lacks is drawn as a box
        figure = Figure(figsize=size)
        FigureCanvasAgg(figure)
        draw(figure)
        for form, metadata in _METADATA.items():
            path = folder / f"{name}.{form}"
            figure.savefig(path, format=form, metadata=metadata)
            written.append(path)
    return written


def short(text: str, longest: int = 24) -> str:
    """Return a name on one line that fits a small figure."""
    said = one_line(text)
    return said if len(said) <= longest else f"{said[: longest - 9]}…{said[-8:]}"
