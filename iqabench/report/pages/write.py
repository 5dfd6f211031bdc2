"""Writing a report, without loading what draws it before it is drawn: tables alone are printed at once."""

from collections.abc import Sequence
from pathlib import Path

from iqabench.store import Store

TITLE = "Image restoration benchmark"
WIDTHS = {"column": 3.3, "page": 6.9}
"""Of a paper in two columns, in inches."""


def write_report(
    store: Store, out: Path, *, title: str = TITLE, outputs: Path | None = None
) -> list[Path]:
    """Write a store's report; an older report in `out` is replaced, anything else is left alone.

    `outputs` is a folder of whole outputs that runs saved: where they are found, samples are shown whole.

    Returns: the pages, the index first.
    Raises: StoreError when the store is empty, or `out` holds other files or cannot be written.
    """
    from iqabench.report.pages import site as html  # noqa: PLC0415 - see above

    return html.write_report(store, out, title=title, outputs=outputs)


def write_figures(
    store: Store, out: Path, *, width: str = "column", between: Sequence[str] = ()
) -> list[Path]:
    """Write figures for papers, as PDF and SVG; older ones in `out` are replaced, nothing else is.

    `width` is one of `WIDTHS`; `between` names the two models that are compared image by image.

    Returns: the files.
    Raises: StoreError when there is nothing to draw; UsageError for models that the store does not have.
    """
    from iqabench.report import papers  # noqa: PLC0415 - see above

    return papers.write_figures(store, out, width=WIDTHS[width], between=between)
