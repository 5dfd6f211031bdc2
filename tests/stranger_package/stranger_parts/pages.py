"""The largest value of each image, as a page of the report."""

from collections.abc import Iterator
from pathlib import Path

from iqabench.report.pages.core import Report, Sheet, page

QUERY = "SELECT sample, max(value) AS value FROM cells GROUP BY ALL ORDER BY ALL"


@page(
    title="Worst images",
    template=Path(__file__).with_name("worst.html"),
    name="stranger-page",
)
def stranger_page(report: Report) -> Iterator[Sheet]:
    """Yield one sheet with the largest value of each image."""
    yield Sheet("stranger-page", {"rows": report.results.query(QUERY)})
