"""Style of all plots: text as text, colours as placeholders, equal input as equal bytes.

Points that say something carry a card: the name and the figures, which a reader finds on hovering.
"""

import io
import re
import warnings
from collections.abc import Callable, Sequence
from typing import Any
from xml.sax.saxutils import escape

from matplotlib import style
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from iqabench.report.plots.svg import COLOURS, clean

INK, MUTED, LINE, ACCENT, PAPER, SECOND = (pair[0] for pair in COLOURS.values())
SIZE = 9.0
"""Size of text, in points."""
_LONGEST = 30
_STYLE = {
    "svg.hashsalt": "iqabench", "svg.fonttype": "none", "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans"], "font.size": SIZE, "text.color": INK, "text.usetex": False,
    "axes.edgecolor": LINE, "axes.labelcolor": INK, "axes.spines.top": False,
    "axes.spines.right": False, "axes.grid": True, "grid.color": LINE, "grid.linewidth": 0.6,
    "xtick.color": LINE, "ytick.color": LINE, "xtick.labelcolor": INK, "ytick.labelcolor": INK,
    "axes.axisbelow": True, "axes.unicode_minus": False, "figure.facecolor": "none",
    "axes.facecolor": "none", "xtick.major.size": 0, "ytick.major.size": 0, "xtick.minor.size": 0,
    "ytick.minor.size": 0, "xtick.major.pad": 5, "ytick.major.pad": 5, "axes.spines.left": False,
}  # fmt: skip


class PointCards:
    """The points of one drawing with their cards."""

    def __init__(self) -> None:
        self._texts: list[str] = []

    def point(self, axes: Any, x: float, y: float, text: str, **how: Any) -> None:
        """Draw a point; `text` becomes its title."""
        name = f"card-{len(self._texts)}"
        self._texts.append(text)
        axes.plot([x], [y], ls="none", gid=name, **how)

    def put(self, svg: str) -> str:
        """Return the drawing with the cards as titles of its points."""

        def titled(found: re.Match[str]) -> str:
            text = "\n".join(one_line(line) for line in self._texts[int(found[1])].split("\n"))
            return f'<g class="card"><title>{escape(text)}</title>'

        return re.sub(r'<g id="card-(\d+)">', titled, svg)


def drawing(size: tuple[float, float], draw: Callable[[Figure, PointCards], None]) -> str:
    """Draw with `draw` into a figure of so many inches.

    Returns: SVG with placeholder colours, for `for_page` or `for_file`.
    """
    with style.context(["default", _STYLE]), warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", UserWarning
        )  # a glyph that DejaVu lacks; the browser has it
        figure, cards = Figure(figsize=size, dpi=72), PointCards()
        FigureCanvasSVG(figure)
        draw(figure, cards)
        out = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(out, format="svg", metadata=nothing)
    return cards.put(clean(out.getvalue()))


def write(figure: Figure, x: float, y: float, text: str, **how: Any) -> None:
    """Write text at a place in the figure, in its pixels; it is never taken for mathematics."""
    figure.text(
        x, y, text, transform=None, va="center", fontsize=SIZE, parse_math=False, zorder=5, **how
    )


def short(label: str, longest: int = _LONGEST) -> str:
    """Return a label that fits a plot, without line breaks."""
    text = one_line(label)
    return text if len(text) <= longest else f"{text[: longest - 11]}…{text[-10:]}"


def one_line(text: str) -> str:
    """Return a text as one line, with spaces for control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def ticks_of(low: float, high: float) -> Sequence[float]:
    """Return the ticks of a decade on a logarithmic axis of this range."""
    if high / low < 4:
        return 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0
    return (1.0, 2.0, 5.0) if high / low < 300 else (1.0,)
