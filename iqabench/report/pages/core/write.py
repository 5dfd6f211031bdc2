"""Writers of reports and figures that load what draws only when they are called: tables print at once."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, cast

from iqabench.store import Store

if TYPE_CHECKING:
    from iqabench.report.pages.core.site import WrittenReport

TITLE = "Image restoration benchmark"
WIDTHS = {"column": 3.3, "page": 6.9}
"""Widths of a column and of a page of a paper in two columns, in inches."""


def write_report(
    store: Store, out: Path, *, title: str = TITLE, outputs: Path | None = None
) -> "WrittenReport":
    """Write a store's report; an older report in `out` is replaced, anything else is left alone.

    `outputs` is a folder of whole outputs that runs saved: where they are found, samples are shown whole.

    Raises: StoreError when the store is empty, or `out` holds other files or cannot be written.
    """
    store.bring(store.crops)
    site = import_module("iqabench.report.pages.core.site")
    return cast("WrittenReport", site.write_report(store, out, title=title, outputs=outputs))


def write_figures(
    store: Store, out: Path, *, width: str = "column", between: Sequence[str] = ()
) -> list[Path]:
    """Write figures for papers, as PDF and SVG; older ones in `out` are replaced, nothing else is.

    `width` is one of `WIDTHS`; `between` names the two models that are compared image by image.

    Returns: the files.
    Raises: StoreError when there is nothing to draw; UsageError for models that the store does not have.
    """
    store.bring(store.crops)
    papers = import_module("iqabench.report.papers")
    written: list[Path] = papers.write_figures(store, out, width=WIDTHS[width], between=between)
    return written
